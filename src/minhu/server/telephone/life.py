"""The life of one call beside its sound: turns are understood in their order, words are said aloud, pieces are kept.

Two tasks of the event loop for each call; every step runs in a thread, and none that fails ends the call.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Iterator
from typing import Final

import structlog

from minhu.engines.speech.calls import CallEventKind
from minhu.engines.speech.codecs import Samples
from minhu.intake.services import live_calls, recordings
from minhu.intake.services.live_calls import Running
from minhu.intake.types import Said, Speaker, TalkState
from minhu.kernel.errors import MinhuError
from minhu.server.telephone import words
from minhu.server.telephone.conversation import HOUSE, Conversation, Job
from minhu.server.telephone.protocol import written
from minhu.server.telephone.workers import Workers

log = structlog.get_logger("minhu.telephone")
AHEAD_MS: Final = 10_000
"""So much of the bot's sound is made ahead of what is heard."""
CONSOLED_EVERY_MS: Final = 25_000
_PAUSE: Final = 0.1
_MOST_UNHEARD: Final = 2
"""Turns in a row that nobody could recognise, after which a person takes over."""


class Life:
    """Works off what a conversation brings about."""

    def __init__(self, one: Conversation, workers: Workers) -> None:
        self.one, self._workers = one, workers
        self._to_say: deque[str] = deque()
        self._fresh, self._mouth = asyncio.Event(), asyncio.Event()
        self._handed = self.agent_gone = self._last_words = self._making = self._full = False
        self._unheard, self._consoled, self._speed = 0, one.now(), 1.0
        one.wake = self._fresh.set

    @property
    def busy(self) -> bool:
        """Whether something that was heard is being understood, or something made to be said."""
        return bool(self.one.busy or self.one.jobs or self._making or (self._to_say and not self._full))

    def news(self, found: Running) -> None:
        """Follow who has the word, and say aloud what was said elsewhere; the same news again changes nothing."""
        one = self.one
        if found.over:
            one.hang_up()
            return
        before, one.by_bot, one.talk = one.by_bot, found.state is TalkState.BOT, found.talk
        self._speed = found.speed
        one.take_time(found.speed < 1)
        fresh = [said for said in found.said if said.number > one.spoken]
        if fresh:
            one.spoken = fresh[-1].number
            self._to_say.extend(said.text for said in fresh if said.speaker is Speaker.BOT)
            self._write(fresh)
        if before and found.state is TalkState.WAITING:
            self._handed = True
            self._fresh.set()
        self._last_words = self._last_words or found.ends
        self._mouth.set()

    def _write(self, fresh: list[Said]) -> None:
        leg, hello = self.one.citizen, self.one.hello
        for said in fresh if leg is not None and hello.captions else ():
            words = written("said", hello.asterisk, speaker=said.speaker.value, code=said.code, text=said.text)
            leg.send(words) if leg is not None and words else None

    async def run(self) -> None:
        """Until the call is over and everything of it is kept; a process that ends ends no call."""
        mouth = asyncio.create_task(self._speak())
        try:
            while True:
                self._fresh.clear()
                await self._work()
                if self.one.over and not self.one.jobs:
                    break
                await self._fresh.wait()
        finally:
            mouth.cancel()
            if self.one.over:
                await self._safely(self._tell(CallEventKind.HUNG_UP, "gateway"))

    async def keep_sound(self) -> None:
        """Keep the pieces that are done; those that the disk refuses wait."""
        done = self.one.recorder.done
        while done:
            piece = done[0]
            await self._workers.in_database(recordings.keep, self.one.uid, piece.began, piece.citizen, piece.house)
            if done and done[0] is piece:
                done.popleft()

    async def _work(self) -> None:
        while self.one.jobs:
            await self._safely(self._understand(self.one.jobs.popleft()))
        if self._handed:
            self._handed = False
            await self._safely(self._hand_over())
        if self.agent_gone:
            self.agent_gone = False
            await self._safely(self._without_agent())
        await self._safely(self.keep_sound())

    async def _safely(self, step: Awaitable[None]) -> None:
        try:
            await step
        except Exception as error:  # the edge: a call goes on
            log.warning("call_step_failed", call=str(self.one.uid), error=type(error).__name__, exc_info=True)

    async def _understand(self, job: Job) -> None:
        """One turn, or a long silence: into words, into the talk, and what the bot says to it on its way."""
        one = self.one
        if job.turn is None and not one.by_bot:
            self._console()
            return
        one.busy += 1
        try:
            text = "" if job.turn is None else await self._workers.in_sound(words.heard, job.turn, job.rate)
            if job.goodbye:
                self._to_say.append(words.goodbye())
                self._last_words = True
            elif text is None:
                await self._not_recognised()
            elif text or job.turn is None:
                self._unheard = 0
                agent = one.agent_name if job.leg == HOUSE else None
                await self._workers.in_database(words.keep, one.uid, text, f"{job.leg}-{job.at}", agent)
            self._mouth.set()
            found = await self._workers.in_database(live_calls.news_of, {one.uid: one.spoken})
            if one.uid in found and not one.over:
                self.news(found[one.uid])
        finally:
            one.busy -= 1

    def _console(self) -> None:
        """Whoever waits for a person hears now and then that he is not forgotten; nobody hangs up on him."""
        at = self.one.now()
        if at - self._consoled >= CONSOLED_EVERY_MS:
            self._consoled = at
            self._to_say.append(words.waiting())
            self._mouth.set()

    async def _not_recognised(self) -> None:
        """Nobody could hear it: after the second time the machine is no help any more."""
        self._unheard += 1
        if self._unheard >= _MOST_UNHEARD and self.one.by_bot and self.one.talk is not None:
            await self._workers.in_database(live_calls.want_person, self.one.talk)

    async def _hand_over(self) -> None:
        """A person is wanted: the call waits here, or the exchange is asked to connect one."""
        hello = self.one.hello
        await self._tell(CallEventKind.QUEUED, hello.line, once=True)
        if hello.people == "exchange" and self.one.citizen is not None:
            self.one.citizen.send(written("handover", hello.asterisk, line=hello.line))

    async def _without_agent(self) -> None:
        await self._tell(CallEventKind.HELD, "line broke")
        await self._workers.in_database(live_calls.without_agent, self.one.uid)
        self._to_say.append(words.again())
        self._mouth.set()

    async def _tell(self, kind: CallEventKind, detail: str = "", *, once: bool = False) -> None:
        one = self.one
        call = one.uid if once else None
        await self._workers.in_database(live_calls.told, one.source, one.hello.call, kind, detail, once=call)

    async def _speak(self) -> None:
        """Say one text after the other; whoever speaks over it silences all that was waiting."""
        while True:
            await self._mouth.wait()
            self._mouth.clear()
            while self._to_say:
                await self._safely(self._say(self._to_say.popleft()))
            if self._last_words:
                while self.one.citizen is not None and self.one.citizen.line.playing and not self.one.over:
                    await asyncio.sleep(_PAUSE)
                self.one.hang_up()

    async def _say(self, text: str) -> None:
        one = self.one
        if one.citizen is None or one.agent is not None or one.over:
            return
        pieces = words.said(text, one.citizen.rate, self._speed)
        while one.citizen.line.machine.speaking and not one.over:  # nobody is talked over
            self._full = True
            await asyncio.sleep(_PAUSE)
        self._full, cuts, begun = False, one.cuts, False
        try:
            while (piece := await self._made(pieces)) is not None:
                while self._must_wait(begun) and one.cuts == cuts and not one.over:
                    self._full = True
                    await asyncio.sleep(_PAUSE)
                self._full = False
                if begun and self._citizen_speaks():  # he began between two pieces of the same words
                    one.cut()
                if one.cuts != cuts or one.over:
                    self._to_say.clear()
                    return
                one.say(piece)
                begun = True
        except MinhuError as error:
            log.warning("words_unsaid", call=str(one.uid), why=error.code)

    def _must_wait(self, begun: bool) -> bool:
        """Whether the next piece is not to be played yet: enough waits, or the citizen began while it was made."""
        citizen = self.one.citizen
        return citizen is not None and (citizen.line.to_play_ms > AHEAD_MS or (not begun and self._citizen_speaks()))

    def _citizen_speaks(self) -> bool:
        return self.one.citizen is not None and self.one.citizen.line.machine.speaking

    async def _made(self, pieces: Iterator[Samples]) -> Samples | None:
        self._making = True
        try:
            return await self._workers.in_sound(next, pieces, None)
        finally:
            self._making = False
