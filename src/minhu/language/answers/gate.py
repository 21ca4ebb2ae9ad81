"""Whether a passage says what somebody else's sentence says: the gate for what a chat model wrote.

A sentence passes only as a shortening of the passage: its words stand there in the same order, with the same numbers,
units, negations, limits, duties and names, and no condition of the sentence that it is taken from is left out. Whoever
wrote it may leave words out and join what is left; nobody may add. A sentence that is refused costs a good wording, one
that passes wrongly costs a citizen a right: where in doubt it is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.question import places_in, plain
from minhu.language.answers.support import bare
from minhu.language.numerals import parse_number
from minhu.language.papers.types import Passage, PassageKind

LONGEST: Final = 200
_LEAST_CONDITION: Final = 0.5
_LEAST_BEFORE: Final = 0.6
_RUN: Final = 2
_LIKELY: Final = 3
_PARTS: Final = regex(r"[。；;！!？?\n]")
_PIECES: Final = regex(r"(?<!\d)[，,]|[，,](?!\d)")
_ODD: Final = regex(
    r"https?:|www\.|[<>{}`\[\]\\#*=|⟦⟧\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2066-\u2069]",
    re.IGNORECASE,
)
_NUMBER: Final = r"(?:\d+(?:[.,]\d+)*|[零〇一二两三四五六七八九十百千万亿]+)"
_AMOUNT: Final = regex(
    rf"(?P<number>{_NUMBER})(?P<scale>[万亿千百]*)(?P<unit>个?工作日|个?自然日|个?小时|个?月|周岁|平方米|立方米|千瓦时|分钟|公里|毫米|公斤|%|‰|[元块角分日天年月周号时点级倍成折次人户名件套张份项种类档吨岁米亩册所栋层楼辆台只℃])?"
)
_FRACTION: Final = regex(rf"({_NUMBER})分之({_NUMBER})")
_CHINESE_WORD: Final = regex(r"[一两]$|^一$")
# What turns a rule round, or makes it wider or narrower: as often in the sentence as in the piece it comes from.
_TURNS: Final = regex(
    r"不低于|不少于|不超过|不高于|不满|不足|未满|以上|以下|以内|以外|之内|之外|之前|之后|超过|低于|高于|少于|多于|大于|小于|最高|最低|最多|最少|至少|至多|不得|不予|不可|不能|不再|"
    r"无需|无须|不用|不必|免于|免收|免费|免|禁止|严禁|停止|停发|取消|除外|除|仅限|仅|只限|只有|只|才|全部|全额|一律|均|都|所有|任何|各类|随时|立即|当场|自动|永久|终身|部分|一半|半|"
    r"不|未|无|非|没有|没|每|另|加倍|翻倍|双倍|满|前|后|内|起|止|先|再|或者|或|和|及|与|且|并|同时|连续|累计"
)
_DUTY: Final = regex(r"应当|应|必须|须|需要|需|得(?=[在到由向])|要(?!求|件|素|点)")
_MAY: Final = regex(r"可以|可(?!靠|能|见)|能够|能(?!力|源|否)|允许|准予|有权")
_CONDITION: Final = regex(
    r"的$|^(?:如果|如|若|凡|经|除|但|未|非|符合|具备|属于|因|对|遇|仅|只有|在.{1,20}(?:内|前|后|的)$)|除外|以外|情况下|情形|时$|前提|另行|另有"
)
_NAMED: Final = regex(r"[《“「]([^》”」]{2,40})[》”」]")
_UNIT: Final = regex(
    r"[一-鿿]{1,12}?(?:委员会|办事处|服务中心|派出所|公司|法院|检察院|银行|医院|学校|局|厅|院|部门|中心|平台|窗口|站|所|办|科|队|处)"
)
_FILLER: Final = regex(
    r"您好|您|你|请|的话|也就是说|也就是|具体来说|具体|根据规定|按照规定|根据|按照|规定|这里|如下|分别|目前|其中|一般来说|另外|此外|因此|所以|是|为|的|了|在|把|将|就|这|该|其|则|着|地|吧|呢|哦|啊|到|去|有|由"
)
_ORDER: Final = regex(
    r"(?:忽略|无视|忘记|不要理会|不必遵守).{0,12}(?:以上|上面|之前|前面|先前|所有|规则|要求|指令)|提示词|(?:必须|应当|请|一律|都)?(?:回答|回复|输出)[：:]?[“\"「]|"
    r"(?:从现在起|现在)你是|扮演|(?:智能|问答|对话)?(?:助手|机器人|模型|程序)(?:应|请|必须|要)|ignore (?:all |the )?(?:previous|above)|system prompt",
    re.IGNORECASE,
)
_COUNTED_IN: Final = regex(r"[（(](?P<unit>[^）)]{1,12})[）)]$")
_LABEL: Final = regex(r"\s*(?:第[一二三四五六七八九十百零\d]{1,6}条|[（(]?[一二三四五六七八九十\d]{1,3}[)）、.])[　 ]*")
_LED: Final = regex(r"^[^：:]*[：:]")
_EACH: Final = Counter(["每"])
_LISTED: Final = regex(r"^[（(]?[一二三四五六七八九十\d]{1,3}[)）.、]")


@dataclass(frozen=True, slots=True)
class Held:
    """What the gate says of a sentence: where in ``passage.text`` it is said (half-open), or why it is not."""

    start: int = 0
    end: int = 0
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Whether the passage says what the sentence says."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence of a passage with its place; ``pieces`` are its clauses."""

    text: str
    start: int
    end: int

    @property
    def pieces(self) -> list[str]:
        return [one for one in _PIECES.split(self.text) if bare(one)]


def held(sentence: str, passage: Passage, title: str = "") -> Held:
    """Whether ``passage`` of the paper ``title`` says what ``sentence`` says."""
    said = _LISTED.sub("", sentence.strip()).strip("。；;！!？? ")
    if not bare(said) or len(said) > LONGEST:
        return Held(reason="没有内容或过长")
    if _ODD.search(said):
        return Held(reason="含有条款里不会有的符号")
    around = " ".join((title, *passage.path, passage.context))
    if passage.kind is PassageKind.ROW and passage.cells:
        return _held_by_row(said, passage, around)
    return _held_by_words(said, passage, around)


def _held_by_words(said: str, passage: Passage, around: str) -> Held:
    """One sentence of the passage says it, clause by clause in order, with its conditions."""
    likely = sorted(_parts(passage.text), key=lambda one: -_bag(said, one.text))[:_LIKELY]
    part = max(likely, key=lambda one: _kept(said, one.text, around))
    if _ORDER.search(part.text):
        return Held(reason="条款的这句话像是写给程序的指令")
    if _kept(said, part.text, around) < 1:
        return Held(reason="条款的一句话里没有这些内容")
    for piece in (one for one in _PIECES.split(said) if bare(one)):
        if why := _differs(piece, _nearest(piece, part), around):
            return Held(reason=why)
    if missing := _left_out(said, part):
        return Held(reason=f"省略了条件“{missing[:30]}”")
    return Held(part.start, part.end)


def _held_by_row(said: str, passage: Passage, around: str) -> Held:
    """A row is said with its own first cell, and each value whole and under its own header."""
    first, names = passage.cells[0][1], [name for name, _ in passage.cells]
    for name in names:
        around = around.replace(name, " ")
    if _kept(first, said, "") < 1 or _turns(first) - _turns(said):
        return Held(reason="没有说明是表中哪一行")
    told = 0
    for piece in (one for one in _PIECES.split(said) if bare(one)):
        if any(_says_cell(piece, first, name, value, around) for name, value in passage.cells[1:]):
            told += 1
        elif _kept(piece, first, "") < 1:
            return Held(reason="表中这一行没有这样的内容")
    return Held(0, len(passage.text)) if told else Held(reason="没有说出表中的内容")


def _says_cell(piece: str, first: str, name: str, value: str, around: str) -> bool:
    """Whether a piece gives this cell: the value whole, nothing besides but its header, its row and words around."""
    counted = _COUNTED_IN.search(name)
    unit = counted["unit"] if counted else ""
    source = f"{first}{name[: counted.start()] if counted else name}{value}{unit}"
    if not _amounts(piece) <= _amounts(source) | _amounts(f"{value}{unit}"):
        return False
    turns = _turns(piece)
    return (
        _kept(piece, source, around) == 1
        and _kept(value, piece, "") == 1
        and not turns - _turns(source)
        and not _turns(value) - turns
    )


def _differs(piece: str, source: str, around: str) -> str:
    """Why ``source`` (the clauses nearest to it) does not say ``piece``; empty where it does."""
    if not _amounts(piece) <= _amounts(source) | _amounts(around):
        return "条款中没有这个数字或单位"
    if missing := [one for one in _names(piece) if bare(one) not in bare(f"{source}{around}")]:
        return f"条款中没有“{missing[0][:30]}”"
    if _kept(piece, source, around) < 1:
        return "条款中没有这句话的内容"
    if _detached(piece, source):
        return "数字与条款所说的事项分开了"
    if _turns(piece) != _turns(source):
        return "与条款的肯定、否定或限制不一致"
    duty, may = bool(_DUTY.search(piece)), bool(_MAY.search(piece))
    if (duty and not _DUTY.search(source)) or (may and not _MAY.search(source)):
        return "条款没有这样要求或允许"
    return ""


def _parts(text: str) -> list[_Part]:
    found, at = [], 0
    for end in [*(match.end() for match in _PARTS.finditer(text)), len(text)]:
        if bare(text[at:end]):
            label = _LABEL.match(text, at)
            begin = label.end() if label else at
            found.append(_Part(text[begin:end].strip("。；;！!？?\n "), begin, end))
        at = end
    return found or [_Part(text, 0, len(text))]


def _nearest(piece: str, part: _Part) -> str:
    """The run of neighbouring clauses of ``part`` that holds most of a piece and is not longer than needed."""
    pieces = part.pieces
    runs = [
        "，".join(pieces[begin:end])
        for begin in range(len(pieces))
        for end in range(begin + 1, min(begin + 3, len(pieces)) + 1)
    ]
    runs += [_LED.sub("", one) for one in runs if (led := _LED.match(one)) and _turns(led.group()) <= _EACH]
    return max(runs, key=lambda one: (round(_kept(piece, one, ""), 2), -len(one)), default=part.text)


def _left_out(said: str, part: _Part) -> str:
    """A condition or exception of a sentence that is not said with it."""
    whole = bare(said)
    for piece in part.pieces:
        if _CONDITION.search(piece) and _kept(piece, whole, "") < _LEAST_CONDITION:
            return piece
    return ""


def _content(text: str) -> str:
    return bare(_FILLER.sub("", text))


def _kept(piece: str, source: str, around: str) -> float:
    """The share of a piece's own characters that stand in ``source`` in this order, or as words around it."""
    own = _without(_digits(_content(piece)), _digits(bare(around)))
    if not own:
        return 1.0 if _content(piece) else 0.0
    return _common(own, _digits(bare(source))) / len(own)


def _without(own: str, around: str) -> str:
    """``own`` without its runs of two and more characters that stand in ``around``."""
    kept, at = [], 0
    while at < len(own):
        length = 0
        while at + length < len(own) and own[at : at + length + 1] in around:
            length += 1
        if length < _RUN:
            kept.append(own[at])
        at += max(length, 1) if length >= _RUN else 1
    return "".join(kept)


def _common(one: str, other: str) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for sign in one:
        before = 0
        for at, there in enumerate(other, 1):
            before, row[at] = row[at], before + 1 if sign == there else max(row[at], row[at - 1])
    return row[-1]


def _detached(piece: str, source: str) -> bool:
    """Whether the words that stand before a number in its clause are mostly left out: the number of another matter."""
    for clause in _PIECES.split(source):
        for found in _AMOUNT.finditer(clause):
            before = _before(clause[: found.start()], clause[found.end() :])
            if found.group() in piece and _content(before) and _kept(before, piece, "") < _LEAST_BEFORE:
                return True
    return False


def _before(words: str, rest: str) -> str:
    """What a number is of: the words before it, after the colon that leads in where they or the rest say it."""
    after = re.split(r"[：:]", words)[-1]
    return after if len(_content(f"{after}{rest}")) >= _RUN else words


def _bag(piece: str, source: str) -> float:
    own, there = Counter(_digits(_content(piece))), Counter(_digits(bare(source)))
    return sum((own & there).values()) / max(sum(own.values()), 1)


def _digits(text: str) -> str:
    """Chinese numerals before a unit as digits, so that 五个工作日 and 5个工作日 are one."""
    return _AMOUNT.sub(lambda found: f"{_value(found)}{found['scale']}{_unit(found)}", text)


def _amounts(text: str) -> frozenset[tuple[str, str]]:
    """Numbers with their units; a Chinese numeral without a unit is a word."""
    low = plain(text)
    fractions = {(f"{_value_of(found[2])}/{_value_of(found[1])}", "") for found in _FRACTION.finditer(low)}
    return frozenset(fractions) | frozenset(
        (f"{_value(found)}{found['scale']}", _unit(found))
        for found in _AMOUNT.finditer(_FRACTION.sub("", low))
        if found["number"][0].isdigit() or found["unit"]
    )


def _value(found: re.Match[str]) -> str:
    if not found["number"][0].isdigit() and not found["unit"]:
        return str(found["number"])
    return _value_of(found["number"])


def _value_of(number: str) -> str:
    value = parse_number(number.replace(",", ""))
    return f"{value:g}" if value is not None else number


def _unit(found: re.Match[str]) -> str:
    unit = (found["unit"] or "").removeprefix("个")
    return {"块": "元", "天": "日", "号": "日", "周岁": "岁"}.get(unit, unit)


def _turns(text: str) -> Counter[str]:
    return Counter(_TURNS.findall(plain(text)))


def _names(text: str) -> Sequence[str]:
    return (
        *_NAMED.findall(text),
        *places_in(text),
        *(one for one in _UNIT.findall(_FILLER.sub("，", text)) if len(one) > _RUN),
    )
