"""The pieces of a passage that may be an answer, and what speaks for each: a table of numbers for the model of spans.

A span begins where a clause begins, or after the words that only repeat the question, and ends where a clause ends; a
number with its unit, a date, a telephone number may stand alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.kernel.patterns import regex
from minhu.language.answers.matching import Repeated, Terms
from minhu.language.answers.question import plain, unit_of
from minhu.language.answers.ranking import Rarity
from minhu.language.answers.types import Kind, Query
from minhu.language.papers.types import Passage

MOST_CLAUSES: Final = 8
MOST_CHARACTERS: Final = 220
_STOPS: Final = " \t　，,；;：:、”）)的"
_ASKED: Final = ("？", "?")
_CLAUSE_END = regex(r"[，,。；;：:！!？?\n]+[”」』）)》]*|\s{2,}")
_SENTENCE_END = regex(r"[。；;！!？?\n][”」』）)》]*$|\s{2,}$")
_SIGN = regex(
    r"^(?:[\s　]*(?:第[一二三四五六七八九十百零〇\d]+[章节条]|[一二三四五六七八九十]{1,3}[、是]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、](?!\d)|[①-⑩]))?[\s　]*"
)
_ABOUT = "超过|不超过|不低于|不少于|不高于|至少|最高|最长|最多|约|近|达"
_UNIT = (
    "个工作日|个自然日|工作日|周岁|个月|小时|分钟|公里|平方米|立方米|百分点|个百分点|万元|亿元|千元|元|℃|度|米|厘米|公斤|吨|"
    "[个人天日月年岁条项家户次件只台间名所批份倍张位种类成期分层级]"
)
_CHINESE = "[一二三四五六七八九十百千万亿两〇零点]"
_SOME = r"\d[\d,.]*(?:[—－～~至-]\d[\d,.]*)?\s*"
_NUMBER_WITH_UNIT = (
    rf"(?:{_ABOUT})?(?:{_SOME}(?:[%％‰]|余?[万亿千百]*余?(?:{_UNIT}))(?:以[上下内]|内)?|"
    rf"(?:百分之)?{_CHINESE}+余?(?:{_UNIT})(?:以[上下内]|内)?|百分之{_CHINESE}+|[一二三四五六七八九]分之{_CHINESE}(?:以上)?)"
)
_NUMBER = regex(rf"{_NUMBER_WITH_UNIT}|\d[\d,.]*")
_DATE = regex(
    r"(?:延长|推迟|调整|延期|延|截)?(?:至|到|自|从)?(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日|底|初|中旬|上旬|下旬)?(?:\d{1,2}[时点:：]\d{0,2})?|\d{4}年|\d{1,2}[:：]\d{2}"
)
_CONTACT = regex(
    r"(?:https?://|www\.)[a-zA-Z0-9_./?=&%-]+|[a-zA-Z0-9._-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9.]+|(?<!\d)(?:0\d{2,3}[-－—]?)?\d{7,8}(?!\d)|(?<!\d)1\d{10}(?!\d)|(?<!\d)1[02]\d{3}(?!\d)|(?<!\d)(?:110|119|120|122)(?!\d)"
)
_ORGANISATION = regex(r"[一-鿿]{2,}(?:局|委|部|厅|院|会|中心|公司|集团|办公室|政府|医院|银行|协会|指挥部|学校)")
_CONDITION = regex(
    r"符合|条件|适用|对象|凡|具备|满足|包括|属于|以下|受[^，。]{0,12}影响|的(?:企业|人员|单位|个人|职工|家庭)"
)
_STEP = regex(r"申请|提交|登录|填写|审核|受理|办理|通过|拨打|预约|下载|点击|核准")
_QUOTED = regex(r"[《“「][^》”」]+[》”」]")
_OPENING = regex(r"^(?:据悉|据了解|记者|日前|近日|为|根据|按照|通知|同时|此外|另外|其中|目前|截至|对|经|在)")
_DUTY = regex(
    r"^(?:要|应|可|给予|予以|实行|采取|建立|加强|鼓励|允许|减免|免|延长|由|通过|开展|推行|不得|必须|组织|支持)"
)
_AMOUNT = regex(rf"(?<!第)(?:{_NUMBER_WITH_UNIT})(?!医院|标准)")
_SIGNS: Final = (_NUMBER, _DATE, _CONTACT, _ORGANISATION, _CONDITION, _STEP, _QUOTED)
_WANTED: Final = {
    Kind.NUMBER: (0,), Kind.WHEN: (1, 0), Kind.CONTACT: (2,), Kind.WHO: (3,), Kind.CONDITIONS: (4,), Kind.STEPS: (5,),
    Kind.WHERE: (3, 2),
}  # fmt: skip
_ALONE: Final = {
    Kind.NUMBER: (_AMOUNT,),
    Kind.WHEN: (_DATE, _AMOUNT),
    Kind.CONTACT: (_CONTACT,),
    Kind.WHO: (_ORGANISATION,),
}
KINDS: Final = tuple(Kind)
_ASKS: Final = tuple(
    regex(one)
    for one in (
        "哪些|包括|有哪几",
        "如何|怎样|怎么",
        "政策|优惠|支持|补贴|福利",
        "措施|举措|做法|行动|工作",
        "要求|规定|原则",
        "情况|影响|作用|意义",
    )
)
_OWN: Final = 13
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


def spans_of(query: Query, rarity: Rarity, places: Sequence[Place]) -> tuple[list[SpanOf], Floats]:
    """All spans of some passages and their features, shape (spans, FEATURES)."""
    terms = Terms(rarity)
    spans: list[SpanOf] = []
    rows: list[list[float]] = []
    for number, place in enumerate(places):
        for (start, end), row in _of_passage(query, terms, place):
            spans.append(SpanOf(number, start, end))
            rows.append(row)
    return spans, np.array(rows, np.float32).reshape(len(rows), FEATURES)


class _Page:
    """A passage taken apart: its clauses, sentences and the question's terms in them."""

    def __init__(self, query: Query, terms: Terms, place: Place) -> None:
        passage = place.passage
        self.text, self.low = passage.text, plain(passage.text)
        self.parts = clauses(self.text)
        self.bits = [terms.of(self.low[start:end]) for start, end in self.parts]
        self.sentence = _sentence_numbers(self.text, self.parts)
        self.around = terms.of(plain(" ".join((*passage.path, passage.context))))
        self.repeated = Repeated(self.low, terms, _SIGNS)
        self.sentence_bits: dict[int, int] = {}
        everything = self.around
        for number, one in zip(self.sentence, self.bits, strict=True):
            self.sentence_bits[number] = self.sentence_bits.get(number, 0) | one
            everything |= one
        self.common = [
            terms.weight(self.around), terms.weight(everything), place.passage_score, place.paper_score,
            float(place.rank), passage.number / 10.0, len(query.terms) / 20.0,
        ]  # fmt: skip
        self.unit = unit_of(query.words)
        self.asked = [float(query.kind is kind) for kind in KINDS]
        self.asked += [float(bool(one.search(query.words))) for one in _ASKS]

    def before(self, first: int) -> int:
        """Terms of the sentence's clauses before clause ``first``."""
        found = 0
        for at in range(first - 1, -1, -1):
            if self.sentence[at] != self.sentence[first]:
                break
            found |= self.bits[at]
        return found

    def shared(self, terms: Terms, first: int, last: int, inside: int) -> list[float]:
        """Features of clauses ``first`` … ``last`` in their sentences."""
        number, end = self.sentence[first], self.sentence[last]
        whole = 0
        for at in range(number, end + 1):
            whole |= self.sentence_bits[at]
        return [
            terms.weight(inside), terms.weight(whole), terms.weight(self.before(first)),
            terms.weight(self.sentence_bits.get(number - 1, 0)), terms.weight(whole | self.around), (last - first + 1) / 4.0,
            float(first == 0 or self.sentence[first - 1] != number),
            float(last == len(self.parts) - 1 or self.sentence[last + 1] != end), float(end - number), first / 10.0,
        ]  # fmt: skip


def _of_passage(query: Query, terms: Terms, place: Place) -> list[tuple[tuple[int, int], list[float]]]:
    page = _Page(query, terms, place)
    found: list[tuple[tuple[int, int], list[float]]] = []
    for first, (begun, _) in enumerate(page.parts):
        inside = 0
        for last in range(first, min(first + MOST_CLAUSES, len(page.parts))):
            if page.text[begun : page.parts[last][1]].rstrip()[-1:] in _ASKED:
                break  # what asks answers nothing
            inside |= page.bits[last]
            done = page.parts[last][1]
            if done - begun > MOST_CHARACTERS and last > first:
                break
            shared = page.shared(terms, first, last, inside)
            for start, end, way in _edges(query, page, begun, done, first == last):
                own = _own(query, page, start, end, way)
                found.append(((start, end), [*shared, *page.common, *own, *page.asked]))
    return found


def _own(query: Query, page: _Page, start: int, end: int, way: int) -> list[float]:
    """Features of the words of a span alone; ``way``: 0 whole clauses, 1 without a repeated head, 2 a number alone."""
    words, repeated = page.low[start:end], page.repeated
    return [
        float(np.log(end - start + 1.0)), float(way == 1), float(way == 2), words.count("、") / 3.0,
        float(bool(_OPENING.match(words))), float(bool(_DUTY.match(words))),
        float(page.unit is not None), float(page.unit is not None and bool(page.unit.search(words))),
        float(any(repeated.has(sign, start, end) for sign in _WANTED.get(query.kind, ()))),
        *repeated.mixture(start, end), *(float(repeated.has(sign, start, end)) for sign in range(len(_SIGNS))),
    ]  # fmt: skip


def _edges(query: Query, page: _Page, begun: int, done: int, single: bool) -> list[tuple[int, int, int]]:
    """Ways to trim clauses ``begun`` … ``done``: (start, end, way)."""
    text = page.text
    sign = _SIGN.match(text[begun:done])
    start = begun + (sign.end() if sign else 0)
    end = done
    while end > start and text[end - 1] in " \t　，,；;：:":
        end -= 1
    if end - start < 2:
        return []
    found = [(start, end, 0)]
    head = page.repeated.head(start, end)
    if head and end - start - head >= 2:
        cut = start + head
        while cut < end and text[cut] in _STOPS:
            cut += 1
        if end - cut >= 2:
            found.append((cut, end, 1))
    if single:
        for pattern in _ALONE.get(query.kind, ()):
            found += [
                (start + one.start(), start + one.end(), 2)
                for one in pattern.finditer(text[start:end])
                if one.group().strip() not in query.words and (page.unit is None or page.unit.search(one.group()))
            ]
    return found


def _sentence_numbers(text: str, parts: Sequence[tuple[int, int]]) -> list[int]:
    numbers, number = [], 0
    for start, end in parts:
        numbers.append(number)
        number += bool(_SENTENCE_END.search(text[start:end]))
    return numbers
