"""The daily briefs of the demo city's last week: all but yesterday's published, so that a supervisor has one to check."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minhu.directory.access import acting_as
from minhu.directory.queries.actors import actor_named
from minhu.directory.queries.freshness import local_day
from minhu.governance.queries.briefs import brief_of, briefs
from minhu.governance.services import publish_brief, write_brief
from minhu.kernel.errors import NotFound

SUPERVISOR: Final = "duban"
DAYS: Final = 7


def load_briefs() -> int:
    """Write and publish them once; how many were written. A second run changes nothing."""
    actor = actor_named(SUPERVISOR)
    if actor is None:
        raise NotFound("演示城市的人员还没有装载。")
    with acting_as(actor):
        if briefs():
            return 0
        today = local_day()
        for back in range(DAYS, 0, -1):
            write_brief(today - timedelta(days=back))
        for back in range(DAYS, 1, -1):
            day = today - timedelta(days=back)
            publish_brief(day, brief_of(day).draft)
    return DAYS
