"""Whoever asked says whether the answer helped, with what was wrong; judged later by those who keep the papers."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import as_system, require
from minhu.directory.policy import Action
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotFound
from minhu.knowledge.domain.keys import keeper_keys
from minhu.knowledge.domain.quality import STAFF_SAYS, TROUBLES, Rated
from minhu.knowledge.models import Asking, Document, OpenQuestion
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.shown import FoundPaper
from minhu.knowledge.services.finding import find
from minhu.knowledge.services.questions import note
from minhu.knowledge.types import Door, Outcome, Trouble
from minhu.language.answers.question import LONGEST_QUESTION
from minhu.language.personal import mask_personal

MOST: Final = 300


def rate(token: str, helpful: bool, complaint: str = "") -> None:
    """Keep the rating of an answer; a later one takes its place. Raises NotFound for an unknown token, Invalid."""
    _keep(token, Rated.HELPFUL if helpful else Rated.UNHELPFUL, complaint, "")


def rate_as_staff(token: str, rated: Rated, complaint: str = "") -> None:
    """Keep what somebody at a desk says of an answer: helpful, wrong, out of date or incomplete, with words.

    Raises Invalid for another rating or too many words, NotAllowed for who reads no documents, NotFound.
    """
    require(Action.VIEW_KNOWLEDGE)
    if rated not in STAFF_SAYS:
        raise Invalid("请选择：有帮助、有错误、已过时或不完整。", fields={"rated": "请选择一项"})
    _keep(token, rated, complaint, current_actor().id)


def rate_search(typed: str, rated: Rated, complaint: str = "") -> None:
    """Keep what somebody at a desk says of the passages that a search gave; the first one stands for them."""
    require(Action.VIEW_KNOWLEDGE)
    words = typed.replace("\0", "").strip()
    if not words or len(words) > LONGEST_QUESTION:
        raise Invalid("请先检索，再评价结果。", fields={"question": "请先检索"})
    actor = current_actor()
    papers = find(words, size=1).papers
    with transaction.atomic():
        token = _searched(words, papers[0] if papers else None, actor)
        rate_as_staff(token, rated, complaint)


def _searched(words: str, best: FoundPaper | None, actor: Actor) -> str:
    """A search as an asking, so that its rating has a place; it is counted by nothing else."""
    passage = best.passages[0] if best else None
    with as_system(), reading():
        document = Document.objects.filter(pk=best.document_id).first() if best else None
        row = Asking.objects.create(
            at=now(), door=Door.SEARCH.value, staff=actor.id, question=mask_personal(words)[:500], engine="search",
            outcome=(Outcome.ANSWERED if best else Outcome.NOT_FOUND).value, version_id=best.version_id if best else None,
            passage=passage.number if passage else 0, start=passage.start if passage else 0,
            end=passage.end if passage else 0, answer=passage.text[:4000] if passage else "",
            category_code=document.category_code if document else "",
            keys=sorted(keeper_keys(document.owner_unit_id if document else None)),
        )  # fmt: skip
    return str(row.token)


def hand_over(token: str) -> None:
    """Note that whoever asked went on to a person: to the telephone or to write a request. Raises NotFound."""
    with transaction.atomic(), as_system(), reading():
        row = _row(token)
        if row.handed_at is None:
            row.handed_at = now()
            row.save(update_fields=["handed_at"])


def _row(token: str) -> Asking:
    missing = NotFound("没有找到这次问答，无法评价。", code="no_such_asking")
    try:
        asked = UUID(token)
    except ValueError as error:
        raise missing from error
    row = Asking.objects.select_for_update(of=("self",)).filter(token=asked).first()
    if row is None:
        raise missing
    return row


def _keep(token: str, rated: Rated, complaint: str, by: str) -> None:
    said = complaint.replace("\0", "").strip()
    if len(said) > MOST:
        raise Invalid(f"说明请不超过 {MOST} 个字。", fields={"complaint": f"请不超过 {MOST} 个字。"})
    with transaction.atomic(), as_system(), reading():
        row = _row(token)
        row.rated, row.rated_by, row.helpful, row.rated_at = rated.value, by, rated is Rated.HELPFUL, now()
        row.complaint = "" if row.helpful else mask_personal(said)[:MOST]
        row.save(update_fields=["rated", "rated_by", "helpful", "rated_at", "complaint"])
        if not row.helpful:
            _queue(row, TROUBLES[rated])


def _queue(row: Asking, trouble: Trouble) -> None:
    """Into the queue once for its trouble, however often it is rated; what nothing answered waits there already.

    A rating that was taken back and given again changes the words only: one asking is counted once.
    """
    document = row.version.document if row.version is not None else None
    queued = row.queued
    if queued is not None and (document is None or queued.trouble == trouble.value):
        if row.complaint:
            OpenQuestion.objects.filter(pk=queued.pk).update(complaint=row.complaint)
        return
    note(row, trouble if document is not None else Trouble.UNANSWERED, document)
