"""Figures over orders. A page, its table twin and its export call the same function."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet, Sum, Value
from django.db.models.fields import CharField
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_noop as _

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.governance import past
from minhu.governance.maturing import matured, maturing_days
from minhu.governance.past import Split, split
from minhu.governance.periods import CITY_TIME, PERIODS, period
from minhu.governance.types import NONE, REST, DayCount, Figure, Period, Slice
from minhu.handling.queries import ANSWERED_DIRECTLY, visible_orders
from minhu.handling.types import DONE_STATES, LIVE_STATES, State
from minhu.kernel.clock import now

LIVE = [s.value for s in LIVE_STATES]
DONE = [s.value for s in DONE_STATES]
AT_UNIT = [s.value for s in (State.DISPATCHED, State.IN_PROGRESS, State.EXTENSION_REVIEW)]
"""Where the clock that runs is the unit's own: a late callback is the centre's, not the unit's."""
__all__ = ["BREAKDOWNS", "PERIODS", "breakdown", "daily", "headline", "maturing_days", "overdue_units", "period"]


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


def _overdue_now() -> QuerySet[Any]:
    """Orders that are late at this moment, whenever they came in."""
    return visible_orders().filter(state__in=LIVE, due_at__lt=now())


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
    """The figures at the top of the leader's page, each beside the period before.

    What came in is compared up to the same moment; shares and times only over requests old enough (``maturing``).
    """
    require(Action.VIEW_FIGURES)
    this = _counts(span.start, span.end)
    ripe, days = matured(span)
    mine = _counts(ripe.start, ripe.end) if days else {}
    before = _counts(ripe.previous_start, ripe.previous_end) if days else {}

    def share(code: str, label: str, part: str, whole: str, meaning: str, query: str = "") -> Figure:
        value, was, is_now = (_share(row.get(part), row.get(whole)) for row in (this, before, mine))
        return Figure(code, label, value, was, "share", meaning, query, is_now)

    return [
        _volume(span, float(this["received"] or 0)),
        share("done_rate", _("办结率"), "done", "received", _("本期收到的诉求中已有结果的比例。"), "done=1"),
        _late_now(),
        share("in_time_rate", _("按时办结率"), "in_time", "judged", _("已答复工单中，在办理时限内答复的比例。")),
        Figure(
            "hours",
            _("平均办理用时"),
            this["hours"],
            before.get("hours"),
            "hours",
            _("从收到到办结的平均自然时间。"),
            compared=mine.get("hours"),
        ),
        share(
            "direct_rate",
            _("直接答复率"),
            "direct",
            "received",
            _("由热线直接答复、不由承办单位办理的比例。"),
            "direct=1",
        ),
        share("first_right_rate", _("首派准确率"), "first_right", "dispatched", _("派单后未被退回、未改派的比例。")),
        share(
            "redo_rate",
            _("重办率"),
            "redone",
            "received",
            _("本期收到的全部诉求中，办结后又重办过的比例。"),
            "reopened=1",
        ),
    ]


def _volume(span: Period, received: float) -> Figure:
    before = _received(span.previous_start, span.previous_end)
    meaning = _("本期收到的全部诉求，含直接答复和不予受理。")
    return Figure("received", _("受理总量"), received, before, "count", meaning, compared=received)


def _late_now() -> Figure:
    """How many were late at an earlier moment is not on record: what is late now stands alone."""
    meaning = _("此刻仍在办理且已过时限的全部工单，不论何时收到。")
    return Figure("overdue", _("当前超期"), _overdue_now().count(), None, "count", meaning, "light=red")


def _received(start: datetime, end: datetime) -> float:
    rows = split(start, end)
    return past.counts(rows.days)["received"] + (_orders(rows).count() if rows.ranges else 0)


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
WITHOUT: dict[str, str] = {
    "category": _("未分类"), "category2": _("未分类"), "county": _("地点未定"), "street": _("地点未定"),
    "unit": _("未派单位"),
}  # fmt: skip
OTHERS = _("其余合计")
CENTRE = _("热线中心（未派单、审核、回访）")


@dataclass
class _Bar:
    """What is counted for one code."""

    name: str = ""
    count: int = 0
    previous: int = 0
    overdue: int = 0

    def add(self, other: _Bar) -> _Bar:
        return _Bar(self.name, self.count + other.count, self.previous + other.previous, self.overdue + other.overdue)


def breakdown(span: Period, by: str, top: int = 10) -> list[Slice]:
    """The ``top`` largest groups of ``span`` by category, area, channel, type or unit, and after them what is left.

    All bars together are all requests of the span: what does not stand alone is in ``REST``, what has no such mark in
    ``NONE``.
    """
    require(Action.VIEW_FIGURES)
    query = BREAKDOWNS[by][2]
    bars: defaultdict[str, _Bar] = defaultdict(_Bar)
    for (code, name), n in sorted(_grouped(span.start, span.end, by).items(), key=lambda part: part[1]):
        bars[code].name = name  # of several names of one code the most used
        bars[code].count += n
    for (code, _name), n in _grouped(span.previous_start, span.previous_end, by).items():
        bars[code].previous += n
    late = _overdue_now().filter(created_at__gte=span.start, created_at__lt=span.end)
    for (code, _name), n in _by_code(late, by).items():
        bars[code].overdue += n
    without = bars.pop("", _Bar())
    largest = sorted(bars.items(), key=lambda bar: (-bar[1].count, bar[0]))
    shown = [(code, bar) for code, bar in largest if bar.count][:top]
    rest = reduce(_Bar.add, [bar for code, bar in largest if code not in dict(shown)], _Bar())
    found = [Slice(code, bar.name, bar.count, bar.previous, bar.overdue, f"{query}={code}") for code, bar in shown]
    for code, name, bar in ((REST, OTHERS, rest), (NONE, WITHOUT.get(by, _("未定")), without)):
        if bar.count or bar.previous:
            found.append(Slice(code, name, bar.count, bar.previous, bar.overdue))
    return found


def _grouped(start: datetime, end: datetime, by: str) -> Counter[tuple[str, str]]:
    """Requests of a span by code and name; those without, under an empty code, so that nothing is missing."""
    rows = split(start, end)
    found = Counter(past.slices(rows.days, by))
    if rows.days:
        found["", ""] += int(past.counts(rows.days)["received"]) - sum(found.values())
    if rows.ranges:
        found.update(_by_code(_orders(rows), by))
    return found


def _by_code(rows: QuerySet[Any], by: str) -> Counter[tuple[str, str]]:
    code, name, _query = BREAKDOWNS[by]
    parts: dict[str, Any] = {"slice_code": code, "slice_name": name}
    found: Counter[tuple[str, str]] = Counter()
    for row in rows.values(**parts).annotate(n=Count("id")).order_by():
        found[row["slice_code"] or "", row["slice_name"] or ""] += row["n"]
    return found


def overdue_units(top: int = 20) -> list[Slice]:
    """Where the orders lie that are overdue right now, most first; together as many as ``headline`` counts.

    A unit answers for what it leads while its own clock runs; what nobody leads, what is under review and what waits for
    a callback is the centre's.
    """
    require(Action.VIEW_FIGURES)
    units: Counter[tuple[str, str]] = Counter()
    centre = 0
    marks = ("state", "lead_unit__code", "lead_unit__name")
    for row in _overdue_now().values(*marks).annotate(n=Count("id")).order_by():
        if row["state"] in AT_UNIT and row["lead_unit__code"]:
            units[row["lead_unit__code"], row["lead_unit__name"]] += row["n"]
        else:
            centre += row["n"]
    ranked = sorted(units.items(), key=lambda unit: (-unit[1], unit[0][0]))
    found = [Slice(code, name, n, 0, n, f"unit={code}&light=red") for (code, name), n in ranked[:top]]
    rest = sum(n for _unit, n in ranked[top:])
    left = ((REST, OTHERS, rest), (NONE, CENTRE, centre))
    return found + [Slice(code, name, n, 0, n) for code, name, n in left if n]
