"""What goes into a deadline and what comes out."""

import itertools
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Final, Literal

Unit = Literal["minutes", "hours", "natural_days", "working_days"]
DayCounting = Literal["end_of_day", "precise"]
Pause = tuple[datetime, datetime]

# one zone and no summer time since 1991: a fixed offset needs no zone database on the machine
CHINA_TIME: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
MAX_DAYS: Final = 3660
_LIMITS: Final = {"minutes": MAX_DAYS * 1440, "hours": MAX_DAYS * 24, "natural_days": MAX_DAYS, "working_days": 2500}


@dataclass(frozen=True, slots=True)
class Duration:
    """A positive amount of a unit (at most ten years).

    `working_hours` makes minutes and hours count working time only; natural days then end when next the
    working time of a day ends (Civil Code, article 203). Working days ignore it.
    """

    amount: int
    unit: Unit
    working_hours: bool = False

    def __post_init__(self) -> None:
        if self.unit not in _LIMITS:
            raise ValueError(f"unknown unit of time {self.unit!r}")
        if not 1 <= self.amount <= _LIMITS[self.unit]:
            raise ValueError(f"{self.amount} {self.unit} is not within 1…{_LIMITS[self.unit]}")

    @property
    def counts_working_time(self) -> bool:
        """Whether the calendar matters for this duration."""
        return self.unit == "working_days" or self.working_hours


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of working time within one day, in minutes from midnight: start ≤ m < end ≤ 1440."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= 1440:
            raise ValueError(f"a period from minute {self.start} to {self.end} is not within one day")


def parse_periods(text: str) -> tuple[Period, ...]:
    """Read '08:30-12:00, 14:00-17:30' (also '－', '—', '~', '、'; 24:00 is allowed as an end).

    Raises ValueError for anything else, and for periods that overlap.
    """
    periods = []
    for part in re.split(r"[,，、;；]", text):
        match = re.fullmatch(r"\s*(\d{1,2})[:：](\d\d)\s*[-－—–~～至]\s*(\d{1,2})[:：](\d\d)\s*", part)
        if not match:
            raise ValueError(f"not a period of working time: {part!r}")
        first_hour, first_minute, last_hour, last_minute = map(int, match.groups())
        if first_minute > 59 or last_minute > 59:
            raise ValueError(f"not a time of day: {part!r}")
        periods.append(Period(first_hour * 60 + first_minute, last_hour * 60 + last_minute))
    return ordered_periods(periods)


def ordered_periods(periods: list[Period] | tuple[Period, ...]) -> tuple[Period, ...]:
    """Return the periods of one day in order; raises ValueError when two overlap."""
    ordered = tuple(sorted(periods))
    for earlier, later in itertools.pairwise(ordered):
        if later.start < earlier.end:
            raise ValueError("periods of working time overlap")
    return ordered


@dataclass(frozen=True, slots=True)
class Due:
    """By when, and everything needed to explain it.

    `at` and `start` are aware, in China time. `assumed_years` are years whose holidays are not announced
    yet. `skipped` gives each reason why days did not count with their number ('周末', '春节'),
    `makeup_days` the weekend days that did count, `paused` the time that would have counted but for the
    pauses, `day_length` the usual working time of a day.
    """

    at: datetime
    assumed_years: tuple[int, ...] = ()
    start: datetime | None = None
    duration: Duration | None = None
    skipped: tuple[tuple[str, int], ...] = ()
    makeup_days: int = 0
    paused: timedelta = timedelta(0)
    day_length: timedelta = timedelta(hours=24)
    calendar_version: str = ""


@dataclass(slots=True)
class SkippedDays:
    """Counts the days that did not count, by reason, in order of appearance."""

    reasons: dict[str, int] = field(default_factory=dict)
    makeup_days: int = 0

    def add(self, reason: str) -> None:
        """Count one more day skipped for `reason`."""
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


def midnight(day: date) -> datetime:
    """Return the first moment of a day in China time."""
    return datetime.combine(day, time.min, CHINA_TIME)
