"""The lead's reply is read by somebody who did not write it before the citizen reads it."""

from __future__ import annotations

from minhu.directory.policy import Action, decide
from minhu.directory.types import ProcessStep
from minhu.handling.models import Review
from minhu.handling.services.assisting import propose_call, settle_advice
from minhu.handling.services.context import Context
from minhu.handling.services.outside import reply_approver, unit_of
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.steps.returns import settle
from minhu.handling.services.supervision_ends import end_supervisions
from minhu.handling.types import AssignmentState, ClockKind, Step
from minhu.kernel.errors import Conflict, NotAllowed

REWORK = "rework"


def _judge(context: Context) -> Review:
    review, actor, order = context.review, context.actor, context.order
    if review is None or review.assignment is None:
        raise Conflict("没有等待审核的答复，可能已由他人处理。", code="nothing_waits")
    if actor.kind != "system" and actor.id == review.assignment.replied_by:
        raise NotAllowed("不能审核自己撰写的答复，请由其他人审核。", code="own_reply")
    central = decide(actor, Action.SUPERVISE, order.facts())
    if not central and reply_approver(order) == "supervisor":
        raise NotAllowed("此单的答复须由督办岗审核后才能告知群众。", code="needs_supervisor")
    if not central and review.assignment.unit_id not in actor.unit_ids:
        raise NotAllowed("只有主办单位负责人或督办岗可以审核答复。", code="not_your_order")
    return review


@handles(Step.APPROVE_REPLY)
def approve_reply(context: Context) -> None:
    """The reply (as the approver may have improved it) becomes public; supervision asked for it and owes no more."""
    review, order = _judge(context), context.order
    written = review.assignment.reply if review.assignment else ""
    order.public_reply = context.data.reply.strip() or written
    order.reply_approved_at = context.moment
    context.changes["edited"] = order.public_reply != written
    settle(context, review, Review.Decision.APPROVED)
    settle_advice(order, ProcessStep.REVIEW, "approve", context.actor, context.moment)
    propose_call(order, context.moment)
    end_supervisions(context)


@handles(Step.REJECT_REPLY)
def reject_reply(context: Context) -> None:
    """Back to the lead, with a clock of its own for the rework; the first clock keeps its verdict."""
    review, order = _judge(context), context.order
    share = review.assignment
    settle(context, review, Review.Decision.REFUSED)
    settle_advice(order, ProcessStep.REVIEW, "reject", context.actor, context.moment)
    order.replied_at = None
    if share is not None:
        share.state, share.replied_at = AssignmentState.SIGNED.value, None
        share.save(update_fields=["state", "replied_at"])
        context.book.start(ClockKind.HANDLE, share, unit=unit_of(share.unit_id), deadline_key=REWORK)
