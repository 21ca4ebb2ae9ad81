"""Whether an order was joined to another by rule, and why; for its page."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.directory.access import visible_to
from minhu.handling.models import Order, OrderStep
from minhu.handling.types import JOINED_BY_RULE, State, Step


@dataclass(frozen=True, slots=True)
class Joined:
    """The order that it joined, and the reason."""

    number: str
    basis: str


def joined_by_rule(order_id: int) -> Joined | None:
    """What an order that the reader may see joined by rule, while it still is joined."""
    order = (
        visible_to(Order.objects.filter(pk=order_id, state=State.MERGED.value)).select_related("merged_into").first()
    )
    if order is None or order.merged_into is None:
        return None
    step = OrderStep.objects.filter(order=order).exclude(step=Step.NOTE.value).order_by("-id").first()
    if step is None or step.step != Step.JOIN.value or step.reason_code != JOINED_BY_RULE:
        return None
    return Joined(order.merged_into.number, step.text)
