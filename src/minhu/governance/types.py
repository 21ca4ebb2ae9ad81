"""Types of governance that may leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span ``[start, end)`` of aware datetimes, with as much of the span before it as has gone by of this one."""

    key: str
    label: str
    start: datetime
    end: datetime
    previous_start: datetime
    previous_end: datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with what it is compared to; ``value`` is ``None`` where nothing can be said."""

    code: str
    label: str
    value: float | None
    previous: float | None
    kind: str
    """``count``, ``share`` (0 to 1) or ``hours``."""
    meaning: str
    """Its definition in one sentence, as shown on the page."""
    orders_query: str = ""
    """Filter of the order list that shows what lies behind it."""
    compared: float | None = None
    """What ``previous`` may be set against: the value itself, or that of the requests old enough to judge by."""


REST: Final = "*"
"""Code of the bar that holds what is not shown one by one."""
NONE: Final = ""
"""Code of the bar that holds what has no category, place or unit (yet)."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One bar of a breakdown: a category, an area, a unit, a channel; or what is left beside these (``REST``, ``NONE``)."""

    code: str
    name: str
    count: int
    previous: int
    overdue: int = 0
    orders_query: str = ""


@dataclass(frozen=True, slots=True)
class DayCount:
    """Requests of one local day."""

    day: date
    received: int
    closed: int
