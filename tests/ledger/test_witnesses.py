"""Whoever keeps a copy elsewhere gets every checkpoint, a slow or dead witness holds nobody up, and a lie is noticed."""

import base64
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from ledger.ledger_helpers import Write, owner
from minhu.kernel import clock
from minhu.ledger import services, signing, witness
from minhu.ledger.domain import notes
from minhu.ledger.domain.proofs import is_consistent
from minhu.ledger.services import witnesses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.data_layer]


class Witness:
    """A witness as C2SP tlog-witness describes it: believes only what continues what it has."""

    def __init__(self) -> None:
        self.size, self.root, self.status, self.bodies = 0, b"", 0, list[str]()
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                told.bodies.append(body)
                status, answer = told.judge(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *given: Any) -> None:
                """Silence."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def judge(self, body: str) -> tuple[int, bytes]:
        if self.status:
            return self.status, b""
        head, _, note = body.partition("\n\n")
        first, *path = head.split("\n")
        if int(first.removeprefix("old ")) != self.size:
            return 409, str(self.size).encode()
        new = notes.parse(note)
        nodes = [base64.b64decode(line) for line in path]
        if self.size and not is_consistent(self.size, new.size, nodes, self.root, new.root):
            return 422, b""
        assert signing.is_genuine(new)
        self.size, self.root = new.size, new.root
        return 200, "— witness.example AAAAAAAAAAAA\n".encode()


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> Iterator[Witness]:
    """A witness on this machine, named in the settings."""
    made = Witness()
    monkeypatch.setenv("MINHU_WITNESSES", f"http://127.0.0.1:{made.server.server_port}/add-checkpoint")
    yield made
    made.server.shutdown()


def later(**gone: int) -> Any:
    return clock.at(clock.now() + timedelta(**gone))


def test_a_mounted_file_gets_every_checkpoint_once(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "mounted" / "minhu.jsonl"
    monkeypatch.setenv("MINHU_WITNESSES", str(copy))
    write(2)
    write(2)
    assert services.deliver() == 0
    (state,) = services.witness_states()
    assert (state.size, state.failures) == (0, 1)
    assert "目录不存在" in state.error, "a folder that is not mounted is no place to write to"
    copy.parent.mkdir()
    with later(minutes=5):
        assert services.deliver() == 1
        assert services.deliver() == 0
    assert copy.read_bytes() == witness.witness_path().read_bytes()
    write(1)
    with later(minutes=10):
        assert services.deliver() == 1
    assert copy.read_bytes() == witness.witness_path().read_bytes()
    assert [state.size for state in services.witness_states()] == [5]


def test_a_file_elsewhere_that_knows_more_is_an_alarm(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "minhu.jsonl"
    monkeypatch.setenv("MINHU_WITNESSES", str(copy))
    write(2)
    write(2)
    assert services.deliver() == 1
    kept = copy.read_bytes()
    with owner() as session:
        session.execute("DELETE FROM ledger_entry WHERE position >= 2")
        session.execute("DELETE FROM ledger_checkpoint WHERE size > 2")
    witnesses._write({})
    assert services.deliver() == 0
    assert "回退" in services.witness_states()[0].error
    write(9)
    with later(hours=1):
        assert services.deliver() == 0
    assert "改写" in services.witness_states()[0].error, "another history does not go into the same file"
    assert copy.read_bytes() == kept


def test_a_witness_elsewhere_gets_proofs_that_the_log_only_grew(write: Write, remote: Witness) -> None:
    for turn, count in enumerate((3, 300, 1)):
        write(count)
        with later(minutes=5 * turn):
            assert services.deliver() == 1
    assert remote.size == 304
    assert [body.split("\n")[0] for body in remote.bodies] == ["old 0", "old 3", "old 303"]
    assert services.witness_states()[0].answer.startswith("— witness.example")


def test_a_witness_that_lost_its_memory_or_ours_is_asked_what_it_has(write: Write, remote: Witness) -> None:
    write(3)
    services.deliver()
    (witness.witness_path().parent / "witnesses.json").unlink()
    write(4)
    with later(minutes=5):
        assert services.deliver() == 1
    assert (remote.size, len(remote.bodies)) == (7, 3)


def test_a_roll_back_is_noticed_by_the_witness(write: Write, remote: Witness) -> None:
    write(3)
    write(4)
    services.deliver()
    with owner() as session:
        session.execute("DELETE FROM ledger_entry WHERE position >= 3")
        session.execute("DELETE FROM ledger_checkpoint WHERE size > 3")
    witnesses._write({})
    with later(minutes=5):
        assert services.deliver() == 0
    assert "回退" in services.witness_states()[0].error


@pytest.mark.parametrize("status", [500, 302, 404])
def test_failures_wait_longer_each_time_and_hold_nobody_up(write: Write, remote: Witness, status: int) -> None:
    remote.status = status
    write(2)
    assert services.deliver() == 0
    with later(seconds=20):
        assert services.deliver() == 0
    assert len(remote.bodies) == 1, "not before its time"
    with later(minutes=3):
        assert services.deliver() == 0
        (state,) = services.witness_states()
        assert (state.failures, len(remote.bodies)) == (2, 2)
        assert state.next_at is not None
        assert state.next_at - clock.now() == timedelta(seconds=60)
    write(2)
    assert services.verify().size == 4
    remote.status = 0
    with later(hours=2):
        assert services.deliver() == 1
    assert services.witness_states()[0].failures == 0


def test_a_dead_address_and_one_process_at_a_time(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINHU_WITNESSES", "http://127.0.0.1:9/x, ftp://nobody.example/x")
    write(1)
    with witnesses._alone() as mine:
        assert mine
        assert services.deliver() == 0
        assert [state.failures for state in services.witness_states()] == [0, 0]
    assert services.deliver() == 0
    assert [state.failures for state in services.witness_states()] == [1, 1]
    assert "地址无法使用" in services.witness_states()[1].error


def test_mail_goes_out_once_a_day(write: Write, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setenv("MINHU_WITNESSES", "mailto:audit@example.org")
    for turn in range(3):
        write(1)
        with later(minutes=turn):
            services.deliver()
    assert [message.to for message in mail.outbox] == [["audit@example.org"]]
    assert notes.parse(mail.outbox[0].body.partition("\n\n")[2].rpartition("\n公钥")[0].strip("\n") + "\n").size == 1
    with later(days=1, minutes=5):
        services.deliver()
    assert len(mail.outbox) == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    write(1)
    with later(days=3):
        services.deliver()
    assert "MINHU_MAIL" in services.witness_states()[0].error


def test_no_witness_and_nothing_to_tell(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MINHU_WITNESSES", raising=False)
    assert (services.deliver(), services.witness_states()) == (0, [])
    monkeypatch.setenv("MINHU_WITNESSES", str(tmp_path / "x.jsonl"))
    assert services.deliver() == 0
