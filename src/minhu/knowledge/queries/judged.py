"""The words of quality for those outside the room: ratings, verdicts, where questions of sets come from, courses of runs."""

from __future__ import annotations

from minhu.knowledge.domain.quality import (
    JUDGED_ANSWERED,
    JUDGED_REFUSED,
    STAFF_SAYS,
    Judged,
    Origin,
    Rated,
    RunState,
)

__all__ = ["JUDGED_ANSWERED", "JUDGED_REFUSED", "STAFF_SAYS", "Judged", "Origin", "Rated", "RunState"]
