"""What goes in and comes out of looking for contradictions. Frozen, plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from minhu.language.papers.types import Passage


class Sort(StrEnum):
    """What two papers say differently."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    CONDITION = "condition"
    ADDRESS = "address"
    TELEPHONE = "telephone"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure in a text: what it counts (``unit``: values of the same unit can be compared), what it comes to
    (``amount``: equal for equal meaning), how it bounds (``bound``: ≥, ≤ or empty) and where it stands (half-open)."""

    sort: Sort
    unit: str
    amount: str
    bound: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A valid paper as it is compared: ``key`` is the caller's name for it.

    ``areas``: codes of the areas where it holds (empty: everywhere), the code of an area begins with that of the area
    above it. ``repeals``: keys of papers that it ends.
    """

    key: str
    title: str
    passages: tuple[Passage, ...]
    areas: tuple[str, ...] = ()
    repeals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Side:
    """One half of a pair: the paper, the passage, the sentence and the figure in it.

    ``start`` and ``end``: the figure in the passage's own text, half-open; ``sentence_start`` … likewise.
    ``skeleton``: the sentence without figures, by which the same sentence is known again in a later version.
    """

    key: str
    passage: int
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    words: str
    sentence: str
    skeleton: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements that look like the same matter told differently; ``score`` 0 … 1, larger is surer."""

    sort: Sort
    score: float
    first: Side
    second: Side
