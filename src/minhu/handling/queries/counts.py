"""How many orders stand where, among those the actor may see."""

from __future__ import annotations

from django.db.models import Count

from minhu.directory.access import visible_to
from minhu.handling.models import Order
from minhu.handling.types import LIVE_STATES, State
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now


def counts_by_state(actor: Actor | None = None) -> dict[State, int]:
    """Orders in each live state, and nothing for the ended ones (which only grow)."""
    rows = visible_to(Order.objects.filter(state__in=[s.value for s in LIVE_STATES]), actor)
    found = dict(rows.order_by().values_list("state").annotate(Count("id")))
    return {state: found.get(state.value, 0) for state in State if state in LIVE_STATES}


def overdue_count(actor: Actor | None = None) -> int:
    """Live orders whose deadline has passed."""
    live = Order.objects.filter(state__in=[s.value for s in LIVE_STATES], due_at__lt=now())
    return visible_to(live, actor).count()
