"""A call while its sound runs through the house: it arrives, who has the word in it, what was said since, its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Greatest

from minhu.directory.access import as_system, elevated
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.intake.models import Call
from minhu.intake.queries.caring import held
from minhu.intake.queries.talks import said_of
from minhu.intake.services import attending, calling
from minhu.intake.types import CallPhase, Said, TalkState
from minhu.kernel.clock import now
from minhu.language.needs import manner_of

K: Final = CallEventKind
LOST_AFTER: Final = timedelta(hours=4)
"""Twice as long as the gateway carries a call: of which nothing was heard for so long, its process died and nobody came back."""
_AT_ONCE: Final = 200

WHY: Final = "a call that is held belongs to a citizen without an account"


@dataclass(frozen=True, slots=True)
class Running:
    """A call as the media gateway needs it. ``said``: behind the number that was asked for, oldest first."""

    uid: UUID
    talk: UUID | None
    state: TalkState
    over: bool
    arrived_at: datetime
    said: tuple[Said, ...]
    agent: str
    """Account of the agent who has the talk."""
    speed: float = 1.0
    """Of the voice that speaks to this caller; less for who needs slow speech."""
    ends: bool = False
    """The house called, and has said all: it hangs up after its last words."""


def arrive(source: str, key: str, *, line: str = "", caller: str = "", machine: bool = True) -> Running:
    """A call's sound begins, or begins again after a break.

    ``machine``: the house can hear and speak; else, or where people come first, the call waits for a person.
    """
    moment = now()
    uid = _known(source, key)
    if uid is None:
        uid = calling.take_event(source, CallEvent(key, moment, K.RINGING, caller), line=line)
        told(source, key, K.ANSWERED)
    if machine:
        calling.answer_by_bot(uid)
    found = news_of({uid: 0})[uid]
    if not found.over and (not machine or found.state is TalkState.WAITING):
        told(source, key, K.QUEUED, line, once=uid)
        found = news_of({uid: 0})[uid]
    return found


def told(source: str, key: str, kind: CallEventKind, detail: str = "", *, once: UUID | None = None) -> None:
    """The gateway's own event of a call; ``once``: unless this call has had one of the kind."""
    if once is not None:
        with transaction.atomic(), elevated(WHY):
            if Call.objects.filter(uid=once, events__kind=kind.value).exists():
                return
    calling.take_event(source, CallEvent(key, now(), kind, detail))


def want_person(talk: UUID) -> None:
    """The machine cannot go on with a talk: a person takes over, without a word of the citizen."""
    attending.ask_for_person(talk)


def without_agent(call: UUID) -> None:
    """The agent's line broke and did not come back: the call waits again for whoever takes it."""
    calling.left_by_agent(call)


def end_lost() -> int:
    """End calls that no process carries any more, as of when they were last heard of; returns how many.

    Whoever waited for a person then is called back. Calls without a talk, of an imported log, are left as they are.
    """
    limit = now() - LOST_AFTER
    with transaction.atomic(), as_system():
        running = Call.objects.exclude(phase=CallPhase.OVER.value).filter(talk__isnull=False, arrived_at__lt=limit)
        heard = running.annotate(heard=Greatest(Max("events__at"), "talk__last_at")).filter(heard__lt=limit)
        lost = list(heard.order_by("arrived_at").values_list("source", "key", "heard")[:_AT_ONCE])
    for source, key, last in lost:
        calling.take_event(source, CallEvent(key, last + timedelta(milliseconds=1), K.HUNG_UP, "lost"))
    return len(lost)


def news_of(calls: Mapping[UUID, int]) -> dict[UUID, Running]:
    """How calls stand and what was said in each behind its number; calls that are gone are missing."""
    with transaction.atomic(), elevated(WHY):
        rows = Call.objects.filter(uid__in=list(calls)).select_related("talk", "talk__agent")
        lasts = rows.annotate(last=Max("talk__utterances__number"))  # most calls have nothing new, each second
        return {row.uid: _running(row, calls[row.uid], (row.last or 0) > calls[row.uid]) for row in lasts}


def _known(source: str, key: str) -> UUID | None:
    with transaction.atomic(), elevated(WHY):
        row = Call.objects.filter(source=source[:64], key=key).exclude(phase=CallPhase.OVER.value)
        return row.filter(talk__isnull=False).values_list("uid", flat=True).first()


def _running(call: Call, after: int, fresh: bool) -> Running:
    talk = call.talk
    return Running(
        call.uid, talk.uid if talk else None, TalkState(talk.state) if talk else TalkState.WAITING,
        call.phase == CallPhase.OVER.value, call.arrived_at, said_of(talk, after) if talk and fresh else (),
        talk.agent.username if talk and talk.agent else "", manner_of(held(talk)).speed if talk else 1.0,
        call.outgoing and talk is not None and talk.state == TalkState.ENDED.value,
    )  # fmt: skip
