"""Words out of a turn's sound: one protocol for every recogniser, and the one that is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from minhu.engines.speech.codecs import Rate, Samples
from minhu.kernel.errors import Invalid, MinhuError

MOST_SECONDS: Final = 120
"""Of one turn; the turn machine ends it long before."""
NOBODY: Final = (
    "没有语音识别：可以随产品分发的中文识别模型并不存在。请坐席直接录入或粘贴；"
    "也可由系统管理员用 MINHU_SPEECH_FOLDER 挂载模型目录，或用 MINHU_SPEECH_URL 接入识别服务。"
)


class Unheard(MinhuError):
    """There are no words now; `code` says why. The sound is kept and the agent types."""

    default_code = "unheard"
    default_status = 503
    title = "语音识别暂不可用"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a Chinese character, and where it lies: milliseconds from the turn's first sample."""

    text: str
    began: int
    ended: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What is understood so far of a turn. ``final``: it will not change any more.

    ``words`` may be empty though there is a ``text``: not every model tells times.
    """

    text: str
    words: tuple[Word, ...] = ()
    final: bool = True


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a recogniser works, and if not, in one sentence what is missing."""

    ready: bool
    reason: str = ""


class Hearing(Protocol):
    """One turn of one speaker."""

    def feed(self, samples: Samples) -> Heard | None:
        """More sound; what is understood now if that changed. Raises Invalid for a turn of more than two minutes."""

    def end(self) -> Heard:
        """The turn is over; raises Unheard."""


class Recogniser(Protocol):
    """Whoever turns sound into words."""

    @property
    def maker(self) -> str:
        """Name of the model, to be stored with every word."""

    @property
    def stays_inside(self) -> bool:
        """Whether no sound leaves the house. A voice cannot be masked, so what is confidential goes to no other one."""

    def readiness(self) -> Readiness:
        """Whether it works here; loads nothing."""

    def begin(self, rate: Rate) -> Hearing:
        """A new turn; raises Unheard."""


class NoRecogniser:
    """The house without one, which is how it comes: says so, and what can be done."""

    maker = "none"
    stays_inside = True

    def readiness(self) -> Readiness:
        """Never ready."""
        return Readiness(False, NOBODY)

    def begin(self, rate: Rate) -> Hearing:
        """Raises Unheard."""
        raise Unheard(NOBODY, code="no_recogniser")


class Gathered:
    """The sound of one turn, bounded."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._parts: list[Samples] = []
        self._count = 0

    def add(self, samples: Samples) -> None:
        """Put it behind the rest; raises Invalid for more than two minutes."""
        self._count += len(samples)
        if self._count > MOST_SECONDS * self.rate:
            raise Invalid(f"一段语音不能超过 {MOST_SECONDS} 秒，请分段识别。", code="turn_too_long")
        self._parts.append(samples)

    @property
    def samples(self) -> Samples:
        """All of it."""
        return np.concatenate([*self._parts, np.zeros(0, dtype=np.int16)])


def in_order(words: list[Word], milliseconds: int) -> tuple[Word, ...]:
    """Words as they may be kept: none without a sign, none outside the sound, each after the one before."""
    found: list[Word] = []
    last = 0
    for one in words:
        began = min(max(one.began, last), milliseconds)
        ended = min(max(one.ended, began), milliseconds)
        if one.text.strip():
            found.append(Word(one.text, began, ended))
            last = began
    return tuple(found)
