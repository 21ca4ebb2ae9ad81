"""Learning which clause and which cell answer: a conditional logit over those of each question and 'none of them'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from minhu.language.answers.answering import best_of_rows
from minhu.language.answers.choosing import Candidate, clauses_of
from minhu.language.answers.measures import Asked, character_f1, says_it
from minhu.language.answers.model import Layers
from minhu.language.answers.ranking import Rarity
from minhu.language.answers.tables import Cell, cells_of
from minhu.language.answers.types import Query, Ranked

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
_RIGHT: Final = 0.6
_PENALTY: Final = 3.0
_ROUNDS: Final = 300
_TABLE: Final = "表"


@dataclass(frozen=True, slots=True)
class Example:
    """What a question found: ``features`` (things, features), ``right`` whether each is the answer."""

    features: Floats
    right: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Search:
    """A question with the papers found for it, before anything was chosen."""

    asked: Asked
    query: Query
    rarity: Rarity
    ranked: Sequence[Ranked]


def cell_example(search: Search) -> tuple[list[Cell], Example]:
    """The cells of the best papers for a question; right are those of its paper and row that read as its answer."""
    asked, ranked = search.asked, search.ranked
    cells, features = cells_of(search.query, ranked)
    right = [
        bool(asked.key)
        and ranked[one.paper].sheet.key == asked.key
        and (not asked.clause.startswith(_TABLE) or one.passage.label == asked.clause)
        and character_f1(one.passage.cells[one.column][1], asked.answer) >= _RIGHT
        for one in cells
    ]
    return cells, Example(features, np.array(right, bool))


def clause_example(search: Search, cells: Sequence[Cell], values: Floats) -> tuple[list[Candidate], Example]:
    """The passages that a question found; right are those that say its answer. ``values``: of the cells, by their model."""
    clauses, features = clauses_of(search.query, search.rarity, search.ranked, best_of_rows(cells, values))
    right = [says_it(search.asked, search.ranked[one.paper].sheet.key, one.passage) for one in clauses]
    return clauses, Example(features, np.array(right, bool))


def fit(examples: Sequence[Example], width: int, penalty: float = _PENALTY) -> Layers:
    """One layer for ``width`` features; its value for a thing is measured against 0 for 'none'.

    Where nothing was ever right all values are far below.
    """
    from scipy.optimize import minimize

    found = [one for one in examples if len(one.right)]
    if not any(one.right.any() for one in found):
        zeros, ones = np.zeros(width, np.float32), np.ones(width, np.float32)
        return Layers(zeros, ones, (zeros.reshape(-1, 1),), (np.full(1, -20.0, np.float32),))
    rows = np.vstack([one.features for one in found]).astype(np.float64)
    mean, scale = rows.mean(0), np.maximum(rows.std(0), 1e-3)
    sets = [((one.features - mean) / scale, _wanted(one.right)) for one in found]
    start = np.zeros(width + 1)
    weights: Doubles = minimize(
        _loss, start, args=(sets, penalty), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS}
    ).x
    column = np.asarray(weights[:-1], np.float32).reshape(-1, 1)
    return Layers(mean.astype(np.float32), scale.astype(np.float32), (column,), (np.array(weights[-1:], np.float32),))


def _wanted(right: npt.NDArray[np.bool_]) -> Doubles:
    """Which things are right, and last whether none is."""
    return np.append(right, not right.any()).astype(np.float64)


def _loss(weights: Doubles, sets: Sequence[tuple[Doubles, Doubles]], penalty: float) -> tuple[float, Doubles]:
    """The negative log likelihood that one of the right ones is chosen, with its penalty, and its gradient."""
    total = penalty * float((weights[:-1] ** 2).sum())
    slope: Any = np.append(2 * penalty * weights[:-1], 0.0)
    for features, wanted in sets:
        values = np.append(features @ weights[:-1] + weights[-1], 0.0)
        grown = np.exp(values - values.max())
        shares = grown / grown.sum()
        held = float(shares @ wanted) + 1e-12
        total -= float(np.log(held))
        wrong = (shares - shares * wanted / held)[:-1]
        slope[:-1] += wrong @ features
        slope[-1] += wrong.sum()
    return total, slope
