"""Sound from an OpenAI-compatible endpoint (POST /audio/speech): one piece a question, ended within its seconds.

What is said to a caller leaves the house this way, order numbers included; the operator alone decides on it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Final

from minhu.engines.chat.posting import insist, post
from minhu.engines.chat.types import NoAnswer, Outcome
from minhu.engines.embedding.remote import Breaker
from minhu.engines.endpoints import Endpoint
from minhu.engines.speech.codecs import Samples
from minhu.engines.speech.espeak import MOST_SOUND, sound_of_wav
from minhu.engines.speech.recognising import Readiness
from minhu.engines.speech.saying import Cancelled, Stop, Unsaid
from minhu.language.spoken import Tongue

MOST_ANSWER: Final = MOST_SOUND * 48_000 * 2 + 4096
_REASONS: Final = {
    Outcome.TIMEOUT: "语音合成服务没有在规定时间内答复。",
    Outcome.BUSY: "语音合成服务正忙，请稍后再试。",
    Outcome.REFUSED: "语音合成服务拒绝了请求，请系统管理员核对 MINHU_SPEECH_OUT_MODEL 与密钥。",
    Outcome.NO_CONNECTION: "无法连接语音合成服务，请系统管理员核对 MINHU_SPEECH_OUT_URL 与网络。",
    Outcome.FORBIDDEN_ADDRESS: "语音合成服务的地址不允许调用：公网须用 https，本机元数据等地址一律不可。",
}
_BROKEN: Final = "语音合成服务出错；一直如此请系统管理员检查该服务。"


@dataclass
class RemoteVoice:
    """Asks one endpoint for each piece."""

    endpoint: Endpoint
    voice: str = "alloy"
    breaker: Breaker = field(default_factory=Breaker)
    stays_inside: bool = field(default=False, init=False)
    tongues: frozenset[Tongue] = field(default=frozenset(Tongue), init=False)

    @property
    def maker(self) -> str:
        """Name of the host and of its model."""
        return f"{self.endpoint.host}/{self.endpoint.model}"[:120]

    def readiness(self) -> Readiness:
        """Ready once its address is set; whether it answers shows with the first words."""
        return Readiness(True)

    def sound(self, said: str, tongue: Tongue, *, speed: float, voice: str, stop: Stop) -> Samples:
        """Samples at 16 kHz; raises Unsaid, or Cancelled after the answer when nobody listens any more."""
        body = json.dumps(
            {
                "model": self.endpoint.model,
                "input": said,
                "voice": voice or self.voice,
                "response_format": "wav",
                "speed": speed,
            },
            ensure_ascii=False,
        ).encode()
        outcome, pause = Outcome.BROKEN, 0
        try:
            self.breaker.admit()
            deadline = time.monotonic() + self.endpoint.seconds
            data = insist(lambda: post(self.endpoint, "audio/speech", body, deadline, MOST_ANSWER), deadline)
            outcome = Outcome.ANSWERED
        except NoAnswer as error:
            outcome, pause = error.outcome, error.retry_after or 0
            raise Unsaid(_REASONS.get(error.outcome, _BROKEN), code=error.outcome.value) from error
        finally:
            if outcome is not Outcome.BREAKER_OPEN:
                self.breaker.settle(outcome, pause)
        if stop.wanted:
            raise Cancelled
        return sound_of_wav(data)
