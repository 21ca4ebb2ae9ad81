"""Words from an OpenAI-compatible endpoint (POST /audio/transcriptions): one turn a question, ended within its seconds.

The operator named the endpoint; a voice cannot be masked, so it leaves the house only where he wants it to.
"""

from __future__ import annotations

import json
import math
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final

from minhu.engines.chat.posting import insist, post
from minhu.engines.chat.types import NoAnswer, Outcome
from minhu.engines.embedding.remote import Breaker
from minhu.engines.endpoints import Endpoint
from minhu.engines.speech.codecs import Rate, Samples
from minhu.engines.speech.framing import write_wav
from minhu.engines.speech.recognising import Gathered, Heard, Readiness, Unheard, Word, in_order

MOST_ANSWER: Final = 512 * 1024
LONGEST_TEXT: Final = 5_000
MOST_WORDS: Final = 3_000
LEAST_MS: Final = 100
"""Shorter sound holds no word and is not sent."""
_REASONS: Final = {
    Outcome.TIMEOUT: "语音识别服务没有在规定时间内答复，请直接录入。",
    Outcome.BUSY: "语音识别服务正忙，请直接录入。",
    Outcome.REFUSED: "语音识别服务拒绝了请求，请系统管理员核对 MINHU_SPEECH_MODEL 与密钥。",
    Outcome.REDIRECT: "语音识别服务要求跳转，未跟随；请系统管理员核对 MINHU_SPEECH_URL。",
    Outcome.NO_CONNECTION: "无法连接语音识别服务，请系统管理员核对 MINHU_SPEECH_URL 与网络。",
    Outcome.BAD_CERTIFICATE: "语音识别服务的安全证书无法验证，未发送；请系统管理员检查证书。",
    Outcome.FORBIDDEN_ADDRESS: "语音识别服务的地址不允许调用：公网须用 https，本机元数据等地址一律不可。",
    Outcome.GARBAGE: "语音识别服务的答复不是可用的文字，请系统管理员核对 MINHU_SPEECH_MODEL。",
    Outcome.BREAKER_OPEN: "语音识别服务连续出错，暂停调用，稍后会自动再试。",
}
_BROKEN: Final = "语音识别服务出错，请直接录入；一直如此请系统管理员检查该服务。"


@dataclass
class RemoteRecogniser:
    """Asks one endpoint at the end of each turn; there are no words before that."""

    endpoint: Endpoint
    breaker: Breaker = field(default_factory=Breaker)
    stays_inside: bool = field(default=False, init=False)

    @property
    def maker(self) -> str:
        """Name of the model, and of the host that runs it."""
        return f"{self.endpoint.host}/{self.endpoint.model}"[:120]

    def readiness(self) -> Readiness:
        """Ready once its address is set; whether it answers shows with the first turn."""
        return Readiness(True)

    def begin(self, rate: Rate) -> RemoteHearing:
        """A new turn."""
        return RemoteHearing(self, Gathered(rate))

    def ask(self, samples: Samples, rate: Rate) -> Heard:
        """The words of a whole turn; raises Unheard."""
        outcome, pause = Outcome.BROKEN, 0
        try:
            self.breaker.admit()
        except NoAnswer as error:
            raise _unheard(error) from error
        try:
            found = self._answer(samples, rate)
            outcome = Outcome.ANSWERED
        except NoAnswer as error:
            outcome, pause = error.outcome, error.retry_after or 0
            raise _unheard(error) from error
        finally:
            self.breaker.settle(outcome, pause)
        return found

    def _answer(self, samples: Samples, rate: Rate) -> Heard:
        deadline = time.monotonic() + self.endpoint.seconds
        body, media_type = _form(self.endpoint.model, write_wav(rate, samples))
        milliseconds = len(samples) * 1000 // rate

        def once() -> Heard:
            answer = post(self.endpoint, "audio/transcriptions", body, deadline, MOST_ANSWER, media_type)
            return _read(answer, milliseconds)

        return insist(once, deadline)


class RemoteHearing:
    """Gathers a turn."""

    def __init__(self, asked: RemoteRecogniser, gathered: Gathered) -> None:
        self._asked, self._gathered = asked, gathered

    def feed(self, samples: Samples) -> None:
        """Nothing is understood before the end; raises Invalid for a turn of more than two minutes."""
        self._gathered.add(samples)

    def end(self) -> Heard:
        """All words; raises Unheard. Sound too short for a word is not sent."""
        samples, rate = self._gathered.samples, self._gathered.rate
        return self._asked.ask(samples, rate) if len(samples) * 1000 >= LEAST_MS * rate else Heard("")


def _form(model: str, recording: bytes) -> tuple[bytes, str]:
    """A multipart form and its media type; the boundary is drawn by lot, so that no sound can contain it."""
    mark = secrets.token_hex(16)
    fields = {"model": model, "response_format": "verbose_json", "language": "zh", "timestamp_granularities[]": "word"}
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="turn.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    return b"".join(
        [*parts, head.encode(), recording, f"\r\n--{mark}--\r\n".encode()]
    ), f"multipart/form-data; boundary={mark}"


def _read(body: bytes, milliseconds: int) -> Heard:
    """Text and words of an answer; raises NoAnswer for what is none. Words without usable times are left out."""
    try:
        data = json.loads(body)
        text = data["text"]
        listed = data.get("words") or []
        if not isinstance(text, str) or not isinstance(listed, list):
            raise NoAnswer(Outcome.GARBAGE)
        words = [word for one in listed[:MOST_WORDS] if (word := _word(one)) is not None]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoAnswer(Outcome.GARBAGE) from error
    shown = "".join(sign for sign in text if sign.isprintable()).strip()
    return Heard(shown[:LONGEST_TEXT], in_order(words, milliseconds))


def _word(one: Any) -> Word | None:
    text, began, ended = one.get("word"), one.get("start"), one.get("end")
    if not isinstance(text, str) or not text.isprintable() or len(text) > 100:
        return None
    times = [float(at) for at in (began, ended) if isinstance(at, int | float) and math.isfinite(at) and 0 <= at < 1e5]
    return Word(text, round(times[0] * 1000), round(times[1] * 1000)) if len(times) == 2 else None


def _unheard(error: NoAnswer) -> Unheard:
    return Unheard(_REASONS.get(error.outcome, _BROKEN), code=error.outcome.value, retry_after=error.retry_after)
