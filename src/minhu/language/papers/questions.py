"""Questions with answers made from a paper by rules over its structure: cells, lists under a heading, fees, times, places.

An answer is words of one passage (or of the items under one heading), never anything else; a person accepts it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.papers.types import Passage, PassageKind

MOST_ANSWER: Final = 400
MOST_CELLS: Final = 40
"""So many cells of one paper become questions; a person reviews them one by one."""


class Style(StrEnum):
    """How a question and its answer are worded."""

    FORMAL = "formal"
    SPOKEN = "spoken"
    OLD = "old"


class About(StrEnum):
    """What a question asks for."""

    CELL = "cell"
    CONDITIONS = "conditions"
    MATERIALS = "materials"
    STEPS = "steps"
    FEE = "fee"
    TIME = "time"
    PLACE = "place"
    TELEPHONE = "telephone"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question and what answers it; ``words`` are pieces of passages, ``passages`` their numbers, in order."""

    about: About
    topic: str
    detail: str
    words: tuple[str, ...]
    passages: tuple[int, ...]


_ENDINGS: Final = regex(
    r"(?:的)?(?:若干规定|实施细则|实施方案|实施办法|管理办法|暂行办法|办事指南|服务指南|申请指南|办理须知|实施意见|办法|规定|通知|通告|指南|细则|须知|说明|提醒|问答|方案|公告|手册|解答|提示|告知|一览|政策汇编|条例)+(?:（[^）]{1,8}）)?$"
)
_BEGINNINGS: Final = regex(
    r"^(?:[一-鿿]{2,6}[省市区县])?(?:人民政府)?(?:关于)?(?:印发|调整|做好|进一步|公布|规范|开展)*《?"
)
_HEADS: Final = (
    (About.MATERIALS, regex(r"材料|证件|资料")),
    (About.CONDITIONS, regex(r"条件|对象|资格|范围|谁可以|哪些人")),
    (About.STEPS, regex(r"流程|程序|步骤|怎么办|如何办|办理方式")),
)
_FEE: Final = regex(
    r"[^。；\n]*(?:收费|费用|工本费|押金|保证金|免费|票价|缴费|补贴|标准)[^。；\n]*(?:\d[\d.,]*\s?万?元|免费|不收费)[^。；\n]*[。；]?|[^。；\n]*(?:不收费|不收取费用)[^。；\n]*[。；]?"
)
_TIME: Final = regex(
    r"[^。；\n]*\d+\s?(?:个?工作日|个自然日|日|天|小时)[^。；\n]{0,6}(?:办结|办理|审核|答复|完成|发放|出具|决定|领取|审批)[^。；\n]*[。；]?|[^。；\n]*(?:办理时限|办结时限|时限)[：:为][^。；\n]*[。；]?"
)
_PLACE: Final = regex(r"[^。；\n]*(?:地址|地点|受理窗口|窗口)[：:为在][^。；\n]*[。；]?")
_TELEPHONE: Final = regex(r"[^。；，\n]*(?:电话|热线)[^。；，\n]{0,6}(?:0\d{2,3}-\d{7,8}|\d{5,11})[^。；，\n]*[。；]?")
_SENTENCES: Final = ((About.FEE, _FEE), (About.TIME, _TIME), (About.PLACE, _PLACE), (About.TELEPHONE, _TELEPHONE))
_ASKED: Final = regex(
    r"^(?:问\s?\d*|Q\d*|\d+[.、])?\s*[：:]?\s*(?P<q>[^？?。]{4,60}[？?])\s*(?:答|A)?\s*[：:]?\s*(?P<a>.{4,})$",
    re.DOTALL,
)
_MARK: Final = regex(r"^(?:第[一二三四五六七八九十百\d]+条|[（(]?[一二三四五六七八九十\d]+[）)、.．])[\s　]*")
_NAMELESS: Final = regex(r"序号|备注|^$|^\d+$|^[—-]+$")


def topic_of(title: str) -> str:
    """What a paper is about, from its title: 云溪市公共租赁住房保障管理办法 → 公共租赁住房保障."""
    bare = _BEGINNINGS.sub("", title.strip().strip("《》"))
    return _ENDINGS.sub("", bare).rstrip("的》") or title


def questions_of(title: str, passages: Sequence[Passage]) -> list[MadeQuestion]:
    """The questions that a paper answers, in its order, each once."""
    found, seen = list[MadeQuestion](), set[tuple[About, str]]()
    for one in everything_told(title, passages):
        key = (one.about, one.detail)
        if (
            key not in seen
            and one.words
            and all(len(words) > 0 for words in one.words)
            and sum(map(len, one.words)) <= MOST_ANSWER
        ):
            seen.add(key)
            found.append(one)
    return found


def everything_told(title: str, passages: Sequence[Passage]) -> Iterator[MadeQuestion]:
    """All that a paper tells, also where it answers one question in several places (two lists of materials)."""
    topic = topic_of(title)
    yield from _asked(topic, passages)
    yield from _cells(topic, passages)
    yield from _lists(topic, passages)
    yield from _sentences(topic, passages)


def _asked(topic: str, passages: Sequence[Passage]) -> Iterator[MadeQuestion]:
    """Papers in question and answer bring their own."""
    for one in passages:
        text = _MARK.sub("", one.text)
        if one.kind is not PassageKind.ROW and (match := _ASKED.match(text)):
            yield MadeQuestion(About.ASKED, topic, match["q"].strip(), (match["a"].strip(),), (one.number,))


def _cells(topic: str, passages: Sequence[Passage]) -> Iterator[MadeQuestion]:
    count = 0
    for one in passages:
        if one.kind is not PassageKind.ROW or len(one.cells) < 2:
            continue
        name = one.cells[0][1]
        if _NAMELESS.search(name) or len(name) > 20:
            continue
        for header, value in one.cells[1:]:
            if (
                count < MOST_CELLS
                and header
                and value
                and not _NAMELESS.search(header)
                and not _NAMELESS.search(value)
                and len(header) <= 16
            ):
                count += 1
                yield MadeQuestion(About.CELL, topic, f"{name}的{header}", (value,), (one.number,))


def _lists(topic: str, passages: Sequence[Passage]) -> Iterator[MadeQuestion]:
    """What stands under a heading or lead-in that names materials, conditions, steps."""
    for about, head in _HEADS:
        groups: dict[str, list[Passage]] = {}
        for one in passages:
            over = one.path[-1] if one.path else ""
            lead = one.context if one.kind is PassageKind.ITEM else ""
            named = next((text for text in (lead, over) if text and head.search(text[-20:])), "")
            if named and one.kind is not PassageKind.ROW and one.kind is not PassageKind.NOTE:
                groups.setdefault(named, []).append(one)
        for items in groups.values():
            yield MadeQuestion(about, topic, "", tuple(one.text for one in items), tuple(one.number for one in items))


def _sentences(topic: str, passages: Sequence[Passage]) -> Iterator[MadeQuestion]:
    for one in passages:
        if one.kind is PassageKind.ROW:
            continue
        for about, shape in _SENTENCES:
            match = shape.search(one.text)
            if match and match[0].strip():
                detail = one.path[-1] if one.path and len(one.path[-1]) <= 20 else ""
                yield MadeQuestion(about, topic, _MARK.sub("", detail), (match[0].strip(),), (one.number,))


_WORDED: Final[dict[About, tuple[str, str, str]]] = {
    About.CELL: ("{topic}中，{detail}{ask}？", "{topic}，{detail}{ask}？", "我想问问，{topic}里头，{detail}{ask}呀？"),
    About.CONDITIONS: ("申请{topic}应当符合哪些条件？", "什么人能办{topic}？", "我想办{topic}，像我这样的能办吗，要什么条件呀？"),
    About.MATERIALS: ("办理{topic}应当提交哪些材料？", "办{topic}要带什么材料？", "我要去办{topic}，都得带上哪些东西呀？"),
    About.STEPS: ("{topic}的办理流程是什么？", "{topic}怎么办？", "{topic}一步一步该怎么办，您给说说？"),
    About.FEE: ("{topic}{of}的费用或标准是多少？", "{topic}{of}多少钱？", "我问一下，{topic}{of}要花多少钱、能给多少钱呀？"),
    About.TIME: ("{topic}{of}的办理时限是多久？", "{topic}{of}要等几天？", "{topic}{of}得等多少天才能办好呀？"),
    About.PLACE: ("{topic}{of}的办理地点在哪里？", "办{topic}{of}去哪儿？", "我腿脚不方便，办{topic}{of}要上哪儿去呀？"),
    About.TELEPHONE: ("{topic}{of}的咨询电话是多少？", "{topic}{of}打哪个电话问？", "{topic}{of}，我打哪个电话能问清楚呀？"),
    About.ASKED: ("{detail}", "{detail}", "我想问一下，{detail}"),
}  # fmt: skip


_ASKS: Final = (
    (regex(r"电话$"), "是多少"), (regex(r"(?:地址|地点|位置)[^的]*$"), "在哪里"), (regex(r"(?:是否|能否|可否)[^的]*$"), "，可以吗"),
    (regex(r"(?:时限|时长|周期|间隔|天数)[^的]*$"), "是多长时间"), (regex(r"时间[^的]*$"), "是什么时候"),
    (regex(r"(?:费|价|标准|金额|比例|补贴|限额|数量|量)[^的]*$"), "是多少"), (regex(r"(?:单位|部门|机构)[^的]*$"), "是哪里"),
    (regex(r"(?:材料|条件|对象)[^的]*$"), "是什么"),
)  # fmt: skip
"""How a cell is asked for, by the header over it."""


def worded(one: MadeQuestion, style: Style) -> str:
    """The question in one of the three styles."""
    at = list(Style).index(style)
    of = f"（{one.detail}）" if one.detail else ""
    ask = next((words for shape, words in _ASKS if shape.search(one.detail)), "是怎样的")
    return _WORDED[one.about][at].format(topic=one.topic, detail=one.detail, of=of, ask=ask)


def answer_in(one: MadeQuestion, style: Style, title: str, label: str) -> str:
    """The answer in one of the three styles; what it says of the matter are the paper's own words."""
    said = "\n".join(one.words) if len(one.words) > 1 else one.words[0]
    if style is Style.FORMAL:
        return f"根据《{title}》{label}：{said}"
    if style is Style.SPOKEN:
        return f"{said}（出自《{title}》{label}）"
    return (
        f"您好，文件里是这样写的：{said}\n这是《{title}》{label}里说的，不清楚可以拨打12345，请工作人员慢慢说给您听。"
    )
