"""Words and files that are added to a request later; the request itself stays as it came."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.intake import attachments
from minhu.intake.domain.validation import checked_words, file_problems
from minhu.intake.events import SupplementAdded
from minhu.intake.models import Attachment, Supplement
from minhu.intake.reading import visible_request
from minhu.intake.types import UploadedFile
from minhu.kernel.actors import Actor, current_actor, use_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid
from minhu.kernel.events import publish
from minhu.ledger import services as ledger

MOST_SUPPLEMENTS = 50
MOST_ATTACHMENTS = 60
SAME_WITHIN = timedelta(minutes=10)
"""The same words and files again within this time are the same supplement."""


def supplement(request_id: int, text: str, files: Sequence[UploadedFile] = (), *, actor: Actor | None = None) -> int:
    """Add words (2 to 5,000 characters) and files to a request; return the id of the supplement.

    The same words and files of the same person within ten minutes are the supplement that is there already.

    Raises NotFound and NotAllowed by the policy, Invalid for what cannot be used, Conflict when there are
    already fifty supplements or sixty files.
    """
    who = actor or current_actor()
    words = checked_words(text)
    if problems := file_problems(tuple(files)):
        raise Invalid("文件不能上传，请按提示修改。", fields=problems)
    kept = attachments.Keeper()
    try:
        with use_actor(who), transaction.atomic():
            request = visible_request(request_id, who)
            require(Action.SUPPLEMENT, request.facts(), who)
            with elevated("a supplement is announced to rooms whose rows the citizen may not see"):
                return _add(request_id, words, files, kept)
    except BaseException:
        kept.undo()
        raise


def attach(request_id: int, files: Sequence[UploadedFile], *, kind: str, actor: Actor | None = None) -> tuple[int, ...]:
    """Store files of a unit (`kind` 'unit' for its own record, 'reply' for the citizen); return their ids.

    The caller has checked that its actor may do the step they belong to; here the actor must see the request.
    """
    who = actor or current_actor()
    if problems := file_problems(tuple(files)):
        raise Invalid("文件不能上传，请按提示修改。", fields=problems)
    kept = attachments.Keeper()
    try:
        with use_actor(who), transaction.atomic():
            visible_request(request_id, who)
            _room_for(request_id, len(files))
            rows = attachments.record(request_id, kept.keep(files), now(), kind=kind)
            return tuple(row.pk for row in rows)
    except BaseException:
        kept.undo()
        raise


def _add(request_id: int, words: str, files: Sequence[UploadedFile], kept: attachments.Keeper) -> int:
    if (known := _just_added(request_id, words, files)) is not None:
        return known
    if Supplement.objects.filter(request_id=request_id).count() >= MOST_SUPPLEMENTS:
        raise Conflict("补充次数已达上限，如有新的情况请拨打 12345 说明。", code="too_many_supplements")
    _room_for(request_id, len(files))
    moment = now()
    row = Supplement.objects.create(request_id=request_id, text=words, added_at=moment, added_by=current_actor().id)
    attachments.record(request_id, kept.keep(files), moment, kind="citizen")
    publish(SupplementAdded(request_id=request_id, supplement_id=row.pk))
    ledger.append("request.supplemented", ("request", request_id), {"supplement": row.pk, "files": len(files)})
    return row.pk


def _just_added(request_id: int, words: str, files: Sequence[UploadedFile]) -> int | None:
    """The supplement that says the same, when a button was pressed twice or an answer was lost on the way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"supplement {request_id}"])
    same = Supplement.objects.filter(
        request_id=request_id, text=words, added_by=current_actor().id, added_at__gt=now() - SAME_WITHIN
    )
    row = same.order_by("-id").first()
    if row is None:
        return None
    before = Attachment.objects.filter(request_id=request_id, added_at=row.added_at).values_list("digest", flat=True)
    return row.pk if set(before) == {hashlib.sha256(file.content).hexdigest() for file in files} else None


def _room_for(request_id: int, more: int) -> None:
    if more and Attachment.objects.filter(request_id=request_id).count() + more > MOST_ATTACHMENTS:
        raise Conflict("附件数量已达上限，不能再上传。", code="too_many_files")
