"""Weights of the comparison of matters, learned on labelled pairs of reports; the result is a card of numbers, no text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from minhu.language.matter_words import days_of
from minhu.language.matters import FEATURES, Told, contradicted, features

Pair = tuple[Told, Told, bool]
Numbers = npt.NDArray[np.float64]
LEAST_PAIRS = 40
PRECISE = 0.95
COMPLETE = 0.97
_FOLDS = 5
_EVERY_THIRD = 3
_STRICT = 0.3
"""Inverse strength of regularisation: few hundred pairs and some correlated features."""
_LEAST_SPREAD = 0.05
_NEVER_SAME = 0.4
_LATER = 0.6
"""Part of a kind's days by which some second reports are moved: what lasts is reported again much later."""


def train(
    pairs: Sequence[Pair], *, version: str, date: str, sources: Sequence[str], parts: Sequence[str] = ()
) -> dict[str, Any]:
    """The card of a model: weights, constant, both lines and figures out of fold, also for each of the ``parts``.

    ``parts`` names where each pair comes from.
    'Same' begins where 95 of 100 pairs are right and is never below even chances, 'perhaps' where 97 of 100 same
    pairs are found. Raises ValueError for fewer than forty pairs, or when all say the same.
    """
    if len(pairs) < LEAST_PAIRS or len({same for *_, same in pairs}) < 2:
        raise ValueError(f"至少需要 {LEAST_PAIRS} 对，且“同一件事”和“不是同一件事”都要有")
    varied = [np.array([features(*one) for one in _varied(at, *pair)]) for at, pair in enumerate(pairs)]
    wanted = np.array([same for *_, same in pairs])
    got = np.zeros(len(pairs))
    times = np.zeros(len(pairs))
    left, right = _folds(pairs)
    for fold in range(_FOLDS):
        held = (left == fold) | (right == fold)
        if held.any():
            weights, constant = _fit(varied, wanted, np.flatnonzero(~held))
            got[held] += _chances(np.array([varied[at][0] for at in np.flatnonzero(held)]), weights, constant)
            times[held] += 1
    got /= times
    weights, constant = _fit(varied, wanted, np.arange(len(pairs)))
    open_ = np.array([not contradicted(first, second) for first, second, _ in pairs])
    same_from, perhaps_from = lines(np.where(open_, got, np.minimum(got, _NEVER_SAME)), wanted)
    found = open_ & (got >= same_from)
    return {
        "version": version, "date": date, "sources": list(sources), "pairs": len(pairs), "same": int(wanted.sum()),
        "weights": {name: round(float(value), 4) for name, value in zip(FEATURES, weights, strict=True)},
        "constant": round(constant, 4), "same_from": same_from, "perhaps_from": perhaps_from,
        "figures": _figures(found, wanted),
        "figures_of": {
            name: _figures(found[of], wanted[of]) for name in dict.fromkeys(parts) if (of := np.array(parts) == name).any()
        },
        "licence": "模型仅含特征权重，不含任何原文。",
    }  # fmt: skip


def _figures(found: npt.NDArray[np.bool_], wanted: npt.NDArray[np.bool_]) -> dict[str, float]:
    return {
        "precision": round(float(wanted[found].mean()), 4) if found.any() else 0.0,
        "recall": round(float(found[wanted].mean()), 4) if wanted.any() else 0.0,
    }


def lines(got: Numbers, wanted: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """From which probability two reports are called the same, and from which perhaps the same."""
    steps = [round(float(step), 2) for step in np.arange(0.5, 0.96, 0.01)]
    precise = (step for step in steps if (got >= step).any() and wanted[got >= step].mean() >= PRECISE)
    same_from = next(precise, steps[-1])
    complete = float(np.quantile(got[wanted], 1 - COMPLETE))
    return same_from, round(min(max(complete, 0.1), same_from - 0.1), 2)


def _fit(
    varied: Sequence[Numbers], wanted: npt.NDArray[np.bool_], rows: npt.NDArray[np.int64]
) -> tuple[Numbers, float]:
    """Weights and constant for values as they are; they are learnt on values of one spread, so that none is favoured."""
    values = np.concatenate([varied[at] for at in rows])
    labels = np.concatenate([[wanted[at]] * len(varied[at]) for at in rows])
    middle, spread = values.mean(axis=0), np.maximum(values.std(axis=0), _LEAST_SPREAD)
    model = LogisticRegression(C=_STRICT, max_iter=3000).fit((values - middle) / spread, labels)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - np.dot(weights, middle))


def _chances(values: Numbers, weights: Numbers, constant: float) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-(np.einsum("ij,j->i", values, weights) + constant))))


def _folds(pairs: Sequence[Pair]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The fold of either side's matter: all that is said to be one matter lies in one fold.

    A pair is asked where one of its sides is held out and learnt from where none is.
    """
    matter: dict[int, int] = {}

    def root(one: Told) -> int:
        at = id(one)
        while matter.setdefault(at, at) != at:
            at = matter[at]
        return at

    for first, second, same in pairs:
        here, there = root(first), root(second)
        if same:
            matter[here] = there
    chosen: dict[int, int] = {}
    turn = np.random.default_rng(0)
    sides = [[chosen.setdefault(root(one), int(turn.integers(_FOLDS))) for one in pair[:2]] for pair in pairs]
    both = np.array(sides, dtype=np.int64)
    return both[:, 0], both[:, 1]


def _varied(at: int, first: Told, second: Told, same: bool) -> Iterator[tuple[Told, Told]]:
    """The pair as it is first, and as it would be read if less were known of it.

    Without areas, without known kinds, with a kind on one side only; told by one person, because whoever waits asks
    again; or later. So no single clue is trusted alone.
    """
    yield first, second
    bare = replace(first, area=""), replace(second, area="")
    yield bare
    unknown = replace(bare[0], kinds_known=False), replace(bare[1], kinds_known=False)
    yield unknown
    if at % 2:
        yield bare[0], unknown[1]
    if same or at % _EVERY_THIRD == 0:
        yield replace(first, person="one"), replace(second, person="one")
        yield replace(unknown[0], person="one"), replace(unknown[1], person="one")
    if at % _EVERY_THIRD == 1 and second.moment is not None:
        later = timedelta(days=days_of(first.kinds & second.kinds) * _LATER)
        yield bare[0], replace(bare[1], moment=second.moment + later)
