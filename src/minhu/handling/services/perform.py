"""The one way in which an order changes: check, lock, do, keep the clocks, write the history, tell."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.db import transaction

from minhu.directory.access import as_system, elevated
from minhu.directory.policy import ScopeKind, scope_of
from minhu.engines import prepared
from minhu.handling.domain.states import BY_STEP, target
from minhu.handling.models import Order, OrderStep
from minhu.handling.services import checks
from minhu.handling.services.clockbook import ANY, ClockBook
from minhu.handling.services.context import Context
from minhu.handling.services.steps import HANDLERS
from minhu.handling.services.store import finish
from minhu.handling.services.watching import raise_by_rule
from minhu.handling.types import ClockKind, State, Step, StepData, StepResult
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict

OWN_CLOCKS = frozenset(
    {Step.DISPATCH, Step.ADD_ASSIST, Step.REJECT_REPLY, Step.TRANSFER, Step.TO_ENTERPRISE, Step.ENTERPRISE_NEWS}
)
"""Steps whose handler starts the clocks itself, one set for each unit."""

PER_SHARE = frozenset({ClockKind.REVIEW, ClockKind.SUSPENSION, ClockKind.EXCLUSION})


def take(
    number: str, step: Step, data: StepData = StepData(), *, version: int | None = None, key: str = ""
) -> StepResult:
    """Take one step on the order ``number`` as the current actor, in one transaction.

    ``version`` is the version the actor saw (``None``: whatever it is now), ``key`` makes a repeated
    command harmless. Raises NotFound, NotAllowed, Conflict (stale, wrong state) or Invalid (fields);
    whatever is raised, nothing has changed.
    """
    actor, transition = current_actor(), BY_STEP[Step(step)]
    with transaction.atomic():
        loaded = checks.load(number, actor, data.target_number if step in (Step.MERGE, Step.JOIN) else "")
        order = loaded.order
        role = checks.check_right(order, transition, actor)
        if key and (done := _done_before(order, step, key)):
            return done
        checks.check_version(order, version, actor)
        book = ClockBook(order, now(), loaded.clocks)
        context = Context(order, transition, data, actor, now(), book, State(order.state), step_id=loaded.step_id)
        context.know(loaded.shares)
        checks.find_share(context)
        checks.find_review(context)
        checks.check_state(context)
        checks.check_fields(transition, data)
        with _writing(actor), prepared.gathering():
            _do(context, role, key)
        return StepResult(order.pk, order.number, State(order.state), order.version)


def hold(number: str, version: int | None = None) -> Order:
    """Lock the order for the rest of the caller's transaction, so that its state and round stay what they are.

    Raises NotFound, or Conflict when ``version`` is older than the order, as ``take`` does.
    """
    actor = current_actor()
    order = checks.load(number, actor).order
    checks.check_version(order, version, actor)
    return order


def _writing(actor: Actor) -> Any:
    """Writers who see only part of the rows still write whole orders; the policy has spoken before."""
    wide = scope_of(actor).kind is ScopeKind.ALL
    return nullcontext() if wide else elevated("a step writes the order, its units and its history")


def _done_before(order: Order, step: Step, key: str) -> StepResult | None:
    before = OrderStep.objects.filter(order=order, idempotency_key=key).first()
    if before is None:
        return None
    if before.step != step:
        raise Conflict(
            f"这个操作编号已用于“{BY_STEP[Step(before.step)].label}”，请为新的操作换一个编号。", code="key_reused"
        )
    return StepResult(order.pk, order.number, State(order.state), order.version, repeated=True)


def _do(context: Context, role: str, key: str) -> None:
    """Apply a checked step."""
    order, transition = context.order, context.transition
    before = State(order.state)
    resume = State(order.resume_state) if order.resume_state else None
    context.to = before if context.side else target(transition, before, resume)
    if transition.keeps_source and not context.side:
        order.resume_state = before.value
    _stop_clocks(context)
    HANDLERS.get(transition.step, _nothing)(context)
    _start_clocks(context)
    finish(context, before, role, key)
    _follow(context)
    for trigger, unit_id in context.raised:
        raise_by_rule(context.order, trigger, context.moment, unit_id=unit_id, book=context.book)


def _follow(context: Context) -> None:
    """Orders merged into this one share its end or part from it (`steps.together`)."""
    for number, step, data in context.following:
        with as_system():
            take(number, step, data)


def _nothing(context: Context) -> None:
    """Steps that the table describes completely."""


def _stop_clocks(context: Context) -> None:
    transition, book = context.transition, context.book
    focus: object = context.focus or ANY
    if transition.step in (Step.APPROVE_RETURN, Step.RECALL) and not context.side:
        book.stop(transition.stops, focus)
        book.cancel(transition.cancels)
    else:
        book.stop(transition.stops, focus)
        book.cancel(transition.cancels, focus)
    if transition.pauses:
        reason = "return" if transition.step is Step.ASK_RETURN else "suspension"
        owner = focus if transition.step is Step.ASK_RETURN else ANY
        book.pause((ClockKind.SIGN, ClockKind.CONTACT, ClockKind.HANDLE), owner, reason)
    if transition.resumes:
        returning = transition.step is Step.REFUSE_RETURN
        counts = transition.step is Step.REFUSE_SUSPENSION
        book.resume(focus if returning else ANY, "return" if returning else "suspension", counts=counts)


def _start_clocks(context: Context) -> None:
    if context.transition.step in OWN_CLOCKS:
        return
    if context.side and context.transition.step is Step.APPROVE_RETURN:
        return
    for kind in context.transition.starts:
        subject = context.review.pk if context.review else None
        context.book.start(kind, context.focus if kind in PER_SHARE else None, subject_id=subject)


__all__ = ["hold", "take"]
