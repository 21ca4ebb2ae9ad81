"""Figures of answering over time: asked, answered, refused, rated, gone on to a person, how long it took.

Whoever may see figures, or keeps all documents, counts over everything; who only keeps documents over the askings that these cover.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, LiteralString

from django.db import connection, transaction

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries import categories
from minhu.directory.queries.freshness import local_day
from minhu.kernel.actors import SYSTEM, current_actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import NotAllowed
from minhu.knowledge.domain.keys import KEEPERS
from minhu.knowledge.queries.reach import reader_keys, reading
from minhu.knowledge.types import Door

WEEKS: Final = (4, 12, 26, 52)
_COUNTS: Final[LiteralString] = """
  count(*), count(*) FILTER (WHERE t.outcome = 'answered'), count(t.helpful), count(*) FILTER (WHERE t.helpful),
  count(t.handed_at), coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY t.milliseconds), 0)::float8,
  coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY t.milliseconds), 0)::float8
FROM knowledge_asking t
WHERE t.at >= %s AND t.at < %s AND t.door <> 'search' AND t.reason NOT IN ('empty', 'not_a_question')
  AND (%s = '' OR t.door = %s) AND (NOT %s OR t.category_code = ANY(%s))
GROUP BY 1 ORDER BY 1
"""
_BY_WEEK: Final[LiteralString] = "SELECT date_trunc('week', t.at AT TIME ZONE 'Asia/Shanghai')::date," + _COUNTS
_BY_DOOR: Final[LiteralString] = "SELECT t.door," + _COUNTS
_BY_CATEGORY: Final[LiteralString] = "SELECT t.category_code," + _COUNTS


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted of askings; medians and 95th percentiles in milliseconds, as the whole path took."""

    asked: int = 0
    answered: int = 0
    rated: int = 0
    helpful: int = 0
    handed: int = 0
    median: float = 0.0
    slow: float = 0.0

    @property
    def refused(self) -> int:
        """Askings that got no answer."""
        return self.asked - self.answered

    @property
    def helpful_share(self) -> float | None:
        """Helpful among rated."""
        return self.helpful / self.rated if self.rated else None

    @property
    def handed_share(self) -> float | None:
        """Gone on to a person among asked."""
        return self.handed / self.asked if self.asked else None

    def plus(self, other: Count) -> Count:
        """Both together; the times are those of the one that was asked more."""
        more = self if self.asked >= other.asked else other
        return Count(
            self.asked + other.asked, self.answered + other.answered, self.rated + other.rated,
            self.helpful + other.helpful, self.handed + other.handed, more.median, more.slow,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which askings: so many weeks up to this one, one door, one category of the first level by its code; empty: all."""

    weeks: int = 12
    door: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts by week (Mondays, also those without any), by door and by first level of the category ('' : no document)."""

    weeks: tuple[tuple[date, Count], ...]
    doors: tuple[tuple[Door, Count], ...]
    categories: tuple[tuple[str, Count], ...]
    whole: bool
    """Whether everything was counted, not only what the reader keeps papers for."""


def figures(wanted: Wanted) -> Figures:
    """Count for the current actor; raises NotAllowed for who may neither see figures nor keep documents."""
    with _counting() as whole:
        today = local_day()
        monday = today - timedelta(days=today.weekday())
        mondays = [monday - timedelta(weeks=back) for back in range(wanted.weeks - 1, -1, -1)]
        values = _values(wanted, mondays[0], monday + timedelta(weeks=1))
        by_week: dict[object, Count] = dict(_counted(_BY_WEEK, values))
        by_door = [(Door(str(door)), count) for door, count in _counted(_BY_DOOR, values)]
        by_category: dict[str, Count] = defaultdict(Count)
        for code, count in _counted(_BY_CATEGORY, values):
            node = categories.current().by_code.get(str(code))
            name = node.path_names[0] if node else str(code)
            by_category[name] = by_category[name].plus(count)
    ordered = sorted(by_category.items(), key=lambda one: -one[1].asked)
    return Figures(tuple((day, by_week.get(day, Count())) for day in mondays), tuple(by_door), tuple(ordered), whole)


def _values(wanted: Wanted, begin: date, end: date) -> list[Any]:
    codes = [one.code for one in categories.current().nodes if wanted.category in one.path] if wanted.category else []
    moments = [datetime.combine(day, time(), CHINA_TIME) for day in (begin, end)]
    return [*moments, wanted.door, wanted.door, bool(wanted.category), codes]


def _counted(statement: LiteralString, values: Sequence[Any]) -> list[tuple[object, Count]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return [(row[0], Count(*row[1:])) for row in cursor.fetchall()]


@contextmanager
def _counting() -> Iterator[bool]:
    """A transaction that counts what the current actor may; numbers alone leave it."""
    actor = current_actor()
    whole = may_ever(actor, Action.VIEW_FIGURES) or KEEPERS in reader_keys(actor)
    if not whole and not may_ever(actor, Action.EDIT_KNOWLEDGE):
        raise NotAllowed("您的岗位不查看问答统计。", code="no_figures")
    with transaction.atomic(), reading(SYSTEM if whole else actor):
        yield whole
