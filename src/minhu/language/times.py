"""When something happened, against the moment the words were received: 昨晚十点, 上周五, 3月以来, 半个月了, 每天凌晨.

Values are ISO dates of the precision that was said (see ``element_types.Element``). Dates of the traditional calendar
and feasts without a fixed date are left to the agent: they get no value rather than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from minhu.kernel.patterns import regex
from minhu.language import time_spans
from minhu.language.element_types import Element, ElementKind
from minhu.language.numerals import NUMBER, parse_number

_DAY = {
    "今天": 0, "今日": 0, "今早": 0, "今晨": 0, "今晚": 0, "今夜": 0, "今儿": 0, "刚才": 0, "刚刚": 0, "现在就在": 0, "昨天": 1, "昨日": 1, "昨晚": 1, "昨夜": 1,
    "昨儿": 1, "前天": 2, "前日": 2, "前晚": 2, "大前天": 3,
}  # fmt: skip
_PART = r"(?:早上|早晨|清早|清晨|一早|上午|中午|午后|下午|傍晚|晚上|夜里|夜间|半夜|深夜|凌晨|零点|早|晚|夜)"
_CLOCK = rf"(?P<part>{_PART})?(?:大概|大约|约|的时候)?(?P<hour>\d{{1,2}}|[零一二两三四五六七八九十]{{1,3}})(?:点|时(?!间|候|段|代|常|刻)|[:：](?=\d\d))(?:钟)?(?P<minute>半|一刻|\d{{1,2}}(?:分)?|[一二三四五]?十[一二三四五六七八九]?分?)?"
_NUM = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_DATED = regex(
    rf"(?:(?P<year>\d{{4}}|今|去|前|明)年)?(?P<month>{_NUM}|上个?|本|这个?)(?:月份?)(?P<day>{_NUM}(?=[日号])[日号]|初|底|上旬|中旬|下旬)?"
    r"|(?P<edge>月初|月底)(?=开始|起|以来|到现在)"
    r"|(?P<only_year>20\d\d)年(?!\d|[一二三四五六七八九十]{1,2}月)(?![卡级度])"
    rf"|(?<![\d一二三四五六七八九十月第每路楼栋元])(?P<only_day>[12]?\d|3[01]|[二]?十[一二三四五六七八九]?)号(?=[早上中下晚凌夜，,。到]|当天|那天|开始|起)"
)
_NEAR = regex("大前天|" + "|".join(sorted((one for one in _DAY if one != "大前天"), key=len, reverse=True)))
_WEEKDAY = regex(r"(?P<which>上上|上个?|这个?|本)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])")
_AGO = regex(rf"(?P<n>{NUMBER}|半)(?:多)?个?(?P<unit>天|周|星期|月|年|小时)(?:之|以)?前")
_FEAST = regex(
    r"(?P<feast>元旦|情人节|三一五|3[·.]15|五一|六一|国庆节?)(?=当天|那天|第一天|儿童节|劳动节|期间|假期|晚上|早上|在)"
)
_FEASTS = {
    "元旦": (1, 1),
    "情人节": (2, 14),
    "三一五": (3, 15),
    "3·15": (3, 15),
    "3.15": (3, 15),
    "五一": (5, 1),
    "六一": (6, 1),
    "国庆": (10, 1),
    "国庆节": (10, 1),
}
_LASTS = regex(
    rf"(?P<n>{NUMBER}|好?几|半|十几)(?P<more>多|来|余)?个?(?:多)?(?P<unit>小时|钟头|天|周|星期|礼拜|月|年)(?:多|左右)?"
)
_LASTS_AFTER = regex(r"^(?:了|没|都没|还没|还在|仍|以来|未|不|(?:的)?(?:工资|工钱|薪)|[，。；！,.!]|$)")
_LASTS_BEFORE = regex(
    r"(?:停水?电?|坏|拖|拖欠|欠|等|堵|丢|积水|已经?|都|持续|长达|将近|近|快|报修|断|漏|交|申请|反映|拖了|最近|过去|压坏|不热)[^，。；]{0,10}$"
)
_NOT_LASTING = regex(
    r"(?:工作|干|住|社保|保修|质保|承诺|说|只|规定|交付|建成|买|用|寿命|上班|每|各|放假|收费|年龄|今年|提前)[^，。；]{0,5}$"
)
_DAILY = regex(r"每天|天天(?!快递|向上|乐)|每日|每晚|每夜|每到晚上|每天晚上|夜夜")
_WEEKLY = regex(r"每(?:个)?(?:周|星期|逢周)[一二三四五六日天末]?|每(?:逢)?周末")
_UNITS = {"小时": "H", "钟头": "H", "天": "D", "周": "W", "星期": "W", "礼拜": "W", "月": "M", "年": "Y"}
_DAYS = {"D": 1, "W": 7, "M": 30, "Y": 365}
_EVENING = regex(r"下午|午后|傍晚|晚|夜")
_CLOCKS = regex(rf"^[^，。；]{{0,3}}?{_CLOCK}")
_PROMISE = regex(
    r"(?:承诺|答应|预计|计划|之前完成|说好|截止|截至|保证|到期|限期|生产日期|保质期|出生|生于)[^，。；]{0,4}$"
)


def find_times(text: str, received: datetime) -> tuple[Element, ...]:
    """Times of the matter in the order of the text; ``received`` gives the day that 昨天 counts from.

    Promises and terms (承诺三天内) are left out. Takes a few microseconds for a text without a time.
    """
    taken: list[Element] = []
    for start, end, value, confidence in (*_points(text, received), *_lasting(text)):
        if all(end <= one.spans[0][0] or start >= one.spans[0][1] for one in taken):
            taken.append(Element(ElementKind.WHEN, value, text[start:end], ((start, end),), confidence))
    taken = [_whole(text, one) for one in taken]
    for start, end in time_spans.hours(text):
        if all(end <= one.spans[0][0] or start >= one.spans[0][1] for one in taken):
            taken.append(Element(ElementKind.WHEN, text[start:end], text[start:end], ((start, end),), 0.6))
    return tuple(sorted(taken, key=lambda one: one.spans))


def _whole(text: str, one: Element) -> Element:
    start, end = time_spans.whole(text, *one.spans[0])
    return one if (start, end) == one.spans[0] else replace(one, text=text[start:end], spans=((start, end),))


_Found = tuple[int, int, str, float]


def _points(text: str, received: datetime) -> Iterator[_Found]:
    today = received.date()
    for found in _DAILY.finditer(text):
        yield _with_clock(text, found.start(), found.end(), "@daily", " T", 0.85)
    for found in _WEEKLY.finditer(text):
        yield _with_clock(text, found.start(), found.end(), "@weekly", " T", 0.85)
    for found in _AGO.finditer(text):
        value = _ago(found, received)
        if value:
            yield found.start(), found.end(), value, 0.75
    for pattern, read in ((_DATED, _dated), (_WEEKDAY, _weekday), (_NEAR, _near), (_FEAST, _feast)):
        for found in pattern.finditer(text):
            value = read(found, today)
            if re.match(r"^(?:的?工资|还?听说|到期|之?前)", text[found.end() : found.end() + 4]):
                continue
            if pattern is _DATED and len(value) == 10:
                yield from _further(text, found.end(), value)
            if value and not _PROMISE.search(text[max(0, found.start() - 10) : found.start()]):
                yield _with_clock(text, found.start(), found.end(), value, "T", 0.9 if len(value) > 7 else 0.8)


def _further(text: str, at: int, value: str) -> Iterator[_Found]:
    """6月10日和12日: the second day is of the same month."""
    more = re.match(r"[^，。；]{0,3}?(?:和|、|及)(?P<day>\d{1,2})[日号]", text[at : at + 12])
    if more:
        second = _iso(int(value[:4]), int(value[5:7]), float(more["day"]))
        if second:
            yield at + more.start("day"), at + more.end(), second, 0.75


def _with_clock(text: str, start: int, end: int, value: str, join: str, confidence: float) -> _Found:
    """Add the hour that stands right behind a day: 昨天下午三点左右."""
    if len(value) < 10 and not value.startswith("@"):
        return start, end, value, confidence
    begin = end - 1 if text[end - 1] in "早晚夜晨" else end
    clock = _CLOCKS.match(text[begin : begin + 24])
    if clock is None or re.search(r"[到至]", clock.group()[: clock.start("hour")]):
        return start, end, value, confidence
    said = _clock(clock)
    return (start, begin + clock.end(), f"{value}{join}{said}", confidence) if said else (start, end, value, confidence)


def _clock(found: re.Match[str]) -> str:
    hour = parse_number(found["hour"])
    if hour is None or hour > 24:
        return ""
    part, minute_words = found["part"] or "", found["minute"] or ""
    minute = {"半": 30, "一刻": 15}.get(minute_words) or int(parse_number(minute_words.rstrip("分")) or 0)
    if hour < 12 and hour > (4 if re.search("夜", part) else 0) and _EVENING.search(part):
        hour += 12
    if hour == 12 and re.search("夜|凌晨", part):
        hour = 0
    return f"{int(hour) % 24:02d}:{minute:02d}" if minute < 60 else ""


def _dated(found: re.Match[str], today: date) -> str:
    if found["edge"]:
        return _iso(today.year, today.month, None)
    if found["only_year"]:
        return str(found["only_year"])
    if found["only_day"]:
        return _latest(today, None, parse_number(found["only_day"]))
    said = found["month"]
    day_words = (found["day"] or "").rstrip("日号")
    day = parse_number(day_words) if day_words and found["day"][-1] in "日号" else None
    if said[0] in "上本这":
        year, month = today.year, today.month - (1 if said[0] == "上" else 0)
        year, month = (year - 1, 12) if month == 0 else (year, month)
        return _iso(year, month, day)
    month_number = parse_number(said)
    if month_number is None or not 1 <= month_number <= 12:
        return ""
    named = found["year"]
    if named:
        shift = {"今": 0, "去": -1, "前": -2, "明": 1}
        return _iso(today.year + shift[named] if named in shift else int(named), int(month_number), day)
    return _latest(today, int(month_number), day)


def _latest(today: date, month: int | None, day: float | None) -> str:
    """The last such date that is not after today."""
    if month is None:
        if day is None or day > 31:
            return ""
        year, past = (today.year, today.month) if day <= today.day else (today.year, today.month - 1)
        return _iso(year - 1, 12, day) if past == 0 else _iso(year, past, day)
    later = (month, day or 1) > (today.month, today.day)
    return _iso(today.year - 1 if later else today.year, month, day)


def _iso(year: int, month: int, day: float | None) -> str:
    if day is None:
        return f"{year:04d}-{month:02d}"
    try:
        return date(year, month, int(day)).isoformat()
    except ValueError:
        return ""


def _weekday(found: re.Match[str], today: date) -> str:
    which, day = found["which"] or "", found["day"]
    number = 5 if day == "末" else "一二三四五六日天".index(day)
    number = min(number, 6)
    monday = today - timedelta(days=today.weekday())
    weeks = 2 if which == "上上" else 1 if which.startswith("上") else 0
    wanted = monday - timedelta(weeks=weeks) + timedelta(days=number)
    if not which and wanted > today:
        wanted -= timedelta(weeks=1)
    return "" if wanted > today or found.string[max(0, found.start() - 1)] in "每下逢" else wanted.isoformat()


def _near(found: re.Match[str], today: date) -> str:
    return (today - timedelta(days=_DAY[found.group()])).isoformat()


def _feast(found: re.Match[str], today: date) -> str:
    return _latest(today, *_FEASTS[found["feast"]])


def _ago(found: re.Match[str], received: datetime) -> str:
    number = parse_number(found["n"])
    unit = _UNITS[found["unit"]]
    if number is None or unit == "H" or number * _DAYS.get(unit, 1) > 20_000:
        return ""
    when = received.date() - timedelta(days=round(number * _DAYS[unit]))
    return when.isoformat() if unit == "D" else when.isoformat()[: 7 if unit in "WM" else 4]


def _lasting(text: str) -> Iterator[_Found]:
    """How long it has lasted: 停水两天了, 坏半年了, 拖欠3个月工资."""
    for found in _LASTS.finditer(text):
        before, after = text[max(0, found.start() - 12) : found.start()], text[found.end() : found.end() + 8]
        if _NOT_LASTING.search(before) or re.match(r"^(?:[之以]?[前后内]|一[次班]|工作日|才|就|收费|的时间里)", after):
            continue
        sure = bool(_LASTS_AFTER.match(after)) + 2 * bool(_LASTS_BEFORE.search(before))
        number = _amount(found["n"])
        if (sure < 2 and not after.startswith(("了", "没", "都没", "还没"))) or number is None:
            continue
        value, unit = number, _UNITS[found["unit"]]
        if value == 0.5:
            value, unit = {"M": (15, "D"), "Y": (6, "M"), "D": (12, "H"), "H": (0, "H")}.get(unit, (0, unit))
        if value:
            yield found.start(), found.end(), f"~{int(value)}{unit}", 0.6 + 0.1 * sure


def _amount(words: str) -> float | None:
    if words in ("几", "好几"):
        return None
    return 10.0 if words == "十几" else parse_number(words)
