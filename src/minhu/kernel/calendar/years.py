"""Announced holidays and make-up working days of China, one versioned file a year, and a ready calendar.

The State Council announces a year's arrangement in the autumn before. A year without a file is not an
error: the calendar assumes plain weeks for it and says so. A city adds a year in its settings with
`parse_year`, in the same shape as the files in `data/`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from minhu.kernel.calendar.types import DayCounting, Period, parse_periods
from minhu.kernel.calendar.working import WorkingCalendar

USUAL_PERIODS = "08:30-12:00,14:00-17:30"


@dataclass(frozen=True)
class AnnouncedYear:
    """One year's arrangement: day → name of the holiday that frees it, or for which it is made up."""

    year: int
    version: str
    source: str
    holidays: Mapping[date, str]
    makeup_days: Mapping[date, str]


def parse_year(body: Mapping[str, Any]) -> AnnouncedYear:
    """Read one year (`year`, `version`, `source`, `holidays`, `makeup_days` with ISO dates).

    Raises ValueError for missing keys, wrong dates, days of another year, or a day that is both.
    """
    try:
        year = int(body["year"])
        holidays = {date.fromisoformat(day): str(name) for day, name in body["holidays"].items()}
        makeup = {date.fromisoformat(day): str(name) for day, name in body["makeup_days"].items()}
        version, source = str(body["version"]), str(body["source"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not the arrangement of a year: {error}") from error
    if any(day.year != year for day in (*holidays, *makeup)):
        raise ValueError(f"a day does not belong to the year {year}")
    if both := set(holidays) & set(makeup):
        raise ValueError(f"{min(both)} is both a holiday and a make-up day")
    return AnnouncedYear(year, version, source, holidays, makeup)


@cache
def announced_years() -> tuple[AnnouncedYear, ...]:
    """Return the years shipped with the kernel, in order."""
    folder = resources.files("minhu.kernel.calendar") / "data"
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".json")), key=lambda item: item.name)
    return tuple(parse_year(json.loads(item.read_text("utf-8"))) for item in files)


def china_calendar(
    periods: Mapping[int, tuple[Period, ...]] | None = None,
    *,
    extra_years: Iterable[AnnouncedYear] = (),
    day_counting: DayCounting = "end_of_day",
    observes_holidays: bool = True,
) -> WorkingCalendar:
    """Return the calendar of a unit in China: `periods` by weekday, default Mon–Fri 08:30–12:00, 14:00–17:30.

    `extra_years` add years or replace shipped ones; the version names every year used.
    """
    years = {item.year: item for item in (*announced_years(), *extra_years)}
    usual = parse_periods(USUAL_PERIODS)
    return WorkingCalendar(
        periods=periods or dict.fromkeys(range(5), usual),
        holidays={day: name for item in years.values() for day, name in item.holidays.items()},
        makeup_days={day: name for item in years.values() for day, name in item.makeup_days.items()},
        announced=frozenset(years),
        version=" ".join([*(years[year].version for year in sorted(years)), day_counting]),
        day_counting=day_counting,
        observes_holidays=observes_holidays,
    )
