"""Figures of the leader's page against plain counting in Python."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import MONDAY, City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.governance import queries
from minhu.governance.maturing import matured
from minhu.governance.periods import period
from minhu.governance.services import count_days
from minhu.governance.types import NONE, REST
from minhu.handling.models import Order
from minhu.handling.types import DONE_STATES
from minhu.kernel import clock
from minhu.kernel.errors import Invalid, NotAllowed
from minhu.portals.leader.board import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    made = make_city()
    stages = ("received", "to_dispatch", "in_progress", "to_call_back", "in_progress")
    for day, stage in enumerate(stages):
        with clock.at(MONDAY - timedelta(days=day * 3)):
            make_order(made, upto=stage)
    return made


def test_headline_counts_what_is_there(city: City) -> None:
    with clock.at(MONDAY), acting_as(city.actor("leader")):
        found = {figure.code: figure.value for figure in queries.headline(period("30d"))}
        with as_system():
            orders = list(Order.objects.all())
    done = {s.value for s in DONE_STATES}
    assert found["received"] == len(orders)
    assert found["done_rate"] == sum(o.state in done for o in orders) / len(orders)
    assert found["overdue"] == sum(o.state not in done and o.due_at is not None and o.due_at < MONDAY for o in orders)


def test_every_day_is_shown_also_those_without_requests(city: City) -> None:
    with clock.at(MONDAY), acting_as(city.actor("leader")):
        days = queries.daily(period("30d"))
    assert len(days) == 30
    assert sum(day.received for day in days) == 5
    assert days[-1].day == MONDAY.date()


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("top", [1, 10])
@pytest.mark.parametrize("by", sorted(queries.BREAKDOWNS))
def test_the_bars_of_every_chart_are_all_there_is(city: City, by: str, top: int, counted: bool) -> None:
    moment = MONDAY + timedelta(days=20)
    with clock.at(MONDAY + timedelta(days=1)):
        other = make_order(city)
    with as_system():
        Order.objects.filter(pk=Order.objects.earliest("id").pk).update(area=None, category=None)
        Order.objects.filter(pk=other.pk).update(category=city.categories["B1"], channel="web")
    if counted:
        count_days(1000)
    with clock.at(moment), acting_as(city.actor("leader")):
        slices = queries.breakdown(period("30d"), by, top)
        later = queries.breakdown(period("7d"), by, top)
        found = {figure.code: figure for figure in queries.headline(period("30d"))}
    assert sum(s.count for s in slices) == found["received"].value == 5
    assert sum(s.overdue for s in slices) == 5
    named = [s for s in slices if s.code not in {REST, NONE}]
    assert len(named) <= top
    assert [s.count for s in named] == sorted((s.count for s in named), reverse=True)
    assert all(s.orders_query for s in named)
    assert later == []


@pytest.mark.parametrize("top", [1, 20])
def test_what_is_late_is_all_named_at_a_unit_or_the_centre(city: City, top: int) -> None:
    with clock.at(MONDAY + timedelta(days=60)), acting_as(city.actor("leader")):
        rows = queries.overdue_units(top)
        found = {key: queries.headline(period(key))[2] for key in ("today", "90d")}
    assert {row.code: row.count for row in rows} == {"water": 2, NONE: 3}
    assert {figure.code for figure in found.values()} == {"overdue"}
    assert {figure.value for figure in found.values()} == {sum(row.count for row in rows)}


def test_a_morning_is_compared_with_a_morning(city: City) -> None:
    for hours in (-25, -24, -23, -1):
        with clock.at(MONDAY + timedelta(hours=hours)):
            make_order(city)
    with clock.at(MONDAY), acting_as(city.actor("leader")):
        span = period("today")
        received = queries.headline(span)[0]
        channels = queries.breakdown(span, "channel")
    assert (received.compared, received.previous) == (2, 1)
    assert span.previous_end == MONDAY - timedelta(days=1)
    assert sum(bar.previous for bar in channels) == 1


def test_shares_and_times_are_compared_only_over_requests_old_enough(city: City) -> None:
    with clock.at(MONDAY), acting_as(city.actor("leader")):
        days = queries.maturing_days()
        short = queries.headline(period("7d"))
        long = {figure.code: figure for figure in queries.headline(period("30d"))}
        with as_system():
            ends = MONDAY - timedelta(days=days, hours=9)
            old = [o for o in Order.objects.all() if o.created_at < ends]
    assert 18 <= days <= 30, "ten working days to handle, one to review, three to call back, and the Spring Festival"
    assert [figure.code for figure in short if figure.compared is not None] == ["received"]
    assert all(figure.previous is None for figure in short if figure.code != "received")
    assert not old
    assert long["done_rate"].compared is None, "nothing in this period is old enough"
    with clock.at(MONDAY + timedelta(days=12)), acting_as(city.actor("leader")):
        ripe, days = matured(period("30d"))
        later = {figure.code: figure for figure in queries.headline(period("30d"))}
        with as_system():
            old = [o for o in Order.objects.all() if ripe.start <= o.created_at < ripe.end]
    assert 0 < len(old) < 5
    assert days == (ripe.end - ripe.start).days == (ripe.previous_end - ripe.previous_start).days
    assert later["done_rate"].compared == sum(o.state in {s.value for s in DONE_STATES} for o in old) / len(old)


def test_the_board_says_better_or_worse_only_of_what_is_compared(city: City) -> None:
    with clock.at(MONDAY), acting_as(city.actor("leader")):
        board = build(period("7d"))
    assert [card.title for card in board.cards if card.change is not None] in ([], ["受理总量"])
    county = next(chart for chart in board.charts if chart.id == "county")
    assert sum(value or 0 for value in county.series[0].values) == 3


def test_figures_are_not_for_everybody(city: City) -> None:
    for name in ("dispatcher", "water_head", "system_admin"):
        with acting_as(city.actor(name)), pytest.raises(NotAllowed):
            queries.headline(period("7d"))


def test_unknown_period_is_refused() -> None:
    with pytest.raises(Invalid, match="统计周期"):
        period("13 months")
