"""Figures of the leader's page against plain counting in Python."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import MONDAY, City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.governance import queries
from minhu.governance.periods import period
from minhu.handling.models import Order
from minhu.handling.types import DONE_STATES
from minhu.kernel import clock
from minhu.kernel.errors import Invalid, NotAllowed

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


@pytest.mark.parametrize("by", sorted(queries.BREAKDOWNS))
def test_slices_never_count_more_than_there_is(city: City, by: str) -> None:
    with clock.at(MONDAY), acting_as(city.actor("leader")):
        slices = queries.breakdown(period("30d"), by)
    assert sum(s.count for s in slices) <= 5
    assert [s.count for s in slices] == sorted((s.count for s in slices), reverse=True)


def test_overdue_units_lead_late_orders(city: City) -> None:
    with clock.at(MONDAY + timedelta(days=60)), acting_as(city.actor("leader")):
        rows = queries.overdue_units()
    assert sum(row.count for row in rows) == 2


def test_figures_are_not_for_everybody(city: City) -> None:
    for name in ("dispatcher", "water_head", "system_admin"):
        with acting_as(city.actor(name)), pytest.raises(NotAllowed):
            queries.headline(period("7d"))


def test_unknown_period_is_refused() -> None:
    with pytest.raises(Invalid, match="统计周期"):
        period("13 months")
