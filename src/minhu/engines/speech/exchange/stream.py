"""What a connection to an exchange gives: events as they come, and words for what went wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Protocol

from minhu.engines.speech.calls import CallEvent
from minhu.kernel.errors import Unavailable

SECONDS: Final = 10.0
"""For each step of a handshake."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one piece told: events, and messages that could not be read. The first of a connection: it stands."""

    events: tuple[CallEvent, ...] = ()
    unread: int = 0


class WrongKey(Unavailable):
    """The exchange does not accept our name or password."""

    default_code = "wrong_key"


class Source(Protocol):
    """One exchange's events."""

    def events(self) -> AsyncIterator[Told]:
        """Connect and tell until the connection ends.

        Raises WrongKey, or OSError, ConnectionError, TimeoutError, MinhuError for whatever broke it.
        """
