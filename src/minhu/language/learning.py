"""The arithmetic of learning from people: what to ask next, how far labellers agree, which of two models is better, drift.

Pure functions over plain values. Sources: margin sampling with diversity (Settles, Active Learning, 2012), Cohen's kappa
(1960), paired bootstrap (Efron 1979), population stability index as used for scorecards (0.1 small, 0.2 large change).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from minhu.language import measures

ALIKE_BITS: Final = 10
"""Texts whose likeness marks differ in at most so many of 64 bits are the same question to a labeller."""
ROUNDS: Final = 1000
OLD_AFTER_DAYS: Final = 14.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that somebody might label: its uncertainty and age in days, likeness mark and the label in the lead."""

    key: int
    uncertainty: float
    days: float
    mark: int | None
    label: str
    bonus: float = 0.0

    @property
    def priority(self) -> float:
        """Between 0 and about 2: uncertain, disputed and waiting cases first."""
        return self.uncertainty + self.bonus + 0.2 * min(max(self.days, 0.0) / OLD_AFTER_DAYS, 1.0)


def uncertainty(chances: Sequence[float]) -> float:
    """1 when the two best are equally likely (or nothing is likely), 0 when the first is certain."""
    if not chances:
        return 1.0
    ordered = sorted(chances, reverse=True)
    margin = ordered[0] - (ordered[1] if len(ordered) > 1 else 0.0)
    return min(max(1.0 - margin, 0.0), 1.0)


def choose(candidates: Sequence[Candidate], most: int, taken: Sequence[int] = ()) -> list[Candidate]:
    """At most ``most`` candidates: the most worth asking, no two alike, and no label with more than a third of them.

    ``taken`` are likeness marks of cases that already wait.
    """
    chosen: list[Candidate] = []
    marks, labels = list(taken), Counter[str]()
    share = max(most // 3, 1)
    for one in sorted(candidates, key=lambda each: (-each.priority, each.key)):
        if len(chosen) == most:
            break
        if labels[one.label] >= share or (one.mark is not None and any(_alike(one.mark, other) for other in marks)):
            continue
        chosen.append(one)
        labels[one.label] += 1
        if one.mark is not None:
            marks.append(one.mark)
    return chosen


def _alike(one: int, other: int) -> bool:
    return ((one ^ other) & 0xFFFFFFFFFFFFFFFF).bit_count() <= ALIKE_BITS


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two people's labels; None without pairs, 1 when they agree on a single label throughout."""
    if not pairs:
        return None
    total = len(pairs)
    agreed = sum(one == other for one, other in pairs) / total
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[label] * second[label] for label in first) / total**2
    return 1.0 if chance == 1.0 else (agreed - chance) / (1.0 - chance)


@dataclass(frozen=True, slots=True)
class Change:
    """One label on the frozen set: rows, and how many each model gets right."""

    label: str
    rows: int
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same rows. ``low`` and ``high``: 95 % interval of the gain in accuracy (paired bootstrap)."""

    rows: int
    old: Mapping[str, float]
    new: Mapping[str, float]
    gain: float
    low: float
    high: float
    changes: tuple[Change, ...]
    changed: tuple[int, ...]
    """Positions of rows on which the two differ."""

    @property
    def is_worse(self) -> bool:
        """Whether the new model is worse beyond chance."""
        return self.high < 0


Ranked = Sequence[tuple[str, float]]


def compare(wanted: Sequence[str], old: Ranked, new: Ranked) -> Comparison:
    """Set two models' answers (label, confidence) beside each other; all three have one entry a row. Needs a row."""
    if not wanted:
        raise ValueError("nothing to compare on")
    right_old = np.array([label == one for label, (one, _) in zip(wanted, old, strict=True)], dtype=np.float64)
    right_new = np.array([label == one for label, (one, _) in zip(wanted, new, strict=True)], dtype=np.float64)
    difference = right_new - right_old
    chance = np.random.default_rng(20260101)
    drawn = chance.integers(0, len(wanted), size=(ROUNDS, len(wanted)))
    low, high = np.quantile(difference[drawn].mean(axis=1), (0.025, 0.975))
    rows = Counter(wanted)
    hits = [Counter(label for label, hit in zip(wanted, side, strict=True) if hit) for side in (right_old, right_new)]
    return Comparison(
        rows=len(wanted), old=_figures(wanted, old), new=_figures(wanted, new), gain=round(float(difference.mean()), 4),
        low=round(float(low), 4), high=round(float(high), 4),
        changes=tuple(Change(label, rows[label], hits[0][label], hits[1][label]) for label in sorted(rows)),
        changed=tuple(at for at, (one, other) in enumerate(zip(old, new, strict=True)) if one[0] != other[0]),
    )  # fmt: skip


def _figures(wanted: Sequence[str], ranked: Ranked) -> dict[str, float]:
    got = [label for label, _ in ranked]
    confidence = np.array([sure for _, sure in ranked], dtype=np.float64)
    correct = np.array([label == one for label, one in zip(wanted, got, strict=True)])
    return {
        "accuracy": round(measures.accuracy(wanted, got), 4),
        "macro_f1": round(measures.macro_f1(wanted, got), 4),
        "coverage_at_95": round(measures.coverage_at(correct, confidence, 0.95), 4),
        "ece": round(measures.calibration_error(correct, confidence), 4),
    }


def stability(before: Mapping[str, int], now: Mapping[str, int]) -> float:
    """Population stability index of two distributions of labels; half a case is added to each label."""
    labels = sorted(set(before) | set(now))
    if not labels:
        return 0.0
    total = [sum(side.get(label, 0) + 0.5 for label in labels) for side in (before, now)]
    shares = [[(side.get(label, 0) + 0.5) / whole for label in labels] for side, whole in zip((before, now), total, strict=True)]  # fmt: skip
    return float(sum((new - old) * math.log(new / old) for old, new in zip(*shares, strict=True)))
