"""People whom the house calls, each with one way of answering: real sound in real time, as a telephone brings it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from minhu.engines.speech.codecs import Encoding, encode
from minhu.server.telephone.rehearsal.socket import Socket
from minhu.server.telephone.rehearsal.voice import hiss, voice_of

_FRAME: Final = 160
_OVER: Final = 0.5
"""Seconds without the house's sound after which it has ended."""
_PATIENCE: Final = 180.0
YES: Final = "对，没错"
_CONTENT: Final = {
    "survey_call_opening": "方便，你说吧", "survey_responded": "联系过了", "survey_solved": "已经修好了",
    "survey_content": "挺满意的", "survey_comment": "师傅很耐心", "survey_more": "没有了", "survey_read_back": YES,
}  # fmt: skip
_UNHAPPY: Final = {
    **_CONTENT, "survey_solved": "没有解决，还是停水", "survey_content": "不满意", "survey_why": "来了两次都没有修好",
    "survey_more_wish": "希望换一个新的阀门",
}  # fmt: skip
PEOPLE: Final[Mapping[str, Mapping[str, str]]] = {
    "04": {"survey_call_opening": "您拨打的用户暂时无法接听，请在嘀声后留言"},
    "05": {"survey_call_opening": "以后别再给我打电话了"},
    "06": {"survey_call_opening": "现在没空", "survey_when": "明天下午吧"},
    "07": {"survey_call_opening": "你打错了吧"},
    "08": _UNHAPPY,
    "09": {"survey_call_opening": "我好害怕，他们找人来威胁我，不敢回家"},
}
"""What people say, by the last two digits of their number; all others are content."""
UNREACHED: Final[Mapping[str, tuple[int, str]]] = {
    "01": (17, "User busy"), "02": (19, "User alerting, no answer"), "03": (20, "Subscriber absent"),
}  # fmt: skip
"""Numbers that nobody answers, with the cause as Asterisk says it."""
TEXTS: Final = tuple(dict.fromkeys(words for one in (_CONTENT, *PEOPLE.values()) for words in one.values()))


def answers_of(number: str) -> Mapping[str, str]:
    """What the person with this number says to each question."""
    return PEOPLE.get(number[-2:], _CONTENT)


@dataclass
class Called:
    """One person on the line. ``noted``: codes of what the house said, in order."""

    url: str
    token: str
    call: str
    answers: Mapping[str, str]
    noted: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    """Seconds from the end of his words to the first sound of the house's."""

    async def run(self) -> bool:
        """Speak until the house hangs up; True if it did."""
        socket = await Socket.open(f"{self.url}/telephone/line", self.token)
        socket.send(json.dumps({"type": "hello", "call": self.call, "encoding": "alaw", "captions": True}))
        heard_at = [0.0]
        ears = asyncio.create_task(self._listen(socket, heard_at))
        try:
            await self._speak(socket, ears, heard_at)
            return ears.done() and ears.result()
        finally:
            ears.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ears
            socket.close()

    async def _speak(self, socket: Socket, ears: asyncio.Task[bool], heard_at: list[float]) -> None:
        begun = due = time.monotonic()
        voice: list[bytes] = []
        answered, sent, spoke_at = 0, 0, 0.0
        quiet = _frames("")
        while not ears.done() and due - begun < _PATIENCE:
            due += 0.02
            await asyncio.sleep(max(due - time.monotonic(), 0))
            moment = time.monotonic()
            if spoke_at and heard_at[0] > spoke_at:
                self.waits.append(heard_at[0] - spoke_at)
                spoke_at = 0.0
            if not voice and len(self.noted) > answered and heard_at[0] and moment - heard_at[0] > _OVER:
                answered = len(self.noted)
                words = self.answers.get(self.noted[-1], "")
                if words:
                    voice = list(_frames(words))
                    self.said.append(words)
            socket.send(voice.pop(0) if voice else quiet[sent % len(quiet)])
            if self.said and not voice and not spoke_at and len(self.said) > len(self.waits):
                spoke_at = spoke_at or moment
            sent += 1

    async def _listen(self, socket: Socket, heard_at: list[float]) -> bool:
        while (message := await socket.receive()) is not None:
            if isinstance(message, bytes):
                heard_at[0] = time.monotonic()
                continue
            told = json.loads(message)
            if told["type"] == "said" and told["speaker"] == "bot":
                self.noted.append(told["code"])
            elif told["type"] == "hangup":
                return True
        return False


@lru_cache(maxsize=64)
def _frames(words: str) -> tuple[bytes, ...]:
    sound = encode(voice_of(words) if words else hiss(1.0), Encoding.ALAW)
    return tuple(sound[at : at + _FRAME] for at in range(0, len(sound) - _FRAME + 1, _FRAME))
