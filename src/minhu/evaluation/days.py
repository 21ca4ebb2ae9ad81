"""Ratings as the database has counted them by day: for whoever sees everything, over whole days in China."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from minhu.directory.policy import ScopeKind, scope_of
from minhu.evaluation.types import Satisfaction
from minhu.kernel.actors import current_actor
from minhu.kernel.calendar import CHINA_TIME

COUNTS: Final = (
    "n", "response_valid", "responded", "solution_valid", "solved_count", *(f"grade_{grade.value}" for grade in Satisfaction),
)  # fmt: skip
_SUMS: Final = ", ".join(f"sum(d.{name})::integer AS {name}" for name in COUNTS)
_ALL: Final = f"SELECT d.excluded AS out, {_SUMS} FROM evaluation_day d WHERE d.day >= %s AND d.day < %s GROUP BY d.excluded HAVING sum(d.n) > 0"
_BY_UNIT: Final = f"""
SELECT d.lead_unit_id, u.name AS lead_unit__name, u.unit_class AS lead_unit__unit_class, d.excluded AS out, {_SUMS}
FROM evaluation_day d JOIN directory_unit u ON u.id = d.lead_unit_id
WHERE d.day >= %s AND d.day < %s
GROUP BY d.lead_unit_id, u.name, u.unit_class, u.code, d.excluded HAVING sum(d.n) > 0 ORDER BY u.unit_class, u.code
"""


def whole_days(start: datetime, end: datetime) -> tuple[date, date] | None:
    """The days of ``[start, end)`` where counted days may be used; None where the ratings themselves must be read."""
    first, last = start.astimezone(CHINA_TIME), end.astimezone(CHINA_TIME)
    midnights = not any((*first.timetuple()[3:6], *last.timetuple()[3:6], first.microsecond, last.microsecond))
    return (first.date(), last.date()) if midnights and scope_of(current_actor()).kind is ScopeKind.ALL else None


def counted(days: tuple[date, date], *, by_unit: bool = False) -> list[dict[str, Any]]:
    """Counts of the days, split by whether the ratings are excluded (``out``), as a query of the ratings gives them."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_UNIT if by_unit else _ALL, days)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
