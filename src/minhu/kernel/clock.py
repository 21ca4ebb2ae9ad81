"""The only source of the present moment, so that tests and the simulator can live at another time.

The machine's clock is read once, when the first moment is asked for. From then on time runs by the monotonic clock,
which nobody can set, and `follow` brings it to the clock that all processes of a house share: the database's. A clock
that jumps on one machine moves nothing; one that jumps for the whole house is noticed (`steps`, `is_doubted`).
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

STEP: Final = timedelta(seconds=1)
"""Differences up to this are left alone: they are the way of the question, not another time."""
SLACK: Final = timedelta(minutes=1)
"""So far ahead of the present a remembered moment may lie before it is no moment of this clock any more."""
LEAP: Final = timedelta(minutes=5)
DOUBT: Final = timedelta(hours=1)
"""After a leap forward of at least `LEAP` nothing that cannot be taken back is done by the clock for this long."""

_fixed: ContextVar[datetime | None] = ContextVar("minhu_clock", default=None)


@dataclass(slots=True)
class _House:
    """A moment and what the monotonic clock showed then; how far time was set since; until when it is doubted."""

    anchor: tuple[datetime, float]
    steps: timedelta = timedelta(0)
    doubted_until: float = 0.0

    def present(self) -> datetime:
        moment, shown = self.anchor
        return moment + timedelta(seconds=time.monotonic() - shown)


_guard = threading.Lock()
_house = _House((datetime.now(UTC), time.monotonic()))


def now() -> datetime:
    """Return the present moment as an aware UTC datetime (the moment set by `at`, if any)."""
    fixed = _fixed.get()
    return _house.present() if fixed is None else fixed


def follow(reading: datetime, asked: float) -> timedelta:
    """Go by a shared clock that read `reading` (aware) between `asked` (monotonic seconds) and now; return the step.

    Zero when this clock agreed to within `STEP`. A moment set by `at` stays as it is.
    """
    answered = time.monotonic()
    wanted = reading.astimezone(UTC) + timedelta(seconds=(answered - asked) / 2)
    with _guard:
        moment, shown = _house.anchor
        step = wanted - (moment + timedelta(seconds=answered - shown))
        if abs(step) <= STEP + timedelta(seconds=(answered - asked) / 2):
            return timedelta(0)
        _house.anchor = (wanted, answered)
        _house.steps += step
        if step >= LEAP:
            _house.doubted_until = answered + DOUBT.total_seconds()
    return step


def steps() -> timedelta:
    """How far this process's clock was set by `follow` in all; grows when set forward, shrinks when set back."""
    return _house.steps


def doubt() -> None:
    """Doubt the clock for a while, as after a leap: somebody found other signs of one."""
    _house.doubted_until = time.monotonic() + DOUBT.total_seconds()


def is_doubted() -> bool:
    """Whether the clock leapt forward a short while ago and may be set back again; never for a moment set by `at`."""
    return _fixed.get() is None and time.monotonic() < _house.doubted_until


def is_recent(moment: datetime, span: timedelta) -> bool:
    """Whether `moment` lies at most `span` ago; one of a future that was since taken back does not count."""
    return -SLACK <= now() - moment <= span


def of_files() -> float:
    """Seconds since 1970 by the machine's own clock, which also dates its files, whatever moment the house goes by."""
    return datetime.now(UTC).timestamp()


def is_moved() -> bool:
    """Whether `now()` answers a moment of its own instead of the present one: a test, or days that are played."""
    return _fixed.get() is not None


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Within the block `now()` answers `moment` (aware, any zone); blocks may be nested.

    Raises ValueError for a naive datetime: a moment without a zone is a defect of the caller.
    """
    if moment.tzinfo is None:
        raise ValueError("clock.at needs an aware datetime")
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _fixed.reset(token)
