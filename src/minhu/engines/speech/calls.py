"""What happens to a call, in one vocabulary whatever exchange tells it, and the state that all of it comes to.

The same events in any order, with any of them twice, come to the same state: it is read off the set of events, put in
order by their times. Adapters: `asterisk.py`, `freeswitch.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

MOST_EVENTS: Final = 2_000
"""Of one call: the earliest and the end are kept."""
LONGEST_DETAIL: Final = 200


class CallEventKind(StrEnum):
    """Every event of a call, in the order in which those of one instant are read."""

    RINGING = "ringing"
    """Detail: the caller's number as the exchange has it."""
    QUEUED = "queued"
    """Detail: the queue."""
    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"
    """An agent's telephone rang in vain. Detail: the agent."""
    CONNECTED = "connected"
    """An agent, or another party, speaks with the caller. Detail: who."""
    JOINED = "joined"
    """A further party comes into the running conversation. Detail: who."""
    LEFT = "left"
    """A party leaves it while others go on. Detail: who."""
    RESUMED = "resumed"
    HELD = "held"
    DTMF = "dtmf"
    """Detail: one of 0-9, *, #, A-D."""
    TRANSFERRED = "transferred"
    """Detail: whereto."""
    LEFT_QUEUE = "left_queue"
    """Without being answered. Detail: timeout, key, empty."""
    ABANDONED = "abandoned"
    """The caller hung up while waiting."""
    HUNG_UP = "hung_up"
    """Detail: why, as the exchange says it."""


_ORDER: Final = {kind: at for at, kind in enumerate(CallEventKind)}
DIGITS: Final = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One event. ``call``: the exchange's name of it; ``key`` tells two events of one instant apart, never more."""

    call: str
    at: datetime
    kind: CallEventKind
    detail: str = ""
    key: str = ""

    @property
    def place(self) -> tuple[datetime, int, str, str]:
        """Where it stands among the events of its call."""
        return self.at, _ORDER[self.kind], self.detail, self.key


class Phase(StrEnum):
    """Where a call is."""

    RINGING = "ringing"
    WAITING = "waiting"
    TALKING = "talking"
    HELD = "held"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class CallState:
    """What is known of one call; times are None for what did not happen."""

    call: str
    phase: Phase
    began: datetime
    answered: datetime | None = None
    connected: datetime | None = None
    ended: datetime | None = None
    caller: str = ""
    queue: str = ""
    agent: str = ""
    whereto: str = ""
    digits: str = ""
    why: str = ""
    abandoned: bool = False


def states_of(events: Iterable[CallEvent]) -> dict[str, CallState]:
    """The state of every call that the events are about."""
    by_call: defaultdict[str, set[CallEvent]] = defaultdict(set)
    for one in events:
        by_call[one.call].add(one)
    return {call: _state(call, sorted(found, key=lambda one: one.place)) for call, found in by_call.items()}


def _state(call: str, events: list[CallEvent]) -> CallState:
    """Of one call's events in order; what is said after the end of a call changes nothing but a missing reason."""
    if len(events) > MOST_EVENTS:
        ends = [one for one in events[MOST_EVENTS:] if one.kind in (CallEventKind.HUNG_UP, CallEventKind.ABANDONED)]
        events = events[:MOST_EVENTS] + ends[:2]
    known = _Known(call, events[0].at)
    for one in events:
        known.take(one)
    return known.state()


class _Known:
    """Gathers one call's state."""

    def __init__(self, call: str, began: datetime) -> None:
        self._call, self._began = call, began
        self._phase = Phase.RINGING
        self._at: dict[CallEventKind, datetime] = {}
        self._said: dict[CallEventKind, str] = {}
        self._digits = ""

    def take(self, event: CallEvent) -> None:
        kind = event.kind
        if self._phase is Phase.OVER:
            if kind is CallEventKind.HUNG_UP and not self._said.get(kind):
                self._said[kind] = event.detail
            return
        self._at.setdefault(kind, event.at)
        if event.detail and (kind is not CallEventKind.RINGING or not self._said.get(kind)):
            self._said[kind] = event.detail
        if kind is CallEventKind.DTMF:
            self._digits += event.detail
        self._phase = _follows(self._phase, kind, CallEventKind.ANSWERED in self._at)

    def state(self) -> CallState:
        ended = self._at.get(CallEventKind.HUNG_UP) or self._at.get(CallEventKind.ABANDONED)
        said, at = self._said, self._at
        return CallState(
            self._call, self._phase, self._began, at.get(CallEventKind.ANSWERED), at.get(CallEventKind.CONNECTED), ended,
            said.get(CallEventKind.RINGING, ""), said.get(CallEventKind.QUEUED, ""), said.get(CallEventKind.CONNECTED, ""),
            said.get(CallEventKind.TRANSFERRED, ""), self._digits, said.get(CallEventKind.HUNG_UP, ""),
            CallEventKind.ABANDONED in at,
        )  # fmt: skip


def _follows(phase: Phase, kind: CallEventKind, answered: bool) -> Phase:
    """The phase after an event."""
    if kind in (CallEventKind.HUNG_UP, CallEventKind.ABANDONED):
        return Phase.OVER
    if kind is CallEventKind.QUEUED:
        return Phase.WAITING
    if kind is CallEventKind.ANSWERED:
        return Phase.TALKING if phase is Phase.RINGING else phase
    if kind in (CallEventKind.CONNECTED, CallEventKind.RESUMED):
        return Phase.TALKING
    if kind is CallEventKind.HELD:
        return Phase.HELD
    if kind is CallEventKind.LEFT_QUEUE:
        return Phase.TALKING if answered else Phase.RINGING
    return phase


def shortened(text: object) -> str:
    """A detail as it may be kept: one line, no control signs, at most 200 characters; '' for what is no text."""
    if not isinstance(text, str):
        return ""
    return "".join(sign for sign in text[: 2 * LONGEST_DETAIL] if sign.isprintable())[:LONGEST_DETAIL].strip()
