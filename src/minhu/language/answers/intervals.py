"""Numbers with a unit as ranges: whether '82岁' of a question lies in '80至89周岁' of a table's row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.question import plain

_DIGITS: Final = {sign: at for at, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_CHINESE = regex(
    r"[零一二两三四五六七八九十百]+(?=[万千]?个?(?:[岁年月天日人口户楼层套孩胎级次档路平度点亩元块辆株张]|周岁|分钟|小时|公里|厘米|米))"
)
_UNIT = r"(?P<unit>平方米|平米|平|㎡|周岁|岁|℃|度|公里|厘米|毫米|米|亩|公顷|个?月|年|个?工作日|天|日|小时|分钟|人|口|户|层|楼|元|块|吨|级|孩|胎|套|次|路|座|辆|株|张)"
_MANY = r"(?P<many>[万千])?"
_RANGE = regex(
    rf"(\d+(?:\.\d+)?)\s*(?:岁|月|年|万|万元|元|米|平方米|亩|户)?\s*[至到—－～~-]+\s*(\d+(?:\.\d+)?)\s*{_MANY}{_UNIT}?"
)
_ONE = regex(
    rf"(?P<before>不足|低于|小于|未满|不满|不超过|满|超过|大于|高于|至少)?\s*(?P<number>\d+(?:\.\d+)?)\s*{_MANY}个?{_UNIT}?"
    r"(?P<half>半)?[（(]?(?P<after>及以上|以上|及以下|以下|以内|以外)?"
)
_AGE = regex(r"(今年|已经?|都)(\d{1,3})(?=了|，|,|$)")
_SAME_UNIT: Final = {
    "平": "㎡", "平米": "㎡", "平方米": "㎡", "周岁": "岁", "度": "℃", "口": "人", "楼": "层", "块": "元", "天": "日", "个月": "月",
    "个工作日": "日", "工作日": "日", "胎": "孩",
}  # fmt: skip
_TIMES: Final = {"万": 10_000.0, "千": 1_000.0}
_BELOW: Final = ("不足", "低于", "小于", "未满", "不满", "不超过")
_ABOVE: Final = ("满", "超过", "大于", "高于", "至少")
_EDGE: Final = {
    "不足": -1e-6,
    "低于": -1e-6,
    "小于": -1e-6,
    "未满": -1e-6,
    "不满": -1e-6,
    "超过": 1e-6,
    "大于": 1e-6,
    "高于": 1e-6,
}
"""Words that leave the number itself out."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, both inside; ``unit`` is empty where none was written."""

    low: float
    high: float
    unit: str


@lru_cache(maxsize=4096)
def intervals_in(text: str) -> tuple[Interval, ...]:
    """The numbers of a text as ranges, Chinese numerals before a unit included; what names no bound is one point."""
    low = _CHINESE.sub(lambda found: str(_value(found.group())), plain(text))
    low = _AGE.sub(r"\1\2岁", low)
    found = [
        Interval(float(one[1]) * _times(one), float(one[2]) * _times(one), _unit(one["unit"]))
        for one in _RANGE.finditer(low)
        if len(one[1]) < 9
    ]
    rest = _RANGE.sub(" ", low)
    for one in _ONE.finditer(rest):
        value = (float(one["number"]) + (0.5 if one["half"] else 0.0)) * _times(one) + _EDGE.get(one["before"], 0.0)
        below = one["before"] in _BELOW or one["after"] in ("及以下", "以下", "以内")
        above = one["before"] in _ABOVE or one["after"] in ("及以上", "以上", "以外")
        found.append(Interval(-inf if below else value, inf if above else value, _unit(one["unit"])))
    return tuple(_joined(found))


def _joined(found: Sequence[Interval]) -> list[Interval]:
    """'at least 5, less than 10' is one range."""
    if len(found) == 2 and found[0].high == inf and found[1].low == -inf and found[0].low < found[1].high:
        return [Interval(found[0].low, found[1].high - 1e-6, found[1].unit or found[0].unit)]
    return list(found)


def fits(asked: Sequence[Interval], written: Sequence[Interval]) -> float:
    """1 where a number asked about lies in a range written of the same unit, -1 where none does, 0 without such."""
    pairs = [(one, other) for one in asked for other in written if one.unit == other.unit and one.unit]
    if not pairs:
        return 0.0
    return 1.0 if any(other.low <= one.high and one.low <= other.high for one, other in pairs) else -1.0


def _times(one: re.Match[str]) -> float:
    return _TIMES.get(one["many"] or "", 1.0)


def _unit(found: str | None) -> str:
    return _SAME_UNIT.get(found or "", found or "")


def _value(words: str) -> int:
    """The number of a numeral below a thousand; signs without tens are read one by one (二〇 is 20)."""
    if "十" not in words and "百" not in words:
        return int("".join(str(_DIGITS[sign]) for sign in words))
    total = digit = 0
    for sign in words:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit
