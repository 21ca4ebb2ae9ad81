"""Cases of forgetting, for the people who answer for them and for auditors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.intake.models import ErasureCase
from minhu.kernel.actors import current_actor


@dataclass(frozen=True, slots=True)
class ErasureView:
    """One case; `mine`: asked by who looks, so that somebody else must confirm."""

    id: int
    uid: str
    ground: str
    reason: str
    asked_by: str
    asked_at: datetime
    confirmed_by: str
    state: str
    requests: int
    certificate: str
    mine: bool


def erasure_cases(limit: int = 100) -> tuple[ErasureView, ...]:
    """The latest cases. Raises NotAllowed."""
    require(Action.MANAGE_STAFF)
    me = current_actor().id
    return tuple(
        ErasureView(
            row.pk, str(row.uid), row.get_ground_display(), row.reason, row.asked_by, row.asked_at, row.confirmed_by,
            "done" if row.done_at else "refused" if row.refused_at else "open", row.requests, row.digest,
            row.asked_by == me,
        )
        for row in ErasureCase.objects.all()[:limit]
    )  # fmt: skip
