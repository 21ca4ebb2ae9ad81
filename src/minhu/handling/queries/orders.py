"""One order with everything a page shows of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from minhu.directory.access import visible_to
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_info
from minhu.handling.models import Assignment, Clock, Order, Review, Supervision, Whistle
from minhu.handling.queries.allowed import Waiting, allowed_for
from minhu.handling.queries.parts import (
    assignment_view,
    clock_view,
    name_of,
    review_view,
    step_view,
    supervision_view,
    whistle_view,
)
from minhu.handling.types import ClockView, Light, OrderView, State
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound

PLAIN = (
    "id", "number", "request_id", "version", "title", "channel", "request_type", "category_id", "place_hint",
    "urgency", "sensitive", "group_matter", "confidential", "disputed", "imported", "created_at", "changed_at",
    "due_at", "lead_unit_id", "dispatch_basis", "dispatch_confidence", "public_reply", "reply_approved_at",
    "dispatched_at", "signed_at", "first_contact_at", "replied_at", "closed_at", "close_reason", "solved",
    "handled_in_time", "supervision_level", "return_count", "transfer_count", "extension_count", "reopen_count",
    "caller_month_count", "caller_year_count", "place_month_count", "place_year_count",
)  # fmt: skip
"""Fields that the view takes over as they are."""
MINUTE = timedelta(minutes=1)


def order_of(number: str, actor: Actor | None = None) -> Order:
    """The order itself; what may not be seen looks as if it did not exist."""
    order = visible_to(Order.objects.filter(number=number), actor).first()
    if order is None:
        raise NotFound("没有找到这张工单，或者您无权查看。请核对编号。", code="order_not_found")
    return order


def order_view(number: str, actor: Actor | None = None) -> OrderView:
    """Everything that a page of the order shows, and the steps that ``actor`` may take now."""
    who = actor or current_actor()
    order = order_of(number, who)
    shares = list(order.assignments.order_by("hop", "id"))
    reviews = list(order.reviews.select_related("assignment").order_by("id"))
    clocks = _clocks(order, shares)
    area, category = area_info(order.area_id), category_info(order.category_id)
    light = Light(order.light)
    moment = now()
    supervisions = list(order.supervisions.order_by("id"))
    whistles = list(order.whistles.prefetch_related("attendances").order_by("id"))
    plain: dict[str, Any] = {name: getattr(order, name) for name in PLAIN}
    return OrderView(
        **plain,
        **_links(order),
        state=State(order.state),
        state_label=State(order.state).label,
        category_names=category.path_names if category else (),
        area_code=order.area_id or "",
        area_names=area.path_names if area else (),
        tags=tuple(order.tags),
        light=light,
        light_label=light.label,
        explanation=_explanation(order, clocks),
        lead_unit_name=name_of(order.lead_unit_id),
        unit_ids=tuple(order.unit_ids),
        clocks=clocks,
        assignments=tuple(assignment_view(share, _minutes(share, moment)) for share in shares),
        steps=tuple(step_view(step) for step in order.steps.order_by("id")),
        reviews=tuple(review_view(review) for review in reviews),
        supervisions=tuple(supervision_view(row) for row in supervisions),
        whistles=tuple(whistle_view(row) for row in whistles),
        allowed=allowed_for(order, who, _waiting(shares, reviews, supervisions, whistles)),
    )


def _waiting(
    shares: list[Assignment], reviews: list[Review], supervisions: list[Supervision], whistles: list[Whistle]
) -> Waiting:
    """What waits for somebody, from rows that are read already."""
    called = (a for whistle in whistles if whistle.ended_at is None for a in whistle.attendances.all())
    return Waiting(
        shares=tuple(share for share in shares if share.ended_at is None),
        reviews=tuple(review for review in reviews if review.decision == Review.Decision.WAITING),
        supervised=frozenset(row.unit_id for row in supervisions if row.ended_at is None),
        called=frozenset(a.unit_id for a in called if a.confirmed is None),
    )


def _clocks(order: Order, shares: list[Assignment]) -> tuple[ClockView, ...]:
    unit_of = {share.pk: share.unit_id for share in shares}
    rows = Clock.objects.filter(order=order).order_by("id")
    return tuple(clock_view(clock, unit_of.get(clock.assignment_id or 0)) for clock in rows)


def _minutes(share: Assignment, moment: datetime) -> int:
    return ((share.ended_at or moment) - share.dispatched_at) // MINUTE


def _explanation(order: Order, clocks: tuple[ClockView, ...]) -> str:
    running = (
        c.explanation for c in clocks if c.stopped_at is None and c.paused_at is None and c.due_at == order.due_at
    )
    return next(running, "")


def _links(order: Order) -> dict[str, Any]:
    """Numbers of the orders this one hangs together with; empty for those the reader may not see."""
    ids = [pk for pk in (order.repeat_of_id, order.merged_into_id) if pk]
    numbers: dict[int | None, str] = dict(Order.objects.filter(pk__in=ids).values_list("pk", "number")) if ids else {}
    return {
        "repeat_of": numbers.get(order.repeat_of_id, ""),
        "merged_into": numbers.get(order.merged_into_id, ""),
        "merged": tuple(order.merged.order_by("id").values_list("number", flat=True)),
    }
