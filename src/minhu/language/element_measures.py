"""How well elements are read: precision and recall for each kind, against cases written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from minhu.language.element_types import ElementKind, Elements

# Kinds whose value is a phrase: a phrase counts as found when half of the two overlaps.
_PHRASES = frozenset({ElementKind.WHERE, ElementKind.PARTY, ElementKind.DEMAND, ElementKind.EVIDENCE})


@dataclass(slots=True)
class Tally:
    """Found, expected and right for one kind."""

    right: int = 0
    found: int = 0
    wanted: int = 0
    wrong: list[str] = field(default_factory=list)

    def precision(self) -> float:
        """Share of what was found that is right; 1 when nothing was found."""
        return self.right / self.found if self.found else 1.0

    def recall(self) -> float:
        """Share of what should be found that was; 1 when there was nothing to find."""
        return self.right / self.wanted if self.wanted else 1.0

    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision() + self.recall()
        return 2 * self.precision() * self.recall() / both if both else 0.0


def compare(kind: ElementKind, wanted: Iterable[str], got: Iterable[str], tally: Tally) -> None:
    """Match expected and found values of one text one to one and add them to ``tally``."""
    left, values = list(wanted), list(got)
    tally.wanted += len(left)
    tally.found += len(values)
    for value in values:
        hit = next((one for one in left if _same(kind, one, value)), None)
        if hit is None:
            tally.wrong.append(f"多出 {value}")
        else:
            left.remove(hit)
            tally.right += 1
    tally.wrong.extend(f"缺少 {one}" for one in left)


def values_of(read: Elements, kind: ElementKind) -> list[str]:
    """What counts as the answer for one kind: all values, of places only the matter's own."""
    found = read.of(kind)
    if kind is ElementKind.WHERE:
        found = found[:1]
    return list(dict.fromkeys(one.value for one in found))


def _same(kind: ElementKind, one: str, other: str) -> bool:
    if kind not in _PHRASES:
        return one == other
    if one == other or (
        kind is ElementKind.PARTY and (one in other or other in one) and min(len(one), len(other)) >= 2
    ):
        return True
    return 2 * _common(one, other) >= max(len(one), len(other))


def _common(one: str, other: str) -> int:
    """Length of the longest common run of characters."""
    best, row = 0, [0] * (len(other) + 1)
    for a in one:
        previous = 0
        for at, b in enumerate(other, 1):
            previous, row[at] = row[at], previous + 1 if a == b else 0
            best = max(best, row[at])
    return best


def tallies(pairs: Iterable[tuple[Mapping[ElementKind, list[str]], Elements]]) -> dict[ElementKind, Tally]:
    """One tally for each kind over all texts; expectations map kinds to values."""
    result = {kind: Tally() for kind in ElementKind}
    for wanted, read in pairs:
        for kind in ElementKind:
            compare(kind, wanted.get(kind, []), values_of(read, kind), result[kind])
    return result
