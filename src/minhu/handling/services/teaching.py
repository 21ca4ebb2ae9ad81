"""What handling teaches understanding: an order that was given back is a case that people differed about."""

from __future__ import annotations

from minhu.handling.events import OrderChanged
from minhu.handling.models import Order
from minhu.handling.types import Step
from minhu.intake.services.queueing import dispute
from minhu.intake.types import QueueReason


def teach_by_return(event: OrderChanged) -> None:
    """Queue the request of an order whose return was approved (part of the step's transaction)."""
    if event.step != Step.APPROVE_RETURN.value:
        return
    request_id = Order.objects.filter(pk=event.order_id).values_list("request_id", flat=True).first()
    if request_id is not None:
        dispute(request_id, QueueReason.RETURNED)
