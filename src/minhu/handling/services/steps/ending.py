"""Ends and new beginnings: close, archive, withdraw, reopen."""

from __future__ import annotations

from datetime import timedelta

from minhu.directory.types import ProcessStep
from minhu.handling.models import Review
from minhu.handling.services.assisting import settle_advice
from minhu.handling.services.context import Context
from minhu.handling.services.outside import rules
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.steps.together import close_merged, merge_again, release_merged
from minhu.handling.services.supervision_ends import leave_units
from minhu.handling.types import LIVE_STATES, AssignmentState, State, Step
from minhu.kernel.errors import Conflict


@handles(Step.CLOSE)
def close(context: Context) -> None:
    """The matter is settled, by the citizen's word or because nobody could be reached in time."""
    context.order.closed_at = context.moment
    context.order.close_reason = context.data.reason_code[:40]
    settle_advice(context.order, ProcessStep.CALL_BACK, "close", context.actor, context.moment)
    leave_units(context, "工单已办结", AssignmentState.REPLIED)
    close_merged(context)


@handles(Step.ARCHIVE)
def archive(context: Context) -> None:
    """Nothing more is expected; a question that somebody can still decide must be answered first."""
    target = context.order.merged_into
    if context.order.state == State.MERGED.value and target and State(target.state) in LIVE_STATES:
        raise Conflict("主单还在办理，办结后此单随之办结。", code="target_open")
    waiting = Review.objects.filter(order=context.order, decision=Review.Decision.WAITING)
    if context.order.state == State.CLOSED.value and waiting.exists():
        raise Conflict("还有申请等待审核，审核后才能归档。", code="review_waits")
    waiting.update(
        decision=Review.Decision.REFUSED, decided_at=context.moment, decided_by="system", decision_reason="工单已归档"
    )
    leave_units(context, "工单已归档", AssignmentState.RECALLED)
    close_merged(context)


@handles(Step.WITHDRAW)
def withdraw(context: Context) -> None:
    """The citizen takes the request back; orders that were merged into this one live on by themselves."""
    context.order.closed_at = context.moment
    context.order.close_reason = "withdrawn"
    leave_units(context, "群众已撤回诉求", AssignmentState.RECALLED)
    context.order.lead_unit = None if context.order.dispatched_at is None else context.order.lead_unit
    release_merged(context, "主单已由群众撤回，恢复单独办理。")


@handles(Step.REOPEN)
def reopen(context: Context) -> None:
    """A new round with its own dispatch and clocks; what was answered before stays in the history."""
    order = context.order
    days = rules.deadline_rules().reopen_within_days
    late = order.closed_at is not None and context.moment - order.closed_at > timedelta(days=days)
    if days and late and context.actor.kind != "system":
        raise Conflict(f"办结已超过 {days} 天，请重新提交诉求。", code="too_late_to_reopen")
    leave_units(context, "工单重办", AssignmentState.REPLIED)
    settle_advice(order, ProcessStep.CALL_BACK, "reopen", context.actor, context.moment)
    context.changes["round"] = order.reopen_count + 1
    order.reopen_count += 1
    order.closed_at = order.replied_at = order.reply_approved_at = None
    order.handled_in_time = order.solved = None
    order.close_reason, order.public_reply, order.deadline_key = "", "", ""
    order.transfer_count = order.extension_count = 0
    order.lead_unit = order.merged_into = None
    merge_again(context)
    context.raised.append(("reopened", None))
