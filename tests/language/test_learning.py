"""The arithmetic of learning: against figures worked out by hand and against rules that must always hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language.learning import Candidate, choose, compare, kappa, stability, uncertainty


def test_kappa_is_that_of_the_textbook() -> None:
    # Cohen's own table: 20 both yes, 5 and 10 differ, 15 both no: kappa 0.4
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([]) is None
    assert kappa([("a", "a")] * 3) == 1.0
    assert kappa([("a", "b"), ("b", "a")]) == pytest.approx(-1.0)


def test_what_is_asked_is_uncertain_mixed_and_not_twice_the_same() -> None:
    found = [Candidate(at, 0.9, 0, (at * 0x9E3779B97F4A7C15) % 2**64, "water") for at in range(9)] + [
        Candidate(9, 0.7, 0, None, "noise")
    ]
    chosen = choose(found, 6)
    assert sum(one.label == "water" for one in chosen) == 2, "one label does not fill the queue"
    assert chosen[-1].label == "noise"
    twins = [Candidate(1, 0.9, 0, 0b1111, "a"), Candidate(2, 0.8, 0, 0b1110, "b"), Candidate(3, 0.7, 0, -1, "c")]
    assert [one.key for one in choose(twins, 9)] == [1, 3]
    assert choose(twins, 9, taken=[0b1111, -1]) == []
    old, new = Candidate(1, 0.7, 30, None, "a"), Candidate(2, 0.8, 0, None, "b")
    assert [one.key for one in choose([new, old], 9)] == [1, 2], "what has waited long goes before a little more doubt"


@given(st.lists(st.floats(0, 1), max_size=9))
def test_uncertainty_is_a_share(chances: list[float]) -> None:
    assert 0.0 <= uncertainty(chances) <= 1.0


def test_uncertainty_by_margin() -> None:
    assert uncertainty([0.5, 0.5]) == 1.0
    assert uncertainty([0.99, 0.01]) == pytest.approx(0.02)
    assert uncertainty([]) == 1.0


def test_a_better_model_is_told_from_chance() -> None:
    wanted = ["a", "b"] * 100
    good, bad = [(label, 0.9) for label in wanted], [("a", 0.6)] * 200
    found = compare(wanted, bad, good)
    assert (found.gain, found.old["accuracy"], found.new["accuracy"]) == (0.5, 0.5, 1.0)
    assert 0.4 < found.low < 0.5 < found.high < 0.6
    assert [(one.label, one.old, one.new) for one in found.changes] == [("a", 100, 100), ("b", 0, 100)]
    assert compare(wanted, good, bad).is_worse
    assert not compare(wanted, good, good).is_worse
    assert compare(wanted, bad, good).changed == tuple(range(1, 200, 2))
    with pytest.raises(ValueError, match="nothing"):
        compare([], [], [])


def test_a_shift_of_labels_shows() -> None:
    same = {"a": 500, "b": 500}
    assert stability(same, {"a": 50, "b": 50}) < 0.01
    assert stability(same, {"a": 90, "b": 10}) > 0.2
    assert stability(same, {"c": 100}) > 1
    assert stability({}, {}) == 0.0
