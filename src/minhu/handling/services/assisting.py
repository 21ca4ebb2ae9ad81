"""The assistants that stand beside whoever approves a reply and whoever calls back: they propose, note, and decide nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from minhu.directory.queries import categories, rules
from minhu.directory.types import ProcessStep
from minhu.handling.domain import calling
from minhu.handling.models import Assignment, AssistantAdvice, Order
from minhu.intake.queries import openings
from minhu.intake.services.text_wishes import SURVEY, wish
from minhu.intake.types import Outcome
from minhu.kernel.actors import Actor
from minhu.language import replies

APPROVE, REJECT = "approve", "reject"
_FITS: Final = {
    APPROVE: frozenset({"approve"}), REJECT: frozenset({"reject"}), calling.INVITE: frozenset({"close"}),
    calling.CALL: frozenset({"close", "reopen"}), calling.REOPEN: frozenset({"reopen"}),
}  # fmt: skip
"""Which ends of the step follow a proposal."""


def propose_review(order: Order, share: Assignment, moment: datetime) -> None:
    """Look at a reply that waits for approval; part of the step that gave it."""
    if not rules.assistants().on(ProcessStep.REVIEW):
        return
    matter = info.full_name if (info := categories.category_info(order.category_id)) else ""
    words = f"{order.title} {matter} {openings([order.request_id]).get(order.request_id, '')}"
    found = replies.check_reply(words, share.reply, contact=share.first_contact_at is not None, solved=share.solved)
    proposal = REJECT if replies.proposes_return(found) else APPROVE
    reasons = [[one.doubt.value, one.why, *one.span] for one in found]
    _note(order, ProcessStep.REVIEW, proposal, reasons, replies.MAKER, moment)


def propose_call(order: Order, moment: datetime) -> None:
    """Say how to ask the citizen after an approved reply; part of the step that approved it."""
    if not rules.assistants().on(ProcessStep.CALL_BACK):
        return
    last = AssistantAdvice.objects.filter(order=order, step=ProcessStep.REVIEW.value).first()
    doubts = tuple(str(one[1]) for one in last.reasons) if last else ()
    facts = calling.Answered(
        solved=order.solved, reopened=order.reopen_count, returned=order.return_count,
        contacted=order.first_contact_at is not None, in_time=order.handled_in_time,
        delicate=order.sensitive or order.group_matter, asked_again=order.caller_month_count, doubts=doubts,
    )  # fmt: skip
    advice = calling.advise_call(facts)
    if advice.proposal == calling.INVITE:
        wish(SURVEY, order.number, key=f"survey-{order.number}-{order.version}")
    _note(
        order, ProcessStep.CALL_BACK, advice.proposal, [list(one) for one in advice.reasons], calling.MAKER, moment
    )  # fmt: skip


def settle_advice(order: Order, step: ProcessStep, end: str, actor: Actor, moment: datetime) -> None:
    """Note on the waiting proposal of a step how it ended: ``approve``, ``reject``, ``close``, ``reopen``.

    What the program itself did says nothing about the proposal: then its outcome is 'automatic'.
    """
    row = AssistantAdvice.objects.filter(order=order, step=step.value, outcome=Outcome.PENDING.value).first()
    if row is None:
        return
    fits = end in _FITS.get(row.proposal, frozenset())
    by_person = Outcome.ACCEPTED if fits else Outcome.CHANGED
    row.outcome = (by_person if actor.kind == "staff" else Outcome.AUTOMATIC).value
    row.decided_by, row.decided_at = actor.id, moment
    row.save(update_fields=["outcome", "decided_by", "decided_at"])


def _note(
    order: Order, step: ProcessStep, proposal: str, reasons: Sequence[Sequence[object]], maker: str, moment: datetime
) -> None:
    AssistantAdvice.objects.update_or_create(
        order=order, step=step.value, version=order.version,
        defaults={
            "proposal": proposal, "reasons": reasons, "maker": maker, "made_at": moment,
            "outcome": Outcome.PENDING.value,
        },
    )  # fmt: skip
