"""Statements: a figure and the words around it, so that two papers can be asked whether they speak of the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.contradictions.types import Rule, Value
from minhu.language.contradictions.values import values_of
from minhu.language.papers.types import Passage, PassageKind

_SENTENCE: Final = regex(r"[^。；！？;!?\n]+[。；！？;!?\n]?")
_PART: Final = regex(r"[^，,：:（）()]+")
_RUN: Final = regex(r"[一-鿿]+|[A-Za-z]{2,}")
_ANY_FIGURE: Final = regex(
    r"[\d０-９.,:：~～—–-]+|[零〇一二两三四五六七八九十百千万]+(?=[个元岁日天月年周楼层次人份折倍])"
)
_MARK: Final = regex(r"^(?:第[一二三四五六七八九十百\d]+条|[（(]?[一二三四五六七八九十\d]+[）)、.．])[\s　]*")
_SAME: Final = (
    ("周岁", "岁"), ("征缴", "缴费"), ("缴纳", "缴费"), ("交纳", "缴费"), ("收取", "缴费"), ("申办", "申请"), ("申报", "申请"), ("递交", "提交"),
    ("不得", "禁止"), ("不能", "禁止"), ("不准", "禁止"), ("噪音", "噪声"), ("公租房", "公共租赁住房"), ("公交车", "公共汽车"), ("公交", "公共汽车"),
    ("社保", "社会保险"), ("医保", "医疗保险"), ("老人", "老年人"), ("须", "应当"), ("需要", "应当"), ("必须", "应当"), ("办完", "办结"),
    ("补助", "补贴"), ("津贴", "补贴"), ("乘坐", "乘"), ("搭乘", "乘"), ("收费标准", "费"), ("费用", "费"), ("电瓶车", "电动自行车"), ("电动车", "电动自行车"),
)  # fmt: skip
_OWN: Final = regex(
    r"(?:本|该)(?:办法|规定|通知|细则|方案|意见|指南|公告)[^，。]{0,30}起?(?:施行|执行|实施|试行)|有效期(?:\d|至|[一二三四五六七八九十])|文件?号|〔\d{4}〕|监督电话12345"
)
"""Sentences in which a paper speaks of itself."""
_GROUPS: Final = (
    ("个人", "单位", "企业", "家庭"), ("首次", "再次", "第二次", "补办", "换领", "延期", "续"), ("城镇", "农村"), ("一级", "二级", "三级"),
    ("本地", "外地", "本市户籍", "外来"), ("职工", "居民", "灵活就业"), ("小学", "初中", "高中", "幼儿园"), ("工作日", "周六", "周末", "节假日"),
    ("上午", "下午"), ("夏季", "冬季"), ("昼间", "夜间"), ("男", "女"), ("新建", "改建"), ("小型", "大型", "中型"), ("地面", "地下"),
    ("受理", "审核", "公示", "公告"), ("咨询", "投诉", "监督"), ("甲类", "乙类", "丙类"), ("轻度", "中度", "重度"), ("特级", "甲等"), ("火化", "土葬"),
    ("出售", "出租", "租赁"), ("罚款", "补贴", "押金", "工本费"), ("每月", "每年", "每次", "每日"),
    ("第一年", "第二年", "第三年"), ("本人", "配偶", "子女"), ("低保", "特困", "低收入"), ("白天", "夜间"), ("城乡", "职工"),
)  # fmt: skip
"""Words that make two matters out of one where each side has another of them."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A figure in a passage with what is said of it.

    ``near``: terms of the part of the sentence it stands in and of the part before; ``said``: of the whole sentence;
    ``wide``: of the sentence, what stands over it and the title. ``others``: figures of the same unit in the sentence.
    """

    rule: str
    passage: Passage
    value: Value
    sentence_start: int
    sentence_end: int
    near: frozenset[str]
    said: frozenset[str]
    wide: frozenset[str]
    title: frozenset[str]
    others: frozenset[str]
    marks: frozenset[tuple[int, str]]
    head: frozenset[str]
    """Of a cell of a table: terms of the first cell of its row."""

    @property
    def sentence(self) -> str:
        """The words of the sentence."""
        return self.passage.text[self.sentence_start : self.sentence_end]


def terms_of(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters without figures; words of one meaning are made one before."""
    plain = _ANY_FIGURE.sub(" ", text)
    for word, same in _SAME:
        plain = plain.replace(word, same)
    return frozenset(run[at : at + 2] for run in _RUN.findall(plain) for at in range(max(1, len(run) - 1)))


def skeleton_of(sentence: str) -> str:
    """A sentence without its figures, marks and stops: what stays the same when a figure is changed."""
    return re.sub(r"[\W_]+", "", _ANY_FIGURE.sub("", _MARK.sub("", sentence.strip())))


def statements_of(rule: Rule) -> list[Statement]:
    """All statements of a paper, in order."""
    title = terms_of(rule.title)
    return [one for passage in rule.passages for one in _of_passage(rule.key, passage, title)]


def _of_passage(key: str, passage: Passage, title: frozenset[str]) -> Iterator[Statement]:
    over = terms_of(f"{' '.join(passage.path)} {passage.context}") | title
    if passage.kind is PassageKind.ROW:
        yield from _of_row(key, passage, title, over)
        return
    skip = len(found[0]) if (found := _MARK.match(passage.text)) else 0
    for sentence in _SENTENCE.finditer(passage.text):
        if _OWN.search(sentence[0]):
            continue
        values = [one for one in values_of(sentence[0]) if sentence.start() + one.start >= skip]
        if values:
            yield from _of_sentence(key, passage, title, over, sentence, values)


def _of_sentence(
    key: str,
    passage: Passage,
    title: frozenset[str],
    over: frozenset[str],
    sentence: re.Match[str],
    values: list[Value],
) -> Iterator[Statement]:
    said, marks, parts = terms_of(sentence[0]), marks_of(sentence[0]), list(_PART.finditer(sentence[0]))
    for value in values:
        at = next((n for n, part in enumerate(parts) if value.start < part.end()), len(parts) - 1)
        near = terms_of(" ".join(part[0] for part in parts[max(0, at - 1) : at + 1]))
        others = frozenset(one.amount for one in values if one.unit == value.unit)
        yield Statement(
            key, passage, _moved(value, sentence.start()), sentence.start(), sentence.end(), near, said, said | over,
            title, others, marks, frozenset(),
        )  # fmt: skip


def _of_row(key: str, passage: Passage, title: frozenset[str], over: frozenset[str]) -> Iterator[Statement]:
    """Each cell with figures is said of the first cell of its row, under its header."""
    if not passage.cells:
        return
    first, at = passage.cells[0][1], 0
    head, wide = terms_of(first), terms_of(passage.text) | over
    marks = marks_of(f"{first}")
    for name, cell in passage.cells:
        start = passage.text.find(cell, at)
        if start < 0:
            continue
        at = start
        values = values_of(cell) if cell != first else []
        near = terms_of(f"{name} {cell}") | head
        for value in values:
            others = frozenset(one.amount for one in values if one.unit == value.unit)
            yield Statement(
                key, passage, _moved(value, start), start, start + len(cell), near, near, wide, title, others,
                marks | marks_of(f"{name} {cell}"), head,
            )  # fmt: skip


def _moved(value: Value, by: int) -> Value:
    return Value(value.sort, value.unit, value.amount, value.bound, value.start + by, value.end + by)


def marks_of(text: str) -> frozenset[tuple[int, str]]:
    """Which words of the groups that part matters stand in a text."""
    return frozenset((at, word) for at, group in enumerate(_GROUPS) for word in group if word in text)


def apart(one: Statement, other: Statement) -> int:
    """In how many groups each side has words that the other has not."""
    found = 0
    for at in {at for at, _ in one.marks} & {at for at, _ in other.marks}:
        left = {word for n, word in one.marks if n == at}
        right = {word for n, word in other.marks if n == at}
        found += left.isdisjoint(right)
    return found
