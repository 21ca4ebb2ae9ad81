"""Rows for the rooms above that count and list: query sets already limited to what the actor may see."""

from __future__ import annotations

from django.db.models import QuerySet

from minhu.directory.access import visible_to
from minhu.handling.models import Assignment, Order
from minhu.kernel.actors import Actor


def visible_orders(actor: Actor | None = None) -> QuerySet[Order]:
    """Every order the actor may see."""
    return visible_to(Order.objects.all(), actor)


def visible_assignments(actor: Actor | None = None) -> QuerySet[Assignment]:
    """Every unit's share of those orders."""
    return visible_to(Assignment.objects.all(), actor, request_field="order__request_id", units_field="order__unit_ids")
