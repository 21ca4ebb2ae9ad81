"""Answers that are lists or cells: the items after 'the following materials', the cell of a table that was asked for."""

from __future__ import annotations

import re
from typing import Final

from minhu.language.answers.question import plain, unit_of
from minhu.language.answers.ranking import Rarity, covered
from minhu.language.answers.types import Kind, Query
from minhu.language.papers.types import Paper, Passage, PassageKind

Part = tuple[Passage, int, int]
"""A passage and the characters of it that are said, half-open."""
_LEAD = re.compile(r"(?:下列|以下|如下|包括|主要有|分别为|分别是)[^。；]*[：:]\s*$")
_LISTED: Final = {Kind.MATERIALS, Kind.CONDITIONS, Kind.STEPS, Kind.WHERE, Kind.WHO, Kind.WHAT}
_MANY = re.compile(r"哪些|什么|包括|有哪几|内容|哪几")
_NUMERAL = re.compile(r"[一二三四五六七八九十\d]+")
_MOST_ITEMS: Final = 12
_LEAST_HEADER: Final = 0.05
_UNIT_WEIGHT: Final = 0.2
_DIGIT = re.compile(r"\d|[一二三四五六七八九十百千万]")


def with_items(query: Query, paper: Paper, part: Part) -> tuple[Part, ...]:
    """The chosen words, or the whole list that they lead into or stand in when the question asks for a list."""
    if query.kind not in _LISTED or not _MANY.search(query.words):
        return (part,)
    by_number = {one.number: one for one in paper.passages}
    passage = part[0]
    lead = passage if _LEAD.search(passage.text) else None
    if lead is None and passage.kind is PassageKind.ITEM:
        first = passage
        while (before := by_number.get(first.number - 1)) and _form(before) == _form(passage):
            first = before
        lead = before if before is not None and _LEAD.search(before.text) else None
    if lead is None:
        return (part,)
    items: list[Passage] = []
    following = by_number.get(lead.number + 1)
    while following and following.kind is PassageKind.ITEM and len(items) < _MOST_ITEMS:
        if items and _form(following) != _form(items[0]):
            break
        items.append(following)
        following = by_number.get(following.number + 1)
    return tuple((one, 0, len(one.text)) for one in items) or (part,)


def _form(passage: Passage) -> tuple[str, ...]:
    """Where an item stands and how it is numbered, without its number: items of one list share it."""
    return (passage.kind.value, _NUMERAL.sub("#", passage.label), *passage.path)


def cell_of(query: Query, rarity: Rarity, passage: Passage) -> Part | None:
    """Of a table row, the cell that the question asks for by its header or unit; None for other passages or when it
    asks for none."""
    if passage.kind is not PassageKind.ROW or not passage.cells:
        return None
    unit = unit_of(query.words)
    # The cells that the question names say which row is meant; the answer is another one.
    found = [
        (_asked_for(query, rarity, header, value, unit), -at, value)
        for at, (header, value) in enumerate(passage.cells)
        if value.strip() and value in passage.text
    ]
    best = max(found, default=None)
    if best is None or best[0] < _LEAST_HEADER:
        return None
    start = _place_of(passage, -best[1])
    return (passage, start, start + len(best[2])) if start >= 0 else None


def _asked_for(query: Query, rarity: Rarity, header: str, value: str, unit: re.Pattern[str] | None) -> float:
    """How much a question asks for a cell: its header named, its unit right, its value not yet said."""
    counted = 0.0
    if unit is not None:
        counted = _UNIT_WEIGHT * bool(unit.search(value) or (unit.search(header) and _DIGIT.search(value)))
    elif query.kind in (Kind.NUMBER, Kind.WHEN, Kind.CONTACT):
        counted = _UNIT_WEIGHT / 2 * bool(_DIGIT.search(value))
    return covered(plain(header), rarity) - 2 * covered(plain(value), rarity) + counted


def _place_of(passage: Passage, number: int) -> int:
    """Where the value of cell ``number`` stands in the text of a row, the cells before it passed over."""
    at = 0
    for _, value in passage.cells[:number]:
        found = passage.text.find(value, at)
        at = found + len(value) if value and found >= 0 else at
    return passage.text.find(passage.cells[number][1], at)
