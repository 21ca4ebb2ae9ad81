"""Working days by the calendar of the house: which day it is after so many, and how many there are until a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.rules import working_calendar
from minhu.kernel.actors import Actor
from minhu.kernel.calendar import announced_years
from minhu.kernel.errors import Invalid
from minhu.portals.tools.cards import DaysCard
from minhu.portals.tools.parameters import MOST_DAYS, WorkingDays

MOST_AHEAD: Final = 800
"""Days that are looked at."""
_WEEKEND: Final = 5


def count(given: WorkingDays, actor: Actor) -> DaysCard:
    """The first day does not count (期间开始的日不计算在内, 民法典第二百零一条). Raises Invalid for days out of reach."""
    start = given.start or local_day()
    is_working = working_calendar().is_working_day
    if given.until is not None:
        if not start <= given.until <= start + timedelta(days=MOST_DAYS):
            text = f"请填写从起算日起 {MOST_DAYS} 天以内的日期。"
            raise Invalid(text, fields={"until": text})
        end = given.until
    else:
        left, end = given.days or 0, start
        while left and (end - start).days < MOST_AHEAD:
            end += timedelta(days=1)
            left -= is_working(end)
    span = [start + timedelta(days=ahead) for ahead in range(1, (end - start).days + 1)]
    known = {one.year for one in announced_years()}
    return DaysCard(
        start, end, sum(map(is_working, span)),
        tuple(day for day in span if day.weekday() < _WEEKEND and not is_working(day)),
        tuple(day for day in span if day.weekday() >= _WEEKEND and is_working(day)),
        tuple(sorted({day.year for day in (start, *span)} - known)),
    )  # fmt: skip


def as_date(year: int, month: int, day: int) -> date | None:
    """The day, None where there is none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
