"""Learning which cell of a table answers: a conditional logit over the cells of each question and 'none of them'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from minhu.language.answers.measures import Asked, character_f1
from minhu.language.answers.model import Layers
from minhu.language.answers.question import understand_question
from minhu.language.answers.ranking import rank
from minhu.language.answers.store import MemoryStore
from minhu.language.answers.tables import CELL_FEATURES, cells_of

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
_RIGHT: Final = 0.6
_PENALTY: Final = 3.0
_ROUNDS: Final = 300
_TABLE: Final = "表"


@dataclass(frozen=True, slots=True)
class CellExample:
    """The cells that a question found: ``features`` (cells, CELL_FEATURES), ``right`` whether each is the answer."""

    features: Floats
    right: npt.NDArray[np.bool_]


def cell_example(asked: Asked, store: MemoryStore) -> CellExample:
    """The cells of the best papers for a question; right are those of its paper and row that read as its answer."""
    query = understand_question(asked.words)
    ranked, _ = rank(query, store)
    cells, features = cells_of(query, ranked)
    right = [
        ranked[one.paper].sheet.key == asked.key
        and (not asked.clause.startswith(_TABLE) or one.passage.label == asked.clause)
        and character_f1(one.passage.cells[one.column][1], asked.answer) >= _RIGHT
        for one in cells
    ]
    return CellExample(features, np.array(right, bool))


def fit_cells(examples: Sequence[CellExample]) -> Layers:
    """One layer; its value for a cell is measured against 0 for 'none'. Without any cell all values are far below."""
    from scipy.optimize import minimize

    found = [one for one in examples if len(one.right)]
    if not any(one.right.any() for one in found):
        zeros, ones = np.zeros(CELL_FEATURES, np.float32), np.ones(CELL_FEATURES, np.float32)
        return Layers(zeros, ones, (zeros.reshape(-1, 1),), (np.full(1, -20.0, np.float32),))
    rows = np.vstack([one.features for one in found]).astype(np.float64)
    mean, scale = rows.mean(0), np.maximum(rows.std(0), 1e-3)
    sets = [((one.features - mean) / scale, _wanted(one.right)) for one in found]
    start = np.zeros(CELL_FEATURES + 1)
    weights: Doubles = minimize(_loss, start, args=(sets,), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS}).x
    column = np.asarray(weights[:-1], np.float32).reshape(-1, 1)
    return Layers(mean.astype(np.float32), scale.astype(np.float32), (column,), (np.array(weights[-1:], np.float32),))


def _wanted(right: npt.NDArray[np.bool_]) -> Doubles:
    """What the chances of the cells and of 'none' (the last) should be."""
    shares = np.append(right.astype(np.float64), 0.0 if right.any() else 1.0)
    return np.asarray(shares / shares.sum())


def _loss(weights: Doubles, sets: Sequence[tuple[Doubles, Doubles]]) -> tuple[float, Doubles]:
    """The negative log likelihood with its penalty, and its gradient."""
    total = _PENALTY * float((weights[:-1] ** 2).sum())
    slope: Any = np.append(2 * _PENALTY * weights[:-1], 0.0)
    for features, wanted in sets:
        values = np.append(features @ weights[:-1] + weights[-1], 0.0)
        grown = np.exp(values - values.max())
        chances = grown / grown.sum()
        total -= float((wanted * np.log(chances + 1e-12)).sum())
        wrong = (chances - wanted)[:-1]
        slope[:-1] += wrong @ features
        slope[-1] += wrong.sum()
    return total, slope
