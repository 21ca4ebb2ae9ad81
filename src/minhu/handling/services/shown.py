"""``perform``: a step together with the page that shows what came of it."""

from __future__ import annotations

from minhu.handling.queries.orders import order_view
from minhu.handling.services.perform import take
from minhu.handling.types import OrderView, Step, StepData
from minhu.kernel.actors import current_actor


def perform(
    number: str, step: Step, data: StepData = StepData(), *, version: int | None = None, key: str = ""
) -> OrderView:
    """Take a step as the current actor and return the order as that actor now sees it (see ``take``)."""
    take(number, step, data, version=version, key=key)
    return order_view(number, current_actor())
