"""Rows for the rooms above that count and list: query sets already limited to what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Q, QuerySet

from minhu.directory.access import visible_to
from minhu.directory.policy import ScopeKind, scope_of
from minhu.handling.models import Assignment, Order
from minhu.handling.types import AssignmentState
from minhu.kernel.actors import Actor, current_actor

ANSWERED_DIRECTLY: Final = Q(reply_approved_at__isnull=False, lead_unit__isnull=True, imported=False)
"""Answered by the hotline itself, archived since or not: only that decision makes a reply public without a lead unit,
and a reopening takes the reply back."""

_HELD: Final = [AssignmentState.WAITING.value, AssignmentState.SIGNED.value, AssignmentState.REPLIED.value]


def visible_orders(actor: Actor | None = None) -> QuerySet[Order]:
    """Every order the actor may see."""
    return visible_to(Order.objects.all(), actor)


def visible_assignments(actor: Actor | None = None) -> QuerySet[Assignment]:
    """Every unit's share of those orders."""
    return visible_to(Assignment.objects.all(), actor, request_field="order__request_id", units_field="order__unit_ids")


def own_shares(unit_ids: Iterable[int], actor: Actor | None = None) -> QuerySet[Assignment]:
    """The shares of those of these units that are the actor's own.

    What a unit holds or answered it may see, so that no order needs to be asked: a unit's list is a range of an index.
    Shares it gave back, or that were taken from it, are left out.
    """
    who = actor or current_actor()
    rows = Assignment.objects.filter(unit_id__in=[unit for unit in unit_ids if unit in who.unit_ids], state__in=_HELD)
    if scope_of(who).kind in (ScopeKind.ALL, ScopeKind.UNITS):
        return rows
    return visible_to(rows, who, request_field="order__request_id", units_field="order__unit_ids")
