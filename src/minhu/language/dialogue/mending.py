"""'A，不是B': what a citizen puts right while his matter is read back is put right, and read back anew.

What he says is wrong is replaced where he had said it; where he names only what is right ('应该是18号'), the one piece of
the same kind (road, number, hour, day) gives way. What cannot be placed for certain is added as he said it, never guessed.
The talk itself keeps every word as it was spoken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.dialogue.phrases import phrase
from minhu.language.dialogue.types import Act, Deed, Heard, Memory, Phase, Reader, Record, Turn
from minhu.language.numerals import parse_number

LONGEST: Final = 24
"""Characters of one side of a correction; longer sides tell something new."""
_SIDE: Final = rf"[^，,。；;！!？?\n]{{1,{LONGEST}}}?"
_END: Final = (
    r"(?:才对|才是|的)?[啊呀呢吧哦噢了哈嘛]*(?:[，,](?:你|您|我)?(?:刚才)?(?:听|记|写|说|搞|弄)错了)?[。！!，,\s]*$"
)
_YES: Final = r"^(?:(?:对|嗯+|是的|不对|不是|错了|错|有误|不|哎|唉|啊|哦|那个|等等|等一下|等下)(?:的|了|啊|呀)?[，,。！!\s]+|(?:我)?(?:说|记|听|写|弄)错了?[，,。！!\s]*|不对[，,\s]*)*"
_IS: Final = r"(?:(?:而|应该|应当|其实|实际上?|我说的|说的|才|就|正确的)*(?:是|为|在|叫|改成|改为))"
_SLOT: Final = r"(?:(?:地[点址方]|位置|时间|门牌号?|号码|名字|姓名|小区|路名|楼号|电话|金额|数量|人数|日期)(?:上|这里|那里)?(?:错了?|不对|有误)?[，,]?)?"
_FORMS: Final = (
    regex(rf"{_YES}{_SLOT}不(?:是|在|叫)(?P<old>{_SIDE})[，,。；;\s]*{_IS}(?P<new>{_SIDE}){_END}"),
    regex(rf"{_YES}{_SLOT}{_IS}?(?P<new>{_SIDE})[，,。；;\s]*(?:而)?不(?:是|在|叫)(?P<old>{_SIDE}){_END}"),
    regex(rf"{_YES}(?:把|将)?(?P<old>{_SIDE})(?:改成|改为|换成|应该是|应为)(?P<new>{_SIDE}){_END}"),
    regex(rf"{_YES}(?P<old>{_SIDE})(?:错了|不对|说错了|记错了|写错了)[，,。\s]*{_IS}(?P<new>{_SIDE}){_END}"),
)
_IS_ALONE: Final = r"(?:(?:应该|应当|其实|我说的|说的|就|正确的)+(?:是|为|在|叫)|是|改成|改为)"
_ALONE: Final = regex(rf"{_YES}{_SLOT}{_IS_ALONE}(?P<new>{_SIDE}){_END}")
_LEADING: Final = regex(r"^(?:我|在|叫|是|的)")
_WEAK: Final = regex(r"^(?:这|那|它|他|她|我|你|您|咱|事|问题|一)")
_NUMBER: Final = r"(?:\d{1,11}|[零〇一二两三四五六七八九十百千万]{1,8})"
_PART: Final = r"(?:早上|上午|中午|下午|傍晚|晚上|夜里|半夜|凌晨)"
_HOUR: Final = rf"{_NUMBER}(?:点半?|时)(?:{_NUMBER}分|一刻)?"
_NEAR: Final = r"(?:大前天|今天|昨天|前天|今早|昨晚|今晚|前晚)"
_WISHED: Final = regex(r"(?:希望|请|要求|尽快|务必|争取)[^，。；\n]{0,10}$")
"""What is wished for is no part of what happened."""
_KINDS: Final = tuple(
    regex(one)
    for one in (
        r"[\u4e00-\u9fff]{2,5}?(?:大道|路(?![灯口面边])|街(?!道)|巷|弄堂)",
        r"[\u4e00-\u9fff]{2,6}?(?:小区|花园|家园|公寓|新村|社区|苑)",
        *(rf"{_NUMBER}{unit}" for unit in ("号楼", "号院", "号(?!楼|院|线)", "栋", "幢", "单元", "室", "楼(?!道|上|下)", "路公交", "号线")),
        _HOUR,
        _NEAR,
        rf"{_PART}?{_HOUR}",
        rf"{_NEAR}{_PART}?(?:{_HOUR})?",
        rf"{_NUMBER}月{_NUMBER}[日号]",
        r"(?:上上?个?|这个?|本)?(?:周|星期|礼拜)[一二三四五六日天]",
        *(rf"{_NUMBER}(?:多|来)?{unit}" for unit in ("块钱?", "元", "万元?", "个月", "天", "年", "个小时", "人", "户", "盏", "棵")),
        r"1[3-9]\d{9}",
        r"[\u4e00-\u9fff]{2,8}(?:公司|超市|饭店|餐馆|酒店|学校|小学|中学|幼儿园|医院)",
    )
)  # fmt: skip
_BESIDE: Final = regex(r"(?:门前|门口|门外|附近|旁边|边上|对面|楼下|院内|院里|左右)$")
_LEADING_NAME: Final = regex(r"^.*(?:在|是|的|到|往|从|我家|我们|住)(?=[\u4e00-\u9fff]{2,})")
_SCRIPT: Final = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Mended:
    """The matter with the correction in it, and what gave way to what, for saying so."""

    matter: tuple[str, ...]
    old: str
    new: str


def mend(matter: tuple[str, ...], said: str, *, read_back: bool = True) -> Mended | None:
    """``matter`` put right as ``said`` wants it; None where the words are no correction that can be placed for certain.

    ``read_back``: it was read back just now, so that 'it is B' alone is a correction as well.
    """
    for form in _FORMS:
        for old, new in _sides(form, said):
            if (mended := _replaced(matter, old, new)) is not None:
                return mended
    if not read_back:
        return None
    alone = [found["new"] for form in (*_FORMS, _ALONE) if (found := form.search(said))]
    return next((one for new in alone if (one := _by_kind(matter, new.strip())) is not None), None)


def put_right(memory: Memory, heard: Heard, read: Reader) -> Turn | None:
    """A correction of what was read back: made, said, and the whole read back anew."""
    mended = mend(memory.matter, heard.words)
    if mended is None:
        return None
    righted = replace(memory, matter=mended.matter, waiting="", phase=Phase.READING_BACK)
    said = Act(Deed.SAY, "mended", phrase("mended", old=mended.old, new=mended.new))
    return Turn(righted, (said, read_back(read("\n".join(mended.matter)))))


def read_back(record: Record) -> Act:
    """What the words make of the request, said to the citizen for his yes."""
    return Act(Deed.SAY, "read_back", phrase("read_back", lines="；".join(record.lines)), lines=record.lines)


def _sides(form: re.Pattern[str], said: str) -> Iterator[tuple[str, str]]:
    """What is wrong and what is right, as said and without what leads to them on one side only."""
    if (found := form.search(said)) is None:
        return
    old, new = found["old"].strip(), found["new"].strip()
    if not old or not new or old == new:
        return
    bare_old, bare_new = _bare(old), _bare(new)
    if bare_old and bare_new and bare_old != bare_new:
        yield bare_old, bare_new
    yield old, new


def _bare(words: str) -> str:
    while (shorter := _LEADING.sub("", words)) != words:
        words = shorter
    return words


def _replaced(matter: tuple[str, ...], old: str, new: str) -> Mended | None:
    """``old`` replaced wherever the citizen had said it, also with its number in other figures; None where he had not."""
    if len(old) < 2 or (_WEAK.match(old) and len(old) < 3 and not re.search(r"\d|点|号|楼", old)):
        return None
    for spelt in _spellings(old):
        pattern = re.compile(rf"{_edge(spelt)}{re.escape(spelt)}{_after(spelt)}")
        lines = tuple(pattern.sub(lambda _: new, line) for line in matter)
        if lines != matter:
            return Mended(lines, old, new)
    return None


def _edge(spelt: str) -> str:
    """A number begins at its first figure: '8号' is no part of '18号'."""
    if spelt[0].isdigit():
        return r"(?<!\d)"
    return rf"(?<![{_SCRIPT}十百])" if spelt[0] in f"{_SCRIPT}十百" else ""


def _after(spelt: str) -> str:
    return r"(?!\d)" if spelt[-1].isdigit() else ""


def _spellings(words: str) -> Iterator[str]:
    """The words, and with their number in the other figures: '8点' and '八点'."""
    yield words
    if (found := re.match(_NUMBER, words)) is None:
        return
    number = parse_number(found[0])
    if number is None or number != int(number) or not 0 < number < 100:
        return
    tens, ones = divmod(int(number), 10)
    han = ("" if not tens else ("" if tens == 1 else _SCRIPT[tens]) + "十") + (_SCRIPT[ones] if ones else "")
    for other in (str(int(number)), han):
        if other != found[0]:
            yield other + words[found.end() :]


def _by_kind(matter: tuple[str, ...], new: str) -> Mended | None:
    """``new`` in place of the one piece of its kind; None where there is none, or several."""
    said = _bare(new)
    new = _BESIDE.sub("", said)
    for kind in _KINDS:
        if not kind.fullmatch(new):
            continue
        found = [
            (at, one)
            for at, line in enumerate(matter)
            for one in kind.finditer(line)
            if not _WISHED.search(line[: one.start()])
        ]
        if len({_name(one[0]) for _, one in found}) != 1 or _name(found[0][1][0]) == new:
            return None
        old = _name(found[0][1][0])
        told = f"{old}{said.removeprefix(new)}"
        old, new = (told, said) if any(told in line for line in matter) else (old, said)
        return Mended(tuple(_put_in(line, old, new) for line in matter), old, new)
    return None


def _put_in(line: str, old: str, new: str) -> str:
    """``new`` for every whole ``old`` of a line that tells what happened, not what is wished for."""
    pattern = re.compile(rf"{_edge(old)}{re.escape(old)}{_after(old)}")
    return pattern.sub(lambda found: found[0] if _WISHED.search(line[: found.start()]) else new, line)


def _name(words: str) -> str:
    """A piece without what only leads to it: '我家在青石路' is 青石路."""
    return _LEADING_NAME.sub("", words)
