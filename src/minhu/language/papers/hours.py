"""Opening hours as papers write them, and whether a place is open at a moment.

Days that the paper does not speak of are closed; what cannot be read is unknown and nothing is claimed of it. A day
named 工作日 or 周一至周五 follows the working calendar: closed on public holidays, open on make-up working days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from minhu.kernel.calendar.types import CHINA_TIME
from minhu.kernel.patterns import regex

WEEK: Final = "一二三四五六日"
WORKDAYS: Final = frozenset(range(5))
_DAY: Final = r"(?:周|星期|礼拜)"
_RANGE: Final = regex(rf"{_DAY}([一二三四五六日天])(?:至|到|—|-|–|~|～){_DAY}?([一二三四五六日天])")
_LIST: Final = regex(rf"{_DAY}((?:[一二三四五六日天]|、{_DAY}?)+)")
_SPAN: Final = regex(r"(\d{1,2})[:：](\d{2})\s*(?:—|–|-|~|～|至|到)\s*(?:次日)?(\d{1,2})[:：](\d{2})")
_ALWAYS: Final = regex(r"全天|24\s*小时|昼夜|^是$")
_EVERY_DAY: Final = regex(r"每[天日]|全年|无休|周末不休|节假日不休|天天")
_WORKING: Final = regex(r"工作日")
_SEASON: Final = regex(r"夏|冬|采暖期|供暖期|淡季|旺季|寒假|暑假|\d+月")
_CLOSED: Final = regex(r"不办公|不开放|闭馆|不上班|休息|除外|不受理")
_PIECES: Final = regex(r"[；;。\n]|，(?=(?:周|星期|礼拜|工作日|节假日|每[天日]))")
_AHEAD: Final = 14


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when to when on which days of the week (0: Monday); ``working``: these follow the working calendar."""

    days: frozenset[int]
    start: time
    end: time
    working: bool = False
    whole: bool = False
    """All day long."""


@dataclass(frozen=True, slots=True)
class Hours:
    """What a paper says of the hours of a place."""

    words: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class OpenState:
    """Whether a place is open: ``until`` when it is, ``opens`` when it opens next; both None for all day and night."""

    open: bool
    until: datetime | None = None
    opens: datetime | None = None


def read_hours(words: str) -> Hours | None:
    """The hours that a text gives; None where they depend on the season or cannot be read."""
    text = words.strip()
    if not text or _SEASON.search(text):
        return None
    found: list[Stretch] = []
    for piece in filter(None, (one.strip() for one in _PIECES.split(text))):
        spans = _SPAN.findall(piece)
        if _CLOSED.search(piece) and not spans:
            continue
        days, working = _days(piece)
        if not spans and _ALWAYS.search(piece):
            found.append(Stretch(days, time(0), time(0), working, whole=True))
        for begin, minute, finish, last in spans:
            stretch = _stretch(days, working, (int(begin), int(minute)), (int(finish), int(last)))
            if stretch is None:
                return None
            found.append(stretch)
    return Hours(text, tuple(found)) if found else None


def _stretch(days: frozenset[int], working: bool, start: tuple[int, int], end: tuple[int, int]) -> Stretch | None:
    if start[0] > 23 or end[0] > 24 or max(start[1], end[1]) > 59 or (end[0] == 24 and end[1]):
        return None
    begin, finish = time(*start), time(end[0] % 24, end[1])
    return Stretch(days, begin, finish, working, whole=begin == finish)


def _days(piece: str) -> tuple[frozenset[int], bool]:
    every = frozenset(range(7))
    if _EVERY_DAY.search(piece):
        return every, False
    if _WORKING.search(piece):
        return WORKDAYS, True
    named: set[int] = set()
    for first, last in _RANGE.findall(piece):
        begin, finish = _number(first), _number(last)
        named |= set(range(begin, finish + 1)) if begin <= finish else {*range(begin, 7), *range(finish + 1)}
    if not named:
        for listed in _LIST.findall(piece):
            named |= {_number(one) for one in listed if one in f"{WEEK}天"}
    return (frozenset(named), True) if named else (every, False)


def _number(day: str) -> int:
    return WEEK.index("日" if day == "天" else day)


def open_at(hours: Hours, moment: datetime, is_working_day: Callable[[date], bool]) -> OpenState:
    """Whether a place with these hours is open at ``moment`` (aware), and until or from when."""
    here = moment.astimezone(CHINA_TIME)
    spans = _spans(hours, here.date(), is_working_day)
    now_open = [span for span in spans if span[0] <= here < span[1]]
    if now_open:
        end = max(span[1] for span in now_open)
        while joined := [span[1] for span in spans if span[0] <= end < span[1]]:
            end = max(joined)
        return OpenState(True, None if end - here > timedelta(days=_AHEAD - 2) else end)
    return OpenState(False, opens=min((start for start, _ in spans if start > here), default=None))


def _spans(hours: Hours, day: date, is_working_day: Callable[[date], bool]) -> list[tuple[datetime, datetime]]:
    found = []
    for ahead in range(-1, _AHEAD):
        on = day + timedelta(days=ahead)
        midnight = datetime.combine(on, time(0), CHINA_TIME)
        for one in hours.stretches:
            if not _falls(one, on, is_working_day):
                continue
            start = midnight + timedelta(hours=one.start.hour, minutes=one.start.minute)
            end = midnight + timedelta(hours=one.end.hour, minutes=one.end.minute)
            if one.whole:
                start, end = midnight, midnight + timedelta(days=1)
            found.append((start, end if end > start else end + timedelta(days=1)))
    return found


def _falls(one: Stretch, on: date, is_working_day: Callable[[date], bool]) -> bool:
    """Whether a stretch holds on a day; a make-up working day is as good as the working days of the week."""
    if not one.working:
        return on.weekday() in one.days
    if on.weekday() in WORKDAYS:
        return on.weekday() in one.days and is_working_day(on)
    return on.weekday() in one.days or (one.days >= WORKDAYS and is_working_day(on))
