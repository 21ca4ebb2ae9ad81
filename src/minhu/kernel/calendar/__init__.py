"""The working calendar: when people work, and by when something is due.

Owns: `Duration` (how long), `WorkingCalendar` (when people work), `Due` (by when, and why) and the
announced Chinese holidays with their make-up working days (`data/`, one file a year with a version).

Invariants: time is aware; China has one zone and no summer time, so the offset is fixed; a year whose
holidays are not announced counts as plain weeks and `Due.assumed_years` says so; a later start or a
longer duration or pause never gives an earlier deadline. `tests/kernel/test_calendar.py` checks them.

Start reading: `types.py`, then `working.py`.
"""

from minhu.kernel.calendar.explain import explain
from minhu.kernel.calendar.types import CHINA_TIME, Due, Duration, Pause, Period, parse_periods
from minhu.kernel.calendar.working import WorkingCalendar
from minhu.kernel.calendar.years import AnnouncedYear, announced_years, china_calendar, parse_year

__all__ = [
    "CHINA_TIME",
    "AnnouncedYear",
    "Due",
    "Duration",
    "Pause",
    "Period",
    "WorkingCalendar",
    "announced_years",
    "china_calendar",
    "explain",
    "parse_periods",
    "parse_year",
]
