"""The pieces of a passage that may be an answer, and what speaks for each: a table of numbers for the model of spans.

A span begins where a clause begins, or after the words that only repeat the question, and ends where a clause ends; a
number with its unit, a date, a telephone number may stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.language.answers.question import plain
from minhu.language.answers.ranking import Rarity, count
from minhu.language.answers.types import Kind, Query
from minhu.language.papers.types import Passage

MOST_CLAUSES: Final = 8
MOST_CHARACTERS: Final = 220
_NEAR: Final = 12
_CLAUSE_END = re.compile(r"[，,。；;：:！!？?\n]+[”」』）)》]*|\s{2,}")
_SENTENCE_END = re.compile(r"[。；;！!？?\n][”」』）)》]*$|\s{2,}$")
_SIGN = re.compile(
    r"^(?:[\s　]*(?:第[一二三四五六七八九十百零〇\d]+[章节条]|[一二三四五六七八九十]{1,3}[、是]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、](?!\d)|[①-⑩]))?[\s　]*"
)
_ABOUT = "超过|不超过|不低于|不少于|不高于|至少|最高|最长|最多|约|近|达"
_UNIT = (
    "个工作日|个自然日|工作日|周岁|个月|小时|分钟|公里|平方米|立方米|百分点|个百分点|万元|亿元|千元|元|℃|度|米|厘米|公斤|吨|"
    "[个人天日月年岁条项家户次件只台间名所批份倍张位种类成期分层级]"
)
_CHINESE = "[一二三四五六七八九十百千万亿两〇零点]"
_NUMBER = re.compile(
    rf"(?:{_ABOUT})?(?:\d[\d,.]*(?:[—－～~至-]\d[\d,.]*)?\s*(?:[%％‰]|余?[万亿千百]*余?(?:{_UNIT})?(?:以[上下内]|内)?)|"
    rf"(?:百分之)?{_CHINESE}+余?(?:{_UNIT})(?:以[上下内]|内)?|百分之{_CHINESE}+|[一二三四五六七八九]分之{_CHINESE}(?:以上)?)"
)
_DATE = re.compile(
    r"(?:延长|推迟|调整|延期|延|截)?(?:至|到|自|从)?(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日|底|初|中旬|上旬|下旬)?(?:\d{1,2}[时点:：]\d{0,2})?|\d{4}年|\d{1,2}[:：]\d{2}"
)
_CONTACT = re.compile(
    r"(?:https?://|www\.)[\w./?=&%-]+|[\w.-]+@[\w-]+\.[\w.]+|(?<!\d)(?:0\d{2,3}[-－—]?)?\d{7,8}(?!\d)|(?<!\d)1\d{10}(?!\d)|(?<!\d)1[02]\d{3}(?!\d)|(?<!\d)(?:110|119|120|122)(?!\d)"
)
_ORGANISATION = re.compile(r"[一-鿿]{2,}(?:局|委|部|厅|院|会|中心|公司|集团|办公室|政府|医院|银行|协会|指挥部|学校)")
_CONDITION = re.compile(
    r"符合|条件|适用|对象|凡|具备|满足|包括|属于|以下|受[^，。]{0,12}影响|的(?:企业|人员|单位|个人|职工|家庭)"
)
_STEP = re.compile(r"申请|提交|登录|填写|审核|受理|办理|通过|拨打|预约|下载|点击|核准")
_QUOTED = re.compile(r"[《“「][^》”」]+[》”」]")
_OPENING = re.compile(r"^(?:据悉|据了解|记者|日前|近日|为|根据|按照|通知|同时|此外|另外|其中|目前|截至|对|经|在)")
_DUTY = re.compile(
    r"^(?:要|应|可|给予|予以|实行|采取|建立|加强|鼓励|允许|减免|免|延长|由|通过|开展|推行|不得|必须|组织|支持)"
)
_WANTED: Final = {
    Kind.NUMBER: (_NUMBER,), Kind.WHEN: (_DATE, _NUMBER), Kind.CONTACT: (_CONTACT,), Kind.WHO: (_ORGANISATION,),
    Kind.CONDITIONS: (_CONDITION,), Kind.STEPS: (_STEP,), Kind.WHERE: (_ORGANISATION, _CONTACT),
}  # fmt: skip
_ALONE: Final = {
    Kind.NUMBER: (_NUMBER,),
    Kind.WHEN: (_DATE, _NUMBER),
    Kind.CONTACT: (_CONTACT,),
    Kind.WHO: (_ORGANISATION,),
}
KINDS: Final = tuple(Kind)
_SIGNS: Final = (_NUMBER, _DATE, _CONTACT, _ORGANISATION, _CONDITION, _STEP, _QUOTED)
_ASKS: Final = tuple(
    re.compile(one)
    for one in (
        "哪些|包括|有哪几",
        "如何|怎样|怎么",
        "政策|优惠|支持|补贴|福利",
        "措施|举措|做法|行动|工作",
        "要求|规定|原则",
        "情况|影响|作用|意义",
    )
)
_OWN: Final = 11
_SHARED: Final = 17
FEATURES: Final = _SHARED + _OWN + len(_SIGNS) + len(KINDS) + len(_ASKS)
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Place:
    """A passage that may hold the answer, with the scores of its paper and its own relative to the best ones."""

    paper: int
    passage: Passage
    paper_score: float
    passage_score: float
    rank: int


@dataclass(frozen=True, slots=True)
class SpanOf:
    """Characters ``start`` … ``end`` of the passage of place number ``place``."""

    place: int
    start: int
    end: int


def clauses(text: str) -> list[tuple[int, int]]:
    """The clauses of a passage with their closing marks; nothing between them."""
    ends = [found.end() for found in _CLAUSE_END.finditer(text) if found.end() < len(text)]
    return [(start, end) for start, end in pairwise([0, *ends, len(text)]) if text[start:end].strip()]


class _Terms:
    """Which terms stand in a text, as bits of a number; and the weight of a set of them."""

    def __init__(self, rarity: Rarity) -> None:
        self.terms = tuple(rarity.weights)
        self.values = [rarity.weights[term] / rarity.total for term in self.terms]
        self._known: dict[int, float] = {0: 0.0}

    def of(self, text: str) -> int:
        return sum(1 << at for at, term in enumerate(self.terms) if count(term, text))

    def weight(self, bits: int) -> float:
        if bits not in self._known:
            self._known[bits] = sum(value for at, value in enumerate(self.values) if bits >> at & 1)
        return self._known[bits]

    def mixture(self, words: str, before: str) -> list[float]:
        """Of a span: the share of its characters that only repeat the question, how many of them its first ten are, how
        far the question's words are behind its start, and whether it begins inside them."""
        repeated = [False] * len(words)
        for term in self.terms:
            at = words.find(term)
            while at >= 0:
                repeated[at : at + len(term)] = [True] * len(term)
                at = words.find(term, at + 1)
        behind = max((before.rfind(term) + len(term) for term in self.terms if term in before), default=-1)
        gap = (len(before) - behind) / _NEAR if behind >= 0 else 1.5
        return [sum(repeated) / max(len(words), 1), sum(repeated[:10]) / 10.0, gap, float(repeated[0])]

    def repeated_head(self, text: str) -> int:
        """How many characters at the head of a clause repeat the question, up to the last term near them."""
        last = 0
        places = sorted((text.find(term), len(term)) for term in self.terms if len(term) > 1 and text.find(term) >= 0)
        for at, length in places:
            if at > last + 4:
                break
            last = max(last, at + length)
        return last


def spans_of(query: Query, rarity: Rarity, places: Sequence[Place]) -> tuple[list[SpanOf], Floats]:
    """All spans of some passages and their features, shape (spans, FEATURES)."""
    terms = _Terms(rarity)
    spans: list[SpanOf] = []
    rows: list[list[float]] = []
    for number, place in enumerate(places):
        for (start, end), row in _of_passage(query, terms, place):
            spans.append(SpanOf(number, start, end))
            rows.append(row)
    return spans, np.array(rows, np.float32).reshape(len(rows), FEATURES)


def _of_passage(query: Query, terms: _Terms, place: Place) -> list[tuple[tuple[int, int], list[float]]]:
    text = place.passage.text
    low = plain(text)
    parts = clauses(text)
    bits = [terms.of(low[start:end]) for start, end in parts]
    sentence = _sentence_numbers(text, parts)
    around = terms.of(plain(" ".join((*place.passage.path, place.passage.context))))
    everything = around
    for one in bits:
        everything |= one
    sentence_bits: dict[int, int] = {}
    for number, one in zip(sentence, bits, strict=True):
        sentence_bits[number] = sentence_bits.get(number, 0) | one
    common = [
        terms.weight(around), terms.weight(everything), place.passage_score, place.paper_score, float(place.rank),
        place.passage.number / 10.0, len(query.terms) / 20.0,
    ]  # fmt: skip
    kinds = [float(query.kind is kind) for kind in KINDS] + [float(bool(one.search(query.words))) for one in _ASKS]
    found: list[tuple[tuple[int, int], list[float]]] = []
    for first in range(len(parts)):
        inside = 0
        before = 0
        for at in range(first):
            if sentence[at] == sentence[first]:
                before |= bits[at]
        for last in range(first, min(first + MOST_CLAUSES, len(parts))):
            inside |= bits[last]
            begun, done = parts[first][0], parts[last][1]
            if done - begun > MOST_CHARACTERS and last > first:
                break
            whole = 0
            for number in range(sentence[first], sentence[last] + 1):
                whole |= sentence_bits[number]
            previous = sentence_bits.get(sentence[first] - 1, 0)
            shared = [
                terms.weight(inside), terms.weight(whole), terms.weight(before), terms.weight(previous),
                terms.weight(whole | around), (last - first + 1) / 4.0, float(first == 0 or sentence[first - 1] != sentence[first]),
                float(last == len(parts) - 1 or sentence[last + 1] != sentence[last]), float(sentence[last] - sentence[first]),
                first / 10.0,
            ]  # fmt: skip
            for start, end, way in _edges(query, terms, text, low, begun, done, first == last):
                words = low[start:end]
                found.append(
                    (
                        (start, end),
                        [*shared, *common, *_own(query, terms, words, low[max(start - _NEAR, 0) : start], way), *kinds],
                    )
                )
    return found


def _own(query: Query, terms: _Terms, words: str, before: str, way: int) -> list[float]:
    """Features of the words of a span alone; ``way``: 0 whole clauses, 1 without a repeated head, 2 a number alone."""
    wanted = _WANTED.get(query.kind, ())
    return [
        float(np.log(len(words) + 1.0)), float(way == 1), float(way == 2), words.count("、") / 3.0,
        float(bool(_OPENING.match(words))), float(bool(_DUTY.match(words))),
        float(any(pattern.search(words) for pattern in wanted)), *terms.mixture(words, before),
        *(float(bool(pattern.search(words))) for pattern in _SIGNS),
    ]  # fmt: skip


def _edges(
    query: Query, terms: _Terms, text: str, low: str, begun: int, done: int, single: bool
) -> list[tuple[int, int, int]]:
    """Ways to trim clauses ``begun`` … ``done``: (start, end, way)."""
    sign = _SIGN.match(text[begun:done])
    start = begun + (sign.end() if sign else 0)
    end = done
    while end > start and text[end - 1] in " \t　，,；;：:":
        end -= 1
    if end - start < 2:
        return []
    found = [(start, end, 0)]
    head = terms.repeated_head(low[start:end])
    if head and end - start - head >= 2:
        found.append((start + head, end, 1))
    if single:
        for pattern in _ALONE.get(query.kind, ()):
            found += [
                (start + one.start(), start + one.end(), 2)
                for one in pattern.finditer(text[start:end])
                if one.group().strip() not in query.words
            ]
    return found


def _sentence_numbers(text: str, parts: Sequence[tuple[int, int]]) -> list[int]:
    numbers, number = [], 0
    for start, end in parts:
        numbers.append(number)
        number += bool(_SENTENCE_END.search(text[start:end]))
    return numbers
