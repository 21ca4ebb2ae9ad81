"""Call-backs (回电): whom we promised to call, in which order, and what becomes of a try.

One call-back a person and line: whoever asks again, or rings in vain again, moves up instead of standing in line twice.
Only a person gives one up, with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import Invalid
from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _


class CallBackSource(Labelled):
    """Why we call back."""

    MISSED = "missed", _("未接来电")
    ABANDONED = "abandoned", _("排队中挂断")
    OVERFLOW = "overflow", _("线路全忙")
    ASKED = "asked", _("群众要求回电")


class CallBackState(Labelled):
    """Where a call-back is."""

    WAITING = "waiting", _("待回电")
    CALLING = "calling", _("正在回电")
    DONE = "done", _("已接通")
    GIVEN_UP = "given_up", _("不再回电")


class TryOutcome(Labelled):
    """What came of a try."""

    REACHED = "reached", _("已接通")
    NO_ANSWER = "no_answer", _("无人接听")
    BUSY = "busy", _("占线")
    OFF = "off", _("关机或停机")
    WRONG = "wrong", _("号码有误")
    LATER = "later", _("改约时间")


PAUSES: Final = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1))
"""Until the next try, by the number of tries in vain."""
SOON: Final = timedelta(minutes=5)
"""After an engaged line."""
LONGEST_AHEAD: Final = timedelta(days=7)
FIRST_HOUR: Final = 8
LAST_HOUR: Final = 21
"""Between these hours of China time nobody minds the telephone; a fresh call of the same hour is called at once."""


@dataclass(frozen=True, slots=True)
class Due:
    """A call-back that waits, as the order of the queue sees it."""

    id: int
    asked: int
    """How often the person asked or rang."""
    first_at: datetime
    next_at: datetime
    promised_by: datetime
    priority: int = 5
    appointed: bool = False


def order(one: Due) -> tuple[int, datetime, int, datetime]:
    """Who is called first: the pressing, then whose promise ends first; each asking more moves him up by a quarter of an hour."""
    ahead = timedelta(minutes=15) * (min(one.asked, 9) - 1)
    return one.priority, one.promised_by - ahead, -one.asked, one.first_at


def next_try(tries: int, outcome: TryOutcome, present: datetime, wished: datetime | None) -> datetime:
    """When to try again after ``tries`` in all; ``wished``: a time agreed with the person. Raises Invalid for no such time."""
    if outcome is TryOutcome.LATER:
        if wished is None:
            raise Invalid("请选择改约的时间。", fields={"next_at": "请选择改约的时间。"})
        return appointment(wished, present)
    if wished is not None:
        return appointment(wished, present)
    pause = SOON if outcome is TryOutcome.BUSY else PAUSES[min(tries, len(PAUSES)) - 1]
    return civil(present + pause)


def appointment(wished: datetime, present: datetime) -> datetime:
    """A time somebody chose; raises Invalid for one that is past or too far away."""
    if wished < present - timedelta(minutes=5):
        raise Invalid("约定的时间已经过去，请另选。", fields={"next_at": "约定的时间已经过去。"})
    if wished > present + LONGEST_AHEAD:
        raise Invalid("只能约定七天以内的时间。", fields={"next_at": "只能约定七天以内的时间。"})
    return wished


def civil(moment: datetime) -> datetime:
    """The moment itself, or the next morning at eight where it falls into the night (China time)."""
    local = moment.astimezone(CHINA_TIME)
    if FIRST_HOUR <= local.hour < LAST_HOUR:
        return moment
    day = local.date() + timedelta(days=1 if local.hour >= LAST_HOUR else 0)
    return datetime.combine(day, time(FIRST_HOUR), CHINA_TIME)


def promise(asked: datetime, hours: int, until: datetime | None) -> datetime:
    """By when we call: the end of the appointment, or ``hours`` after the asking, none of it at night."""
    if until is not None:
        return until
    end = asked + timedelta(hours=hours)
    morning = civil(asked)
    return end if civil(end) == end else max(end, civil(end)) if morning == asked else morning + timedelta(hours=hours)


def windows(present: datetime) -> tuple[tuple[str, datetime, datetime], ...]:
    """The times a citizen may choose from: today's and tomorrow's that are still ahead, as (key, from, until)."""
    today = present.astimezone(CHINA_TIME).date()
    found = []
    for ahead in (0, 1):
        for begin, end in ((9, 12), (14, 18), (18, 21)):
            day = today + timedelta(days=ahead)
            opens, closes = (datetime.combine(day, time(hour), CHINA_TIME) for hour in (begin, end))
            if closes - present >= timedelta(hours=1):
                found.append((f"{day:%m%d}-{begin:02}", opens, closes))
    return tuple(found)


def kept(promised_by: datetime, first_try: datetime | None, present: datetime) -> bool | None:
    """Whether the promise was kept: a try by then. None: nobody has called and there is still time."""
    if first_try is not None:
        return first_try <= promised_by
    return False if present > promised_by else None
