"""The three rates: a wrong denominator would praise or blame a unit without ground."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.evaluation.domain import RateWeights, Tally, rates_of
from minhu.evaluation.types import Satisfaction

counts = st.integers(0, 500)
tallies = st.builds(
    lambda rv, r, sv, s, grades: Tally(max(rv, r), min(rv, r), max(sv, s), min(sv, s), grades),
    counts, counts, counts, counts,
    st.fixed_dictionaries(dict.fromkeys(Satisfaction, counts)),
)  # fmt: skip


def test_no_valid_answer_gives_no_rate_instead_of_zero() -> None:
    found = rates_of(Tally(), RateWeights())
    assert (found.response, found.solution, found.satisfaction, found.composite) == (None, None, None, None)


@pytest.mark.parametrize(
    ("grade", "weight"),
    [("satisfied", 1.0), ("mostly", 0.8), ("so_so", 0.5), ("dissatisfied", 0.0)],
)
def test_default_weights_of_satisfaction(grade: str, weight: float) -> None:
    assert rates_of(Tally(satisfaction={Satisfaction(grade): 7}), RateWeights()).satisfaction == weight


def test_composite_is_thirty_thirtyfive_thirtyfive() -> None:
    tally = Tally(10, 9, 10, 8, {Satisfaction.SATISFIED: 1, Satisfaction.DISSATISFIED: 1})
    assert rates_of(tally, RateWeights()).composite == pytest.approx(0.3 * 0.9 + 0.35 * 0.8 + 0.35 * 0.5)


@given(tallies, tallies)
def test_rates_lie_between_those_of_the_parts(one: Tally, other: Tally) -> None:
    both = rates_of(one.plus(other), RateWeights())
    parts = [rates_of(one, RateWeights()), rates_of(other, RateWeights())]
    for name in ("response", "solution", "satisfaction"):
        whole = getattr(both, name)
        values = [v for p in parts if (v := getattr(p, name)) is not None]
        assert (whole is None) == (not values)
        if whole is not None:
            assert min(values) - 1e-9 <= whole <= max(values) + 1e-9
            assert 0.0 <= whole <= 1.0
