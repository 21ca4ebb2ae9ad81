"""The supervision desk: what is late, what others ask, what nobody has answered; figures first, then the orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db.models import Count, F, Model, Q, QuerySet

from minhu.directory.access import visible_to
from minhu.handling.models import Attendance, Order, Review, Supervision
from minhu.handling.queries.calls import Demand, demand_of
from minhu.handling.queries.lines import OrderRow, row_of
from minhu.handling.queries.parts import name_of, review_view
from minhu.handling.queries.supervised import owed_once
from minhu.handling.types import LIVE_STATES, AttendanceView, Light, ReviewView, State
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now

LISTS: Final = (
    "overdue", "near", "returns", "extensions", "suspensions", "replies", "callbacks", "exclusions", "receipts",
    "absences",
)  # fmt: skip
KINDS: Final = {
    "extensions": Review.Kind.EXTENSION.value,
    "suspensions": Review.Kind.SUSPENSION.value,
    "replies": Review.Kind.REPLY.value,
    "exclusions": Review.Kind.EXCLUSION.value,
}
_LIVE = sorted(state.value for state in LIVE_STATES)
_OPEN_DISPUTE = [State.TO_DISPATCH.value, State.REOPENED.value]
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the address of the desk says; empty means the whole city."""

    words: str = ""
    unit_id: int | None = None
    area: str = ""
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """A unit that was called and did not come."""

    unit_id: int
    unit_name: str
    by_unit: str
    matter: str
    attendance: AttendanceView


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody outside the house waits for an answer on an order, and until when."""

    by: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One line of a list: the order, and the question, supervision, absence or wait it is there for."""

    order: OrderRow
    review: ReviewView | None = None
    demand: Demand | None = None
    absence: Absence | None = None
    written: str = ""
    """The reply that waits for approval."""
    wanted: Wanted | None = None


@dataclass(frozen=True, slots=True)
class WatchPage:
    """One page of a list."""

    rows: tuple[WatchRow, ...] = field(default=())
    total: int = 0


@dataclass(frozen=True, slots=True)
class Late:
    """Overdue orders of one unit."""

    unit_id: int | None
    unit_name: str
    count: int


def counts(narrowing: Narrowing = Narrowing(), actor: Actor | None = None) -> dict[str, int]:
    """How many lines each list has."""
    who = actor or current_actor()
    found = dict(
        _narrow(Review.objects.filter(decision=Review.Decision.WAITING), narrowing, who)
        .order_by().values_list("kind").annotate(Count("id"))
    )  # fmt: skip
    return {name: found.get(KINDS[name], 0) if name in KINDS else _rows(name, narrowing, who).count() for name in LISTS}


def page_of(
    name: str, narrowing: Narrowing = Narrowing(), page: int = 1, size: int = 50, actor: Actor | None = None
) -> WatchPage:
    """One page of a list (an unknown one is 'overdue'), the longest waiting first."""
    who, start = actor or current_actor(), (max(page, 1) - 1) * size
    rows = _rows(name, narrowing, who)
    part = list(rows[start : start + size])
    waiting = _returns_of([row.pk for row in part if isinstance(row, Order)])
    return WatchPage(tuple(_line(row, waiting) for row in part), rows.count())


def page_among(
    wanted: Mapping[int, Wanted],
    narrowing: Narrowing = Narrowing(),
    page: int = 1,
    size: int = 50,
    actor: Actor | None = None,
) -> WatchPage:
    """One page of given orders (by id, in their order) that the actor may see: lists that other rooms know of."""
    rows, start = Order.objects.filter(pk__in=list(wanted)), (max(page, 1) - 1) * size
    seen = set(_narrow(rows, narrowing, actor or current_actor(), "").order_by().values_list("pk", flat=True))
    chosen = [pk for pk in wanted if pk in seen]
    part = chosen[start : start + size]
    by_id = Order.objects.in_bulk(part)
    return WatchPage(tuple(WatchRow(row_of(by_id[pk]), wanted=wanted[pk]) for pk in part), len(chosen))


def late_units(narrowing: Narrowing = Narrowing(), actor: Actor | None = None) -> tuple[Late, ...]:
    """Overdue orders by unit, the most first."""
    late = Order.objects.filter(state__in=_LIVE, due_at__lt=now())
    rows = _narrow(late, narrowing, actor or current_actor(), "").order_by()
    found = rows.values_list("lead_unit_id").annotate(n=Count("id")).order_by("-n", "lead_unit_id")
    return tuple(Late(unit, name_of(unit), n) for unit, n in found)


def waiting_for_desk(actor: Actor) -> int:
    """Decisions that wait for the desk, for the menu."""
    rows = Review.objects.filter(decision=Review.Decision.WAITING).exclude(kind=Review.Kind.REPLY)
    return _narrow(rows, Narrowing(), actor).count()


def waiting_return(number: str, actor: Actor | None = None) -> ReviewView | None:
    """The return that waits for a decision on one order."""
    rows = Review.objects.filter(order__number=number, kind=Review.Kind.RETURN, decision=Review.Decision.WAITING)
    found = _narrow(rows, Narrowing(), actor or current_actor()).first()
    return review_view(found) if found else None


def _rows(name: str, narrowing: Narrowing, actor: Actor) -> QuerySet[Any]:
    live = Order.objects.filter(state__in=_LIVE)
    if name in KINDS or name == "returns":
        return _reviews(name, narrowing, actor)
    if name == "receipts":
        found = owed_once().filter(order__state__in=_LIVE)
        return _narrow(found, narrowing, actor).select_related("order").order_by("due_at", "id")
    if name == "absences":
        return _absences(narrowing, actor)
    if name == "callbacks":
        live = live.filter(state=State.TO_CALL_BACK.value)
    elif name == "near":
        live = live.filter(light=Light.ORANGE.value, due_at__gte=now())
    else:
        live = live.filter(due_at__lt=now())
    return _narrow(live, narrowing, actor, "").order_by(F("due_at").asc(nulls_last=True), "id")


def _reviews(name: str, narrowing: Narrowing, actor: Actor) -> QuerySet[Any]:
    if name == "returns":
        return _disputes(narrowing, actor)
    rows = Review.objects.filter(decision=Review.Decision.WAITING, kind=KINDS[name])
    return _narrow(rows, narrowing, actor).select_related("order", "assignment").order_by("asked_at", "id")


def _disputes(narrowing: Narrowing, actor: Actor) -> QuerySet[Order]:
    """Orders with a return under review, and disputed ones that wait to be given to somebody."""
    asked = Review.objects.filter(kind=Review.Kind.RETURN, decision=Review.Decision.WAITING).values("order_id")
    disputed = Order.objects.filter(disputed=True, state__in=_OPEN_DISPUTE).order_by().values("pk")
    rows = Order.objects.filter(pk__in=asked.order_by().union(disputed))  # an OR would read every order
    return _narrow(rows, narrowing, actor, "").order_by("-disputed", F("due_at").asc(nulls_last=True), "id")


def _absences(narrowing: Narrowing, actor: Actor) -> QuerySet[Attendance]:
    moment = now()
    missed = Q(attended_at__isnull=True, whistle__meet_at__lt=moment) | Q(
        acknowledged_at__isnull=True, due_at__lt=moment
    )
    open_calls = Q(whistle__ended_at__isnull=True, whistle__order__state__in=_LIVE)
    rows = Attendance.objects.filter(open_calls & (Q(confirmed=False) | (Q(confirmed__isnull=True) & missed)))
    found = _narrow(rows, narrowing, actor, "whistle__order__")
    return found.select_related("whistle__order").order_by("whistle__meet_at", "id")


def _narrow(rows: QuerySet[M], narrowing: Narrowing, actor: Actor, way: str = "order__") -> QuerySet[M]:
    """Rows whose order (at ``way``) the actor may see and the narrowing means."""
    rows = visible_to(rows, actor, request_field=f"{way}request_id", units_field=f"{way}unit_ids")
    for word in narrowing.words.split()[:6]:
        rows = rows.filter(
            Q(**{f"{way}title__icontains": word})
            | Q(**{f"{way}place_hint__icontains": word})
            | Q(**{f"{way}number__startswith": word})
        )
    if narrowing.unit_id:
        rows = rows.filter(**{f"{way}lead_unit_id": narrowing.unit_id})
    if narrowing.urgency:
        rows = rows.filter(**{f"{way}urgency": narrowing.urgency})
    if narrowing.area:
        rows = rows.filter(**{f"{way}area_id__startswith": narrowing.area})
    return rows


def _returns_of(order_ids: list[int]) -> dict[int, Review]:
    """The oldest return that waits on each order."""
    rows = Review.objects.filter(order_id__in=order_ids, kind=Review.Kind.RETURN, decision=Review.Decision.WAITING)
    return {row.order_id: row for row in rows.select_related("assignment").order_by("-id")}


def _line(row: Order | Review | Supervision | Attendance, waiting: dict[int, Review]) -> WatchRow:
    if isinstance(row, Order):
        asked = waiting.get(row.pk)
        return WatchRow(row_of(row), review=review_view(asked) if asked else None)
    if isinstance(row, Review):
        written = row.assignment.reply if row.assignment and row.kind == Review.Kind.REPLY else ""
        return WatchRow(row_of(row.order), review=review_view(row), written=written)
    if isinstance(row, Supervision):
        return WatchRow(row_of(row.order), demand=demand_of(row))
    return WatchRow(row_of(row.whistle.order), absence=_absence(row))


def _absence(row: Attendance) -> Absence:
    view = AttendanceView(
        row.unit_id, name_of(row.unit_id), row.due_at, row.acknowledged_at, row.attended_at, row.receipt, row.confirmed
    )
    return Absence(row.unit_id, view.unit_name, name_of(row.whistle.by_unit_id), row.whistle.matter, view)
