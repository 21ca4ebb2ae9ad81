"""How official papers number their parts: 编 章 节 条 款 项 目, and 一、（一）1.（1）① in notices.

Source: 党政机关公文格式 GB/T 9704-2012 7.3.3 (一、（一）1.（1）), 立法法 第六十五条 (编 章 节 条 款 项 目).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from minhu.kernel.patterns import regex

_COUNT: Final = "[一二三四五六七八九十百千零〇两\\d]{1,6}"
SENTENCE_ENDS: Final = "。！？；!?;"


class Rank(IntEnum):
    """Depth of a number, the highest first; an article (条) starts its items anew."""

    PART = 1
    CHAPTER = 2
    SECTION = 3
    ARTICLE = 4
    FIRST = 5
    """一、"""
    SECOND = 6
    """（一）"""
    THIRD = 7
    """1."""
    FOURTH = 8
    """（1）"""
    FIFTH = 9
    """①"""


@dataclass(frozen=True, slots=True)
class Mark:
    """The number at the beginning of a paragraph: its rank, as written without its stop, and its length."""

    rank: Rank
    number: str
    length: int


_SHAPES: Final = (
    (Rank.PART, regex(rf"(第{_COUNT}(?:编|部分))[\s　:：、]*")),
    (Rank.CHAPTER, regex(rf"(第{_COUNT}章)[\s　:：、]*")),
    (Rank.SECTION, regex(rf"(第{_COUNT}节)[\s　:：、]*")),
    (Rank.ARTICLE, regex(rf"(第{_COUNT}条(?:之{_COUNT})?)(?![款第规约的和、，,）)至])[\s　:：]*")),
    (Rank.FIRST, regex(r"([一二三四五六七八九十百]{1,4})[、．.]\s*")),
    (Rank.SECOND, regex(r"([（(][一二三四五六七八九十百]{1,4}[）)])[、．.]?\s*")),
    (Rank.THIRD, regex(r"(\d{1,3})(?:[、．]|\.(?!\d))\s*")),
    (Rank.FOURTH, regex(r"([（(]\d{1,3}[）)])[、．.]?\s*|(\d{1,3}[）)])\s*")),
    (Rank.FIFTH, regex(r"([①-⑳])\s*")),
)
CAPTION: Final = regex(
    r"(?:附?表|续表|附表)\s*(?P<number>[\d一二三四五六七八九十]{1,3}(?:[-－.]\d{1,3})?)(?![\d年月日个位])[\s　:：.、]*"
)
"""表1, 附表二, 表2-1."""
NOTE: Final = regex(r"(?:注|备注|说明)\s*\d{0,2}\s*[:：．.、]")
UNIT_LINE: Final = regex(r"[（(]?单位\s*[:：]")
SIGNATURE: Final = regex(
    r"[一-鿿（）()、 ]{2,40}(?:人民政府|办公[厅室]|委员会|局|厅|部|办事处|管委会|中心|公司|法院|检察院|协会|总队|支队)"
    r"|(?:(?:19|20)\d{2}|[二一][〇零○O0九一二三四五六七八]{3})\s?年\s?[\d一二三四五六七八九十]{1,2}\s?月\s?[\d一二三四五六七八九十]{1,3}\s?日"
)
"""Who signs, and the day under it: they stand behind the last clause and belong to none."""
ATTACHMENT: Final = regex(rf"(附件|附录)\s*(?P<number>{_COUNT})?\s*[:：.]?\s*$")


def mark_of(text: str) -> Mark | None:
    """The number that a paragraph begins with, None where it has none."""
    for rank, shape in _SHAPES:
        found = shape.match(text)
        if found:
            return Mark(rank, found[1] or found[2], found.end())
    return None


def is_heading(text: str, mark: Mark | None) -> bool:
    """Whether a paragraph by its shape is a heading: a chapter, or a short numbered line that is no sentence."""
    if mark is None:
        return False
    if mark.rank <= Rank.SECTION:
        return len(text) <= 60 and text[-1] not in "。；"
    if mark.rank in (Rank.FIRST, Rank.SECOND):
        return mark.length < len(text) <= 40 and not any(sign in text[mark.length :] for sign in "。；，：:;")
    return False


def first_sentence(text: str, most: int = 40) -> str:
    """The words up to the first full stop when they are short (一、加强领导。…), else ''."""
    found = re.match(rf"[^。！？；]{{1,{most}}}[。！？]", text)
    return found[0] if found and found.end() < len(text) else ""


def question(text: str, most: int = 60) -> str:
    """The paragraph itself where it is one short question and nothing else, as in lists of questions and answers."""
    return text if len(text) <= most and re.fullmatch(r"[^。！？；?]+[？?]", text) else ""


def sentences(text: str, most: int) -> list[tuple[int, int]]:
    """Half-open places of runs of whole sentences, none longer than ``most`` unless one sentence is."""
    if len(text) <= most:
        return [(0, len(text))]
    ends = [found.end() for found in re.finditer(rf"[{SENTENCE_ENDS}][”’」』）)]*\s*", text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    places, start, last = [], 0, 0
    for end in ends:
        if end - start > most and last > start:
            places.append((start, last))
            start = last
        last = end
    places.append((start, len(text)))
    return places
