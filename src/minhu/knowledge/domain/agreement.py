"""How far two judges agree beyond chance, and what a stratified sample says of all askings; with their intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

Z95: Final = 1.959964
"""The normal quantile of an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval of 95 %, from ``count`` observations."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """How many askings a stratum has, how many of them were judged, how many of these were right."""

    name: str
    population: int
    judged: int
    right: int


def kappa(pairs: Sequence[tuple[str, str]]) -> Estimate | None:
    """Cohen's κ of two judges' verdicts; None where chance alone would agree on everything, or nothing was judged.

    The interval is that of Fleiss, Cohen and Everitt (Psychological Bulletin 72, 1969, formula 13), cut at -1 and 1.
    """
    count = len(pairs)
    if not count:
        return None
    cells = {pair: often / count for pair, often in Counter(pairs).items()}
    names = {name for pair in cells for name in pair}
    row = {name: sum(share for (one, _), share in cells.items() if one == name) for name in names}
    column = {name: sum(share for (_, two), share in cells.items() if two == name) for name in names}
    seen = sum(cells.get((name, name), 0.0) for name in names)
    chance = sum(row[name] * column[name] for name in names)
    if chance >= 1.0:
        return None
    value = (seen - chance) / (1 - chance)
    same = sum(cells.get((name, name), 0.0) * (1 - (row[name] + column[name]) * (1 - value)) ** 2 for name in names)
    other = sum(share * (column[one] + row[two]) ** 2 for (one, two), share in cells.items() if one != two)
    variance = same + (1 - value) ** 2 * other - (value - chance * (1 - value)) ** 2
    spread = Z95 * sqrt(max(variance, 0.0) / count) / (1 - chance)
    return Estimate(value, max(value - spread, -1.0), min(value + spread, 1.0), count)


def share_of_all(strata: Iterable[Stratum]) -> Estimate | None:
    """The share of right answers among all askings, each stratum weighing as many as it has; None where nothing was judged.

    Wilson's interval with the number of observations that a simple sample of the same variance would have.
    """
    used = [one for one in strata if one.judged]
    count, total = sum(one.judged for one in used), sum(one.population for one in used)
    if not count or not total:
        return None
    pooled = sum(one.right for one in used) / count
    value = sum(one.population / total * one.right / one.judged for one in used)
    variance = sum((one.population / total) ** 2 * _variance(one, pooled) for one in used)
    alike = min(value * (1 - value) / variance, float(total)) if variance > 0 and 0 < value < 1 else float(count)
    low, high = wilson(value, alike)
    return Estimate(value, low, high, count)


def _variance(one: Stratum, pooled: float) -> float:
    """Of a stratum's share; where one asking was judged alone, that of all judged together stands for it."""
    if one.judged >= one.population:
        return 0.0
    rest = 1 - one.judged / one.population
    if one.judged == 1:
        return pooled * (1 - pooled) * rest
    share = one.right / one.judged
    return share * (1 - share) / (one.judged - 1) * rest


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's score interval of a share of ``count`` observations."""
    square = Z95 * Z95
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = Z95 * sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return max(middle - spread, 0.0), min(middle + spread, 1.0)
