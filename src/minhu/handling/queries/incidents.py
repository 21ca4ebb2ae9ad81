"""Incidents for the dispatcher's pages and for citizens: what is open, what looks like one, who belongs to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Left

from minhu.directory.access import elevated, require, visible_to
from minhu.directory.policy import Action
from minhu.directory.queries import rules
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_info
from minhu.handling.domain.states import BEFORE_DISPATCH
from minhu.handling.models import Incident, IncidentNotice, IncidentTold, Order
from minhu.handling.types import PublicIncident, State
from minhu.intake.queries.bulletins import count_of_incident
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound

STREET: Final = 9
"""Digits of the code of a street: nearer is too few calls, wider is a chance."""
SHOWN: Final = 100
MOST_HOURS: Final = 48
_JOINABLE: Final = sorted(state.value for state in BEFORE_DISPATCH | {State.DISPATCHED, State.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in a list; ``reported`` counts requesters, the leading order's own included."""

    id: int
    title: str
    wording: str
    category_name: str
    area_names: tuple[str, ...]
    main_number: str
    main_state: State
    began_at: datetime
    expected_end: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    close_note: str
    public: bool
    reported: int
    area_codes: tuple[str, ...]
    joined: int = 0
    """People who joined its bulletins instead of making an order."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Like matters of one street within the time of the rule; ``incident`` is the open one they seem to belong to."""

    category_id: int
    category_name: str
    street: str
    street_name: str
    count: int
    first_at: datetime
    incident: int | None


@dataclass(frozen=True, slots=True)
class Member:
    """An order that belongs to an incident, or may."""

    number: str
    title: str
    created_at: datetime
    state: State
    place_hint: str
    main: bool = False
    told: int = 0
    callback: str = ""
    """Of the last notice: none, wanted, done; empty when nobody was told yet."""
    told_id: int = 0


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice with what became of it."""

    id: int
    text: str
    made_at: datetime
    sends_at: datetime
    sent_at: datetime | None
    withdrawn_at: datetime | None
    told: int
    without: tuple[str, ...]
    to_call: int


def incidents(*, closed: bool = False) -> list[IncidentRow]:
    """Open incidents, or the last hundred closed ones; for people who merge orders."""
    require(Action.MERGE)
    rows = Incident.objects.filter(closed_at__isnull=not closed).select_related("main")[:SHOWN]
    return _rows(rows)


def incident(incident_id: int) -> IncidentRow:
    """One incident; raises NotFound."""
    require(Action.MERGE)
    found = _rows(Incident.objects.filter(pk=incident_id).select_related("main"))
    if not found:
        raise NotFound("没有这个事件，请刷新页面。", code="incident_not_found")
    return found[0]


def clusters() -> list[Cluster]:
    """Kinds of matters that came from one street more often than the rule calls usual, the most first."""
    require(Action.MERGE)
    rule = rules.automation()
    since = now() - timedelta(minutes=rule.incident_minutes)
    rows = (
        _joinable()
        .filter(request__received_at__gt=since, category__isnull=False, area__isnull=False)
        .annotate(street=Left("area_id", STREET))
        .order_by()
        .values("category_id", "street")
        .annotate(count=Count("id"), first_at=Min("created_at"))
        .filter(count__gte=rule.incident_count)
        .order_by("-count")[:20]
    )
    opened = list(Incident.objects.filter(closed_at=None).values_list("id", "category_id", "area_codes"))
    return [
        Cluster(
            row["category_id"], _category(row["category_id"]), row["street"], _area(row["street"]), row["count"], row["first_at"],
            next((pk for pk, kind, codes in opened if kind == row["category_id"] and _within(row["street"], codes)), None),
        )
        for row in rows
    ]  # fmt: skip


def orders_like(category_id: int | None, area_codes: tuple[str, ...], since: datetime) -> list[Member]:
    """Open orders of a category in some areas since a moment that belong to no other yet, the oldest first."""
    require(Action.MERGE)
    if category_id is None or not area_codes:
        return []
    near = Q()
    for code in area_codes:
        near |= Q(area__code__startswith=code[:STREET])
    rows = _joinable().filter(near, category_id=category_id, created_at__gte=since).order_by("id")[:SHOWN]
    return [_member(row) for row in rows]


def to_attach(row: IncidentRow) -> list[Member]:
    """Orders that an open incident may be missing."""
    found = Incident.objects.filter(pk=row.id).values_list("category_id", flat=True).first()
    return [
        one
        for one in orders_like(found, row.area_codes, row.began_at - timedelta(hours=1))
        if one.number != row.main_number
    ]


def members(incident_id: int, page: int = 1) -> tuple[list[Member], int]:
    """The orders of an incident with their last receipts, a hundred a page, and how many there are."""
    require(Action.MERGE)
    main_id = Incident.objects.values_list("main_id", flat=True).get(pk=incident_id)
    rows = visible_to(_belonging(main_id)).order_by("id")
    total = rows.count()
    shown = list(rows[(page - 1) * SHOWN : page * SHOWN])
    receipts: dict[int, list[IncidentTold]] = {}
    for told in IncidentTold.objects.filter(order__in=shown, notice__incident_id=incident_id).order_by("id"):
        receipts.setdefault(told.order_id, []).append(told)
    return [_member(row, receipts.get(row.pk, []), main=row.pk == main_id) for row in shown], total


def curve(incident_id: int) -> tuple[list[datetime], list[int]]:
    """Requests of an incident by the hour, from the first on, at most two days; empty hours included."""
    require(Action.MERGE)
    main_id = Incident.objects.values_list("main_id", flat=True).get(pk=incident_id)
    moments = [
        at.replace(minute=0, second=0, microsecond=0) for at in _belonging(main_id).values_list("created_at", flat=True)
    ]
    if not moments:
        return [], []
    counted, first = Counter(moments), min(moments)
    hours = min(int((max(moments) - first).total_seconds() // 3600) + 1, MOST_HOURS)
    times = [first + timedelta(hours=at) for at in range(hours)]
    return times, [counted[at] for at in times]


def places(incident_id: int, limit: int = 8) -> list[tuple[str, int]]:
    """Where the requests of an incident come from, to the street, with their numbers; the most first."""
    require(Action.MERGE)
    main_id = Incident.objects.values_list("main_id", flat=True).get(pk=incident_id)
    rows = _belonging(main_id).exclude(place_hint="").order_by().values_list("place_hint").annotate(n=Count("id"))
    return list(rows.order_by("-n", "place_hint")[:limit])


def notices(incident_id: int) -> list[NoticeRow]:
    """What was written to everybody of an incident, the newest first."""
    require(Action.MERGE)
    wanted = Count("receipts", filter=Q(receipts__callback=IncidentTold.Callback.WANTED))
    rows = IncidentNotice.objects.filter(incident_id=incident_id).annotate(to_call=wanted)
    return [
        NoticeRow(one.pk, one.text, one.made_at, one.sends_at, one.sent_at, one.withdrawn_at, one.told, tuple(one.without), one.to_call)
        for one in rows
    ]  # fmt: skip


def public_incidents(limit: int = 5) -> list[PublicIncident]:
    """What anybody may read before reporting: open incidents that are public, the newest first."""
    with transaction.atomic(), elevated("how many people reported an incident is counted, nothing of them is read"):
        rows = list(Incident.objects.filter(closed_at=None, public=True).select_related("main")[:limit])
        return [_public(row) for row in rows]


def public_incident_of(order: Order) -> PublicIncident | None:
    """The open incident that an order belongs to, as its requester may know it."""
    row = Incident.objects.filter(
        main_id__in=[pk for pk in (order.pk, order.merged_into_id) if pk], closed_at=None
    ).first()
    if row is None:
        return None
    with transaction.atomic(), elevated("how many people reported an incident is counted, nothing of them is read"):
        return _public(row)


def told_to(order: Order) -> list[tuple[datetime, str]]:
    """The notices that the requester of an order has received."""
    rows = IncidentTold.objects.filter(order=order).order_by("id")
    return list(rows.values_list("told_at", "notice__text"))


def _public(row: Incident) -> PublicIncident:
    reported = _belonging(row.main_id).count() + count_of_incident(row.pk)
    return PublicIncident(row.title, row.wording, reported, row.began_at, row.expected_end)


def _belonging(main_id: int) -> QuerySet[Order]:
    return Order.objects.filter(Q(pk=main_id) | Q(merged_into_id=main_id))


def _joinable() -> QuerySet[Order]:
    """Orders that may still be merged; what leads an open incident is left out."""
    leads = Incident.objects.filter(closed_at=None).values("main_id")
    return visible_to(Order.objects.filter(state__in=_JOINABLE, merged_into=None, sensitive=False)).exclude(
        pk__in=leads
    )


def _rows(rows: QuerySet[Incident]) -> list[IncidentRow]:
    found = list(rows)
    counts = dict(
        Order.objects.filter(merged_into__in=[row.main_id for row in found]).order_by().values_list(F("merged_into_id")).annotate(Count("id"))
    )  # fmt: skip
    return [
        IncidentRow(
            row.pk, row.title, row.wording, _category(row.category_id), tuple(_area(code) for code in row.area_codes),
            row.main.number, State(row.main.state), row.began_at, row.expected_end, row.opened_at, row.closed_at, row.close_note,
            row.public, counts.get(row.main_id, 0) + 1, tuple(row.area_codes), count_of_incident(row.pk),
        )
        for row in found
    ]  # fmt: skip


def _member(row: Order, receipts: list[IncidentTold] | None = None, *, main: bool = False) -> Member:
    last = receipts[-1] if receipts else None
    return Member(
        row.number, row.title, row.created_at, State(row.state), row.place_hint, main, len(receipts or ()),
        last.callback if last else "", last.pk if last else 0,
    )  # fmt: skip


def _within(street: str, codes: list[str]) -> bool:
    return any(street.startswith(code) or code.startswith(street) for code in codes)


def _category(category_id: int | None) -> str:
    info = category_info(category_id) if category_id else None
    return info.full_name if info else ""


def _area(code: str) -> str:
    info = area_info(code)
    return info.full_name if info else code
