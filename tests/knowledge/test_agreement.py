"""Figures of judging that an outsider can check: Cohen's κ with its interval, shares of a stratified sample, drawing by seed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.knowledge.domain.agreement import Stratum, kappa, share_of_all
from minhu.knowledge.domain.drawing import LEAST, allotted, drawn


def test_kappa_and_its_interval_are_those_of_the_textbook() -> None:
    # Fleiss, Levin, Paik, Statistical Methods for Rates and Proportions, table 18.1: κ .68, standard error .087.
    table = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]
    pairs = [(str(y), str(x)) for y, row in enumerate(table) for x, often in enumerate(row) for _ in range(often)]
    found = kappa(pairs)
    assert found is not None
    assert found.value == pytest.approx(0.676, abs=0.001)
    assert (found.high - found.low) / 2 / 1.96 == pytest.approx(0.087, abs=0.001)
    assert found.count == 100


def test_kappa_of_nothing_and_of_one_verdict_only_is_not_told() -> None:
    assert kappa([]) is None
    assert kappa([("right", "right")] * 20) is None
    perfect = kappa([("right", "right"), ("wrong", "wrong")] * 5)
    assert perfect is not None
    assert (perfect.value, perfect.low, perfect.high) == (1.0, 1.0, 1.0)
    opposite = kappa([("a", "b"), ("b", "a")] * 5)
    assert opposite is not None
    assert opposite.value == -1.0


def test_a_large_stratum_weighs_as_much_as_it_has() -> None:
    found = share_of_all(
        [Stratum("answered", 900, 10, 9), Stratum("refused", 100, 10, 5), Stratum("unjudged", 50, 0, 0)]
    )
    assert found is not None
    assert found.value == pytest.approx(0.9 * 0.9 + 0.1 * 0.5)
    assert found.low < found.value < found.high
    whole = share_of_all([Stratum("all", 10, 10, 10)])
    assert whole is not None
    assert whole.low < 1.0, "ten right ones do not prove that all are"
    assert share_of_all([Stratum("answered", 5, 0, 0)]) is None


@given(
    st.dictionaries(st.text(min_size=1, max_size=4), st.integers(1, 60), min_size=1, max_size=8), st.integers(1, 120)
)
def test_every_stratum_gets_its_share_and_the_size_is_kept(populations: dict[str, int], size: int) -> None:
    given_ = allotted(populations, size)
    assert sum(given_.values()) == min(size, sum(populations.values()))
    assert all(0 <= given_[name] <= populations[name] for name in populations)
    if size >= LEAST * len(populations):
        assert all(given_[name] >= min(LEAST, populations[name]) for name in populations)


@given(st.integers(0, 2**32 - 1))
def test_the_same_seed_draws_the_same_and_nobody_twice(seed: int) -> None:
    members = {"a": list(range(40)), "b": list(range(100, 110))}
    first = drawn(members, 15, seed)
    assert first == drawn({name: list(reversed(ids)) for name, ids in members.items()}, 15, seed)
    assert len({one for _name, one in first}) == 15
