"""Joining by rule: a request that is surely one matter with a running order joins it by itself, where a published rule says so.

Off by default. Never danger, sensitive or confidential matters, nor who tells of a loss of his own (``intake.repeats``).
The step says why, the citizen reads it, and a dispatcher parts them again with one press.
"""

from __future__ import annotations

from typing import Final

from minhu.directory.access import as_system
from minhu.directory.types import Urgency
from minhu.handling.domain.states import AT_UNIT, BEFORE_DISPATCH
from minhu.handling.models import Order
from minhu.handling.services.perform import take
from minhu.handling.types import JOINED_BY_RULE, State, Step, StepData
from minhu.intake.events import RequestReceived
from minhu.kernel.errors import Conflict, Invalid

_RUNNING: Final = BEFORE_DISPATCH | AT_UNIT


def join_by_rule(number: str, event: RequestReceived) -> bool:
    """Join the new order ``number`` to the running order of the same matter; says whether it did."""
    delicate = event.sensitive or event.confidential or event.urgency == Urgency.DANGER.value
    if event.joins_request_id is None or delicate:
        return False
    with as_system():
        target = _running(event.joins_request_id)
        if target is None:
            return False
        data = StepData(
            target_number=target.number, text=f"按规则并案：{event.joins_basis}"[:500], reason_code=JOINED_BY_RULE
        )
        try:
            take(number, Step.JOIN, data, key="auto-join")
        except (Conflict, Invalid):
            return False  # the other one ended at this moment: a person decides
    return True


def _running(request_id: int) -> Order | None:
    """The order that is worked on for a request: its own, or the one that this was merged into; none that is delicate."""
    order = Order.objects.filter(request_id=request_id).select_related("merged_into").order_by("id").first()
    if order is not None and order.merged_into is not None:
        order = order.merged_into
    if order is None or State(order.state) not in _RUNNING:
        return None
    delicate = order.sensitive or order.confidential or order.urgency == Urgency.DANGER.value
    return None if delicate else order
