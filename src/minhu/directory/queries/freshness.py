"""Keeps what is read from the directory in the process until somebody changes it.

Triggers give each topic a new stamp whenever one of its tables changes (``directory_revision``). A process
asks for all stamps in one query, at most every ``CHECK_SECONDS``; between two questions a cached value costs
a clock reading and a comparison. After a change every process follows within that time; the one that made
it follows at once after the commit (``forget``).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from django.db import connection

from minhu.kernel import clock
from minhu.kernel.calendar import CHINA_TIME

T = TypeVar("T")
# the same answer brings the time that all processes of the house go by
_QUESTION = "SELECT topic, stamp::text, clock_timestamp() FROM directory_revision"
CHECK_SECONDS = float(os.environ.get("MINHU_DIRECTORY_CHECK_SECONDS", "2"))


class Topic(StrEnum):
    """What has a stamp of its own; names are those in the trigger of each table."""

    AREAS = "areas"
    UNITS = "units"
    CATEGORIES = "categories"
    CATALOGUE = "catalogue"
    RULES = "rules"
    TOKENS = "tokens"
    PARTNERS = "partners"
    MODELS = "models"
    FRONT_DOOR = "front_door"
    DAY = "day"
    """No table: the date in China, for what holds from one day to another."""


class _Stamps:
    """The stamps as last read, and when they must be read again."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.until = 0.0


_known = _Stamps()


def local_day() -> date:
    """Today in China, by the kernel's clock."""
    return clock.now().astimezone(CHINA_TIME).date()


def forget() -> None:
    """Ask the database again at the next use."""
    _known.until = 0.0


def _stamps() -> dict[str, str]:
    if time.monotonic() >= _known.until:
        with connection.cursor() as cursor:
            asked = time.monotonic()
            cursor.execute(_QUESTION)
            rows = cursor.fetchall()
        if rows:
            clock.follow(rows[0][2], asked)
        _known.values = {**{topic: stamp for topic, stamp, _ in rows}, Topic.DAY: local_day().isoformat()}
        _known.until = time.monotonic() + CHECK_SECONDS
    return _known.values


class Cached(Generic[T]):
    """A value computed from the directory, recomputed when one of its topics has a new stamp."""

    def __init__(self, load: Callable[[], T], *topics: Topic) -> None:
        self._load, self._topics = load, topics
        self._guard = threading.Lock()
        self._stamp: tuple[str, ...] | None = None
        self._seen: dict[str, str] | None = None
        self._value: T

    def __call__(self) -> T:
        """The value as of at most ``CHECK_SECONDS`` ago."""
        stamps = _stamps()
        if stamps is self._seen:
            return self._value
        stamp = tuple(stamps.get(topic, "") for topic in self._topics)
        with self._guard:
            if stamp != self._stamp:
                self._value = self._load()
                self._stamp = stamp
            self._seen = stamps
            return self._value
