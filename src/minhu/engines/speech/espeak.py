"""espeak-ng as the last resort, for Cantonese and English sentences: a program that the operator installs, run for each piece.

Its voice is a machine's of the nineties; it is understood, not liked. It stays a program of its own (GPL), nothing of it is
linked or shipped.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from scipy import signal

from minhu.engines.speech.codecs import Samples
from minhu.engines.speech.recognising import Readiness
from minhu.engines.speech.saying import RATE, Cancelled, Stop, Unsaid
from minhu.language.spoken import Tongue

PROGRAM: Final = "espeak-ng"
SECONDS: Final = 5.0
WORDS_A_MINUTE: Final = 165
LOUDNESS: Final = "50"
"""Half of the program's own, which clips Mandarin."""
MOST_SOUND: Final = 60
"""Seconds that a piece may last; what says more is cut."""
_NAMES: Final = {Tongue.MANDARIN: "cmn", Tongue.CANTONESE: "yue", Tongue.ENGLISH: "en-gb"}
_MISSING: Final = "没有安装 espeak-ng 程序：Debian 系统可执行 apt-get install espeak-ng。"


@lru_cache(maxsize=1)
def program() -> str:
    """Where the program is; empty when it is not installed."""
    return shutil.which(PROGRAM) or ""


@dataclass
class EspeakVoice:
    """Starts the program for each piece; some 20 ms."""

    seconds: float = SECONDS
    maker: str = field(default="espeak-ng", init=False)
    stays_inside: bool = field(default=True, init=False)
    tongues: frozenset[Tongue] = field(default=frozenset(Tongue), init=False)

    def readiness(self) -> Readiness:
        """Whether the program is there."""
        return Readiness(True) if program() else Readiness(False, _MISSING)

    def sound(self, said: str, tongue: Tongue, *, speed: float, voice: str, stop: Stop) -> Samples:
        """Samples at 16 kHz; raises Unsaid or Cancelled. The voice's name is of no use to it."""
        if not program():
            raise Unsaid(_MISSING, code="no_espeak")
        rate = str(round(WORDS_A_MINUTE * speed))
        command = [program(), "-b", "1", "-a", LOUDNESS, "-v", _NAMES[tongue], "-s", rate, "--stdin", "--stdout"]
        try:
            done = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        except OSError as error:
            raise Unsaid(_MISSING, code="no_espeak") from error
        call = _Program(done)
        stop.watch(call)
        try:
            data, _ = done.communicate(said.encode(), timeout=self.seconds)
        except subprocess.TimeoutExpired as error:
            call.stop()
            done.communicate()
            raise Unsaid("语音合成没有在规定时间内完成，请稍后再试。", code="too_slow") from error
        finally:
            stop.forget(call)
        if stop.wanted:
            raise Cancelled
        return sound_of_wav(data)


class _Program:
    def __init__(self, running: subprocess.Popen[bytes]) -> None:
        self._running = running

    def stop(self) -> None:
        self._running.kill()


def sound_of_wav(data: bytes) -> Samples:
    """A WAV of 16 bits at 8 to 48 kHz, its first channel, as samples at 16 kHz; raises Unsaid for all else.

    Headers of programs that write into a pipe claim any length, so what is there counts.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            frames = file.readframes(min(file.getnframes(), MOST_SOUND * rate))
    except (wave.Error, EOFError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise Unsaid("语音合成给出的不是可用的声音。", code="garbage") from error
    if width != 2 or not 8000 <= rate <= 48000 or channels not in (1, 2):
        raise Unsaid("语音合成给出的不是可用的声音。", code="garbage")
    sound = np.frombuffer(frames, dtype="<i2", count=len(frames) // 2 // channels * channels)[::channels]
    if rate == RATE or not len(sound):
        return sound.astype(np.int16)
    divisor = int(np.gcd(rate, RATE))
    changed = signal.resample_poly(sound.astype(np.float64), RATE // divisor, rate // divisor)
    return np.asarray(np.clip(np.rint(changed), -32768, 32767), dtype=np.int16)
