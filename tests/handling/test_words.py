"""Words are found the same before and after the loop has marked the orders, and frequent words newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from factories import MONDAY, City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.policy import Action
from minhu.handling.domain import wordmarks
from minhu.handling.queries.search import Filters, every_row, search
from minhu.handling.services import take
from minhu.handling.services.words import mark_words
from minhu.handling.types import Step, StepData
from minhu.kernel import clock


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_every_part_of_a_text_is_found_by_its_marks(text: str, start: int, length: int) -> None:
    part = "".join(text.split())[start : start + length]
    assert set(wordmarks.pair_marks(part)) <= set(wordmarks.pair_marks(text))


@given(st.integers(0, 10**9))
def test_spans_go_back_without_gap_or_overlap(top: int) -> None:
    places = [place for group in wordmarks.newest_first(top) for place in group]
    assert places[0] == wordmarks.place_mark(top)
    assert places == list(range(places[0], places[0] + len(places)))


@pytest.mark.django_db
def test_words_are_found_with_and_without_marks() -> None:
    city: City = make_city()
    orders = {make_order(city).number for _ in range(3)}

    def found(words: str) -> set[str]:
        with acting_as(city.actor("dispatcher")):
            return {row.number for row in search(Filters(words=words)).rows}

    assert found("停水") == orders
    assert mark_words() == 0
    assert found("停水") == orders
    assert found("停水 没有的词") == set()
    newer = make_order(city).number
    assert found("停水") == {*orders, newer}


@pytest.mark.django_db
def test_a_unit_finds_words_in_its_own_orders_from_the_moment_it_gets_them() -> None:
    city: City = make_city()
    first, second = make_order(city, upto="dispatched"), make_order(city, upto="to_dispatch")

    def found(name: str) -> set[str]:
        with acting_as(city.actor(name)):
            return {row.number for row in search(Filters(words="停水")).rows}

    for _ in ("not marked", "marked"):
        assert found("water_handler") == {first.number}
        assert found("urban_handler") == set()
        assert mark_words() == 0
    with acting_as(city.actor("dispatcher")):
        take(second.number, Step.DISPATCH, StepData(unit_id=city.unit("urban")))
    for _ in ("marked as nobody's", "marked anew"):
        assert found("water_handler") == {first.number}
        assert found("urban_handler") == {second.number}
        assert mark_words() == 0
    with as_system(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM handling_unmarked), marks FROM handling_words WHERE order_id = %s",
            [second.pk],
        )
        waiting, marks = cursor.fetchone()
    assert waiting == 0
    assert wordmarks.unit_mark(city.unit("urban")) in marks


@pytest.mark.django_db
@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(states=("dispatched",)),
        Filters(live=True),
        Filters(done=True),
        Filters(live=True, states=("closed",)),
    ],
)
def test_a_units_newest_orders_are_the_same_by_every_way(filters: Filters) -> None:
    city: City = make_city()
    stages = ("dispatched", "closed", "in_progress", "dispatched", "to_dispatch", "replied")
    for hour, upto in enumerate(stages):
        with clock.at(MONDAY + timedelta(hours=hour)):
            make_order(city, upto=upto, assist=("urban",) if hour % 2 else ())
    both = replace(city.actor("water_handler"), unit_ids=(city.unit("water"), city.unit("urban")))
    for actor in (city.actor("water_handler"), city.actor("urban_handler"), both):
        with acting_as(actor):
            wanted = [row.number for row in every_row(filters, 100, action=Action.VIEW_ORDER)]
            first = search(filters, size=2)
            shown, following = [row.number for row in first.rows], first.following
            while following:
                page = search(filters, following, size=2)
                shown, following = [*shown, *(row.number for row in page.rows)], page.following
        assert (shown, first.total) == (wanted, len(wanted))
