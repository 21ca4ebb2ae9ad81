"""Calls that the house has placed: one protocol whatever exchange does it, and what came of one, in the words of `calls`.

What becomes of a call is told by the exchange's events, as of any call: ANSWERED, or HUNG_UP with its reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from minhu.kernel.errors import Invalid, Unavailable

PREFIX: Final = "minhu-"
"""Before the name of every call that the house placed: whose events are whose is seen by it."""
_NUMBER: Final = re.compile(r"\+?\d{3,20}", re.ASCII)


class Placement(StrEnum):
    """What came of placing a call."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    OFF = "off"
    """Switched off, out of service, no such number."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Dial:
    """Whom to call: ``call`` names it here and at the exchange; it rings for ``seconds``."""

    call: str
    number: str
    seconds: int = 40

    @classmethod
    def to(cls, uid: UUID, number: str, seconds: int = 40) -> Dial:
        """Raises Invalid for what is no number: nothing else ever reaches a dial string."""
        plain = re.sub(r"[\s\-()]", "", number)
        if not _NUMBER.fullmatch(plain):
            raise Invalid("这个号码不能拨打。", code="not_dialable")
        return cls(f"{PREFIX}{uid.hex}", plain, max(5, min(seconds, 120)))


class Exchange(Protocol):
    """Whoever can place a call."""

    @property
    def name(self) -> str:
        """As its calls are known here."""

    def originate(self, dial: Dial) -> None:
        """Ask for the call and return at once; raises Unplaced where the exchange does not take the order."""


class Unplaced(Unavailable):
    """The exchange did not take the order: not reachable, refused, no line."""

    default_code = "unplaced"
    title = "没有拨出"


_ENDS: Final = (
    (Placement.BUSY, r"user.?busy|\bbusy\b|call.?rejected|rejected"),
    (Placement.NO_ANSWER, r"no.?answer|no.?user.?response|no user responding|alerting|originator.?cancel|timeout|progress.?timeout"),
    (Placement.OFF, r"subscriber.?absent|unallocated|number.?changed|out.?of.?order|invalid.?number|absent|no route to (?:dest|specified)|no.?route.?destination"),
)  # fmt: skip


def placement_of(cause: str, *, answered: bool) -> Placement:
    """What came of a call that is over; ``cause``: the reason as Asterisk (cause_txt) or FreeSWITCH (Hangup-Cause) says it."""
    if answered:
        return Placement.ANSWERED
    found = (end for end, pattern in _ENDS if re.search(pattern, cause, re.IGNORECASE))
    return next(found, Placement.NO_ANSWER if "normal" in cause.lower() else Placement.FAILED)
