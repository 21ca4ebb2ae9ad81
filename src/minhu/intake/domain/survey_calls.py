"""Calls that ask how a request was handled: when somebody may be called, how often, what came of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from minhu.intake.domain.callbacks import TryOutcome, windows
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _

FIRST_HOUR: Final = 9
LAST_HOUR: Final = 20
"""Nobody asked for these calls: they are placed between these hours of China time only."""
MOST_TRIES: Final = 3
AT_ONCE: Final = 4
"""Lines that surveys take at most; all others are for those who call us."""
RINGS: Final = 40
"""Seconds for which a telephone rings."""
UNTAKEN: Final = timedelta(minutes=10)
"""Until the next order after one that the exchange did not take."""
LINE_BACK: Final = timedelta(minutes=30)
"""A survey that takes longer lost its process: its line counts as free."""
LOST_AFTER: Final = timedelta(minutes=5)
"""A call that nobody answered and whose exchange says nothing more is over then."""
NO_USE: Final = timedelta(days=3)
"""So long after an answer somebody still likes to be asked about it."""
_PAUSES: Final = {
    TryOutcome.BUSY: timedelta(minutes=20),
    TryOutcome.NO_ANSWER: timedelta(hours=3),
    TryOutcome.OFF: timedelta(hours=18),
    TryOutcome.LATER: timedelta(hours=18),
}


class SurveyState(Labelled):
    """Where a survey call is."""

    WAITING = "waiting", _("待拨打")
    CALLING = "calling", _("拨打中")
    DONE = "done", _("已了结")


class SurveyEnd(Labelled):
    """What came of it."""

    RATED = "rated", _("已评价")
    HANDED = "handed", _("已转人工")
    LATER = "later", _("已另约时间")
    NEVER = "never", _("不愿再接回访")
    WRONG = "wrong", _("号码不是本人")
    DECLINED = "declined", _("接通未评价")
    BROKEN = "broken", _("中途挂断")
    UNREACHED = "unreached", _("多次未接通")
    OVERDUE = "overdue", _("已不必再问")


def quiet(moment: datetime) -> bool:
    """Whether nobody is to be called now."""
    return not FIRST_HOUR <= moment.astimezone(CHINA_TIME).hour < LAST_HOUR


def awake(moment: datetime) -> datetime:
    """The moment itself, or the next morning's first hour."""
    if not quiet(moment):
        return moment
    local = moment.astimezone(CHINA_TIME)
    day = local.date() + timedelta(days=1 if local.hour >= LAST_HOUR else 0)
    return datetime.combine(day, time(FIRST_HOUR), CHINA_TIME)


def next_call(outcome: TryOutcome, tries: int, made_at: datetime, present: datetime) -> datetime | None:
    """When to call again after ``tries`` in all; None: not any more."""
    pause = _PAUSES.get(outcome)
    if pause is None or tries >= MOST_TRIES:
        return None
    again = awake(present + pause)
    return again if again - made_at <= NO_USE else None


def window_of(wished: str, present: datetime) -> tuple[datetime, datetime]:
    """The time of an appointment for what was said, e.g. 'tomorrow_09'; for '' and for what is past, the next that opens."""
    day, _, hour = wished.partition("_")
    ahead = windows(present)
    wanted = present.astimezone(CHINA_TIME).date() + timedelta(days=1 if day == "tomorrow" else 0)
    for _key, opens, closes in ahead if hour else ():
        local = opens.astimezone(CHINA_TIME)
        if (local.date(), f"{local.hour:02}") == (wanted, hour):
            return opens, closes
    return next((one[1:] for one in ahead if one[1] > present), ahead[-1][1:])
