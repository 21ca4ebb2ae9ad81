"""Words are found the same before and after the loop has marked the orders, and frequent words newest first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import City, make_city, make_order
from minhu.directory.access import acting_as
from minhu.handling.domain import wordmarks
from minhu.handling.queries.search import Filters, search
from minhu.handling.services.words import mark_words


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
