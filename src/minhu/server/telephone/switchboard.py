"""All calls of this process: begun, joined, kept going, ended.

One process holds the sockets of a house (docs/operate/processes.md), so that both legs of a call meet here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from django.conf import settings

from minhu.engines.speech.calls import CallEventKind
from minhu.intake.services import live_calls
from minhu.intake.types import Speaker, TalkState
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, NotFound, TooMany
from minhu.server.telephone import words
from minhu.server.telephone.conversation import CITIZEN, HOUSE, Conversation, Send
from minhu.server.telephone.life import Life
from minhu.server.telephone.protocol import Hello, Legs, written
from minhu.server.telephone.workers import Workers

log = structlog.get_logger("minhu.telephone")
TICK: Final = 0.1
NEWS: Final = 1.0
"""Seconds between two looks at what was said elsewhere: by an agent at a desk, by the house after a silence."""
GRACE: Final = {CITIZEN: 30.0, HOUSE: 20.0}
"""Seconds for which a leg whose socket broke is waited for."""
LONGEST_MS: Final = 2 * 3600 * 1000


class Switchboard:
    """The calls that run. Methods are for the event loop; ``seconds`` runs as the sound does."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic, workers: Workers | None = None) -> None:
        self.workers = workers or Workers(settings.CONFIG.call_threads)
        self._seconds = seconds
        self._lives: dict[UUID, Life] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._beat: asyncio.Task[None] | None = None
        self._arriving: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @property
    def running(self) -> int:
        """How many calls run."""
        return len(self._lives)

    @property
    def busy(self) -> bool:
        """Whether a turn of any call is being understood, or words made."""
        return any(life.busy for life in self._lives.values())

    async def arrive(self, source: str, hello: Hello, send: Send) -> Conversation:
        """A citizen's sound begins, or goes on after a break; raises TooMany, Conflict for a call that is over."""
        key = (source, hello.call)
        async with self._arriving.setdefault(key, asyncio.Lock()):  # two sockets of one call at the same moment
            known = next((life.one for life in self._lives.values() if life.one.key == key), None)
            if known is None:
                return await self._begin(source, hello, send)
        known.join(CITIZEN, hello, send)
        self._ready(known, send)
        return known

    async def join(self, uid: UUID, staff: str, hello: Hello, send: Send) -> Conversation:
        """An agent speaks with the citizen of a running call; raises NotFound."""
        known = self.call(uid)
        known.agent_name = staff
        known.join(HOUSE, hello, send)
        self._ready(known, send)
        await self.workers.in_database(live_calls.told, known.source, known.hello.call, CallEventKind.CONNECTED, staff)
        return known

    def call(self, uid: UUID) -> Conversation:
        """A running call; raises NotFound."""
        if uid not in self._lives:
            raise NotFound("这通电话不在线上：可能已经挂断，或由话务平台直接接通。", code="not_on_the_line")
        return self._lives[uid].one

    async def digit(self, known: Conversation, digit: str) -> None:
        """The citizen pressed a key; 0 asks for a person."""
        await self.workers.in_database(live_calls.told, known.source, known.hello.call, CallEventKind.DTMF, digit)
        if digit == "0" and known.by_bot and known.talk is not None:
            known.cut()
            await self.workers.in_database(live_calls.want_person, known.talk)

    async def close(self) -> None:
        """The process ends: what was recorded is kept; whoever comes again after it goes on with the same call."""
        for life in list(self._lives.values()):
            life.one.recorder.cut(life.one.now())
            try:
                await life.keep_sound()
            except Exception as error:  # noqa: BLE001 - the edge: one sound that cannot be kept costs no other
                log.warning("sound_not_kept", call=str(life.one.uid), error=type(error).__name__)
        for task in self._tasks.values():
            task.cancel()

    async def _begin(self, source: str, hello: Hello, send: Send) -> Conversation:
        if len(self._lives) >= settings.CONFIG.calls:
            raise TooMany("同时进行的通话已达上限，请转到排队。", code="too_many_calls")
        machine = words.can_talk() and hello.legs is not Legs.BOTH
        found = await self.workers.in_database(
            live_calls.arrive, source, hello.call, line=hello.line, caller=hello.caller, machine=machine
        )
        if found.over:
            raise Conflict("这通电话已经结束。", code="call_over")
        lasted = (clock.now() - found.arrived_at).total_seconds()
        one = Conversation(found.uid, source, hello, self._seconds() - lasted, self._seconds)
        one.talk, one.by_bot = found.talk, found.state is TalkState.BOT
        one.join(CITIZEN, hello, send)
        self._ready(one, send)
        life = self._lives[found.uid] = Life(one, self.workers)
        house = [said.number for said in found.said if said.speaker is Speaker.BOT]
        one.spoken = house[-1] - 1 if house else 0  # another process may have said the words before
        life.news(found)
        self._tasks[found.uid] = asyncio.create_task(self._lived(life))
        if self._beat is None or self._beat.done():
            self._beat = asyncio.create_task(self._beats())
        return one

    def _ready(self, one: Conversation, send: Send) -> None:
        if message := written("ready", one.hello.asterisk, call=str(one.uid), talk=str(one.talk), at=one.now()):
            send(message)

    async def _lived(self, life: Life) -> None:
        try:
            await life.run()
        finally:
            one = life.one
            self._lives.pop(one.uid, None)
            self._tasks.pop(one.uid, None)
            for leg in (one.citizen, one.agent):
                if leg is not None and (message := written("hangup", leg is one.citizen and one.hello.asterisk)):
                    leg.send(message)

    async def _beats(self) -> None:
        """The clock of all calls, which waits for no database; ends with the last of them."""
        looked, look = 0.0, None
        while self._lives:
            await asyncio.sleep(TICK)
            for life in list(self._lives.values()):
                life.one.tick()
                self._overdue(life)
            if time.monotonic() - looked >= NEWS and (look is None or look.done()):
                looked, look = time.monotonic(), asyncio.create_task(self._look())

    async def _look(self) -> None:
        asked = {uid: life.one.spoken for uid, life in self._lives.items() if not life.one.over}
        try:
            for uid, found in (await self.workers.in_database(live_calls.news_of, asked)).items():
                if uid in self._lives:
                    self._lives[uid].news(found)
        except Exception as error:  # noqa: BLE001 - the edge: the database may be away for a while
            log.warning("calls_not_looked_at", error=type(error).__name__)

    def _overdue(self, life: Life) -> None:
        one, moment = life.one, self._seconds()
        left = one.left_at.get(CITIZEN)
        if (left is not None and moment - left > GRACE[CITIZEN]) or one.now() > LONGEST_MS:
            one.hang_up()
        left = one.left_at.get(HOUSE)
        if left is not None and moment - left > GRACE[HOUSE]:
            del one.left_at[HOUSE]
            life.agent_gone = True
            one.wake()
