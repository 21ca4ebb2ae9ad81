"""Speech out: words as written become 16-bit sound at 16 kHz, piece by piece, so that the first sound comes early.

`Speaker` puts a text into spoken words, splits it, and asks voices for one piece after the other; a phrase that was made
ahead comes from the store. Taking the next part of a `Saying` makes it; whoever hangs up or is interrupted calls `cancel`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from minhu.engines.speech.codecs import Rate, Samples
from minhu.engines.speech.phrase_store import PhraseStore
from minhu.engines.speech.planning import Piece, fixed_pieces, planned
from minhu.engines.speech.recognising import Readiness
from minhu.kernel.errors import MinhuError
from minhu.language.spoken import Tongue

RATE: Final[Rate] = 16000
MOST_SECONDS: Final = 120
"""Of one text; more is not said, and cut at the end of a piece."""
PART: Final = RATE
"""Samples of one part of the iterator: a second."""
SLOWEST, QUICKEST = 0.5, 2.0
NOBODY: Final = (
    "没有语音合成：请系统管理员执行 pip install 'minhu[voice]' 安装随附语音，或安装 espeak-ng 程序，"
    "也可用 MINHU_SPEECH_OUT_URL 接入合成服务；文字服务不受影响。"
)
_LOUDNESS: Final = 0.1
"""Root mean square of speech, full scale 1: about -20 dBFS, as lines expect it."""
_PEAK: Final = 0.9
_SILENT: Final = 0.01


class Unsaid(MinhuError):
    """There is no sound; `code` says why. The words stand on the screen or are read out by a person."""

    default_code = "unsaid"
    default_status = 503
    title = "语音合成暂不可用"


class Cancelled(Exception):
    """Nobody listens any more."""


class Stop:
    """Set by whoever stops a saying; voices look at it, or hang a call on it that ends their work at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._guard = threading.Lock()
        self._calls: list[Stopping] = []

    @property
    def wanted(self) -> bool:
        """Whether to stop."""
        return self._event.is_set()

    def set(self) -> None:
        """Stop now."""
        with self._guard:
            self._event.set()
            calls = list(self._calls)
        for call in calls:
            call.stop()

    def watch(self, call: Stopping) -> None:
        """Have ``call`` stopped with this; at once when it is too late already."""
        with self._guard:
            self._calls.append(call)
            late = self._event.is_set()
        if late:
            call.stop()

    def forget(self, call: Stopping) -> None:
        """The call is over."""
        with self._guard:
            self._calls.remove(call)


class Stopping(Protocol):
    """Work that can be ended from another thread."""

    def stop(self) -> None:
        """End it soon."""


class Voice(Protocol):
    """One engine that makes the sound of one piece."""

    @property
    def maker(self) -> str:
        """Name of engine and model."""

    @property
    def stays_inside(self) -> bool:
        """Whether no text leaves the house."""

    @property
    def tongues(self) -> frozenset[Tongue]:
        """What it speaks."""

    def readiness(self) -> Readiness:
        """Whether it works here; loads nothing."""

    def sound(self, said: str, tongue: Tongue, *, speed: float, voice: str, stop: Stop) -> Samples:
        """Samples at 16 kHz of one piece of spoken words; raises Unsaid, or Cancelled when ``stop`` was set."""


class Synthesiser(Protocol):
    """Whoever turns a text into sound."""

    @property
    def maker(self) -> str:
        """Names of engine and model."""

    def readiness(self) -> Readiness:
        """Whether it works here; loads nothing."""

    def say(self, text: str, *, speed: float = 1.0, voice: str = "", lead: str = "") -> Iterator[bytes]:
        """PCM, 16 bits little end first, one channel, 16 kHz, in parts of up to a second. Raises Unsaid while taken.

        ``lead``: a word made ahead that is said first where the beginning of the text is still to be made.
        """


class NoSynthesiser:
    """The house without one: says so, and what can be done."""

    maker = "none"

    def readiness(self) -> Readiness:
        """Never ready."""
        return Readiness(False, NOBODY)

    def say(self, text: str, *, speed: float = 1.0, voice: str = "", lead: str = "") -> Iterator[bytes]:
        """Raises Unsaid."""
        raise Unsaid(NOBODY, code="no_synthesiser")


@dataclass
class Speaker:
    """Voices in their order, each for the tongues that it speaks; a voice that fails leaves the piece to the next one.

    A voice called ``yue`` speaks Cantonese; every other name goes to the engines as it is.
    """

    voices: Sequence[Voice]
    store: PhraseStore
    voice: str = ""
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def maker(self) -> str:
        """Names of the voices that work here, the first one first."""
        return "+".join(one.maker for one in self._ready()) or "none"

    @property
    def stays_inside(self) -> bool:
        """Whether no text leaves the house."""
        return all(one.stays_inside for one in self.voices)

    def readiness(self) -> Readiness:
        """Ready when some voice speaks Mandarin; else the first one's reason."""
        states = [one.readiness() for one in self.voices if Tongue.MANDARIN in one.tongues]
        return next((one for one in states if one.ready), states[0] if states else Readiness(False, NOBODY))

    def say(self, text: str, *, speed: float = 1.0, voice: str = "", lead: str = "") -> Saying:
        """The sound of a text, made as it is taken; nothing is loaded or made before the first part is taken."""
        chosen, pace = voice or self.voice, min(max(speed, SLOWEST), QUICKEST)
        plan = planned(text, chosen == Tongue.CANTONESE, lambda piece: self.knows(piece, pace, chosen), lead)
        return Saying(self, plan, pace, chosen)

    def knows(self, piece: Piece, speed: float = 1.0, voice: str = "") -> bool:
        """Whether the sound of a piece was made ahead."""
        return self.store.has(self._key(piece, speed, voice or self.voice))

    def prepare(self, texts: Sequence[str], *, speed: float = 1.0, voice: str = "") -> int:
        """Make fixed phrases, and the fixed parts of templates, ahead and keep them; how many pieces were new. Raises Unsaid.

        Only texts without anything about a person may come here: what is kept is kept until the voice changes.
        """
        chosen, made = voice or self.voice, 0
        for text in texts:
            for piece in fixed_pieces(text, chosen == Tongue.CANTONESE):
                key = self._key(piece, speed, chosen)
                if self.store.get(key) is None:
                    self.store.put(key, self._made(piece, speed, chosen, Stop()))
                    made += 1
        return made

    def sound(self, piece: Piece, speed: float, voice: str, stop: Stop) -> Samples:
        """One piece, out of the store or made now; raises Unsaid, Cancelled."""
        kept = self.store.get(self._key(piece, speed, voice))
        return self._made(piece, speed, voice, stop) if kept is None else kept

    def _ready(self) -> list[Voice]:
        return [one for one in self.voices if one.readiness().ready]

    def _key(self, piece: Piece, speed: float, voice: str) -> str:
        makers = "+".join(one.maker for one in self.voices if piece.tongue in one.tongues)
        return f"{makers}|{voice}|{piece.tongue}|{speed:.2f}|{piece.rest}|{piece.said}"

    def _made(self, piece: Piece, speed: float, voice: str, stop: Stop) -> Samples:
        fault: Unsaid | None = None
        for one in self.voices:
            if piece.tongue not in one.tongues:
                continue
            try:
                sound = one.sound(piece.said, piece.tongue, speed=speed, voice=voice, stop=stop)
            except Unsaid as error:
                fault = fault or error
                continue
            # who wants slow speech wants time between the words even more
            return np.concatenate([levelled(sound), np.zeros(int(piece.rest / speed**2 * RATE), dtype=np.int16)])
        raise fault or Unsaid(NOBODY, code="no_synthesiser")


class Saying(Iterator[bytes]):
    """One text on its way out; for one taker, while any thread may cancel."""

    def __init__(self, speaker: Speaker, plan: list[Piece], speed: float, voice: str) -> None:
        self._speaker, self._speed, self._voice = speaker, speed, voice
        self._plan = iter(plan)
        self._ready: list[bytes] = []
        self._left = MOST_SECONDS * RATE
        self._stop = Stop()

    def __next__(self) -> bytes:
        """The next part; ends early once cancelled. Raises Unsaid when no voice can make a piece."""
        while not self._ready and not self._stop.wanted:
            piece = next(self._plan)
            try:
                sound = self._speaker.sound(piece, self._speed, self._voice, self._stop)[: self._left]
            except Cancelled:
                break
            self._left -= len(sound)
            data = sound.astype("<i2").tobytes()
            self._ready = [data[at : at + 2 * PART] for at in range(0, len(data), 2 * PART)]
            if self._left <= 0:
                self._plan = iter(())
        if self._stop.wanted:
            raise StopIteration
        return self._ready.pop(0)

    def cancel(self) -> None:
        """Nobody listens any more: what is being made is given up, and the iterator ends."""
        self._stop.set()


def levelled(samples: Samples) -> Samples:
    """Silence at both ends cut to 30 ms, loudness of the speech between as lines expect it, nothing clipped."""
    sound = samples.astype(np.float64) / 32768
    loud = np.flatnonzero(np.abs(sound) > _SILENT)
    if not len(loud):
        return np.zeros(0, dtype=np.int16)
    edge = RATE * 30 // 1000
    sound = sound[max(0, loud[0] - edge) : loud[-1] + edge]
    spoken_part = sound[np.abs(sound) > _SILENT]
    gain = min(_LOUDNESS / float(np.sqrt(np.mean(spoken_part**2))), _PEAK / float(np.max(np.abs(sound))))
    return np.asarray(np.rint(sound * gain * 32767), dtype=np.int16)
