"""What whoever keeps the connection to an exchange says of it, and the events that it brings."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from minhu.engines.speech.calls import CallEvent
from minhu.intake.domain.links import LinkState
from minhu.intake.models import ExchangeLink
from minhu.intake.services import calling
from minhu.kernel.clock import now


def note(
    name: str, kind: str, state: LinkState, *, events: int = 0, unread: int = 0, breaks: int = 0, problem: str = ""
) -> None:
    """How it stands; counts are those since the last word. ``problem``: why it does not, in a word without secrets."""
    moment = now()
    with transaction.atomic():
        row, new = ExchangeLink.objects.select_for_update().get_or_create(
            name=name, defaults={"kind": kind, "state": state.value, "since": moment, "seen_at": moment}
        )
        if not new and row.state != state.value:
            row.since = moment
        row.kind, row.state, row.seen_at, row.problem = kind, state.value, moment, problem[:200]
        row.events, row.unread, row.breaks = row.events + events, row.unread + unread, row.breaks + breaks
        if events:
            row.last_event_at = moment
        row.save()


def take(name: str, events: Sequence[CallEvent]) -> int:
    """Take in what an exchange told, in its order; returns how many."""
    calling.take_events(name, events)
    return len(events)
