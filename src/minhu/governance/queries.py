"""Figures over orders. A page, its table twin and its export call the same function."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet, Sum, Value
from django.db.models.fields import CharField
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_noop as _

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.governance import past
from minhu.governance.past import Split, split
from minhu.governance.periods import CITY_TIME, PERIODS, period
from minhu.governance.types import DayCount, Figure, Period, Slice
from minhu.handling.queries import ANSWERED_DIRECTLY, visible_assignments, visible_orders
from minhu.handling.types import DONE_STATES, LIVE_STATES, AssignmentRole, State
from minhu.kernel.clock import now

LIVE = [s.value for s in LIVE_STATES]
DONE = [s.value for s in DONE_STATES]
AT_UNIT = [s.value for s in (State.DISPATCHED, State.IN_PROGRESS, State.EXTENSION_REVIEW)]
"""Where the clock that runs is the unit's own: a late callback is the centre's, not the unit's."""
__all__ = ["BREAKDOWNS", "PERIODS", "breakdown", "daily", "headline", "overdue_units", "period"]


def _orders(rows: Split, column: str = "created_at") -> QuerySet[Any]:
    return visible_orders().filter(rows.live(column))


def _counts(start: datetime, end: datetime) -> dict[str, float | None]:
    """All counts of one span: past days as counted beforehand, the others in one pass over their orders."""
    rows = split(start, end)
    row: dict[str, Any] = dict(past.counts(rows.days))
    live = _live_counts(rows) if rows.ranges else {}
    for name, value in live.items():
        row[name] += value or 0
    row["hours"] = row.pop("seconds") / row["timed"] / 3600 if row["timed"] else None
    return row


def _overdue_now(span: Period) -> int:
    late = visible_orders().filter(state__in=LIVE, due_at__lt=now())
    return late.filter(created_at__gte=span.start, created_at__lt=span.end).count()


def _live_counts(rows: Split) -> dict[str, Any]:
    found = _orders(rows).aggregate(
        received=Count("id"),
        done=Count("id", filter=Q(state__in=DONE)),
        direct=Count("id", filter=ANSWERED_DIRECTLY),
        dispatched=Count("id", filter=Q(dispatched_at__isnull=False)),
        first_right=Count("id", filter=Q(dispatched_at__isnull=False, return_count=0, transfer_count__lte=1)),
        judged=Count("id", filter=Q(handled_in_time__isnull=False)),
        in_time=Count("id", filter=Q(handled_in_time=True)),
        redone=Count("id", filter=Q(reopen_count__gt=0)),
        repeats=Count("id", filter=Q(repeat_of__isnull=False)),
        timed=Count("closed_at"),
        duration=Sum(F("closed_at") - F("created_at")),
    )
    spent = found.pop("duration")
    return {**found, "seconds": spent.total_seconds() if isinstance(spent, timedelta) else 0.0}


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def headline(span: Period) -> list[Figure]:
    """The figures at the top of the leader's page, each beside the period before."""
    require(Action.VIEW_FIGURES)
    this, past = _counts(span.start, span.end), _counts(span.previous_start, span.previous_end)

    def share(code: str, label: str, part: str, whole: str, meaning: str, query: str = "") -> Figure:
        values = (_share(this[part], this[whole]), _share(past[part], past[whole]))
        return Figure(code, label, *values, "share", meaning, query)

    return [
        Figure(
            "received",
            _("受理总量"),
            this["received"],
            past["received"],
            "count",
            _("本期收到的全部诉求，含直接答复和不予受理。"),
        ),
        share("done_rate", _("办结率"), "done", "received", _("本期收到的诉求中已有结果的比例。"), "done=1"),
        # how many of an earlier span were late at its end is not on record: what is late now stands alone
        Figure(
            "overdue",
            _("当前超期"),
            _overdue_now(span),
            None,
            "count",
            _("本期收到、仍在办理且已过时限的工单。"),
            "light=red",
        ),
        share("in_time_rate", _("按时办结率"), "in_time", "judged", _("已答复工单中，在办理时限内答复的比例。")),
        Figure("hours", _("平均办理用时"), this["hours"], past["hours"], "hours", _("从收到到办结的平均自然时间。")),
        share(
            "direct_rate",
            _("直接答复率"),
            "direct",
            "received",
            _("由热线直接答复、不由承办单位办理的比例。"),
            "direct=1",
        ),
        share("first_right_rate", _("首派准确率"), "first_right", "dispatched", _("派单后未被退回、未改派的比例。")),
        share("redo_rate", _("重办率"), "redone", "received", _("办结后又重办的比例。"), "reopened=1"),
    ]


def daily(span: Period) -> list[DayCount]:
    """Requests received and closed on each local day of ``span``, days without any included."""
    require(Action.VIEW_FIGURES)
    rows = split(span.start, span.end)
    known = past.per_day(rows.days)
    received = {day: both[0] for day, both in known.items()} | _per_day(_orders(rows), "created_at")
    closed = {day: both[1] for day, both in known.items()} | _per_day(_orders(rows, "closed_at"), "closed_at")
    days = [(span.start + timedelta(days=i)).astimezone(CITY_TIME).date() for i in range((span.end - span.start).days)]
    return [DayCount(d, received.get(d, 0), closed.get(d, 0)) for d in days]


def _per_day(rows: QuerySet[Any], column: str) -> dict[date, int]:
    grouped = rows.annotate(day=TruncDate(column, tzinfo=CITY_TIME)).values("day").annotate(n=Count("id")).order_by()
    return {row["day"]: row["n"] for row in grouped}


class _Part(Func):
    """The n-th part of a path of codes or names joined by '/'."""

    function = "SPLIT_PART"
    output_field = CharField()

    def __init__(self, column: str, nth: int) -> None:
        super().__init__(F(column), Value("/"), Value(nth))


BREAKDOWNS: dict[str, tuple[object, object, str]] = {
    "category": (_Part("category__path", 1), _Part("category__path_name", 1), "category"),
    "category2": (_Part("category__path", 2), _Part("category__path_name", 2), "category"),
    "county": (_Part("area__path", 3), _Part("area__path_name", 3), "area"),
    "street": (_Part("area__path", 4), _Part("area__path_name", 4), "area"),
    "channel": (F("channel"), F("channel"), "channel"),
    "type": (F("request_type"), F("request_type"), "type"),
    "unit": (F("lead_unit__code"), F("lead_unit__name"), "unit"),
}


def breakdown(span: Period, by: str, top: int = 10) -> list[Slice]:
    """The ``top`` largest groups of ``span`` by category, area, channel, type or unit."""
    require(Action.VIEW_FIGURES)
    code, name, query = BREAKDOWNS[by]
    parts: dict[str, Any] = {"slice_code": code, "slice_name": name}

    def grouped(start: datetime, end: datetime) -> Counter[tuple[str, str]]:
        rows = split(start, end)
        found = Counter(past.slices(rows.days, by))
        if rows.ranges:
            live = _orders(rows).values(**parts).annotate(n=Count("id")).order_by()
            found.update({(row["slice_code"] or "", row["slice_name"] or ""): row["n"] for row in live})
        return found

    late: QuerySet[Any, Any] = visible_orders().filter(
        state__in=LIVE, due_at__lt=now(), created_at__gte=span.start, created_at__lt=span.end
    ).values(**parts).annotate(n=Count("id")).order_by()  # fmt: skip
    overdue: Counter[str] = Counter()
    for row in late:
        overdue[row["slice_code"]] += row["n"]
    before: Counter[str] = Counter()
    for (slice_code, _name), n in grouped(span.previous_start, span.previous_end).items():
        before[slice_code] += n
    largest = sorted(grouped(span.start, span.end).items(), key=lambda part: (-part[1], part[0][0]))
    return [
        Slice(str(key), str(label), n, before[key], overdue[key], f"{query}={key}")
        for (key, label), n in largest
        if key
    ][:top]


def overdue_units(top: int = 20) -> list[Slice]:
    """Units that lead overdue orders right now, most first."""
    require(Action.VIEW_FIGURES)
    rows = (
        visible_assignments()
        .filter(
            order__state__in=AT_UNIT,
            order__due_at__lt=now(),
            role=AssignmentRole.LEAD.value,
            ended_at__isnull=True,
        )
        .values("unit__code", "unit__name")
        .annotate(n=Count("id"))
        .order_by("-n", "unit__code")[:top]
    )
    return [
        Slice(r["unit__code"], r["unit__name"], r["n"], 0, r["n"], f"unit={r['unit__code']}&light=red") for r in rows
    ]
