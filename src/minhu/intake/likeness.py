"""How alike two texts are, as the repeat search needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Like:
    """`score` between 0 and 1."""

    score: float


def likeness(first: str, second: str) -> Like:
    """Share of common character pairs (Dice)."""
    a, b = _pairs(first), _pairs(second)
    return Like(2 * len(a & b) / (len(a) + len(b)) if a and b else float(first == second))


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
