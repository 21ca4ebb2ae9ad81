"""When people work, and by when something is due: pure arithmetic over days, periods and pauses."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil

from minhu.kernel.calendar.spans import Span, aware, merged, reach, total, without
from minhu.kernel.calendar.types import (
    MAX_DAYS,
    DayCounting,
    Due,
    Duration,
    Pause,
    Period,
    SkippedDays,
    midnight,
    ordered_periods,
)

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_TICK = timedelta.resolution
_TOO_LITTLE = "the calendar has too little working time for this duration"
_UNITS = {"minutes": _MINUTE, "hours": timedelta(hours=1), "natural_days": _DAY}
WEEKEND = "周末"


@dataclass(frozen=True)
class WorkingCalendar:
    """Working time of one unit or of the whole city.

    `periods`: weekday (0 Monday … 6 Sunday) → its periods. `holidays` and `makeup_days` (调休上班): day →
    name; `announced`: years whose arrangement is known. `makeup_periods`: working time of a make-up day
    (default: that of the first working weekday). `observes_holidays=False` for those who work through,
    such as a repair service.

    `day_counting` says what 'n working days' means; it belongs to the versioned setting `version`. Each
    working day counts as one, whatever its length; a day that is partly paused counts by the share of
    its working time outside the pauses.

    - `end_of_day` (default; Civil Code, articles 201 and 203): the day of the start does not count; due
      at the end of working time of the day on which the count reaches n. Without pauses that is the
      n-th working day after the start.
    - `precise`: counting begins with the start itself, or with the next working moment; due at the
      moment when the count reaches n. With equal days that is the same time of day n working days
      later; from the very beginning of a day it is the end of working time of the n-th day.
    """

    periods: Mapping[int, tuple[Period, ...]]
    holidays: Mapping[date, str] = field(default_factory=dict)
    makeup_days: Mapping[date, str] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()
    version: str = ""
    makeup_periods: tuple[Period, ...] | None = None
    observes_holidays: bool = True
    day_counting: DayCounting = "end_of_day"

    def __post_init__(self) -> None:
        week = {day: ordered_periods(self.periods.get(day, ())) for day in range(7)}
        usual = next((periods for periods in week.values() if periods), None)
        if usual is None or set(self.periods) - set(range(7)):
            raise ValueError("a working calendar needs working time on a weekday from 0 to 6")
        makeup = ordered_periods(self.makeup_periods) if self.makeup_periods else usual
        object.__setattr__(self, "periods", week)
        object.__setattr__(self, "makeup_periods", makeup)

    def periods_on(self, day: date) -> tuple[Period, ...]:
        """Return the working periods of a day; empty when it is no working day."""
        usual = self.periods[day.weekday()]
        if not self.observes_holidays:
            return usual
        if day in self.holidays:
            return ()
        return usual or (self.makeup_periods or () if day in self.makeup_days else ())

    def is_working_day(self, day: date) -> bool:
        """Tell whether anyone works on this day."""
        return bool(self.periods_on(day))

    def is_working(self, moment: datetime) -> bool:
        """Tell whether `moment` lies within working time (a period's end does not)."""
        local = aware(moment)
        minute = local.hour * 60 + local.minute
        return any(period.start <= minute < period.end for period in self.periods_on(local.date()))

    def working_time(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
        """Return the working time within [start, end) outside the pauses; zero when end ≤ start."""
        first, last = aware(start), aware(end)
        return total(without(self._working_spans(first), merged(pauses)), last)

    def working_minutes(self, start: datetime, end: datetime) -> int:
        """Return the whole minutes of working time within [start, end)."""
        return self.working_time(start, end) // _MINUTE

    def due(self, start: datetime, duration: Duration, pauses: Iterable[Pause] = ()) -> Due:
        """Return by when `duration` after `start` ends; time within `pauses` does not count.

        Minutes, hours and natural days (24 hours each) run around the clock unless the duration says
        `working_hours`. Pauses are [from, to) and may overlap; what lies before the start or behind the
        deadline has no effect. Raises ValueError for naive moments.
        """
        first, stops = aware(start), merged(pauses)
        at = self._deadline(first, duration, stops)
        if not duration.counts_working_time:
            paused = total(iter(stops), at) - total(iter(stops), first)
            return Due(at, (), first, duration, paused=paused, calendar_version=self.version)
        begin = self._counting_from(first, duration)
        last = (at - _TICK).date()  # a period may end at 24:00, which is already the next day
        skipped = self._skipped(first.date(), last)
        years = range(first.year, last.year + 1) if self.observes_holidays else ()
        return Due(
            at=at,
            assumed_years=tuple(year for year in years if year not in self.announced),
            start=first,
            duration=duration,
            skipped=tuple(skipped.reasons.items()),
            makeup_days=skipped.makeup_days,
            paused=self.working_time(begin, at) - self.working_time(begin, at, stops) if stops else timedelta(0),
            day_length=sum((_length(period) for period in self.makeup_periods or ()), timedelta(0)),
            calendar_version=self.version,
        )

    def elapsed(self, start: datetime, until: datetime, duration: Duration, pauses: Iterable[Pause] = ()) -> timedelta:
        """Return how much of the duration's own kind of time has gone by at `until` (for the lights)."""
        first, last = aware(start), aware(until)
        if not duration.counts_working_time or duration.unit == "natural_days":
            return total(without(_endless(first), merged(pauses)), last)
        return self.working_time(self._counting_from(first, duration), last, pauses)

    def _deadline(self, start: datetime, duration: Duration, stops: list[Pause]) -> datetime:
        if duration.unit == "working_days":
            return self._after_working_days(start, duration.amount, stops)
        amount = duration.amount * _UNITS[duration.unit]
        if duration.unit == "natural_days" and duration.working_hours:
            over = reach(without(_endless(start), stops), amount)
            last = (over - _TICK).date()
            at = self._end_of_work(self._working_day_from(last))
            return at if at >= over else self._end_of_work(self._working_day_from(last + _DAY))
        spans = self._working_spans(start) if duration.working_hours else _endless(start)
        return reach(without(spans, stops), amount)

    def _after_working_days(self, start: datetime, days: int, stops: list[Pause]) -> datetime:
        begin = midnight(start.date() + _DAY) if self.day_counting == "end_of_day" else start
        if self.day_counting == "end_of_day" and not stops:
            return self._end_of_work(self._nth_working_day(start.date(), days))
        left, day = Fraction(days), begin.date()
        for _ in range(2 * MAX_DAYS):
            if periods := self.periods_on(day):
                length = sum((_length(period) for period in periods), timedelta(0))
                spans = list(without(_spans_of(day, periods, begin), stops))
                counted = sum((end - first for first, end in spans), timedelta(0))
                share = Fraction(counted // _TICK, length // _TICK)
                if share >= left:
                    if self.day_counting == "end_of_day":
                        return self._end_of_work(day)
                    return reach(spans, ceil(left * (length // _TICK)) * _TICK)
                left -= share
            day += _DAY
        raise ValueError(_TOO_LITTLE)

    def _counting_from(self, start: datetime, duration: Duration) -> datetime:
        """Return the moment from which working time counts."""
        whole_days = duration.unit == "working_days" and self.day_counting == "end_of_day"
        return midnight(start.date() + _DAY) if whole_days else start

    def _working_spans(self, start: datetime) -> Iterator[Span]:
        """Yield working periods from `start` on, in order, for as long as a duration can be."""
        day = start.date()
        for _ in range(2 * MAX_DAYS):
            if periods := self.periods_on(day):
                yield from _spans_of(day, periods, start)
            day += _DAY

    def _nth_working_day(self, day: date, count: int) -> date:
        for _ in range(count):
            day = self._working_day_from(day + _DAY)
        return day

    def _working_day_from(self, day: date) -> date:
        for _ in range(MAX_DAYS):
            if self.periods_on(day):
                return day
            day += _DAY
        raise ValueError(_TOO_LITTLE)

    def _end_of_work(self, day: date) -> datetime:
        return midnight(day) + self.periods_on(day)[-1].end * _MINUTE

    def _skipped(self, start: date, end: date) -> SkippedDays:
        """Count the days after `start` up to `end` on which nobody works, by reason."""
        counted, day = SkippedDays(), start + _DAY
        while day <= end:
            if not self.periods_on(day):
                counted.add(self.holidays.get(day, WEEKEND) if self.observes_holidays else WEEKEND)
            elif self.observes_holidays and day in self.makeup_days and not self.periods[day.weekday()]:
                counted.makeup_days += 1
            day += _DAY
        return counted


def _length(period: Period) -> timedelta:
    return (period.end - period.start) * _MINUTE


def _spans_of(day: date, periods: tuple[Period, ...], start: datetime) -> Iterator[Span]:
    """Yield the part of a day's periods that lies behind `start`."""
    zero = midnight(day)
    for period in periods:
        end = zero + period.end * _MINUTE
        if end > start:
            yield max(zero + period.start * _MINUTE, start), end


def _endless(start: datetime) -> Iterator[Span]:
    yield start, start + 3 * MAX_DAYS * _DAY
