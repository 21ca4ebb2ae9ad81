"""Past days counted beforehand: a leader reads the same figures with and without them, also right after a change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.policy import Action
from minhu.governance import past, queries
from minhu.governance.periods import period
from minhu.governance.services import count_days
from minhu.handling.models import Order, OrderStep
from minhu.handling.queries.search import Filters, every_row
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
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


def direct_by_history() -> list[str]:
    """The slow way: orders whose last decision, of all that end or renew an order, was a direct answer."""
    decisions = {Step.ANSWER_DIRECTLY.value, Step.REOPEN.value, Step.DISPATCH.value, Step.WITHDRAW.value}
    found = []
    with as_system():
        for order in Order.objects.all():
            steps = OrderStep.objects.filter(order=order, step__in=decisions).order_by("id")
            if [step.step for step in steps][-1:] == [Step.ANSWER_DIRECTLY.value]:
                found.append(order.number)
    return sorted(found)


def test_a_direct_answer_stays_one_when_it_is_archived(city: City) -> None:
    answer, words = StepData(reply="水费可以在小程序里查询。"), StepData(text="说明")
    again = StepData(text="还要问", reason_code="not_solved")
    out = StepData(unit_id=city.unit("water"))
    ways: tuple[tuple[tuple[str, Step, StepData], ...], ...] = (
        (("agent", Step.ANSWER_DIRECTLY, answer),),
        (("agent", Step.ANSWER_DIRECTLY, answer), ("supervisor", Step.ARCHIVE, words)),
        (("agent", Step.ANSWER_DIRECTLY, answer), ("supervisor", Step.REOPEN, again)),
        (("agent", Step.ANSWER_DIRECTLY, answer), ("supervisor", Step.REOPEN, again), ("dispatcher", Step.DISPATCH, out)),
        (("dispatcher", Step.ACCEPT, words), ("dispatcher", Step.DISPATCH, out), ("dispatcher", Step.RECALL, words),
         ("agent", Step.ANSWER_DIRECTLY, answer), ("supervisor", Step.ARCHIVE, words)),
    )  # fmt: skip
    for days, way in enumerate(ways, 4):
        with clock.at(clock.now() - timedelta(days=days)):
            order = make_order(city)
            for who, step, data in way:
                with acting_as(city.actor(who)):
                    take(order.number, step, data)
    expected = direct_by_history()
    assert len(expected) == 3
    for beforehand in (False, True):
        if beforehand:
            count_days(1000)
        span = period("30d")
        with acting_as(city.actor("leader")):
            found = {figure.code: figure for figure in queries.headline(span)}
            listed = sorted(row.number for row in every_row(Filters(direct=True), 100, action=Action.VIEW_ORDER))
        whole = found["received"].value
        assert whole
        assert round((found["direct_rate"].value or 0) * whole) == 3
        assert listed == expected


def test_what_is_late_now_is_compared_with_nothing(city: City) -> None:
    with acting_as(city.actor("leader")):
        found = {figure.code: figure for figure in queries.headline(period("7d"))}
    assert found["overdue"].previous is None
    assert found["received"].previous is not None
