"""Figures for judging a classifier: accuracy, macro-F1, coverage at an accuracy, calibration error, overlap of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from minhu.language.features import clean, hashed

if TYPE_CHECKING:
    from scipy import sparse

Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]


def accuracy(wanted: Sequence[str], got: Sequence[str]) -> float:
    """Share of equal pairs; 0 for no rows."""
    return sum(one == other for one, other in zip(wanted, got, strict=True)) / max(len(wanted), 1)


def macro_f1(wanted: Sequence[str], got: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in ``wanted`` or ``got``."""
    values = []
    for label in sorted(set(wanted) | set(got)):
        hits = sum(one == other == label for one, other in zip(wanted, got, strict=True))
        total = sum(one == label for one in wanted) + sum(one == label for one in got)
        values.append(2 * hits / total)
    return sum(values) / max(len(values), 1)


def coverage_at(correct: Flags, confidence: Reals, level: float) -> float:
    """The largest share of rows, most confident first, that is right with at least ``level``."""
    if not len(correct):
        return 0.0
    order = np.argsort(-confidence, kind="stable")
    running = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    enough = np.nonzero(running >= level)[0]
    return float((enough[-1] + 1) / len(order)) if len(enough) else 0.0


def calibration_error(correct: Flags, confidence: Reals, bins: int = 10) -> float:
    """Expected calibration error over equally wide bins."""
    if not len(correct):
        return 0.0
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    total = 0.0
    for at in range(bins):
        inside = place == at
        if inside.any():
            total += abs(float(correct[inside].mean()) - float(confidence[inside].mean())) * float(inside.mean())
    return total


def already_seen(train: Sequence[str], test: Sequence[str], share: float = 0.5, bits: int = 20) -> Flags:
    """Which test texts are also in the training texts, even when those are segmented and have lost their stop words.

    A test text counts as seen when one training text of at least ten characters has ``share`` of its distinct
    character pairs in it.
    """
    known, asked = pairs_of(train, bits), pairs_of(test, bits)
    sizes = np.maximum(np.asarray(known.sum(axis=1)).ravel(), 10.0)
    seen = np.zeros(len(test), dtype=np.bool_)
    for start in range(0, len(test), 256):
        common = (asked[start : start + 256] @ known.T).toarray()
        seen[start : start + 256] = (common / sizes).max(axis=1) >= share
    return seen


def shared_with(train: Sequence[str], test: Sequence[str], share: float = 0.5, bits: int = 20) -> Flags:
    """Which training texts are also in the test texts: the same measure, told of the training side."""
    known, asked = pairs_of(train, bits), pairs_of(test, bits).T.tocsc()
    sizes = np.maximum(np.asarray(known.sum(axis=1)).ravel(), 10.0)
    found = np.zeros(len(train), dtype=np.bool_)
    for start in range(0, len(train), 256):
        common = (known[start : start + 256] @ asked).toarray()
        found[start : start + 256] = common.max(axis=1) / sizes[start : start + 256] >= share
    return found


def pairs_of(texts: Sequence[str], bits: int = 20) -> sparse.csr_matrix:
    """Which character pairs each text has: 1 or 0, shape (texts, 2**bits)."""
    from scipy import sparse

    rows = [np.unique(hashed(clean(text), (2,), bits)[0]) for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    columns = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    return sparse.csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(texts), 1 << bits))


def chrf(got: Sequence[str], wanted: Sequence[str], longest: int = 6, beta: float = 2.0) -> float:
    """Corpus chrF (0 to 1): F-score of character n-grams up to ``longest``, white space left out, recall ``beta`` times."""
    precision = recall = 0.0
    plain = [("".join(one.split()), "".join(other.split())) for one, other in zip(got, wanted, strict=True)]
    for order in range(1, longest + 1):
        made = asked = common = 0
        for one, other in plain:
            mine = Counter(one[at : at + order] for at in range(len(one) - order + 1))
            theirs = Counter(other[at : at + order] for at in range(len(other) - order + 1))
            made, asked, common = made + mine.total(), asked + theirs.total(), common + (mine & theirs).total()
        precision, recall = precision + common / max(made, 1), recall + common / max(asked, 1)
    precision, recall = precision / longest, recall / longest
    both = beta * beta * precision + recall
    return (1 + beta * beta) * precision * recall / both if both else 0.0
