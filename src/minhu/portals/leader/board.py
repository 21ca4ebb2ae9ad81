"""What the board shows, built once for the page and for the export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from minhu.directory.types import RequestType
from minhu.evaluation.queries import BothRates, rates
from minhu.governance.queries import breakdown, daily, headline, maturing_days, overdue_units
from minhu.governance.types import NONE, REST, Figure, Period, Slice
from minhu.intake.types import Channel
from minhu.kernel.clock import now
from minhu.kernel.labels import Labelled
from minhu.portals.charts import Chart, Series
from minhu.portals.words import words_of

ICONS = {"received": "inbox", "overdue": "alert-triangle", "hours": "clock"}
GOOD = {"done_rate": "up", "in_time_rate": "up", "first_right_rate": "up", "direct_rate": "none",
        "overdue": "down", "hours": "down", "redo_rate": "down"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """One figure as the card component takes it."""

    title: str
    value: str
    unit: str
    change: float | None
    good: str
    icon: str
    tone: str
    url: str
    note: str
    points: bool = False
    """A share's change is told in percentage points: twice 2 % is not 'plus 100 %' of anything."""


@dataclass(frozen=True, slots=True)
class Board:
    """Cards, rates and charts of one period, all from the same moment."""

    period: Period
    at: datetime
    cards: tuple[Card, ...]
    rates: BothRates
    charts: tuple[Chart, ...]
    maturing_days: int
    """So old a request must be before its share or time is compared with those of the period before."""


def _change(figure: Figure) -> float | None:
    """Against the period before: a share in points, anything else relative; None where nothing can be compared."""
    value, previous = figure.compared, figure.previous
    if value is None or previous is None:
        return None
    if figure.kind == "share":
        return round(value - previous, 3)
    return (value - previous) / previous if previous else None


def _shown(figure: Figure) -> tuple[str, str]:
    if figure.value is None:
        return "—", ""
    if figure.kind == "share":
        return f"{figure.value * 100:.1f}", "%"
    if figure.kind == "hours":
        days = figure.value / 24
        return (f"{days:.1f}", _("天")) if days >= 2 else (f"{figure.value:.1f}", _("小时"))
    return f"{figure.value:,.0f}", _("件")


def orders_address(query: str, span: Period) -> str:
    """The list of the orders behind a figure of ``span``."""
    dates = {"from": span.start.strftime("%Y-%m-%d"), "to": span.end.strftime("%Y-%m-%d")}
    return f"/orders/?{query}&{urlencode(dates)}" if query else f"/orders/?{urlencode(dates)}"


def _card(figure: Figure, span: Period) -> Card:
    value, unit = _shown(figure)
    late = figure.code == "overdue"
    query = figure.orders_query
    address = f"/orders/?{query}" if late else orders_address(query, span)
    return Card(
        _(figure.label), value, unit, _change(figure), GOOD.get(figure.code, "none"),
        ICONS.get(figure.code, ""), "red" if late and figure.value else "", address, _(figure.meaning),
        figure.kind == "share",
    )  # fmt: skip


def _named(part: Slice) -> str:
    """A bar's name: only what is left beside the named ones is ours to translate."""
    return _(part.name) if part.code in {REST, NONE} else part.name


def _bars(name: str, title: str, slices: list[Slice], span: Period, moment: datetime, column: str) -> Chart:
    return Chart(
        id=name,
        title=title,
        kind="hbar",
        categories=[_named(part) for part in slices],
        series=[
            Series(_("本期"), [part.count for part in slices]),
            Series(_("上期"), [part.previous for part in slices]),
            Series(_("其中超期"), [part.overdue for part in slices]),
        ],
        unit=_("件"),
        category_name=column,
        source=_("工单库"),
        at=moment,
        links=[orders_address(part.orders_query, span) if part.orders_query else "" for part in slices],
    )


def _words(slices: list[Slice], kinds: type[Labelled]) -> list[Slice]:
    words = words_of(kinds)
    return [
        Slice(s.code, str(words.get(s.code, _(s.name))), s.count, s.previous, s.overdue, s.orders_query) for s in slices
    ]


def _course(span: Period, moment: datetime) -> Chart:
    days = daily(span)
    return Chart(
        id="course",
        title=_("每日受理与办结"),
        kind="line",
        categories=[day.day.strftime("%m-%d") for day in days],
        series=[
            Series(_("受理"), [day.received for day in days]),
            Series(_("办结"), [day.closed for day in days]),
        ],
        unit=_("件"),
        category_name=_("日期"),
        source=_("工单库"),
        at=moment,
    )


def build(span: Period) -> Board:
    """Everything of the board for ``span``; the actor needs the right to see figures."""
    moment = now()
    late = overdue_units(10)
    charts = (
        _course(span, moment),
        _bars("category", _("热点分类"), breakdown(span, "category"), span, moment, _("分类")),
        _bars("county", _("各区县"), breakdown(span, "county"), span, moment, _("区县")),
        _bars("street", _("诉求最多的街道、乡镇"), breakdown(span, "street"), span, moment, _("街道乡镇")),
        _bars("type", _("诉求类型"), _words(breakdown(span, "type"), RequestType), span, moment, _("类型")),
        _bars("channel", _("来源渠道"), _words(breakdown(span, "channel"), Channel), span, moment, _("渠道")),
        Chart(
            id="late",
            title=_("当前超期最多的承办单位"),
            kind="hbar",
            categories=[_named(part) for part in late],
            series=[Series(_("超期"), [part.count for part in late])],
            unit=_("件"),
            category_name=_("承办单位"),
            source=_("工单库"),
            at=moment,
            links=[f"/orders/?{part.orders_query}" if part.orders_query else "" for part in late],
        ),
    )
    cards = tuple(_card(figure, span) for figure in headline(span))
    return Board(span, moment, cards, rates(span.start, span.end), charts, maturing_days(moment))
