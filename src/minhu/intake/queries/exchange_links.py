"""How exchanges are connected, for pages and figures of operators; no caller is among it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minhu.intake.domain.links import FORGOTTEN_AFTER, LinkState
from minhu.intake.models import ExchangeLink
from minhu.kernel.clock import now


@dataclass(frozen=True, slots=True)
class LinkView:
    """One connection as it stands now."""

    name: str
    kind: str
    state: LinkState
    since: datetime
    last_event_at: datetime | None
    events: int
    unread: int
    breaks: int
    problem: str


def links() -> tuple[LinkView, ...]:
    """All exchanges that were ever connected."""
    limit = now() - FORGOTTEN_AFTER
    return tuple(
        LinkView(
            row.name, row.kind, LinkState(row.state) if row.seen_at >= limit else LinkState.UNKEPT, row.since,
            row.last_event_at, row.events, row.unread, row.breaks, row.problem,
        )
        for row in ExchangeLink.objects.order_by("name")
    )  # fmt: skip


__all__ = ["LinkState", "LinkView", "links"]
