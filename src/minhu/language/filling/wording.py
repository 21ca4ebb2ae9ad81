"""Spoken words made readable: fillers out, corrections carried out, spoken digits as digits."""

from __future__ import annotations

import re
from typing import Final

from minhu.kernel.patterns import regex

_FILLERS: Final = regex(
    r"(?:(?<=^)|(?<=[，。,、！!？?；; ]))(?:(?:呃|额|嗯|唔|啊|哦|噢|诶|欸|哎呀|哎|唉|哎妈呀|喂|那个|这个|就是说|就是那个|怎么说呢|叫什么路?|我跟你[说讲]哈?|给你们反映哈)+)[，,、。！ ]+"
)
_TWICE: Final = regex(r"([\u4e00-\u9fff]{1,6})[，、,]\s*\1(?=[\u4e00-\u9fff\d])")
_WRONG: Final = regex(
    r"[，,。 ]\s*(?:(?:呃|哦|噢|啊|嗯)[，, ]*(?:不对|不是|不|我?说错了|错了)|不对|我?(?:说|讲|记)错了)[，,、。 ]*(?:应该)?(?:是|在)?"
)
_UNIT: Final = regex(
    r"(?P<n>[0-9一二三四五六七八九十百两]+)(?P<unit>号楼|号院|单元|栋|幢|座|期|楼|层|室|号|路|天|个月|个星期|周|年|户|人|个人|条|点)"
)
_DAY: Final = regex(
    r"(?:大前天|前天|昨天|今天|昨晚|今早|上?上?(?:个)?(?:周|星期|礼拜)[一二三四五六日天]|\d{1,2}月\d{1,2}[日号]|\d{1,2}号)"
)
_TAIL: Final = regex(r"^最后(?:[一二两三四]位)?(?:是|应该是)?(?P<tail>[0-9零〇一二三四五六七八九幺洞]{2,8})")
_PARTICLES: Final = regex(r"[了吧啊的呀]*")
_SPOKEN_DIGITS: Final = str.maketrans("零〇洞一幺二两三四五六七八九", "00011223456789")
_RUN: Final = regex(r"[0-9零〇洞一幺二三四五六七八九](?:[ ，,、\-－]?[0-9零〇洞一幺二三四五六七八九]){6,}")
_NOT_DIGIT: Final = regex(r"\D")


def tidy(text: str) -> str:
    """The words without fillers, stammering and what the speaker took back; at most as long as before."""
    plain = text.strip()
    for _ in range(3):
        shorter = _FILLERS.sub("", plain)
        if shorter == plain:
            break
        plain = shorter
    return _corrected(_TWICE.sub(r"\1", plain))


def digits_in(text: str) -> tuple[str, str]:
    """The first long run of digits, said or written, and the words it came from; a corrected end is put in place."""
    found = _RUN.search(text)
    if found is None:
        return "", ""
    number = _NOT_DIGIT.sub("", found.group().translate(_SPOKEN_DIGITS))
    wrong = _WRONG.search(text, found.end())
    end = _TAIL.match(text[wrong.end() :]) if wrong else None
    if end is None and wrong is not None:
        end = _TAIL.match(text[wrong.end() :].lstrip("，, "))
    if end is not None:
        tail = end["tail"].translate(_SPOKEN_DIGITS)
        number = number[: -len(tail)] + tail
    return number, found.group()


def _corrected(text: str) -> str:
    """'3号楼，哦不对，是5号楼' is 5号楼: what stands behind the correction takes the place of its like before it."""
    for _ in range(3):
        found = _WRONG.search(text)
        if found is None:
            return text
        before, after = text[: found.start()], text[found.end() :]
        replaced = _in_place(before, after)
        if replaced is None:
            return text
        text = replaced
    return text


def _in_place(before: str, after: str) -> str | None:
    unit = _UNIT.match(after)
    if unit is not None:
        same = [one for one in _UNIT.finditer(before) if one["unit"] == unit["unit"]]
        if same:
            rest = before[same[-1].end() :]
            rest = "" if _PARTICLES.fullmatch(rest) else rest
            return before[: same[-1].start()] + unit.group() + rest + after[unit.end() :]
    if _DAY.match(after):
        days = list(_DAY.finditer(before))
        if days and not re.search(r"[，。；]", before[days[-1].end() :]):
            return before[: days[-1].start()] + after
    return None
