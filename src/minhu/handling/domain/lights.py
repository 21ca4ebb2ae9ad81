"""Lights of a clock: how much of the time is left, as a colour with a word.

Source: the light rule of the hotline's deadline table (green > 50 %, yellow ≤ 50 %, orange ≤ 20 %,
red overdue); the thresholds come with the versioned deadline rules.

The share is of the clock's own kind of time: a clock of working days counts working time, so it does
not turn yellow over a long weekend on which nobody could have worked; a clock of hours counts hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from minhu.handling.types import Light
from minhu.kernel.calendar import Duration, Pause, WorkingCalendar

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Share of the time left at (or under) which the light turns yellow, then orange."""

    yellow: float = 0.5
    orange: float = 0.2


def light_changes(
    calendar: WorkingCalendar,
    started: datetime,
    due: datetime,
    duration: Duration,
    pauses: Sequence[Pause] = (),
    thresholds: Thresholds = Thresholds(),
) -> tuple[tuple[datetime, Light], ...]:
    """When a clock turns yellow, orange and red: three moments in order, rounded up to whole minutes."""
    whole = calendar.elapsed(started, due, duration, pauses)
    changes = []
    for share, light in ((thresholds.yellow, Light.YELLOW), (thresholds.orange, Light.ORANGE)):
        minutes = ceil(whole * (1 - share) / _MINUTE)
        at = _after(calendar, started, minutes, duration, pauses) if minutes > 0 else started
        changes.append((min(at, due), light))
    return (*changes, (due, Light.RED))


def light_at(changes: Sequence[tuple[datetime, Light]], moment: datetime) -> Light:
    """The light at ``moment`` of a running clock whose light changes as ``changes`` say."""
    shown = Light.GREEN
    for at, light in changes:
        if at <= moment:
            shown = light
    return shown


def next_change(changes: Sequence[tuple[datetime, Light]], moment: datetime) -> datetime | None:
    """When the light changes next after ``moment``; ``None`` once it is red."""
    return next((at for at, _ in changes if at > moment), None)


def _after(
    calendar: WorkingCalendar, started: datetime, minutes: int, duration: Duration, pauses: Sequence[Pause]
) -> datetime:
    """The moment by which ``minutes`` of the clock's own kind of time have gone by."""
    working = duration.unit == "working_days" or (duration.working_hours and duration.unit != "natural_days")
    begin = started
    if duration.unit == "working_days" and calendar.day_counting == "end_of_day":
        begin = calendar.due(started, Duration(1, "natural_days", working_hours=False)).at.replace(
            hour=0, minute=0, second=0, microsecond=0
        )
    return calendar.due(begin, Duration(minutes, "minutes", working_hours=working), pauses).at
