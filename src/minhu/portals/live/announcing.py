"""Tells every process that something changed: keys and addressees only, by NOTIFY right after the commit.

After the commit and not inside the transaction, because PostgreSQL lets only one transaction that has notified commit
at a time, disk write included: inside, each new request would wait for all others. A notice sent on its own writes
nothing to disk; nothing is told of what was rolled back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from django.db import transaction

from minhu.engines import prepared
from minhu.exchange.events import HandoverChanged
from minhu.handling.events import JointChanged, LightChanged, OrderChanged
from minhu.handling.types import State
from minhu.intake.events import RequestsImported, SeatsChanged, TalkMoved
from minhu.kernel import clock
from minhu.kernel.events import subscribe

CHANNEL: Final = "minhu_live"
MOST_UNITS: Final = 200
_NOTIFY: Final = "SELECT pg_notify(%s, %s)"
_DESK: Final = frozenset(
    {State.RECEIVED, State.INCOMPLETE, State.TO_DISPATCH, State.RETURN_REVIEW, State.EXTENSION_REVIEW, State.REOPENED}
)
_SUPERVISION: Final = frozenset({State.RETURN_REVIEW, State.EXTENSION_REVIEW, State.SUSPENDED, State.REPLIED})
_SUPERVISING: Final = ("supervis", "whistle", "urge", "escalat", "arbitrat", "exclu")


def tell(key: str, to: Iterable[str], count: int = 1) -> None:
    """Announce after the present transaction that what `key` names has changed, to clients of the topics `to`.

    Played days are not announced: a city's year would be ten thousand notices at once.
    """
    if clock.is_moved():
        return
    payload = json.dumps({"key": key, "to": sorted(set(to)), "n": count}, separators=(",", ":"))
    if not prepared.follow(_NOTIFY, (CHANNEL, payload)):
        transaction.on_commit(lambda: _notify(payload), robust=True)


def _notify(payload: str) -> None:
    prepared.run(_NOTIFY, (CHANNEL, payload))


@subscribe(OrderChanged)
def on_order(event: OrderChanged) -> None:
    """The desk, the units concerned, whoever has the order open."""
    states = {event.from_state, event.to_state}
    to = [f"order:{event.order_id}", *(f"unit:{unit}" for unit in event.unit_ids[:MOST_UNITS])]
    if states & _DESK:
        to.append("desk")
    if states & _SUPERVISION or any(word in event.step for word in _SUPERVISING):
        to.append("supervision")
    tell(f"order:{event.order_id}", to)


@subscribe(LightChanged)
def on_light(event: LightChanged) -> None:
    """A deadline comes near or is past."""
    to = [f"order:{event.order_id}", "desk", *(f"unit:{unit}" for unit in event.unit_ids[:MOST_UNITS])]
    tell(f"order:{event.order_id}", [*to, "supervision"])


@subscribe(JointChanged)
def on_joint(event: JointChanged) -> None:
    """A joint decision moves: the desks, and the units that were asked."""
    tell(f"joint:{event.case_id}", ["desk", "supervision", *(f"unit:{unit}" for unit in event.unit_ids[:MOST_UNITS])])


@subscribe(HandoverChanged)
def on_handover(event: HandoverChanged) -> None:
    """A hand-over to an emergency service moves, or nobody answers it: desk and supervisors."""
    tell(f"emergency:{event.handover_id}", ["desk", "supervision", f"order:{event.order_id}"])


@subscribe(TalkMoved)
def on_talk(event: TalkMoved) -> None:
    """Whoever has the talk open, and the agents' list where it waits."""
    tell(f"talk:{event.uid}", [f"talk:{event.uid}", *(["talks"] if event.waits else [])])


@subscribe(SeatsChanged)
def on_seats(event: SeatsChanged) -> None:
    """Something is offered to these seats, or they came into another state."""
    for staff_id in event.staff_ids[:MOST_UNITS]:
        tell(f"seat:{staff_id}", [f"seat:{staff_id}"])


@subscribe(RequestsImported)
def on_import(event: RequestsImported) -> None:
    """Imported requests that wait for acceptance appear on the desk, a batch at a time."""
    waiting = [row.request_id for row in event.rows if row.replied_at is None]
    if waiting:
        tell(f"import:{waiting[0]}", ["desk"], len(waiting))
