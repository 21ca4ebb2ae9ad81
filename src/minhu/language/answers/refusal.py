"""When to say 'not found': what speaks for an answer being in the papers, and what no paper should answer.

Signs are what retrieval, the passage and the span say of the question; a model of a few weights turns them into a
chance. Instructions and small talk are told by rules, because a paper may hold their words by accident.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.kernel.patterns import regex
from minhu.language.answers.question import places_in, plain
from minhu.language.answers.ranking import Rarity, covered, readable
from minhu.language.answers.types import Kind, NotFound, Query, Ranked
from minhu.language.papers.types import Passage

SIGNS: Final = 30
_HEAD: Final = 150
_INSTRUCTION = regex(
    r"(?:忽略|无视|忘记|不(?:要|用|必)?(?:管|理会)).{0,8}(?:以上|上面|之前|前面|先前|所有|文件|规则|要求)|(?:系统)?提示词|扮演|假装你|从现在起你|"
    r"你都?要?回答[“\"]|翻译成|写一(?:首|篇|个|段)|(?:删除|列出|输出|打印).{0,6}(?:所有|全部|你)|以后每次|"
    r"ignore (?:all |the )?previous|system prompt|jailbreak", re.IGNORECASE,
)  # fmt: skip
_TALK = regex(
    r"^(?:你好|您好|在吗|在不在|谢谢|辛苦|再见|哈+|嘿|嗨|喂)[呀啊吗你了，,。！!～~\s在吗辛苦哈]*$|讲个?笑话|你(?:叫什么|是谁|是男|多大|会唱|几岁)|(?:我|今天).{0,4}心情|天气(?:真|很|怎么样)|等于几"
)
_WANTED: Final = {
    Kind.NUMBER: regex(r"\d|[一二三四五六七八九十百]+[个条项倍成种]"), Kind.WHEN: regex(r"\d|[期间年月日]|小时"),
    Kind.CONTACT: regex(r"\d{3,}|@|www|http|公众号|微信|APP"), Kind.WHO: regex(r"局|委|部|厅|院|会|中心|公司|集团|政府|银行|人"),
    Kind.WHERE: regex(r"[省市区县镇村路号院站厅网]|平台|公众号|APP"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fits:
    """How well the chosen clause fits: its chance and value, the best chance of a clause of another paper, the chance of
    none, whether it is a row of a table."""

    chance: float
    value: float
    other: float
    none: float
    row: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What answering found: the ranked papers, the passage and the words chosen, how much of the answer they seem to
    hold, and how well the passage fits."""

    ranked: Sequence[Ranked]
    best: Ranked
    passage: Passage
    words: str
    value: float
    fits: Fits


def no_question(query: Query) -> NotFound | None:
    """Whether the words are no question to papers at all: empty, an instruction, small talk."""
    if not query.terms:
        return NotFound.EMPTY
    if _INSTRUCTION.search(query.words) or _TALK.search(query.words):
        return NotFound.NOT_A_QUESTION
    return None


def signs(query: Query, rarity: Rarity, evidence: Evidence) -> npt.NDArray[np.float32]:
    """What speaks for and against an answer, shape (SIGNS,)."""
    best, ranked = evidence.best, evidence.ranked
    paper = best.sheet.paper
    title, around = plain(paper.title), plain(readable(evidence.passage))
    whole = plain(paper.text)
    rare = sorted(rarity.weights, key=lambda term: -rarity.weights[term])[:4]
    second = ranked[1].score if len(ranked) > 1 else 0.0
    wanted = _WANTED.get(query.kind)
    return np.array(
        [
            ranked[0].score, best.score, best.passages[0][1], ranked[0].score - second, covered(whole, rarity),
            covered(f"{title} {around}", rarity), covered(around, rarity), rarity.unknown, evidence.value,
            *_fits(evidence.fits), *_near(ranked, evidence),
            sum(term in whole for term in rare) / 4.0, sum(term in around or term in title for term in rare) / 4.0,
            float(wanted is None or bool(wanted.search(evidence.words))), len(query.terms) / 20.0,
            *_words(query, f"{title} {around}", whole), _best_sentence(evidence.passage, rarity),
            _longest_run(query.focus, around), *_bound(query, paper.title + paper.text[:_HEAD], around, whole),
        ],
        np.float32,
    )  # fmt: skip


def _fits(fits: Fits) -> list[float]:
    return [fits.chance, fits.value, fits.chance - fits.other, fits.none, fits.row]


def _near(ranked: Sequence[Ranked], evidence: Evidence) -> list[float]:
    """How near the passage, its paper's title and the nearest passage of all are; 0 without vectors."""
    best = evidence.best
    if best.near is None:
        return [0.0] * 4
    nearest = [float(one.near[1:].max()) for one in ranked if one.near is not None]
    others = [float(one.near[1:].max()) for one in ranked if one.near is not None and one is not best]
    own = float(best.near[evidence.passage.number])
    return [own, float(best.near[0]), own - max(others, default=0.0), max(nearest)]


def _words(query: Query, near: str, whole: str) -> list[float]:
    """The share of the question's dictionary words in the passage with its title, and in the paper."""
    import jieba

    words = {word for word in jieba.cut(query.focus) if len(word.strip()) > 1}
    return [sum(word in text for word in words) / max(len(words), 1) for text in (near, whole)]


def _best_sentence(passage: Passage, rarity: Rarity) -> float:
    return max((covered(one, rarity) for one in re.split(r"[。；;！!？?]", plain(passage.text))), default=0.0)


def _longest_run(focus: str, text: str) -> float:
    """The longest run of the question's characters that the passage has, in tens."""
    best = 0
    for piece in focus.split():
        for at in range(len(piece)):
            while at + best < len(piece) and piece[at : at + best + 1] in text:
                best += 1
    return best / 10.0


def _bound(query: Query, head: str, around: str, whole: str) -> list[float]:
    """Places and years of the question: named in the head or the passage; absent from the whole paper."""
    near = all(place in head or place in around for place in query.places)
    absent = sum(place not in whole for place in query.places)
    return [
        float(bool(query.places) and near), float(absent), float(bool(query.places)),
        float(sum(year not in whole for year in query.years)),
    ]  # fmt: skip


def other_place(query: Query, evidence: Evidence) -> bool:
    """Whether the question names a place that the paper never names, and the paper's title names another."""
    paper = evidence.best.sheet.paper
    return (
        bool(query.places)
        and all(place not in paper.text and place not in paper.title for place in query.places)
        and bool(places_in(paper.title))
    )


def reason_of(query: Query, evidence: Evidence) -> NotFound:
    """What to tell somebody whose question found no answer."""
    whole = plain(evidence.best.sheet.paper.text)
    if any(place not in whole for place in query.places):
        return NotFound.OTHER_PLACE
    if any(year not in whole for year in query.years):
        return NotFound.OTHER_YEAR
    return NotFound.UNSUPPORTED
