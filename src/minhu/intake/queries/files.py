"""Files of a request: who sees which, and their content."""

from __future__ import annotations

from collections.abc import Iterator

from minhu.directory.types import Role
from minhu.engines import files
from minhu.intake.models import Attachment, Recording
from minhu.intake.reading import visible_request
from minhu.intake.types import AttachmentView
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.errors import NotFound
from minhu.ledger import services as ledger

_OUTSIDE = frozenset({Role.CITIZEN, Role.PARTNER})
_FOR_THE_CITIZEN = ("citizen", "reply")


def attachments_of(request_id: int, actor: Actor | None = None) -> tuple[AttachmentView, ...]:
    """The files of a request that the actor may open: a citizen sees own files and those of the reply."""
    who = actor or current_actor()
    rows = Attachment.objects.filter(request_id=request_id)
    if _is_outside(who):
        rows = rows.filter(kind__in=_FOR_THE_CITIZEN)
    return tuple(_view(row) for row in rows)


def open_attachment(uid: str, actor: Actor | None = None) -> tuple[AttachmentView, Iterator[bytes]]:
    """One file and its content in pieces; entered in the reading log.

    Raises NotFound when there is none or the actor may not see it, Unavailable when the store fails.
    """
    who = actor or current_actor()
    row = Attachment.objects.filter(uid=uid).first()
    if row is None or (_is_outside(who) and row.kind not in _FOR_THE_CITIZEN):
        raise NotFound("没有找到这个附件，或者您无权查看。", code="not_found")
    visible_request(row.request_id, who)
    content = files.stream(row.digest)
    first = next(content)
    ledger.record_access(("request", row.request_id), "打开附件", [f"attachment:{row.pk}"])
    return _view(row), _joined(first, content)


def named_files(digests: list[str]) -> set[str]:
    """Which of these addresses an attachment or the sound of a call names. Needs a scope that sees all of them."""
    attached = Attachment.objects.filter(digest__in=digests).values_list("digest", flat=True)
    heard = Recording.objects.filter(digest__in=digests).values_list("digest", flat=True)
    return {*attached, *heard}


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _is_outside(who: Actor) -> bool:
    return who.roles <= _OUTSIDE


def _view(row: Attachment) -> AttachmentView:
    return AttachmentView(row.pk, str(row.uid), row.name, row.media_type, row.size, row.kind, row.added_at)
