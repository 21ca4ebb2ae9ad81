"""Seats as they are shown: an agent's own bar, the supervisors' wall; and who listens in, for the agent who is heard."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count

from minhu.directory.access import require
from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.freshness import local_day
from minhu.intake.domain.seats import OfferOutcome, SeatState, seconds_by_state
from minhu.intake.models import Listener, Seat, SeatChange, SeatOffer, Talk, Whisper
from minhu.intake.queries import front_door
from minhu.intake.types import TalkChannel, TalkState
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict
from minhu.language.dialogue.types import Why


@dataclass(frozen=True, slots=True)
class OfferView:
    """What is offered to an agent now."""

    id: int
    uid: UUID
    channel: TalkChannel
    why: Why | None
    priority: int
    since: datetime | None
    until: datetime
    """After that it goes on to somebody else."""


@dataclass(frozen=True, slots=True)
class OwnSeat:
    """The bar in the head of an agent's pages."""

    state: SeatState
    since: datetime
    reason: str
    at_home: bool
    lines: tuple[str, ...]
    held: int
    ready_at: datetime | None
    """When the time for writing up ends."""
    offer: OfferView | None
    waiting: int
    may_home: bool


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat on the wall."""

    name: str
    state: SeatState
    since: datetime
    reason: str
    at_home: bool
    lines: tuple[str, ...]
    held: tuple[UUID, ...]
    offers: int
    taken: int
    """Of the offers of today."""
    spent: tuple[tuple[SeatState, float], ...]
    """Seconds in each state since midnight in China, in the order of the states."""

    @property
    def is_long(self) -> bool:
        """Whether somebody should ask how it goes: long on pause or writing up."""
        limit = {SeatState.PAUSE: timedelta(minutes=30), SeatState.WRAP_UP: timedelta(minutes=10)}.get(self.state)
        return limit is not None and now() - self.since > limit


@dataclass(frozen=True, slots=True)
class WhisperView:
    """A supervisor's words beside a talk."""

    who: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """What the agent of a talk sees of supervisors: who listens (by the city's setting), and what is whispered."""

    listeners: tuple[str, ...]
    whispers: tuple[WhisperView, ...]


def own_seat(actor: Actor | None = None) -> OwnSeat | None:
    """The seat of an agent; one who never sat down is off. None for people who do not talk with citizens."""
    who, moment = actor or current_actor(), now()
    if who.staff_id is None or not may_ever(who, Action.TALK):
        return None
    standing = front_door.standing()
    row = Seat.objects.filter(staff_id=who.staff_id).first()
    waiting = Talk.objects.filter(state=TalkState.WAITING.value).count()
    if row is None:
        return OwnSeat(SeatState.OFF, moment, "", False, (), 0, None, None, waiting, standing.home)
    state = SeatState(row.state)
    ends = row.since + timedelta(seconds=standing.wrap_up_seconds) if state is SeatState.WRAP_UP else None
    held = Talk.objects.filter(agent_id=who.staff_id, state=TalkState.PERSON.value).count()
    return OwnSeat(
        state, row.since, row.reason, row.at_home, tuple(row.lines), held, ends, _offer(row), waiting, standing.home
    )


def _offer(seat: Seat) -> OfferView | None:
    row = SeatOffer.objects.filter(seat=seat, outcome=OfferOutcome.OPEN.value).select_related("talk").first()
    if row is None:
        return None
    talk = row.talk
    until = row.offered_at + timedelta(seconds=front_door.rules().offer_seconds)
    return OfferView(
        row.pk, talk.uid, TalkChannel(talk.channel), Why(talk.why) if talk.why else None, talk.priority, talk.handed_at,
        until,
    )  # fmt: skip


def seats() -> tuple[SeatRow, ...]:
    """All seats that were used today, those at work first; for who watches."""
    require(Action.WATCH_TALKS)
    midnight = day_start()
    rows = [
        row
        for row in Seat.objects.select_related("staff").order_by("staff__name")
        if row.state != SeatState.OFF.value or row.since >= midnight
    ]
    held: dict[int, list[UUID]] = defaultdict(list)
    for agent_id, uid in Talk.objects.filter(state=TalkState.PERSON.value).values_list("agent_id", "uid"):
        held[agent_id or 0].append(uid)
    offers: dict[int, dict[str, int]] = defaultdict(dict)
    counts = (
        SeatOffer.objects.filter(offered_at__gte=midnight).values_list("seat_id", "outcome").annotate(n=Count("pk"))
    )
    for seat_id, outcome, n in counts:
        offers[seat_id][outcome] = n
    spent = _spent(rows, midnight)
    order = list(SeatState)
    found = [
        SeatRow(
            row.staff.name, SeatState(row.state), row.since, row.reason, row.at_home, tuple(row.lines),
            tuple(held[row.staff_id]), sum(offers[row.pk].values()), offers[row.pk].get(OfferOutcome.TAKEN.value, 0),
            spent[row.pk],
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (order.index(one.state), one.since)))


def _spent(rows: list[Seat], start: datetime) -> dict[int, tuple[tuple[SeatState, float], ...]]:
    """Seconds by state since ``start``: the last change before it tells the state at that moment."""
    changes: dict[int, list[tuple[SeatState, datetime]]] = defaultdict(list)
    kept = (
        SeatChange.objects.filter(seat__in=rows, at__gte=start)
        .order_by("at", "pk")
        .values_list("seat_id", "state", "at")
    )
    before = (
        SeatChange.objects.filter(seat__in=rows, at__lt=start).order_by("seat_id", "-at", "-pk").distinct("seat_id")
    )
    for seat_id, state, at in before.values_list("seat_id", "state", "at"):
        changes[seat_id].append((SeatState(state), at))
    for seat_id, state, at in kept:
        changes[seat_id].append((SeatState(state), at))
    end = now()
    return {row.pk: tuple(seconds_by_state(changes[row.pk], start, end).items()) for row in rows}


def beside(uid: UUID) -> Beside:
    """What stands beside a talk: for its agent, and for who watches; raises Conflict for others."""
    actor = current_actor()
    talk = Talk.objects.filter(uid=uid).first()
    watches = may_ever(actor, Action.WATCH_TALKS)
    if talk is None or not (watches or (actor.staff_id is not None and talk.agent_id == actor.staff_id)):
        raise Conflict("这次对话不在您手上。", code="talk_not_yours")
    listeners: tuple[str, ...] = ()
    if watches or front_door.rules().listeners_shown:
        there = Listener.objects.filter(talk=talk, ended_at=None, seen_at__gt=now() - timedelta(seconds=20))
        listeners = tuple(there.select_related("staff").values_list("staff__name", flat=True))
    whispers = tuple(WhisperView(row.staff, str(row.text), row.at) for row in Whisper.objects.filter(talk=talk))
    return Beside(listeners, whispers)


def day_start() -> datetime:
    """Midnight in China of today."""
    day = local_day()
    return datetime(day.year, day.month, day.day, tzinfo=CHINA_TIME)


__all__ = ["Beside", "OfferView", "OwnSeat", "SeatRow", "SeatState", "WhisperView", "beside", "own_seat", "seats"]
