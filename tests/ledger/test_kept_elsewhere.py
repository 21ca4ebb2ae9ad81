"""Checkpoints kept elsewhere are compared quickly however many they are; the log of readings is narrowed as asked."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from ledger.ledger_helpers import Write, owner
from minhu.directory.access import as_system
from minhu.kernel import clock
from minhu.kernel.actors import Actor, use_actor
from minhu.kernel.errors import Invalid
from minhu.ledger import queries, services
from minhu.ledger.services import compare
from minhu.ledger.types import AccessFilter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.data_layer]


@pytest.fixture
def kept(write: Write, outside: Path) -> bytes:
    """The lines of twelve checkpoints, kept where the owner of the database cannot reach them."""
    for _ in range(12):
        write(2)
    return outside.read_bytes()


@pytest.mark.parametrize("closely", [200, 3], ids=["line by line", "by halving"])
def test_the_first_checkpoint_that_differs_is_found(kept: bytes, closely: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "ALL_OF", closely)
    whole = services.compare_kept(kept)
    assert (whole.lines, whole.theirs, whole.agreeing, whole.differing) == (12, 24, 24, ())
    with owner() as session:
        session.execute("UPDATE ledger_entry SET leaf_hash = sha256('another') WHERE position = 13")
    changed = services.compare_kept(kept)
    assert (changed.agreeing, changed.differing) == (12, (14, 16, 18, 20, 22, 24))
    asked: list[int] = []
    monkeypatch.setattr(compare, "roots_at", _counting(asked, compare.roots_at))
    services.compare_kept(kept)
    assert len(asked) <= (1 if closely == 200 else 4), "halving twelve lines asks four times at most"


def _counting(asked: list[int], real: Callable[[list[int]], dict[int, str]]) -> Callable[[list[int]], dict[int, str]]:
    def roots_at(sizes: list[int]) -> dict[int, str]:
        asked.append(len(sizes))
        return real(sizes)

    return roots_at


def test_a_file_without_checkpoints_is_refused_in_words(write: Write) -> None:
    write(3)
    with pytest.raises(Invalid, match="没有检查点"):
        services.compare_kept(b"nothing of this kind\n")


def test_readings_are_narrowed_by_reader_subject_purpose_and_time(home: Path) -> None:
    began = clock.now()
    for reader, subject, purpose in (("7", "1", "回访核实"), ("7", "2", "回访核实"), ("8", "1", "办理联系")):
        with transaction.atomic(), use_actor(Actor("staff", reader)):
            services.record_access(("request", subject), purpose, ["phone"])
    with transaction.atomic(), use_actor(Actor("staff", "7")):
        services.record_access(("limit", "day"), "上限提醒")

    def found(**narrowing: object) -> set[tuple[str, str]]:
        with transaction.atomic(), as_system():
            rows, total = queries.accesses(AccessFilter(**narrowing))  # type: ignore[arg-type]
        assert total == len(rows)
        return {(row.actor_id, row.subject_id) for row in rows}

    assert found(actor_id="7", subject_type="request") == {("7", "1"), ("7", "2")}
    assert found(subject_ids=("1",)) == {("7", "1"), ("8", "1")}
    assert found(purpose="办理") == {("8", "1")}
    assert found(start=began + timedelta(hours=1)) == set()
    assert found(end=began) == set()
    assert len(found(start=began, end=began + timedelta(hours=1))) == 4
    assert queries.readings_since("7", began) == (2, True)
    assert queries.readings_since("8", began) == (1, False)
    assert queries.was_read("8", ("request", "1"), began)
    assert not queries.was_read("8", ("request", "2"), began)
