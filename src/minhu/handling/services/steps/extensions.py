"""More time: extensions before the deadline, and suspensions with a reason."""

from __future__ import annotations

from typing import cast

from minhu.handling.models import Review
from minhu.handling.services.context import Context
from minhu.handling.services.outside import day_words, rules
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.steps.returns import settle
from minhu.handling.services.steps.work import share_of
from minhu.handling.types import ClockKind, Step
from minhu.kernel.calendar import Duration
from minhu.kernel.calendar.types import Unit as TimeUnit
from minhu.kernel.errors import Conflict, Invalid


def _wanted(context: Context, longest: Duration) -> Duration:
    """The time asked for, never longer than the rules allow, in the unit of the rules."""
    data = context.data
    amount, unit = data.amount or longest.amount, data.duration_unit or longest.unit
    if unit != longest.unit or not 1 <= amount <= longest.amount:
        names = {"working_days": "个工作日", "natural_days": "天", "hours": "小时", "minutes": "分钟"}
        raise Invalid(
            f"时间须在 1 至 {longest.amount} {names[longest.unit]}之间。",
            fields={"amount": f"最多 {longest.amount} {names[longest.unit]}"},
        )
    return Duration(amount, longest.unit, longest.working_hours)


@handles(Step.ASK_EXTENSION)
def ask_extension(context: Context) -> None:
    """Asked before the deadline, as often and as long as the deadline rules allow (default once, 10 working days)."""
    limit, order, share = rules.deadline_rules().extension, context.order, share_of(context)
    if order.extension_count >= limit.times:
        raise Conflict(f"此单已延期 {order.extension_count} 次，不能再次延期。", code="no_more_extensions")
    clocks = context.book.find((ClockKind.HANDLE,), share)
    late = not clocks or context.moment > clocks[0].due_at
    if late and limit.before_deadline:
        raise Conflict("延期须在办理时限届满前申请，此单已超期。请尽快答复并说明情况。", code="too_late_to_extend")
    extra = _wanted(context, limit.longest)
    context.review = Review.objects.create(
        order=order, assignment=share, kind=Review.Kind.EXTENSION, reason_code=context.data.reason_code,
        reason=context.data.text, evidence_ids=list(context.data.attachment_ids), amount=extra.amount,
        unit=extra.unit, asked_at=context.moment, asked_by=context.actor.id, asked_in_time=not late,
    )  # fmt: skip
    context.changes |= {"amount": extra.amount, "unit": extra.unit}


@handles(Step.APPROVE_EXTENSION)
def approve_extension(context: Context) -> None:
    """The handling clock gets the time asked for (or less, as ``amount`` says), counted from its deadline."""
    review = _question(context)
    longest = Duration(review.amount or 1, cast(TimeUnit, review.unit or "working_days"))
    extra = _wanted(context, longest)
    for clock in context.book.find((ClockKind.HANDLE,), review.assignment):
        before = clock.due_at
        context.book.extend(clock, extra)
        context.words["due"] = day_words(clock.due_at)
        context.changes |= {"amount": extra.amount, "due": [before.isoformat(), clock.due_at.isoformat()]}
    context.order.extension_count += 1
    settle(context, review, Review.Decision.APPROVED)


@handles(Step.REFUSE_EXTENSION)
def refuse_extension(context: Context) -> None:
    """The deadline stays."""
    settle(context, _question(context), Review.Decision.REFUSED)


def _question(context: Context) -> Review:
    if context.review is None:
        raise Conflict("没有等待审核的申请，可能已由他人处理。", code="nothing_waits")
    return context.review


@handles(Step.SUSPEND)
def suspend(context: Context) -> None:
    """Clocks stand from now on; a supervisor examines the reason afterwards and may undo it."""
    order, share, data = context.order, share_of(context), context.data
    times = rules.deadline_rules().suspensions
    done = Review.objects.filter(order=order, kind=Review.Kind.SUSPENSION, assignment=share).count()
    if done >= times:
        raise Conflict(f"此单已挂起 {done} 次，不能再次挂起。", code="no_more_suspensions")
    context.review = Review.objects.create(
        order=order, assignment=share, kind=Review.Kind.SUSPENSION, reason_code=data.reason_code, reason=data.text,
        evidence_ids=list(data.attachment_ids), amount=data.amount, unit=data.duration_unit,
        asked_at=context.moment, asked_by=context.actor.id,
    )  # fmt: skip
    context.words["reason"] = rules.reasons().label("suspend", data.reason_code)


@handles(Step.APPROVE_SUSPENSION)
def approve_suspension(context: Context) -> None:
    """The reason holds; nothing else changes."""
    settle(context, _question(context), Review.Decision.APPROVED)


@handles(Step.REFUSE_SUSPENSION)
def refuse_suspension(context: Context) -> None:
    """The reason does not hold: clocks go on as if they had never stood."""
    settle(context, _question(context), Review.Decision.REFUSED)


@handles(Step.RESUME)
def resume(context: Context) -> None:
    """Work goes on; a question about the suspension that still waits stays to be examined in the history."""
    Review.objects.filter(order=context.order, kind=Review.Kind.SUSPENSION, decision=Review.Decision.WAITING).update(
        decision=Review.Decision.APPROVED, decided_at=context.moment, decided_by="system", decision_reason="已恢复办理"
    )
