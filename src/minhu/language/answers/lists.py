"""Answers that are lists: the items after 'the following materials'."""

from __future__ import annotations

from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.types import Kind, Query
from minhu.language.papers.types import Paper, Passage, PassageKind

Part = tuple[Passage, int, int]
"""A passage and the characters of it that are said, half-open."""
_LEAD = regex(r"(?:下列|以下|如下|包括|主要有|分别为|分别是)[^。；]*[：:]\s*$")
_LISTED: Final = {Kind.MATERIALS, Kind.CONDITIONS, Kind.STEPS, Kind.WHERE, Kind.WHO, Kind.WHAT}
_MANY = regex(r"哪些|什么|包括|有哪几|内容|哪几")
_NUMERAL = regex(r"[一二三四五六七八九十\d]+")
_MOST_ITEMS: Final = 12


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
