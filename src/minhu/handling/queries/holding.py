"""The orders of some units, newest first, from the table that turns ``unit_ids`` round: a range of one index a unit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

# one short range for each unit; an order that two of them hold is counted once
_NEWEST: Final = """
SELECT DISTINCT held.created_at, held.order_id FROM unnest(%s::bigint[]) unit, LATERAL (
  SELECT created_at, order_id FROM handling_holding h WHERE h.unit_id = unit {conditions}
  ORDER BY h.created_at DESC, h.order_id DESC LIMIT %s) held
ORDER BY held.created_at DESC, held.order_id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Held:
    """Which of the orders of ``unit_ids`` are meant; ``states`` None means any."""

    unit_ids: tuple[int, ...]
    states: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def newest(self, most: int, before: tuple[datetime, int] | None = None) -> list[int]:
        """Ids of the ``most`` newest, those before a moment and id only."""
        return [row[1] for row in self._rows(most, before)]

    def count(self, most: int) -> int:
        """How many there are, counted up to ``most``."""
        return len(self._rows(most, None))

    def _rows(self, most: int, before: tuple[datetime, int] | None) -> list[tuple[datetime, int]]:
        conditions = ""
        values: list[Any] = [list(self.unit_ids)]
        for condition, value in (
            ("AND h.state = ANY (%s)", None if self.states is None else list(self.states)),
            ("AND h.created_at >= %s", self.since),
            ("AND h.created_at < %s", self.until),
            ("AND (h.created_at, h.order_id) < (%s, %s)", before),
        ):
            if value is not None:
                conditions += f" {condition}"
                values += value if isinstance(value, tuple) else [value]
        with connection.cursor() as cursor:
            cursor.execute(_NEWEST.format(conditions=conditions), [*values, most, most])
            return list(cursor.fetchall())
