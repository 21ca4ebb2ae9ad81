"""Supervision, whistles and shares that nobody has to answer for any more."""

from __future__ import annotations

from minhu.handling.models import Supervision, Whistle
from minhu.handling.services.context import Context
from minhu.handling.types import AssignmentState, ClockKind


def end_supervisions(context: Context, unit_id: int | None = None) -> None:
    """End open supervision of the order (of one unit only, when given) with its clocks."""
    rows = Supervision.objects.filter(order=context.order, ended_at__isnull=True)
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    ids = list(rows.values_list("id", flat=True)) if context.order.supervision_level else []
    if ids:
        Supervision.objects.filter(id__in=ids).update(ended_at=context.moment)
        for supervision_id in ids:
            context.book.cancel((ClockKind.SUPERVISION,), subject_id=supervision_id)


def end_whistles(context: Context, reason: str) -> None:
    """End open calls of the order with the clocks of those who were called."""
    Whistle.objects.filter(order=context.order, ended_at__isnull=True).update(ended_at=context.moment, result=reason)
    context.book.cancel((ClockKind.WHISTLE,))


def leave_units(context: Context, reason: str, state: AssignmentState) -> None:
    """Free every unit: questions, supervision, whistles and open shares end."""
    context.drop_reviews(reason)
    end_supervisions(context)
    end_whistles(context, reason)
    context.end_all(state)
