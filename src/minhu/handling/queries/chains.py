"""The transfer chain (转单链): every hop with how long it took and how it left."""

from __future__ import annotations

from datetime import timedelta

from minhu.directory.queries.rules import working_calendar
from minhu.directory.queries.units import unit_info
from minhu.handling.models import Assignment, Order, Review
from minhu.handling.types import AssignmentRole, AssignmentState, Hop
from minhu.kernel.clock import now


def transfer_chain(order: Order) -> tuple[Hop, ...]:
    """All hops of an order in time, with minutes of wall time and of the unit's working time."""
    moment = now()
    reasons = {
        review.assignment_id: review.reason
        for review in Review.objects.filter(order=order, kind=Review.Kind.RETURN, decision=Review.Decision.APPROVED)
    }
    shares = Assignment.objects.filter(order=order).order_by("hop", "id")
    hops = []
    for share in shares:
        unit = unit_info(share.unit_id)
        until = share.ended_at or moment
        calendar = working_calendar(unit.hours if unit else "office")
        hops.append(
            Hop(
                hop=share.hop,
                unit_id=share.unit_id,
                unit_name=unit.label if unit else "",
                role=AssignmentRole(share.role),
                state=AssignmentState(share.state),
                dispatched_at=share.dispatched_at,
                ended_at=share.ended_at,
                minutes_to_sign=_minutes(share.signed_at - share.dispatched_at) if share.signed_at else None,
                minutes=_minutes(until - share.dispatched_at),
                working_minutes=calendar.working_minutes(share.dispatched_at, until),
                reason=reasons.get(share.pk, share.note),
            )
        )
    return tuple(hops)


def _minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)
