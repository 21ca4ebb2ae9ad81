"""What came to the front door in a span of time and what became of it: for walls, reports and rehearsals alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection

from minhu.intake.queries import front_door

_COUNTS: Final = """
SELECT count(*), count(*) FILTER (WHERE handed_at IS NULL AND (state = 'ended' OR last_at < %(end)s - interval '10 minutes')), count(handed_at), count(taken_at),
  count(*) FILTER (WHERE taken_at <= handed_at + make_interval(secs => %(goal)s)),
  count(*) FILTER (WHERE handed_at IS NOT NULL AND taken_at IS NULL AND state = 'ended' AND called_back),
  count(*) FILTER (WHERE handed_at IS NOT NULL AND taken_at IS NULL AND state = 'ended' AND NOT called_back),
  count(*) FILTER (WHERE state = 'waiting'),
  coalesce(sum(extract(epoch FROM coalesce(taken_at, ended_at, %(end)s) - handed_at)) FILTER (WHERE handed_at IS NOT NULL), 0),
  coalesce(max(extract(epoch FROM coalesce(taken_at, ended_at, %(end)s) - handed_at)) FILTER (WHERE handed_at IS NOT NULL), 0),
  count(ended_at) FILTER (WHERE taken_at IS NOT NULL),
  coalesce(sum(extract(epoch FROM ended_at - taken_at)) FILTER (WHERE taken_at IS NOT NULL AND ended_at >= taken_at), 0)
FROM (SELECT t.*, EXISTS (SELECT 1 FROM intake_callback c WHERE c.talk_id = t.id) AS called_back FROM intake_talk t
  WHERE t.opened_at >= %(start)s AND t.opened_at < %(end)s) talk
"""
_BACK: Final = """
SELECT count(*), count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state IN ('waiting', 'calling'))
FROM intake_callback WHERE first_at >= %(start)s AND first_at < %(end)s
"""
NAMES: Final = (
    "arrivals", "bot_only", "wanted", "taken", "in_time", "call_back_instead", "abandoned", "waiting", "wait_seconds",
    "longest_wait", "finished", "talk_seconds",
)  # fmt: skip


def counted(start: datetime, end: datetime) -> dict[str, Any]:
    """Figures of the talks that were opened between two moments; needs a scope over all talks.

    ``wait_seconds`` and ``talk_seconds`` are sums (seconds), ``longest_wait`` seconds; all others are counts.
    """
    values: dict[str, Any] = {"start": start, "end": end, "goal": front_door.rules().answer_seconds}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        row = cursor.fetchone()
        cursor.execute(_BACK, values)
        asked, done, open_ones = cursor.fetchone()
    found: dict[str, Any] = {name: round(float(value)) for name, value in zip(NAMES, row, strict=True)}
    return found | {"call_backs": asked, "called_back": done, "call_backs_open": open_ones}
