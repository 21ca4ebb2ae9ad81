"""Nothing is skipped and nobody waits: many writers, late commits, several sequencers, crashes."""

import threading
import time
from pathlib import Path

import pytest
from django.db import connection, transaction

from ledger.ledger_helpers import Write, owner
from minhu.kernel.errors import Conflict, Unavailable
from minhu.ledger import queries, services, witness

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.data_layer]


def test_an_early_transaction_that_commits_late_is_integrated_later(write: Write) -> None:
    opened, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            services.append("slow", ("order", "slow"), {})
            opened.set()
            assert go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert opened.wait(20)
    started = time.monotonic()
    write(5)
    assert time.monotonic() - started < 15, "a writer must not wait for another's open transaction"
    assert queries.status().size == 5
    go_on.set()
    thread.join()
    assert services.integrate() == 1
    with owner() as session:
        rows = session.execute("SELECT position FROM ledger_entry ORDER BY id").fetchall()
    assert [row[0] for row in rows] == [5, 0, 1, 2, 3, 4], "the smallest id has the last position"
    assert services.verify().ok


def test_many_writers_and_several_sequencers_lose_nothing(home: Path) -> None:
    writers, each = 6, 60
    stop = threading.Event()
    errors: list[BaseException] = []

    def writer(number: int) -> None:
        try:
            for turn in range(each):
                with transaction.atomic():
                    services.append("order.created", ("order", f"{number}-{turn}"), {"w": number})
                    if turn % 7 == 0:
                        time.sleep(0.004)
        except BaseException as error:  # noqa: BLE001 - reported by the test itself
            errors.append(error)
        finally:
            connection.close()

    def sequencer() -> None:
        try:
            while not stop.is_set():
                services.integrate(batch=17, batches=2)
                time.sleep(0.001)
        except BaseException as error:  # noqa: BLE001 - reported by the test itself
            errors.append(error)
        finally:
            connection.close()

    sequencers = [threading.Thread(target=sequencer) for _ in range(2)]
    threads = [threading.Thread(target=writer, args=(number,)) for number in range(writers)]
    for thread in (*sequencers, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    for thread in sequencers:
        thread.join()
    services.sequencer_tick()
    assert errors == []
    result = services.verify()
    assert (result.ok, result.size, result.pending) == (True, writers * each, 0)
    with owner() as session:
        gap = session.execute("SELECT count(DISTINCT position), min(position), max(position) FROM ledger_entry")
        assert gap.fetchone() == (writers * each, 0, writers * each - 1)


def test_batches_add_up_and_an_idle_tick_writes_nothing(write: Write, outside: Path) -> None:
    write(25, integrate=False)
    assert services.integrate(batch=4, batches=2) == 8
    assert services.integrate(batch=4, batches=100) == 17
    lines = outside.read_text().count("\n")
    assert services.integrate() == 0
    assert services.sequencer_tick() == 0
    assert outside.read_text().count("\n") == lines == 2
    assert services.verify(page=3).ok


def test_a_crash_before_the_file_was_written_is_made_good(write: Write, outside: Path) -> None:
    write(2)
    kept = outside.read_bytes()
    write(2)
    write(2)
    outside.write_bytes(kept + b'{"size": 4, "ro')
    write(1)
    assert services.verify().ok
    roots, bad = witness.read()
    assert (list(roots), bad) == ([2, 4, 6, 7], [])


def test_a_file_that_cannot_be_written_is_said_and_the_entries_are_safe(write: Write, outside: Path) -> None:
    outside.parent.parent.mkdir(exist_ok=True)
    outside.parent.write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="检查点文件"):
        write(2)
    outside.parent.unlink()
    assert queries.status().size == 2
    write(1)
    assert services.verify().ok


def test_the_sequencer_stops_when_the_tables_contradict_each_other(write: Write) -> None:
    write(3)
    with owner() as session:
        session.execute("DELETE FROM ledger_checkpoint")
    with pytest.raises(Conflict, match="ledger verify"):
        write(1)


def test_a_damaged_frontier_stops_the_sequencer(write: Write) -> None:
    write(3)
    with owner() as session:
        session.execute("UPDATE ledger_checkpoint SET frontier = 'x'")
    with pytest.raises(Conflict, match="ledger verify"):
        write(1)
    assert [finding.kind for finding in services.verify().findings] == ["checkpoint_changed"]
