"""Counts of past days kept beside the orders: which days may be taken from there, and the loop that keeps them true.

A day counted beforehand is used only while nothing of it has changed since (``governance_changed``); all others are
counted from the orders themselves. So figures are exact at any moment, and a period costs its days, not its orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q

from minhu.directory.access import as_system
from minhu.directory.policy import ScopeKind, scope_of
from minhu.governance.periods import CITY_TIME
from minhu.handling.types import DONE_STATES
from minhu.kernel.actors import current_actor
from minhu.kernel.locks import Lock

BATCH: Final = 60
SETTLED_DAYS: Final = 2
"""Days before today that are not yet counted beforehand: their orders change all the time."""
COUNTS: Final = (
    "received", "done", "direct", "dispatched", "first_right", "judged", "in_time", "redone", "repeats", "timed", "seconds",
)  # fmt: skip
_GOOD: Final = """
SELECT day FROM governance_day WHERE day >= %s AND day < %s
  AND NOT EXISTS (SELECT 1 FROM governance_changed changed WHERE changed.day = governance_day.day)
"""
_TAKE: Final = """
WITH taken AS (SELECT DISTINCT day FROM governance_changed LIMIT %s)
DELETE FROM governance_changed WHERE day IN (SELECT day FROM taken) RETURNING day
"""
_MISSING: Final = """
SELECT d::date FROM generate_series((SELECT minhu_day(min(created_at)) FROM handling_order)::timestamp,
  (minhu_day(now()) - %s)::timestamp, interval '1 day') d
WHERE NOT EXISTS (SELECT 1 FROM governance_day WHERE day = d::date) ORDER BY d DESC LIMIT %s
"""
# one statement for a day, direct answers as in `handling.queries.ANSWERED_DIRECTLY`: with constant ends every one of them is a range of an index
_DAY: Final = """
INSERT INTO governance_day
SELECT %(day)s, count(*), count(*) FILTER (WHERE state = ANY (%(done)s)),
  count(*) FILTER (WHERE reply_approved_at IS NOT NULL AND lead_unit_id IS NULL AND NOT imported),
  count(*) FILTER (WHERE dispatched_at IS NOT NULL),
  count(*) FILTER (WHERE dispatched_at IS NOT NULL AND return_count = 0 AND transfer_count <= 1),
  count(*) FILTER (WHERE handled_in_time IS NOT NULL), count(*) FILTER (WHERE handled_in_time),
  count(*) FILTER (WHERE reopen_count > 0), count(*) FILTER (WHERE repeat_of_id IS NOT NULL),
  count(closed_at), coalesce(sum(extract(epoch FROM closed_at - created_at)), 0),
  (SELECT count(*) FROM handling_order WHERE closed_at >= %(start)s AND closed_at < %(end)s)
FROM handling_order WHERE created_at >= %(start)s AND created_at < %(end)s
"""
_SLICES: Final = """
INSERT INTO governance_slice (dimension, day, code, name, n)
SELECT part.dimension, %(day)s, part.code, part.name, count(*)
FROM (SELECT category_id, area_id, channel, request_type, lead_unit_id FROM handling_order
  WHERE created_at >= %(start)s AND created_at < %(end)s) o
LEFT JOIN directory_category c ON c.id = o.category_id LEFT JOIN directory_area a ON a.code = o.area_id
LEFT JOIN directory_unit u ON u.id = o.lead_unit_id
CROSS JOIN LATERAL (VALUES
  ('category', split_part(c.path, '/', 1), split_part(c.path_name, '/', 1)),
  ('category2', split_part(c.path, '/', 2), split_part(c.path_name, '/', 2)),
  ('county', split_part(a.path, '/', 3), split_part(a.path_name, '/', 3)),
  ('street', split_part(a.path, '/', 4), split_part(a.path_name, '/', 4)),
  ('channel', o.channel, o.channel), ('type', o.request_type, o.request_type), ('unit', u.code, u.name)
) part (dimension, code, name)
WHERE part.code <> ''
GROUP BY part.dimension, part.code, part.name
"""


@dataclass(frozen=True, slots=True)
class Split:
    """A span of time as days counted beforehand, and ranges that must be read from the orders."""

    days: tuple[date, ...]
    ranges: tuple[tuple[datetime, datetime], ...]

    def live(self, column: str) -> Q:
        """Rows whose ``column`` lies in one of the ranges; nothing when there is none."""
        found = Q(pk__in=[])
        for start, end in self.ranges:
            found |= Q(**{f"{column}__gte": start, f"{column}__lt": end})
        return found


def split(start: datetime, end: datetime) -> Split:
    """Days of ``[start, end)`` that were counted beforehand and have not changed, and the rest as ranges.

    A day that has only begun is read from the orders. A start that is no midnight in the city, or an actor who does not
    see everything, make all of it one range.
    """
    first, last = start.astimezone(CITY_TIME), end.astimezone(CITY_TIME)
    if scope_of(current_actor()).kind is not ScopeKind.ALL or any((first.hour, first.minute, first.second)):
        return Split((), ((start, end),) if start < end else ())
    good = {row[0] for row in _read(_GOOD, (first.date(), last.date()))}
    ranges: list[tuple[datetime, datetime]] = []
    begin = start
    while begin < end:
        until = min(begin + timedelta(days=1), end)
        if begin.astimezone(CITY_TIME).date() not in good:
            ranges.append((ranges.pop()[0] if ranges and ranges[-1][1] == begin else begin, until))
        begin = until
    return Split(tuple(sorted(good)), tuple(ranges))


def counts(days: Sequence[date]) -> dict[str, float]:
    """The sums of the days by name of count (``COUNTS``)."""
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in COUNTS)
    row = _read(f"SELECT {sums} FROM governance_day WHERE day = ANY (%s)", (list(days),))[0]
    return dict(zip(COUNTS, row, strict=True))


def per_day(days: Sequence[date]) -> dict[date, tuple[int, int]]:
    """Received and ended on each of the days."""
    rows = _read("SELECT day, received, ended FROM governance_day WHERE day = ANY (%s)", (list(days),))
    return {day: (received, ended) for day, received, ended in rows}


def slices(days: Sequence[date], dimension: str) -> dict[tuple[str, str], int]:
    """Orders of the days by code and name of one dimension."""
    if not days:
        return {}
    rows = _read(
        "SELECT code, name, sum(n) FROM governance_slice WHERE dimension = %s AND day BETWEEN %s AND %s"
        " AND day = ANY (%s) GROUP BY code, name",
        (dimension, min(days), max(days), list(days)),
    )
    return {(code, name): int(n) for code, name, n in rows}


def count_days(batch: int = BATCH) -> int:
    """Count days that changed or never were counted; returns ``batch`` when more may wait, else 0."""
    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({Lock.PAST_FIGURES:d})")
        if not cursor.fetchone()[0]:
            return 0
        # a change noted from here on stays noted: what is read next may lack it, and the day stays unused until then
        changed = {row[0] for row in _read(_TAKE, (batch,))}
        known = {row[0] for row in _read("SELECT day FROM governance_day WHERE day = ANY (%s)", (list(changed),))}
        missing = {row[0] for row in _read(_MISSING, (SETTLED_DAYS, batch))}
        days = sorted(known | missing)
        if days:
            cursor.execute("DELETE FROM governance_day WHERE day = ANY (%s)", (days,))
            cursor.execute("DELETE FROM governance_slice WHERE day = ANY (%s)", (days,))
            done = [state.value for state in DONE_STATES]
            for day in days:
                start = datetime.combine(day, time(), CITY_TIME)
                values: dict[str, Any] = {"day": day, "start": start, "end": start + timedelta(days=1), "done": done}
                cursor.execute(_DAY, values)
                cursor.execute(_SLICES, values)
    return batch if len(changed) == batch or len(missing) == batch else 0


def _read(statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
