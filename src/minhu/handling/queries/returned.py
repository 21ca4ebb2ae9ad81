"""What a unit keeps of an order it was allowed to return: that it once had it, and what it did itself.

By the rules personal data are read for a purpose only, and a matter that is not a unit's own gives it none: with the
approval of its return the unit leaves the order and its request (policy, lists and row security alike). Its own record
stays, because returns are counted and may be asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from minhu.directory.access import elevated
from minhu.directory.policy import ScopeKind, scope_of
from minhu.directory.queries.rules import reasons
from minhu.directory.queries.units import unit_info
from minhu.handling.domain.states import BY_STEP, BY_UNIT
from minhu.handling.models import Assignment, OrderStep, Review
from minhu.handling.types import AssignmentState, Step
from minhu.kernel.actors import Actor, current_actor


@dataclass(frozen=True, slots=True)
class OwnStep:
    """A step that the unit took while it had the order."""

    at: datetime
    label: str
    actor_name: str
    text: str


@dataclass(frozen=True, slots=True)
class ReturnedOrder:
    """The record of one returned share; nothing of the citizen and nothing that came later."""

    number: str
    unit_name: str
    dispatched_at: datetime
    returned_at: datetime | None
    reason: str
    text: str
    right_unit_name: str
    decision_reason: str
    steps: tuple[OwnStep, ...]


def returned_order(number: str, actor: Actor | None = None) -> ReturnedOrder | None:
    """The record of the last share of ``number`` that one of the actor's units returned; ``None`` without one."""
    who = actor or current_actor()
    scope = scope_of(who)
    if scope.kind is not ScopeKind.UNITS:
        return None
    with transaction.atomic(), elevated("a unit reads its own record of what it returned, no more of the order"):
        rows = Assignment.objects.filter(
            order__number=number, unit_id__in=scope.unit_ids, state=AssignmentState.RETURNED.value
        )
        share = rows.order_by("-id").first()
        if share is None:
            return None
        approved = Review.objects.filter(assignment=share, kind=Review.Kind.RETURN, decision=Review.Decision.APPROVED)
        return _record(number, share, approved.order_by("-id").first())


def _record(number: str, share: Assignment, review: Review | None) -> ReturnedOrder:
    unit = unit_info(share.unit_id)
    right = unit_info(review.right_unit_id) if review else None
    own = OrderStep.objects.filter(order_id=share.order_id, unit_id=share.unit_id, step__in=[s.value for s in BY_UNIT])
    own = own.filter(at__gte=share.dispatched_at)
    if share.ended_at is not None:
        own = own.filter(at__lte=share.ended_at)
    return ReturnedOrder(
        number=number,
        unit_name=unit.label if unit else "",
        dispatched_at=share.dispatched_at,
        returned_at=share.ended_at,
        reason=reasons().label("ask_return", review.reason_code) if review else "",
        text=review.reason if review else "",
        right_unit_name=right.label if right else "",
        decision_reason=review.decision_reason if review else "",
        steps=tuple(
            OwnStep(row.at, gettext(BY_STEP[Step(row.step)].label), row.actor_name, row.text)
            for row in own.order_by("id")
        ),
    )
