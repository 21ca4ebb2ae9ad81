"""The house's own connection to its exchange: kept up, told of, and each event given on once.

Whatever breaks it, it comes back after a pause that grows; while the database is away nothing more is read, so that the
exchange waits and no event is lost by us. Our password is in no log and no state.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Sequence
from typing import Final

import structlog

from minhu.engines.speech.calls import CallEvent
from minhu.engines.speech.exchange.stream import Source, Told, WrongKey
from minhu.intake.queries.exchange_links import LinkState
from minhu.intake.services import exchange_links
from minhu.kernel.errors import MinhuError
from minhu.server.telephone.workers import Workers

log = structlog.get_logger("minhu.telephone")
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
REFUSED_PAUSE: Final = 60.0
"""After a wrong password: exchanges shut out whoever tries on and on."""
STEADY: Final = 60.0
"""Seconds after which a connection counts as good again, and its next break as the first."""
SAYS_EVERY: Final = 15.0


class Link:
    """Keeps one connection. ``pauses``: first, longest, and after a refusal, in seconds."""

    def __init__(
        self, source: Source, name: str, kind: str, workers: Workers | None = None,
        pauses: tuple[float, float, float] = (FIRST_PAUSE, LONGEST_PAUSE, REFUSED_PAUSE), says_every: float = SAYS_EVERY,
    ) -> None:  # fmt: skip
        self._source, self._name, self._kind = source, name, kind
        self._workers = workers or Workers(1)
        self._first, self._longest, self._refused = pauses
        self._says_every = says_every
        self._events = self._unread = self._breaks = 0
        self.state = LinkState.AWAY
        self.problem = ""

    async def run(self) -> None:
        """Until it is cancelled."""
        pause = self._first
        saying = asyncio.create_task(self._say_on())
        try:
            while True:
                began = time.monotonic()
                state, problem = await self._once()
                self._breaks += self.state is LinkState.CONNECTED
                if self.state is LinkState.CONNECTED and time.monotonic() - began >= STEADY:
                    pause = self._first
                if (state, problem) != (self.state, self.problem):
                    log.warning("exchange_lost", exchange=self._name, state=state.value, why=problem)
                self.state, self.problem = state, problem
                await self._say()
                wait = self._refused if state is LinkState.REFUSED else pause
                pause = min(pause * 2, self._longest)
                await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - no secret: houses do not return at once
        finally:
            saying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await saying

    async def _once(self) -> tuple[LinkState, str]:
        """One connection from its beginning to its end; how it stands then, and why."""
        try:
            async with contextlib.aclosing(self._source.events()) as told:  # type: ignore[type-var]
                async for piece in told:
                    await self._take(piece)
            return LinkState.AWAY, "closed"
        except WrongKey:
            return LinkState.REFUSED, "wrong_key"
        except TimeoutError:
            return LinkState.AWAY, "silent"
        except MinhuError as error:
            return LinkState.AWAY, error.code
        except OSError as error:
            return LinkState.AWAY, type(error).__name__

    async def _take(self, piece: Told) -> None:
        if self.state is not LinkState.CONNECTED:
            self.state, self.problem = LinkState.CONNECTED, ""
            log.info("exchange_connected", exchange=self._name)
            await self._say()
        self._unread += piece.unread
        if piece.events:
            await self._give(piece.events)
            self._events += len(piece.events)

    async def _give(self, events: Sequence[CallEvent]) -> None:
        """Give events on, however long the database is away; what one event is refused for keeps no other."""
        pause = self._first
        while events:
            try:
                await self._workers.in_database(exchange_links.take, self._name, events[:1])
                events, pause = events[1:], self._first
            except MinhuError as error:
                log.warning("call_event_refused", exchange=self._name, why=error.code)
                self._unread += 1
                events = events[1:]
            except Exception as error:  # noqa: BLE001 - the edge: the database may be away for a while
                log.warning("call_events_wait", exchange=self._name, error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._longest)

    async def _say_on(self) -> None:
        while True:
            await asyncio.sleep(self._says_every)
            await self._say()

    async def _say(self) -> None:
        counts = self._events, self._unread, self._breaks
        self._events = self._unread = self._breaks = 0
        try:
            await self._workers.in_database(
                exchange_links.note, self._name, self._kind, self.state, events=counts[0], unread=counts[1],
                breaks=counts[2], problem=self.problem,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - the edge: what could not be said is said with the next word
            self._events, self._unread, self._breaks = (
                a + b for a, b in zip(counts, (self._events, self._unread, self._breaks), strict=True)
            )
            log.warning("exchange_state_unsaid", exchange=self._name, error=type(error).__name__)
