"""What became of a call: rules over the state that its events come to. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from minhu.engines.speech.calls import CallEvent, CallEventKind, CallState, Phase, states_of
from minhu.intake.types import CallOutcome, CallPhase

ANSWERED_IN_TIME: Final = 15
"""Seconds of waiting within which an answer counts as one in time (customary among hotlines; see docs/figures.md)."""
_CHANNELS: Final = ("sip/", "pjsip/", "agent/", "local/", "iax2/", "user/", "sofia/")


@dataclass(frozen=True, slots=True)
class Course:
    """How a call went, as far as its events tell."""

    phase: CallPhase
    outcome: CallOutcome | None
    arrived_at: datetime
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    caller: str
    queue: str
    agent: str


def course_of(events: Iterable[CallEvent], *, by_bot: bool = False, complete: bool = False) -> Course:
    """The course of one call from at least one event. ``complete``: a log that holds nothing of the call any more.

    Whoever was connected with a person was answered, also where he was sent on afterwards; who waited in a queue and
    hung up abandoned; who was answered by a machine only was the machine's; all others were missed.
    """
    found = sorted(events, key=lambda one: one.place)
    (state,) = states_of(found).values()
    queued = next((one.at for one in found if one.kind is CallEventKind.QUEUED), None)
    last, ended = found[-1], state.ended
    if ended is None and complete and last.kind is CallEventKind.LEFT_QUEUE:
        ended = last.at  # a queue's log ends here for this call
    over = ended is not None
    return Course(
        CallPhase.OVER if over else CallPhase(state.phase.value), _outcome(state, queued, by_bot) if over else None,
        state.began, queued, state.connected, ended, state.caller, state.queue, state.agent,
    )  # fmt: skip


def _outcome(state: CallState, queued: datetime | None, by_bot: bool) -> CallOutcome:
    if state.connected is not None:
        return CallOutcome.ANSWERED
    if state.whereto:
        return CallOutcome.TRANSFERRED
    if state.abandoned or (queued is not None and state.phase is Phase.OVER):
        return CallOutcome.ABANDONED
    return CallOutcome.BOT if by_bot and state.answered is not None else CallOutcome.MISSED


def key_of(event: CallEvent) -> str:
    """What tells an event from any other of its call; the same event told twice has the same."""
    told = "\n".join((event.at.isoformat(), event.kind.value, event.detail, event.key))
    return hashlib.sha256(told.encode()).hexdigest()


def account_in(agent: str) -> str:
    """The account name in an exchange's name of an agent: 'PJSIP/a12-0000001f' and 'Agent/a12' are 'a12'."""
    name = agent.strip()
    if name.lower().startswith(_CHANNELS):
        name = name.partition("/")[2]
        head, mark, tail = name.rpartition("-")
        name = head if mark and len(tail) == 8 and set(tail) <= set("0123456789abcdef") else name
    return name.partition("@")[0][:64]
