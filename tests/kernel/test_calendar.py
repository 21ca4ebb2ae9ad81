"""Deadlines against a slow oracle that walks minute by minute and knows nothing of the fast code."""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from minhu.kernel.calendar import CHINA_TIME, Duration, Pause, Period, WorkingCalendar

MORE = 2 if os.environ.get("MINHU_HYPOTHESIS") == "bench" else 1
"""Cases per test; `make bench` plays twice as many."""
FIRST_DAY = date(2026, 1, 1)
DAYS = 150
ZERO = datetime(2026, 1, 1, tzinfo=CHINA_TIME)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Case:
    calendar: WorkingCalendar
    start: int
    pauses: tuple[tuple[int, int], ...]

    def moments(self) -> tuple[datetime, list[Pause]]:
        return ZERO + self.start * MINUTE, [(ZERO + a * MINUTE, ZERO + b * MINUTE) for a, b in self.pauses]


@st.composite
def day_periods(draw: st.DrawFn) -> tuple[Period, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=6)))
    periods = tuple(Period(a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False))
    enough = sum(period.end - period.start for period in periods) >= 120
    return periods if enough else (Period(540, 720),)


@st.composite
def cases(draw: st.DrawFn, counting: Literal["end_of_day", "precise"] = "end_of_day") -> Case:
    weekdays = draw(st.sets(st.integers(0, 6), min_size=2, max_size=7))
    periods = {day: draw(day_periods()) for day in weekdays}
    near = st.integers(0, 50).map(lambda offset: FIRST_DAY + timedelta(days=offset))
    free = draw(st.sets(near, max_size=12))
    made_up = draw(st.sets(near, max_size=6)) - free
    calendar = WorkingCalendar(
        periods=periods,
        holidays=dict.fromkeys(free, "春节"),
        makeup_days=dict.fromkeys(made_up, "春节"),
        announced=frozenset({2026}),
        observes_holidays=draw(st.booleans()),
        day_counting=counting,
    )
    spot = st.integers(0, 40 * 1440)
    pauses = draw(st.lists(st.tuples(spot, st.integers(0, 4000)), max_size=4))
    return Case(calendar, draw(spot), tuple((first, first + length) for first, length in pauses))


def counted_minutes(case: Case, *, working: bool) -> NDArray[np.bool_]:
    """For each minute since ZERO: does it count?"""
    calendar = case.calendar
    minutes = np.zeros(DAYS * 1440, dtype=bool)
    first_weekday = min(day for day in range(7) if calendar.periods[day])
    for offset in range(DAYS):
        day = FIRST_DAY + timedelta(days=offset)
        periods = calendar.periods[day.weekday()]
        if calendar.observes_holidays and day in calendar.holidays:
            periods = ()
        elif calendar.observes_holidays and day in calendar.makeup_days and not periods:
            periods = calendar.periods[first_weekday]
        for period in periods if working else (Period(0, 1440),):
            minutes[offset * 1440 + period.start : offset * 1440 + period.end] = True
    return minutes


def unpaused(case: Case, minutes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    left = minutes.copy()
    for first, last in case.pauses:
        left[first:last] = False
    return left


def oracle_minutes(case: Case, amount: int, *, working: bool) -> int:
    """The minute by which `amount` counted minutes have gone by."""
    minutes = unpaused(case, counted_minutes(case, working=working))
    gone = 0
    for minute in range(case.start, len(minutes)):
        gone += bool(minutes[minute])
        if gone == amount:
            return minute + 1
    raise AssertionError("the oracle's days are too few")


def oracle_working_days(case: Case, days: int, *, precise: bool) -> int:
    working = counted_minutes(case, working=True)
    left_over = unpaused(case, working)
    count = Fraction(0)
    for offset in range(case.start // 1440 + (not precise), DAYS):
        today = slice(offset * 1440, (offset + 1) * 1440)
        length = int(working[today].sum())
        for minute in range(today.start, today.stop):
            if minute >= case.start and left_over[minute]:
                count += Fraction(1, length)
                if count >= days:
                    part = 1 - (count - days) * length
                    assert 0 < part <= 1
                    end = today.start + int(np.flatnonzero(working[today])[-1]) + 1
                    return minute + 1 if precise else end
    raise AssertionError("the oracle's days are too few")


@settings(max_examples=150 * MORE, deadline=None)
@given(cases(), st.integers(1, 1500), st.booleans(), st.booleans())
def test_minutes_and_hours_agree_with_the_oracle(case: Case, amount: int, working: bool, hours: bool) -> None:
    start, pauses = case.moments()
    amount = max(1, amount // 60) if hours else amount
    duration = Duration(amount, "hours" if hours else "minutes", working_hours=working)
    due = case.calendar.due(start, duration, pauses)
    wanted = oracle_minutes(case, amount * (60 if hours else 1), working=working)
    assert due.at == ZERO + wanted * MINUTE


@settings(max_examples=150 * MORE, deadline=None)
@given(cases(), st.integers(1, 8))
def test_working_days_agree_with_the_oracle(case: Case, days: int) -> None:
    start, pauses = case.moments()
    due = case.calendar.due(start, Duration(days, "working_days"), pauses)
    assert due.at == ZERO + oracle_working_days(case, days, precise=False) * MINUTE


@settings(max_examples=100 * MORE, deadline=None)
@given(cases(counting="precise"), st.integers(1, 8))
def test_precise_working_days_agree_with_the_oracle_to_the_minute(case: Case, days: int) -> None:
    start, pauses = case.moments()
    at = case.calendar.due(start, Duration(days, "working_days"), pauses).at
    wanted = ZERO + oracle_working_days(case, days, precise=True) * MINUTE
    assert wanted - MINUTE < at <= wanted


@settings(max_examples=75 * MORE, deadline=None)
@given(cases(), st.integers(1, 10), st.booleans())
def test_natural_days_agree_with_the_oracle(case: Case, days: int, working: bool) -> None:
    start, pauses = case.moments()
    due = case.calendar.due(start, Duration(days, "natural_days", working_hours=working), pauses)
    end = oracle_minutes(case, days * 1440, working=False)
    if working:
        minutes = counted_minutes(case, working=True)
        ends = [
            day * 1440 + int(np.flatnonzero(minutes[day * 1440 : (day + 1) * 1440])[-1]) + 1
            for day in range(DAYS)
            if minutes[day * 1440 : (day + 1) * 1440].any()
        ]
        end = min(moment for moment in ends if moment >= end)
    assert due.at == ZERO + end * MINUTE


@settings(max_examples=75 * MORE, deadline=None)
@given(cases(), st.integers(0, 40 * 1440))
def test_working_time_between_two_moments_agrees_with_the_oracle(case: Case, end: int) -> None:
    start, pauses = case.moments()
    minutes = counted_minutes(case, working=True)
    last = ZERO + end * MINUTE
    assert case.calendar.working_minutes(start, last) == int(minutes[case.start : max(end, case.start)].sum())
    left = unpaused(case, minutes)[case.start : max(end, case.start)].sum()
    assert case.calendar.working_time(start, last, pauses) == int(left) * MINUTE
    assert case.calendar.is_working(start) == bool(minutes[case.start])


durations = st.one_of(
    st.builds(Duration, st.integers(1, 2000), st.just("minutes"), st.booleans()),
    st.builds(Duration, st.integers(1, 40), st.just("hours"), st.booleans()),
    st.builds(Duration, st.integers(1, 8), st.sampled_from(["natural_days", "working_days"]), st.booleans()),
)


@settings(max_examples=150 * MORE, deadline=None)
@given(
    st.sampled_from(["end_of_day", "precise"]).flatmap(lambda counting: cases(counting=counting)),  # type: ignore[arg-type]
    durations,
    st.integers(0, 5000),
    st.tuples(st.integers(0, 40 * 1440), st.integers(0, 4000)),
)
def test_later_longer_or_more_paused_is_never_due_earlier(
    case: Case, duration: Duration, later: int, extra: tuple[int, int]
) -> None:
    start, pauses = case.moments()
    due = case.calendar.due
    at = due(start, duration, pauses).at
    assert at > start
    assert due(start + later * MINUTE, duration, pauses).at >= at
    assert due(start, Duration(duration.amount + 1, duration.unit, duration.working_hours), pauses).at >= at
    more = (ZERO + extra[0] * MINUTE, ZERO + sum(extra) * MINUTE)
    assert due(start, duration, [*pauses, more]).at >= at
    assert due(start, duration, [*pauses, (at, at + timedelta(days=3))]).at == at, "a pause behind the deadline"
    if pauses:
        assert due(start, duration, [*reversed(pauses), pauses[0]]).at == at, "order and repetition"


@settings(max_examples=50 * MORE, deadline=None)
@given(cases(), durations)
def test_the_zone_of_the_caller_does_not_matter(case: Case, duration: Duration) -> None:
    start, pauses = case.moments()
    elsewhere = [(first.astimezone(UTC), last.astimezone(UTC)) for first, last in pauses]
    assert case.calendar.due(start.astimezone(UTC), duration, elsewhere) == case.calendar.due(start, duration, pauses)


@settings(max_examples=75 * MORE, deadline=None)
@given(cases(), durations)
def test_the_time_gone_by_reaches_the_duration_at_the_deadline(case: Case, duration: Duration) -> None:
    start, pauses = case.moments()
    at = case.calendar.due(start, duration, pauses).at
    assert case.calendar.elapsed(start, start, duration, pauses) == timedelta(0)
    gone = case.calendar.elapsed(start, at, duration, pauses)
    if duration.unit in ("minutes", "hours"):
        assert gone == duration.amount * (MINUTE if duration.unit == "minutes" else timedelta(hours=1))
    assert gone > timedelta(0)


@pytest.mark.parametrize("amount", [0, -1, 10**9])
def test_an_impossible_duration_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="within"):
        Duration(amount, "hours")
    with pytest.raises(ValueError, match="unknown unit"):
        Duration(1, "weeks")  # type: ignore[arg-type]
