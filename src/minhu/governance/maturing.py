"""How old requests must be before a share of them or a time they took says anything.

What came in yesterday is mostly not closed, and what of it is closed was quick: beside a period that is over, every
unfinished one has a low closing rate and a splendid average time. So such figures are compared only over requests
that had the longest normal time for handling, reviewing and calling back, and only with equally many days before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from minhu.directory.queries.rules import deadline_rules, working_calendar
from minhu.governance.periods import CITY_TIME
from minhu.governance.types import Period
from minhu.kernel.calendar import Duration
from minhu.kernel.clock import now

CLOCKS: Final = ("handle", "review", "call_back")
MOST_DAYS: Final = 200
"""With rules that allow longer than this nothing is compared."""


def maturing_days(moment: datetime | None = None) -> int:
    """Days after which every normal request of that day should have its end, by the rules and the calendar in force."""
    at = moment or now()
    calendar = working_calendar()
    waits = [_longest(clock, at) for clock in CLOCKS]
    today = at.astimezone(CITY_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    for days in range(1, MOST_DAYS):
        due = today - timedelta(days=days)
        for wait in waits:
            due = calendar.due(due, wait).at
        if due <= at:
            return days
    return MOST_DAYS


def matured(span: Period, moment: datetime | None = None) -> tuple[Period, int]:
    """The first part of ``span`` that is old enough, beside as long a part of the period before; its days, 0 for none."""
    today = (moment or now()).astimezone(CITY_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    end = min(today - timedelta(days=maturing_days(moment)), span.end)
    days = max(0, (end - span.start).days)
    length = timedelta(days=days)
    before = span.previous_start
    return Period(span.key, span.label, span.start, span.start + length, before, before + length), days


def _longest(clock: str, moment: datetime) -> Duration:
    """The longest of a clock's lines that need no approval and no special law."""
    lines = [line.duration for line in deadline_rules().lines if line.clock == clock and not line.deadline_key]
    return max(lines, key=lambda duration: working_calendar().due(moment, duration).at)
