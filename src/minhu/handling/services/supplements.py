"""A citizen adds words: an order that waited for them goes on."""

from __future__ import annotations

from minhu.directory.policy import Action, decide
from minhu.handling.models import Order
from minhu.handling.services.perform import take
from minhu.handling.types import State, Step, StepData
from minhu.intake.events import SupplementAdded
from minhu.kernel.actors import current_actor


def supplement_added(event: SupplementAdded) -> None:
    """Put an incomplete order of the request back to 'received'; other orders keep their state."""
    order = Order.objects.filter(request_id=event.request_id, state=State.INCOMPLETE.value).first()
    if order is None or not decide(current_actor(), Action.SUPPLEMENT, order.facts()):
        return
    take(order.number, Step.SUPPLEMENT, StepData(text="已补充情况"), key=f"supplement-{event.supplement_id}")
