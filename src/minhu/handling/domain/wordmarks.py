"""Marks by which words are found in orders: hashes of neighbouring characters, its units, and its place in time.

Chinese words are mostly two characters long, which trigrams cannot find; pairs of neighbouring characters can. Marks of
units find a unit's own orders among everybody's. The mark of the place lets a search ask for the newest orders first, so that a frequent word costs no more among a million orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from minhu.language.features import hashed

SPAN: Final = 16_384
"""Orders, by id, that share a mark of place."""
_BITS: Final = 31
_LEAST: Final = -(2**31)


def pair_marks(text: str) -> list[int]:
    """Distinct marks (0 … 2³¹−1) of all pairs of neighbouring characters, spaces and case aside."""
    plain = "".join(text.lower().split())
    return sorted(set(hashed(plain, (2,), _BITS)[0].tolist()))


def place_mark(order_id: int) -> int:
    """The mark (below zero) of the span an order stands in."""
    return -1 - order_id // SPAN


def unit_mark(unit_id: int) -> int:
    """The mark of a unit that has or had an order: far below those of places, so that a unit's words are found at once."""
    return _LEAST + unit_id


def marks_of(order_id: int, text: str, unit_ids: Iterable[int] = ()) -> list[int]:
    """All marks of one order."""
    return [place_mark(order_id), *map(unit_mark, unit_ids), *pair_marks(text)]


def marks_of_words(words: Iterable[str]) -> list[int]:
    """The marks an order must have to hold every word; none for words of one character."""
    return sorted({mark for word in words for mark in pair_marks(word)})


def newest_first(top: int) -> tuple[tuple[int, ...], ...]:
    """Spans in growing groups from the newest order ``top`` on: marks of 1, 3 and 12 spans; older ones are not named."""
    last = top // SPAN
    edges = ((0, 1), (1, 4), (4, 16))
    groups = (tuple(-1 - span for span in range(last - start, last - end, -1) if span >= 0) for start, end in edges)
    return tuple(group for group in groups if group)
