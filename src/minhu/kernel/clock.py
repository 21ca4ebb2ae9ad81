"""The only source of the present moment, so that tests and the simulator can live at another time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_fixed: ContextVar[datetime | None] = ContextVar("minhu_clock", default=None)


def now() -> datetime:
    """Return the present moment as an aware UTC datetime (the moment set by `at`, if any)."""
    fixed = _fixed.get()
    return datetime.now(UTC) if fixed is None else fixed


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
