"""Callers who keep to a script: they tell a matter over the greeting, answer, confirm, thank and hang up; in real time.

A message of sound leaves when its sound is over, as a telephone's does: its voice began one ``step`` earlier.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from uuid import uuid4

import numpy as np

from minhu.engines.speech.codecs import Encoding, encode
from minhu.kernel.errors import Unavailable
from minhu.server.telephone.rehearsal.socket import Socket
from minhu.server.telephone.rehearsal.voice import hiss, voice_of

MATTERS: Final = (
    "柳湾社区门口的路灯坏了一个星期，晚上很黑，希望尽快修好。",
    "我们小区三天没有热水，打物业电话没有人接，想请你们催一下。",
    "滨江路东段有一个很深的坑，下雨天看不见，骑车容易摔倒。",
    "楼下饭店的油烟直接排到居民家里，窗户都不敢开，请管一管。",
)
YES, UNKNOWN, THANKS = "对的，就是这样", "不清楚，说不上来", "没有别的了，谢谢"
TEXTS: Final = (*MATTERS, YES, UNKNOWN, THANKS)
_FRAME: Final = 160
_OVER: Final = 0.5
"""Seconds without the bot's sound after which it counts as having ended."""
_MOST_TURNS: Final = 12
_PATIENCE: Final = 15.0
"""Seconds for which a caller waits for an answer before he speaks again; the answer then counts as missing."""
_BEGUN: Final = 0.6
"""Seconds of the greeting that are heard before it is spoken over."""
_BYE: Final = 5.0
_WAITS: Final = 5.0
"""Seconds for which a caller who was handed to a person waits for one before he hangs up; nobody is there in a rehearsal."""


@dataclass
class Noted:
    """What one caller met with in all his calls; seconds, frames of 20 ms."""

    answers: list[float] = field(default_factory=list)
    """From the last sound of his turn to the first of the answer."""
    told: list[float] = field(default_factory=list)
    """From the first sound over the bot's to the house's word that it is silent."""
    silenced: list[float] = field(default_factory=list)
    """From the first sound over the bot's to the last frame of the bot that came."""
    late: list[float] = field(default_factory=list)
    """How late this program itself sent: what it measures is no better than that."""
    calls: int = 0
    ended: int = 0
    opened: int = 0
    handed: int = 0
    """Calls that the bot put through to a person: then it says nothing more, and that is no missing answer."""
    unanswered: int = 0
    lost_there: int = 0
    """Frames that the house did not get."""
    lost_here: int = 0
    """Frames that the house sent and that did not come."""
    bridged: int = 0
    """Frames for which the house put silence because sound stayed away for more than 400 ms."""
    uncounted: int = 0
    """Calls at whose end the house named no counts."""
    troubles: list[str] = field(default_factory=list)


class Caller:
    """Calls, again and again until ``until`` (by time.monotonic); sends a message each ``step`` milliseconds."""

    def __init__(self, number: int, url: str, token: str, step: int = 20, until: float = 0.0) -> None:
        self.noted = Noted()
        self._number, self._url, self._token, self._step, self._until = number, url, token, step, until
        self._quiet = _frames("")
        self._new_call()

    def _new_call(self) -> None:
        self._voice: list[bytes] = []
        self._codes: list[str] = []
        self._heard_at = self._heard_since = self._spoke_at = self._over_since = 0.0
        self._awaited = self._opened = self._handed = False
        self._sent = self._got = 0
        self._bye = asyncio.Event()

    async def run(self) -> Noted:
        """Call until the time is over; one call that has begun is told to its end or hung up then."""
        while True:
            self._new_call()
            if not await self._call() or time.monotonic() >= self._until:
                return self.noted

    async def _call(self) -> bool:
        """One call; False where the house does not take any."""
        self.noted.calls += 1
        try:
            socket = await Socket.open(f"{self._url}/telephone/line", self._token)
        except (Unavailable, OSError) as error:
            self.noted.troubles.append(str(error) or type(error).__name__)
            return False
        socket.send(json.dumps({"type": "hello", "call": uuid4().hex, "encoding": "alaw", "captions": True}))
        ears = asyncio.create_task(self._listen(socket))
        try:
            await self._talk(socket, ears)
            if ears.done():
                self.noted.troubles.append("broken")
                return True
            socket.send(json.dumps({"type": "hangup"}))
            self.noted.ended += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bye.wait(), _BYE)
            self.noted.uncounted += not self._bye.is_set()
        finally:
            ears.cancel()
            socket.close()
        return True

    async def _talk(self, socket: Socket, ears: asyncio.Task[None]) -> None:
        """The line's sound in real time, silence or voice, until all is said or the time is over."""
        due, turns, per = time.monotonic(), 0, self._step // 20
        while turns <= _MOST_TURNS and not ears.done() and time.monotonic() < self._until:
            due += self._step / 1000
            await asyncio.sleep(max(due - time.monotonic(), 0))
            self._give_up_waiting()
            if not self._voice and (words := self._next_words()):
                turns = _MOST_TURNS if words == THANKS and self._opened else turns + 1
                self._voice = list(_frames(words))
                self._begin(time.monotonic() - self._step / 1000)
            piece = [self._next_frame() for _ in range(per)]
            socket.send(b"".join(piece))
            self._sent += per
            moment = time.monotonic()
            self.noted.late.append(moment - due)
            if self._awaited and not self._voice and not self._spoke_at:
                self._spoke_at = moment
                self._end_over(self._heard_at)
            if turns >= _MOST_TURNS and not self._awaited and moment - self._heard_at > _OVER:
                return
            if self._handed and not self._awaited and moment - self._heard_at > _WAITS:
                return

    def _next_frame(self) -> bytes:
        return self._voice.pop(0) if self._voice else self._quiet[self._sent % len(self._quiet)]

    def _begin(self, began: float) -> None:
        playing = time.monotonic() - self._heard_at < _OVER / 2
        self._over_since = began if playing else 0.0
        self._spoke_at, self._awaited = 0.0, True

    def _end_over(self, last: float) -> None:
        """The bot was silent, or spoke on until its end: how long was it still heard."""
        if self._over_since and last > self._over_since:
            self.noted.silenced.append(last - self._over_since)
        self._over_since = 0.0

    def _give_up_waiting(self) -> None:
        if self._awaited and self._spoke_at and time.monotonic() - self._spoke_at > _PATIENCE:
            self.noted.unanswered += 1
            self._awaited, self._spoke_at = False, 0.0

    def _next_words(self) -> str:
        """What to say now; '' to go on listening. The matter is told while the greeting is still heard."""
        if self._awaited or not self._codes or self._handed:
            return ""
        moment = time.monotonic()
        code, first = self._codes[-1], len(self._codes) == 1
        if first and code.startswith("greeting"):
            heard = self._heard_since and moment - self._heard_since > _BEGUN
            return MATTERS[self._number % len(MATTERS)] if heard else ""
        if moment - self._heard_at < _OVER:
            return ""
        if code == "read_back":
            return YES
        if code in ("opened", "anything_else", "goodbye"):
            return THANKS
        return UNKNOWN

    async def _listen(self, socket: Socket) -> None:
        while (message := await socket.receive()) is not None:
            moment = time.monotonic()
            if isinstance(message, bytes):
                self._got += len(message) // _FRAME
                if self._awaited and self._spoke_at:
                    self.noted.answers.append(moment - self._spoke_at)
                    self._awaited, self._spoke_at = False, 0.0
                self._heard_at, self._heard_since = moment, self._heard_since or moment
                continue
            self._told(json.loads(message), moment)

    def _told(self, told: dict[str, Any], moment: float) -> None:
        noted = self.noted
        match told["type"]:
            case "said" if told["speaker"] == "bot":
                self._codes.append(told["code"])
                if told["code"].startswith("handing"):
                    noted.handed += not self._handed
                    self._handed = True
                if told["code"] == "opened":
                    noted.opened += not self._opened
                    self._opened = True
            case "flush" if self._over_since:
                noted.told.append(moment - self._over_since)
                self._end_over(self._heard_at)
            case "refused":
                noted.troubles.append(told["code"])
            case "bye":
                noted.lost_there += max(self._sent - told["heard"], 0)
                noted.lost_here += max(told["sent"] - self._got, 0)
                noted.bridged += told["bridged"]
                self._bye.set()


@lru_cache(maxsize=32)
def _frames(words: str) -> tuple[bytes, ...]:
    """A text's sound as the line carries it; '' is the noise of the line."""
    sound = encode(voice_of(words) if words else hiss(1.0), Encoding.ALAW)
    whole = len(sound) - len(sound) % _FRAME
    return tuple(sound[at : at + _FRAME] for at in range(0, whole, _FRAME))


def parts(values: list[float]) -> dict[str, object]:
    """How many, median, 95th of a hundred, most; seconds."""
    if not values:
        return {"count": 0}
    p50, p95 = (round(float(np.quantile(values, share)), 3) for share in (0.5, 0.95))
    return {"count": len(values), "p50": p50, "p95": p95, "worst": round(max(values), 3)}


def figures(found: list[Noted], recogniser: float) -> dict[str, object]:
    """What all callers met with. ``recogniser``: seconds of an answer that are the transcription endpoint's."""

    def all_of(name: str) -> list[float]:
        return [value for one in found for value in getattr(one, name)]

    def sum_of(name: str) -> int:
        return sum(getattr(one, name) for one in found)

    answers = all_of("answers")
    return {
        "callers": len(found), "calls": sum_of("calls"), "ended": sum_of("ended"), "opened": sum_of("opened"),
        "handed": sum_of("handed"),
        "answers": parts(answers), "answers_own_share": parts([value - recogniser for value in answers]),
        "unanswered": sum_of("unanswered"),
        "silenced": {**parts(all_of("silenced")), "each": sorted(round(one, 3) for one in all_of("silenced"))[-200:]},
        "silence_told": parts(all_of("told")),
        "frames_lost": {"to_the_house": sum_of("lost_there"), "to_the_caller": sum_of("lost_here")},
        "frames_bridged": sum_of("bridged"), "calls_uncounted": sum_of("uncounted"),
        "sent_late": parts(all_of("late")), "troubles": dict(Counter(all_of("troubles"))),
    }  # fmt: skip


def lost(found: list[Noted]) -> bool:
    """Whether a call, a frame or an answer was lost."""
    return any(
        one.lost_there or one.lost_here or one.unanswered or one.uncounted or one.troubles or one.ended < one.calls
        for one in found
    )
