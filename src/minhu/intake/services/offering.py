"""Offers what waits to the seats that are ready, and brings back what a vanished agent had; one loop of the house.

Locks are taken in one order, talk before seat, as the taking of a talk does.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from minhu.directory.access import as_system, elevated
from minhu.intake.domain.seats import OfferOutcome, Place, SeatState, Waiting, assign, is_gone
from minhu.intake.events import SeatsChanged
from minhu.intake.models import Seat, SeatOffer, Talk
from minhu.intake.queries import front_door
from minhu.intake.services import attending, seating
from minhu.intake.types import TalkChannel, TalkState
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict
from minhu.kernel.events import publish
from minhu.kernel.locks import Lock
from minhu.ledger import services as ledger

WHY: Final = "an offer is answered by the seat that it was made to"
REFUSED_FOR: Final = timedelta(minutes=10)
"""So long a seat is not offered the same talk again."""
_MOST: Final = 200


def tick() -> int:
    """One round: the gone, the written up, the unanswered, then new offers; how many offers were made. Any process may."""
    return_talks()
    seating.end_wrap_ups()
    with transaction.atomic(), as_system():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [Lock.OFFERS])
            if not cursor.fetchone()[0]:
                return 0
        _close_old()
        return _offer()


def return_talks() -> int:
    """Seats whose browser is gone are off, and their talks wait again where they stood in the queue; how many talks."""
    limit, moment, back = front_door.rules().gone_seconds, now(), 0
    silent = Seat.objects.exclude(state=SeatState.OFF.value).filter(seen_at__lt=moment - timedelta(seconds=limit))
    for staff_id in list(silent.values_list("staff_id", flat=True)[:_MOST]):
        with transaction.atomic(), as_system():
            held = Q(state=TalkState.PERSON.value, agent_id=staff_id)
            talks = list(Talk.objects.select_for_update().filter(held).order_by("pk"))
            seat = Seat.objects.select_for_update().get(staff_id=staff_id)
            if not is_gone(SeatState(seat.state), seat.seen_at, moment, limit):
                continue
            for talk in talks:
                talk.state, talk.agent_id, talk.taken_at = TalkState.WAITING.value, None, None
                talk.save(update_fields=["state", "agent", "taken_at"])
                ledger.append("talk.returned", ("talk", talk.pk), {"why": "gone"})
            SeatOffer.objects.filter(seat=seat, outcome=OfferOutcome.OPEN.value).update(
                outcome=OfferOutcome.GONE.value, answered_at=moment
            )
            seating.put(seat, SeatState.OFF, moment, seating.LINE_BROKE)
            back += len(talks)
    return back


def accept(offer_id: int) -> UUID:
    """The current agent takes what he was offered; the talk's uid. Raises Conflict when it is too late."""
    talk = _own_offer(offer_id).talk
    with transaction.atomic():
        attending.take(talk.uid)
        _answer(offer_id, OfferOutcome.TAKEN)
    return talk.uid


def refuse(offer_id: int) -> None:
    """The current agent lets it pass; it goes on to the next seat, this one stands last."""
    seat_id = _own_offer(offer_id).seat_id
    with transaction.atomic(), elevated(WHY):
        _answer(offer_id, OfferOutcome.REFUSED)
        seat = Seat.objects.select_for_update().get(pk=seat_id)
        if seat.state == SeatState.READY.value:
            seat.since = now()
            seat.save(update_fields=["since"])


def _own_offer(offer_id: int) -> SeatOffer:
    with transaction.atomic(), elevated(WHY):
        offer = SeatOffer.objects.select_related("talk", "seat").filter(pk=offer_id).first()
    if offer is None or offer.seat.staff_id != current_actor().staff_id or offer.outcome != OfferOutcome.OPEN.value:
        raise Conflict("这次分配已经转给其他坐席或已不需要。", code="offer_gone")
    return offer


def _answer(offer_id: int, outcome: OfferOutcome) -> None:
    open_one = SeatOffer.objects.filter(pk=offer_id, outcome=OfferOutcome.OPEN.value)
    open_one.update(outcome=outcome.value, answered_at=now())


def _close_old() -> None:
    """Offers of talks that no longer wait end; whoever let one ring too long is on pause, so that nobody rings in vain."""
    moment, limit = now(), front_door.rules().offer_seconds
    offers = SeatOffer.objects.filter(outcome=OfferOutcome.OPEN.value)
    offers.exclude(talk__state=TalkState.WAITING.value).update(outcome=OfferOutcome.GONE.value, answered_at=moment)
    for offer in offers.filter(offered_at__lte=moment - timedelta(seconds=limit)).select_related("seat")[:_MOST]:
        _answer(offer.pk, OfferOutcome.UNANSWERED)
        seat = Seat.objects.select_for_update(skip_locked=True).filter(pk=offer.seat_id).first()
        if seat is not None and seat.state == SeatState.READY.value:
            seating.put(seat, SeatState.PAUSE, moment, seating.NO_ANSWER)


def _offer() -> int:
    """Match what waits with the seats that are free, by the rules of the domain."""
    moment = now()
    offered = SeatOffer.objects.filter(outcome=OfferOutcome.OPEN.value)
    rows = Talk.objects.filter(state=TalkState.WAITING.value).exclude(pk__in=offered.values("talk_id"))
    waiting = [
        Waiting(talk.pk, talk.priority, talk.handed_at or talk.opened_at, talk.line, talk.channel == TalkChannel.PHONE.value)
        for talk in rows.order_by("priority", "handed_at")[:_MOST]
    ]  # fmt: skip
    if not waiting:
        return 0
    places = _places()
    pairs = assign(waiting, places.values(), front_door.rules().most_talks)
    for talk_id, seat_id in pairs:
        SeatOffer.objects.create(talk_id=talk_id, seat_id=seat_id, offered_at=moment)
    if pairs:
        seats = Seat.objects.filter(pk__in=[seat_id for _talk, seat_id in pairs])
        publish(SeatsChanged(tuple(seats.values_list("staff_id", flat=True))))
    return len(pairs)


def _places() -> dict[int, Place]:
    """Seats that may be offered something, with what they hold and refused."""
    since = now() - REFUSED_FOR
    seats = list(Seat.objects.filter(state__in=[SeatState.READY.value, SeatState.BUSY.value]))
    held: dict[int, list[str]] = defaultdict(list)
    of_seats = Talk.objects.filter(state=TalkState.PERSON.value, agent_id__in=[seat.staff_id for seat in seats])
    for agent_id, channel in of_seats.values_list("agent_id", "channel"):
        held[agent_id or 0].append(channel)
    pending: dict[int, int] = defaultdict(int)
    refused: dict[int, set[int]] = defaultdict(set)
    offers = SeatOffer.objects.filter(seat__in=seats).filter(
        Q(outcome=OfferOutcome.OPEN.value) | Q(offered_at__gt=since)
    )
    for seat_id, talk_id, outcome in offers.values_list("seat_id", "talk_id", "outcome"):
        if outcome == OfferOutcome.OPEN.value:
            pending[seat_id] += 1
        elif outcome in (OfferOutcome.REFUSED.value, OfferOutcome.UNANSWERED.value):
            refused[seat_id].add(talk_id)
    return {
        seat.pk: Place(
            seat.pk, SeatState(seat.state), seat.since, len(held[seat.staff_id]) + pending[seat.pk], frozenset(seat.lines),
            TalkChannel.PHONE.value in held[seat.staff_id], frozenset(refused[seat.pk]),
        )
        for seat in seats
        if not pending[seat.pk]
    }  # fmt: skip
