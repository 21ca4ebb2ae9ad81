"""Replays at the same moment make one request; a failure in the middle leaves neither rows nor files."""

from __future__ import annotations

import contextlib
import errno
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError

from minhu.directory.access import as_system
from minhu.intake import services
from minhu.intake.models import Attachment, Request
from minhu.intake.types import Channel, NewRequest, Receipt, UploadedFile
from minhu.kernel.errors import Unavailable
from minhu.ledger import services as ledger

from .conftest import TEXT, png

pytestmark = pytest.mark.django_db(transaction=True)


def counts() -> tuple[int, int]:
    with transaction.atomic(), as_system():
        return Request.objects.count(), Attachment.objects.count()


def kept(home: Path) -> list[Path]:
    return [path for path in home.rglob("files/*/*") if path.is_file()]


def test_one_request_from_two_connections_at_once() -> None:
    new = NewRequest(text=TEXT, channel=Channel.API, idempotency_key="twice")
    receipts: list[Receipt] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        receipts.append(services.receive(new))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts() == (1, 0)
    assert len({(receipt.number, receipt.code) for receipt in receipts}) == 1
    assert sorted(receipt.created for receipt in receipts) == [False, False, False, True]


@pytest.mark.parametrize("within", [False, True])
def test_a_number_already_taken_is_drawn_anew(within: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sequence that went round within a day must not cost anybody his request, also inside a larger transaction."""
    from minhu.intake import store

    first = services.receive(NewRequest(text=TEXT))
    numbers, real = [first.number, first.number], store.make_number
    monkeypatch.setattr(store, "make_number", lambda *given: numbers.pop() if numbers else real(*given))
    photo = (UploadedFile("1.png", png()),)
    with transaction.atomic() if within else contextlib.nullcontext():
        second = services.receive(NewRequest(text=TEXT + "另一件", files=photo))
    assert second.number != first.number
    assert not numbers
    assert counts() == (2, 1)


def test_a_full_disk_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from minhu.engines import files

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "no space")

    before = files._write
    wrote: list[int] = []

    def second_fails(*arguments: Any) -> None:
        if wrote:
            full()
        wrote.append(1)
        before(*arguments)

    monkeypatch.setattr(files, "_write", second_fails)
    photos = (UploadedFile("1.png", png("red")), UploadedFile("2.png", png("blue")))
    with pytest.raises(Unavailable, match="存储空间不足"):
        services.receive(NewRequest(text=TEXT, files=photos))
    assert counts() == (0, 0)
    assert kept(home) == []


def test_a_database_error_after_the_files_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(ledger, "append", broken)
    with pytest.raises(OperationalError):
        services.receive(NewRequest(text=TEXT, files=(UploadedFile("1.png", png()),)))
    monkeypatch.undo()
    assert counts() == (0, 0)


def test_undo_keeps_what_another_request_names(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = (UploadedFile("1.png", png()),)
    services.receive(NewRequest(text=TEXT, files=photo))
    assert len(kept(home)) == 1

    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(ledger, "append", broken)
    with pytest.raises(OperationalError):
        services.receive(NewRequest(text=TEXT, files=photo))
    assert len(kept(home)) == 1
    assert counts() == (1, 1)


def test_the_right_code_opens_however_it_is_written() -> None:
    receipt = services.receive(NewRequest(text=TEXT))
    spoken = f"编号 {receipt.number[:6]}-{receipt.number[6:]}"
    assert services.open_by_code(spoken, f" {receipt.code[:3]} {receipt.code[3:]} ", "c") == receipt.request_id
