"""Whoever asked says whether the answer helped, once, with what was wrong; judged later by those who keep the papers."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import as_system
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotFound
from minhu.knowledge.models import Asking
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services.questions import note
from minhu.knowledge.types import Trouble
from minhu.language.personal import mask_personal

MOST: Final = 300


def rate(token: str, helpful: bool, complaint: str = "") -> None:
    """Keep the rating of an answer; a later one takes its place. Raises NotFound for an unknown token, Invalid."""
    try:
        asked = UUID(token)
    except ValueError as error:
        raise NotFound("没有找到这次问答，无法评价。", code="no_such_asking") from error
    said = complaint.replace("\0", "").strip()
    if len(said) > MOST:
        raise Invalid(f"说明请不超过 {MOST} 个字。", fields={"complaint": f"请不超过 {MOST} 个字。"})
    with transaction.atomic(), as_system(), reading():
        row = Asking.objects.select_for_update(of=("self",)).filter(token=asked).first()
        if row is None:
            raise NotFound("没有找到这次问答，无法评价。", code="no_such_asking")
        row.helpful, row.rated_at = helpful, now()
        row.complaint = "" if helpful else mask_personal(said)[:MOST]
        row.save(update_fields=["helpful", "rated_at", "complaint"])
        if not helpful and row.version is not None:
            note(row, Trouble.UNHELPFUL, row.version.document)
