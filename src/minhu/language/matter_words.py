"""Families of matters: different words for one thing, each with the days within which two reports may be one matter.

A dry tap and 停水 are the same thing in other words; an outage of last month is not today's. The book is
``lexicon/matters.csv``.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_BOOK: Final = Path(__file__).parent / "lexicon" / "matters.csv"
USUAL_DAYS: Final = 180
"""Days within which two reports of a matter that no family names may be one."""


@dataclass(frozen=True, slots=True)
class Family:
    """One thing that may be wrong: its code, its name for people, its days, and how people put it.

    Where it is named, the wider families ``over`` which it stands say nothing more.
    """

    code: str
    name: str
    days: int
    over: frozenset[str]
    pattern: re.Pattern[str]


@cache
def families() -> tuple[Family, ...]:
    """All families in the order of the book."""
    with _BOOK.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    return tuple(
        Family(row["code"], row["name"], int(row["days"]), frozenset(row["over"].split()), re.compile(row["pattern"]))
        for row in rows
    )


@cache
def _book() -> dict[str, Family]:
    return {family.code: family for family in families()}


def family(code: str) -> Family:
    """The family of a code; raises KeyError for one that the book does not have."""
    return _book()[code]


def families_of(text: str) -> tuple[str, ...]:
    """Codes of the families that a text speaks of, those named first in the text first."""
    found = [(match.start(), one) for one in families() if (match := one.pattern.search(text))]
    hidden = {code for _, one in found for code in one.over}
    return tuple(one.code for _, one in sorted(found, key=lambda at: at[0]) if one.code not in hidden)


def days_of(codes: frozenset[str]) -> int:
    """How far apart two reports of these families may lie and still be one matter."""
    return max((family(code).days for code in codes), default=USUAL_DAYS)
