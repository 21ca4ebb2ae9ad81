"""Figures in official Chinese: money, durations, ages, shares, times of day, days, floors, numbers of houses, telephones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.contradictions.types import Sort, Value
from minhu.language.numerals import NUMBER, parse_number

_TELEPHONE: Final = regex(r"(?<!\d)(?:0\d{2,3}[-－—]\d{7,8}|1[3-9]\d{9}|[48]00[-－]?\d{3}[-－]?\d{4})(?!\d)")
_CLOCK: Final = r"(?:上午|下午|晚上|早上|早|晚|中午)?\s?\d{1,2}(?:[:：]\d{2}|[时点](?:\d{1,2}分|半)?)"
_TIMES: Final = regex(rf"(?P<a>{_CLOCK})\s?(?:至|到|[-—–~～]+)\s?(?P<b>(?:次日|第二天)?{_CLOCK})")
_TIME: Final = regex(_CLOCK)
_DATE: Final = regex(r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]|(?P<iso>\d{4}-\d{1,2}-\d{1,2})")
_LUNAR: Final = regex(
    r"(?:正月|腊月|农历[一二三四五六七八九十]+月)?初[一二三四五六七八九十]|正月十[一二三四五六七八九]?"
)
_FLOOR: Final = regex(r"(?P<n>[一二三四五六七八九十]{1,3}|\d{1,2})(?:楼|层)(?!以[上下]|及|高|住宅|建筑)")
_HOUSE: Final = regex(r"(?P<road>[^\W区县市镇乡位于在到\d]{1,4}(?:路|街|大道|巷|弄))(?P<n>\d{1,5})号")
_UNITS: Final = {
    "元": "元", "块": "元", "块钱": "元", "万元": "万元", "岁": "岁", "周岁": "岁", "个工作日": "工作日", "工作日": "工作日",
    "日": "日", "天": "日", "个自然日": "日", "个月": "月", "年": "年", "周年": "年", "小时": "小时", "个小时": "小时",
    "分钟": "分钟", "%": "%", "％": "%", "倍": "倍", "平方米": "平方米", "立方米": "立方米", "米": "米", "公里": "公里",
    "千克": "千克", "公斤": "千克", "分贝": "分贝", "摄氏度": "℃", "℃": "℃", "度": "度", "人": "人", "名": "人", "户": "户", "份": "份",
    "次": "次", "张": "张", "页": "页", "折": "折", "分": "分", "件": "件", "只": "只", "条": "条", "套": "套", "寸": "寸", "周": "周",
    "辆": "辆", "台": "台", "册": "册", "本": "册",
}  # fmt: skip
_AMOUNT: Final = regex(
    rf"(?P<share>百分之)?(?P<n>{NUMBER})\s?(?P<unit>{'|'.join(sorted(map(re.escape, _UNITS), key=len, reverse=True))})?"
)
_SCALES: Final = {"万元": ("元", 10_000), "年": ("月", 12), "周": ("日", 7), "小时": ("分钟", 60), "公里": ("米", 1000)}
_AT_LEAST: Final = regex(r"(?:满|不少于|不低于|至少|超过|达到|已满|起)$")
_AT_MOST: Final = regex(r"(?:不得?超过|不超|不多于|不高于|最多|最高|至多|最长|限|以内)$")
_AFTER_LEAST: Final = regex(r"^(?:及?以上|起)")
_AFTER_MOST: Final = regex(r"^(?:及?以[下内]|之?内|前)")
_FREE: Final = regex(r"免费|不收费|不收取费用|免收")
_CONDITIONS: Final = frozenset({"岁"})
_SKIP: Final = regex(r"^(?:第|\d{4}年|〔|号令)")


def values_of(text: str) -> list[Value]:
    """All figures of a text in order; figures that stand in another (a house number in an address) count once."""
    taken: list[tuple[int, int]] = []
    found: list[Value] = []
    for value in _all(text):
        if not any(start < value.end and value.start < end for start, end in taken):
            taken.append((value.start, value.end))
            found.append(value)
    return sorted(found, key=lambda one: one.start)


def _all(text: str) -> Iterator[Value]:
    """Figures, those that swallow others first."""
    for found in _TELEPHONE.finditer(text):
        yield _value(found, Sort.TELEPHONE, "电话", re.sub(r"\D", "", found[0]))
    for found in _HOUSE.finditer(text):
        yield _value(found, Sort.ADDRESS, "门牌", f"{found['road']}{found['n']}")
    for found in _TIMES.finditer(text):
        amount = f"{_clock(found['a'])}-{_clock(found['b'])}"
        yield _value(found, Sort.TIME, "时段", amount)
    for found in _TIME.finditer(text):
        yield _value(found, Sort.TIME, "时刻", _clock(found[0]))
    for found in _DATE.finditer(text):
        amount = found["iso"] or f"{int(found['month'])}-{int(found['day'])}"
        yield _value(found, Sort.DATE, "日期", amount)
    for found in _LUNAR.finditer(text):
        yield _value(found, Sort.DATE, "农历", found[0].removeprefix("正月"))
    for found in _FLOOR.finditer(text):
        number = parse_number(found["n"])
        yield _value(found, Sort.ADDRESS, "楼层", "" if number is None else f"{number:g}")
    yield from _amounts(text)
    for found in _FREE.finditer(text):
        yield _value(found, Sort.NUMBER, "元", "0")


def _amounts(text: str) -> Iterator[Value]:
    for found in _AMOUNT.finditer(text):
        unit = "%" if found["share"] else _UNITS.get(found["unit"] or "", "")
        number = parse_number(found["n"])
        before, after = text[max(0, found.start() - 4) : found.start()], text[found.end() : found.end() + 3]
        if not unit or number is None or before.endswith(("第", "〔")) or _SKIP.match(found[0]):
            continue
        if unit == "年" and (number > 100 or before.endswith(tuple("0123456789"))):
            continue
        scale = _SCALES.get(unit)
        if scale:
            unit, number = scale[0], number * scale[1]
        bound = "≥" if _AFTER_LEAST.match(after) else "≤" if _AFTER_MOST.match(after) else ""
        bound = bound or ("≤" if _AT_MOST.search(before) else "≥" if _AT_LEAST.search(before) else "")
        sort = Sort.CONDITION if unit in _CONDITIONS or (bound == "≥" and unit in {"月", "日"}) else Sort.NUMBER
        yield Value(sort, unit, f"{number:g}", bound, found.start(), found.end())


def _value(found: re.Match[str], sort: Sort, unit: str, amount: str) -> Value:
    return Value(sort, unit, amount, "", found.start(), found.end())


def _clock(words: str) -> str:
    """A time of day as minutes past midnight."""
    digits = re.findall(r"\d+", words)
    hour, minute = int(digits[0]), int(digits[1]) if len(digits) > 1 else 30 if "半" in words else 0
    late = re.search(r"下午|晚", words) is not None and hour < 12
    return str((hour + 12 * late) * 60 + minute)
