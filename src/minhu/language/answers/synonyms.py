"""Different words for one thing, as callers and papers say it; the book is ``lexicon/synonyms.csv``, a line a thing."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

_BOOK: Final = Path(__file__).parents[1] / "lexicon" / "synonyms.csv"


@cache
def families() -> tuple[tuple[str, ...], ...]:
    """The families of words, each word in one or more of them."""
    with _BOOK.open(encoding="utf-8", newline="") as source:
        return tuple(tuple(row["words"].split()) for row in csv.DictReader(source))


def synonyms_in(text: str) -> tuple[str, ...]:
    """Words of the families that a text speaks of, other than those that stand in it."""
    found: dict[str, None] = {}
    for family in families():
        if any(word in text for word in family):
            found |= {word: None for word in family if word not in text}
    return tuple(found)


def same(one: str, other: str) -> bool:
    """Whether two words are of one family."""
    return any(one in family and other in family for family in families())
