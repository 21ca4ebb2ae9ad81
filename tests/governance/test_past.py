"""Past days counted beforehand: a leader reads the same figures with and without them, also right after a change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.governance import past, queries
from minhu.governance.periods import period
from minhu.governance.services import count_days
from minhu.handling.models import Order
from minhu.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    made = make_city()
    for days, stage in ((3, "received"), (5, "in_progress"), (5, "archived"), (9, "to_call_back"), (40, "archived")):
        with clock.at(clock.now() - timedelta(days=days)):
            make_order(made, upto=stage)
    return made


def figures(city: City) -> object:
    span = period("30d")
    with acting_as(city.actor("leader")):
        slices = {by: queries.breakdown(span, by) for by in queries.BREAKDOWNS}
        return queries.headline(span), queries.daily(span), slices


def test_figures_are_the_same_when_days_are_counted_beforehand(city: City) -> None:
    before = figures(city)
    assert count_days(1000) == 0
    with acting_as(city.actor("leader")):
        assert past.split(period("30d").start, period("30d").end).days
    assert figures(city) == before


def test_a_change_of_an_old_order_is_in_the_figures_at_once(city: City) -> None:
    count_days(1000)
    with as_system():
        order = Order.objects.earliest("created_at")
        Order.objects.filter(pk=order.pk).update(created_at=order.created_at + timedelta(days=20), return_count=3)
    after = figures(city)
    count_days(1000)
    assert figures(city) == after
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM governance_day; DELETE FROM governance_slice")
    assert figures(city) == after
