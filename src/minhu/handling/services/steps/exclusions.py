"""Exclusion (剔除): a unit asks that a rating shall not count against it; somebody else decides."""

from __future__ import annotations

from minhu.handling.models import Review
from minhu.handling.services.context import Context
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.steps.returns import settle
from minhu.handling.services.steps.work import share_of
from minhu.handling.types import Step
from minhu.kernel.errors import Conflict


@handles(Step.ASK_EXCLUSION)
def ask_exclusion(context: Context) -> None:
    """Ask once for each dispatch, with a reason and evidence."""
    share, data = share_of(context), context.data
    before = Review.objects.filter(assignment=share, kind=Review.Kind.EXCLUSION).first()
    if before is not None:
        raise Conflict("这次办理已经申请过剔除，请以审核结果为准。", code="asked_before")
    context.review = Review.objects.create(
        order=context.order, assignment=share, kind=Review.Kind.EXCLUSION, reason_code=data.reason_code,
        reason=data.text, evidence_ids=list(data.attachment_ids), asked_at=context.moment,
        asked_by=context.actor.id,
    )  # fmt: skip


@handles(Step.APPROVE_EXCLUSION, Step.REFUSE_EXCLUSION)
def decide_exclusion(context: Context) -> None:
    """Decide; figures before and after are both kept by evaluation."""
    if context.review is None:
        raise Conflict("没有等待审核的剔除申请，可能已由他人处理。", code="nothing_waits")
    approved = context.transition.step is Step.APPROVE_EXCLUSION
    settle(context, context.review, Review.Decision.APPROVED if approved else Review.Decision.REFUSED)
