"""Asking back instead of guessing: when several papers or conditions fit as well, which one is meant?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.answering import Reading
from minhu.language.answers.question import places_in, plain
from minhu.language.answers.ranking import readable
from minhu.language.answers.types import Ranked
from minhu.language.papers.types import Passage

_NEARLY: Final = 0.9
_MOST: Final = 4
_LEAST_TITLE: Final = 6
_VALUE = regex(r"\d|[一二三四五六七八九十百千]+[元个日天月年%成倍岁]")
_CONDITIONS: Final = (
    ("参保类型", ("职工医保", "居民医保")), ("人员类别", ("在职", "退休", "灵活就业")), ("户籍", ("本市户籍", "外地户籍", "非本市户籍", "随迁子女")),
    ("医院等级", ("一级医院", "二级医院", "三级医院", "二级及以下医院")), ("学段", ("幼儿园", "小学", "初中", "高中", "大学")),
    ("企业规模", ("小型企业", "中型企业", "大型企业", "小微企业", "个体工商户")), ("申请人", ("个人", "企业", "单位")),
    ("家庭情况", ("单身职工", "夫妻", "多子女家庭")), ("房屋", ("首套", "二套", "租房", "购房")), ("办理方式", ("网上", "现场")),
    ("级别", ("第一级", "第二级", "第三级")), ("时段", ("夜间", "工作日", "节假日")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One meaning to choose: ``label`` is shown, ``words`` are added to the question when it is chosen."""

    label: str
    words: str
    key: str


@dataclass(frozen=True, slots=True)
class AskBack:
    """A short question with the meanings to choose from, at least two."""

    question: str
    options: tuple[Option, ...]


def ask_back(reading: Reading) -> AskBack | None:
    """What to ask before answering; None where one paper and one condition stand out."""
    if reading.evidence is None:
        return None
    return _by_condition(reading) or _by_place(reading) or _by_paper(reading)


def _by_condition(reading: Reading) -> AskBack | None:
    """The chosen passage (and its neighbours) gives a value for each of several conditions, and none was named."""
    if reading.evidence is None:
        return None
    best, chosen = reading.evidence.best, reading.evidence.passage
    near = [
        one
        for start in dict.fromkeys((chosen, *_foremost(best)))
        for one in best.sheet.paper.passages
        if one == start
        or (one.path == start.path and abs(one.number - start.number) == 1 and start.label == one.label != "")
    ]
    pieces = [piece for one in near for piece in re.split(r"[，。；]", one.text)]
    for name, words in _CONDITIONS:
        named = [word for word in words if any(word in piece and _VALUE.search(piece) for piece in pieces)]
        if len(named) > 1 and not any(word in reading.query.words for word in words):
            options = tuple(Option(word, word, best.sheet.key) for word in named[:_MOST])
            return AskBack(f"不同{name}的规定不一样，请问是{_choice(named[:_MOST])}？", options)
    return None


def _foremost(ranked: Ranked) -> list[Passage]:
    """The passages of a paper that score nearly as its best."""
    return [passage for passage, points in ranked.passages[:_MOST] if points >= _NEARLY * ranked.passages[0][1]]


def _by_place(reading: Reading) -> AskBack | None:
    """Papers of different places fit as well, and the question names none."""
    if reading.query.places:
        return None
    found: dict[str, str] = {}
    for one in _close(reading.ranked):
        for place in places_in(one.sheet.paper.title)[:1]:
            found.setdefault(place, one.sheet.key)
    if len(found) < 2:
        return None
    names = list(found)[:_MOST]
    return AskBack(f"请问您问的是哪个地方：{_choice(names)}？", tuple(Option(one, one, found[one]) for one in names))


def _by_paper(reading: Reading) -> AskBack | None:
    """Papers on different matters fit as well: choose by title."""
    titles: dict[str, str] = {}
    for one in _close(reading.ranked):
        title = one.sheet.paper.title
        text = plain(readable(one.passages[0][0])) if one.passages else ""
        if len(title) >= _LEAST_TITLE and not any(_alike(title, other) for other in titles) and text:
            titles[title] = one.sheet.key
    if len(titles) < 2:
        return None
    names = list(titles)[:_MOST]
    return AskBack("有几份文件都可能相关，请问您指的是哪一份？", tuple(Option(one, one, titles[one]) for one in names))


def _close(ranked: Sequence[Ranked]) -> list[Ranked]:
    return [one for one in ranked[:_MOST] if one.score >= _NEARLY * ranked[0].score]


def _alike(one: str, other: str) -> bool:
    pairs, others = ({*map("".join, pairwise(text))} for text in (one, other))
    return len(pairs & others) >= 0.5 * min(len(pairs), len(others))


def _choice(names: Sequence[str]) -> str:
    return "、".join(names[:-1]) + "还是" + names[-1] if len(names) > 1 else names[0]
