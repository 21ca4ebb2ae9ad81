"""Where the words of a question stand in a passage, worked out once for all its spans."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from re import Pattern
from typing import Final

from minhu.language.answers.ranking import Rarity, count

NEAR: Final = 12
_FAR: Final = 1.5


class Terms:
    """Which terms stand in a text, as bits of a number; and the weight of a set of them, of all 1."""

    def __init__(self, rarity: Rarity) -> None:
        self.terms = tuple(rarity.weights)
        self._values = [rarity.weights[term] / rarity.total for term in self.terms]
        self._known: dict[int, float] = {0: 0.0}

    def of(self, text: str) -> int:
        """The terms of a plain text."""
        return sum(1 << at for at, term in enumerate(self.terms) if count(term, text))

    def weight(self, bits: int) -> float:
        """The weight of a set of terms."""
        if bits not in self._known:
            self._known[bits] = sum(value for at, value in enumerate(self._values) if bits >> at & 1)
        return self._known[bits]


class Repeated:
    """The characters of a plain text that only repeat the question, and the signs of other things in it."""

    def __init__(self, text: str, terms: Terms, signs: Sequence[Pattern[str]]) -> None:
        marks = [0] * len(text)
        ends = [0] * (len(text) + 1)
        for term in terms.terms:
            at = text.find(term)
            while at >= 0:
                stop = at + len(term)
                marks[at:stop] = [1] * len(term)
                ends[stop] = stop
                at = text.find(term, at + 1)
        self._marks = marks
        self._sums = [0, *accumulate(marks)]
        self._ends = list(accumulate(ends, max))
        self._signs = [[(one.start(), one.end()) for one in sign.finditer(text)] for sign in signs]

    def mixture(self, start: int, end: int) -> list[float]:
        """Of a span: the share of its characters that repeat the question, that of its first ten, how far behind its
        start the question's words are, whether it begins inside them."""
        behind = self._ends[start]
        near = behind > 0 and start - behind <= NEAR
        share = (self._sums[end] - self._sums[start]) / max(end - start, 1)
        head = (self._sums[min(start + 10, end)] - self._sums[start]) / 10.0
        return [share, head, (start - behind) / NEAR if near else _FAR, float(self._marks[start])]

    def has(self, sign: int, start: int, end: int) -> bool:
        """Whether the sign of that number stands within ``start`` … ``end``."""
        places = self._signs[sign]
        at = bisect_left(places, (start, 0))
        return at < len(places) and places[at][1] <= end

    def head(self, start: int, end: int) -> int:
        """How many characters at the head of a span repeat the question, gaps of four allowed."""
        last = start
        at = start
        while at < end and at - last <= 4:
            if self._marks[at]:
                last = at + 1
            at += 1
        return last - start
