"""What of a request travels with it to another hotline: files and later words; each file is entered in the log of readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from minhu.intake.models import Attachment, Supplement
from minhu.intake.reading import visible_request
from minhu.kernel.actors import Actor
from minhu.ledger import services as ledger


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file that may travel: its name, its size in bytes and the SHA-256 of its content."""

    id: int
    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class AddedWords:
    """A supplement of a request with the files that came with it."""

    request_id: int
    text: str
    added_at: datetime


def files_to_hand_on(
    request_id: int, kind: str, actor: Actor, *, added_at: datetime | None = None
) -> tuple[HandedFile, ...]:
    """The files of one kind (citizen, unit or reply), of one supplement where ``added_at`` names it; NotFound as ever."""
    visible_request(request_id, actor)
    rows = Attachment.objects.filter(request_id=request_id, kind=kind)
    if added_at is not None:
        rows = rows.filter(added_at=added_at)
    return tuple(HandedFile(row.pk, row.name, row.size, row.digest) for row in rows.order_by("id"))


def handed_on(request_id: int, files: Sequence[HandedFile], whom: str) -> None:
    """Enter in the log of readings that these files go to ``whom``."""
    if files:
        ledger.record_access(("request", request_id), f"附件随转{whom}", [f"attachment:{one.id}" for one in files])


def added_words(supplement_id: int, actor: Actor) -> AddedWords:
    """One supplement; raises NotFound unless the actor may see its request."""
    row = Supplement.objects.get(pk=supplement_id)
    visible_request(row.request_id, actor)
    return AddedWords(row.request_id, row.text, row.added_at)
