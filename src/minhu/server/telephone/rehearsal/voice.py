"""Sound like speech that says nothing: syllables of a pulse through the formants of vowels, one for each sign of a text."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy.signal import lfilter

from minhu.engines.speech.codecs import Rate, Samples
from minhu.engines.speech.recognising import Readiness

SYLLABLE: Final = 0.18
"""Seconds for each sign."""
_VOWELS: Final = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
_WIDTHS: Final = (80, 100, 140)


def voice_of(text: str, rate: Rate = 8000) -> Samples:
    """The same text always sounds the same, another differently: pitch and vowels follow its signs."""
    mark = zlib.crc32(text.encode())
    rng, step = np.random.default_rng(mark), int(SYLLABLE * rate)
    count = step * min(max(len(text), 5), 60)
    time = np.arange(count) / rate
    pitch = 95 + mark % 61
    phase = np.cumsum(pitch * (1 + 0.08 * np.sin(6 * np.pi * time) + 0.02 * np.sin(1.4 * np.pi * time))) / rate
    pulses = np.diff(np.floor(phase), prepend=0) + 0.02 * rng.standard_normal(count)
    found = np.zeros(count)
    for at, begin in enumerate(range(0, count, step)):
        part = pulses[begin : begin + step]
        for formant, width in zip(_VOWELS[(at * (1 + mark % 4) + mark) % 5], _WIDTHS, strict=True):
            radius = np.exp(-np.pi * width / rate)
            part = lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * formant / rate), radius**2], part)
        edge = np.minimum(np.arange(step), np.arange(step)[::-1]) / (0.03 * rate)
        found[begin : begin + step] = part / np.abs(part).max() * np.minimum(1, edge)
    return (9000 * found).astype(np.int16)


def hiss(seconds: float, rate: Rate = 8000, level: float = 40.0) -> Samples:
    """The noise of a line on which nobody speaks."""
    return (level * np.random.default_rng(2).standard_normal(int(seconds * rate))).astype(np.int16)


class FlatVoice:
    """A synthesiser for rehearsals: says nothing intelligible, at once."""

    maker = "rehearsal"

    def readiness(self) -> Readiness:
        """Always ready."""
        return Readiness(True)

    def say(self, text: str, *, speed: float = 1.0, voice: str = "", lead: str = "") -> Iterator[bytes]:
        """Sound like speech, in parts of a second."""
        data = voice_of(text, 16000).astype("<i2").tobytes()
        yield from (data[at : at + 32000] for at in range(0, len(data), 32000))
