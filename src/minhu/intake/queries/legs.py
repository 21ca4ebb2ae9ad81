"""Who was on the line of a call, and from when until when, read off what its exchange told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from minhu.directory.queries.actors import actor_named
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.intake.domain.calls import account_in
from minhu.intake.models import Call, Utterance
from minhu.intake.types import Speaker

K = CallEventKind
_SPEAKERS = {"citizen": Speaker.CITIZEN, "agent": Speaker.AGENT}


@dataclass(frozen=True, slots=True)
class Leg:
    """One party. ``role``: citizen, agent, other; ``who``: an agent's name, or another party's number as it was told."""

    role: str
    who: str
    since: datetime
    until: datetime | None = None
    spoke: bool | None = None
    """Whether words of his were written down; None where nobody writes them down."""


def legs_of(talk: UUID) -> tuple[Leg, ...]:
    """Of the call of a talk, in the order of their coming; none for a talk on another channel.

    For a room that may already read the call: nothing here asks who asks.
    """
    call = Call.objects.filter(talk__uid=talk).first()
    if call is None:
        return ()
    events = [CallEvent(call.key, row.at, K(row.kind), row.detail, row.key) for row in call.events.all()]
    found = _legs(sorted(events, key=lambda one: one.place))
    said = list(Utterance.objects.filter(talk=call.talk).values_list("speaker", "at"))
    return tuple(replace(leg, spoke=_spoke(leg, said)) for leg in found)


def _spoke(leg: Leg, said: list[tuple[str, datetime]]) -> bool | None:
    speaker = _SPEAKERS.get(leg.role)
    if speaker is None:
        return None
    return any(who == speaker.value and at >= leg.since and (not leg.until or at <= leg.until) for who, at in said)


def _legs(events: list[CallEvent]) -> list[Leg]:
    """Read the events in order; the end of the call ends whoever is still there."""
    found: list[Leg] = []
    for one in events:
        if one.kind in (K.ANSWERED, K.QUEUED, K.CONNECTED) and not any(leg.role == "citizen" for leg in found):
            found.append(Leg("citizen", "", one.at))
        if one.kind in (K.CONNECTED, K.JOINED) and one.detail:
            role, who = _party(one.detail)
            if one.kind is K.CONNECTED and role == "agent":  # put through to a colleague
                _end(found, one.at, {(leg.role, leg.who) for leg in found if leg.role == "agent" and leg.who != who})
            if not any((leg.role, leg.who) == (role, who) for leg in _open(found)):
                found.append(Leg(role, who, one.at))
        elif one.kind is K.LEFT:
            _end(found, one.at, {_party(one.detail)})
        elif one.kind in (K.HUNG_UP, K.ABANDONED):
            _end(found, one.at, {(leg.role, leg.who) for leg in found})
    return found


def _open(found: list[Leg]) -> Iterator[Leg]:
    return (leg for leg in found if leg.until is None)


def _end(found: list[Leg], at: datetime, whose: set[tuple[str, str]]) -> None:
    for place, leg in enumerate(found):
        if leg.until is None and (leg.role, leg.who) in whose:
            found[place] = replace(leg, until=at)


def _party(detail: str) -> tuple[str, str]:
    """An agent by the account in what the exchange calls him; anybody else by the number."""
    account = account_in(detail)
    actor = actor_named(account) if account else None
    return ("agent", actor.name or account) if actor is not None else ("other", detail)


__all__ = ["Leg", "legs_of"]
