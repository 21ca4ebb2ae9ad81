"""Orders merged into one share its fate: they end with it, go on with it, or part from it.

Source: repeats are merged into one order, reversibly, and every requester is promised the result. What the program
does here follows from a person's (or a rule's) step on the main order; nothing is decided about anybody anew.
"""

from __future__ import annotations

from minhu.handling.models import Order
from minhu.handling.services.context import Context
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.supervision_ends import leave_units
from minhu.handling.types import AssignmentState, ClockKind, State, Step, StepData


def _numbers(context: Context, *states: State) -> list[str]:
    rows = Order.objects.filter(merged_into=context.order, state__in=[state.value for state in states])
    return list(rows.order_by("id").values_list("number", flat=True))


def _follow(context: Context, name: str, numbers: list[str], step: Step, text: str) -> None:
    if numbers:
        context.changes[name] = numbers
        context.following += [(number, step, StepData(text=text)) for number in numbers]


def close_merged(context: Context) -> None:
    """The result is theirs as well: they are closed with the main order, each with a step and an entry of its own."""
    numbers = _numbers(context, State.MERGED)
    _follow(context, "closed_along", numbers, Step.CLOSE_ALONG, f"主单 {context.order.number} 已办结，一并办结。")


def merge_again(context: Context) -> None:
    """The matter goes on: those that were closed with the main order wait for its result again."""
    numbers = _numbers(context, State.CLOSED, State.ARCHIVED)
    _follow(context, "merged_again", numbers, Step.MERGE_AGAIN, f"主单 {context.order.number} 重办，一并办理。")


def release_merged(context: Context, text: str) -> None:
    """There will be no joint result: each goes on by itself, so that a person decides about it."""
    _follow(context, "released", _numbers(context, State.MERGED), Step.UNMERGE, text)


@handles(Step.CLOSE_ALONG)
def close_along(context: Context) -> None:
    """Units that still held shares are free; the link to the main order stays, it has the reply."""
    context.order.closed_at = context.moment
    context.order.close_reason = "merged"
    leave_units(context, "主单已办结", AssignmentState.RECALLED)


@handles(Step.MERGE_AGAIN)
def again(context: Context) -> None:
    """Merged as before; its units were freed when it closed, so parting would leave it to the dispatcher."""
    order = context.order
    order.closed_at, order.close_reason, order.lead_unit = None, "", None
    order.resume_state = State.TO_DISPATCH.value
    context.book.start(ClockKind.DISPATCH)
    context.book.pause((ClockKind.DISPATCH,), None, "merge")
