"""Sound as telephone lines carry it: ITU-T G.711 A-law and µ-law by table, 8 and 16 kHz into each other."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
Rate = Literal[8000, 16000]
RATES: Final[tuple[Rate, Rate]] = (8000, 16000)


class Encoding(StrEnum):
    """How samples are written as bytes."""

    PCM16 = "pcm16"
    """Two bytes, little end first."""
    ALAW = "alaw"
    ULAW = "ulaw"

    @property
    def width(self) -> int:
        """Bytes of a sample."""
        return 2 if self is Encoding.PCM16 else 1


def _alaw_decoded() -> Samples:
    """Table 1a of G.711: even bits inverted, sign, segment, step; values of 13 bits shifted to 16."""
    code = np.arange(256) ^ 0x55
    segment, step = code >> 4 & 7, code & 15
    value = np.where(segment == 0, step * 16 + 8, (step * 16 + 264) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, value, -value).astype(np.int16)


def _ulaw_decoded() -> Samples:
    """Table 2a of G.711: all bits inverted, sign, segment, step; values of 14 bits shifted to 16."""
    code = ~np.arange(256) & 0xFF
    value = (((code & 15) * 8 + 132) << (code >> 4 & 7)) - 132
    return np.where(code & 0x80, -value, value).astype(np.int16)


def _alaw_encoded() -> npt.NDArray[np.uint8]:
    """Code of every sample, by its value as uint16."""
    value = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int32) >> 3
    size = np.where(value < 0, -value - 1, value)
    segment = np.searchsorted(np.array([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF]), size)
    code = segment << 4 | size >> np.maximum(segment, 1) & 15
    return np.asarray(code ^ np.where(value < 0, 0x55, 0xD5), dtype=np.uint8)


def _ulaw_encoded() -> npt.NDArray[np.uint8]:
    """Code of every sample, by its value as uint16; too loud ones are cut at the end of the last segment."""
    value = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int32) >> 2
    size = np.minimum(np.abs(value), 8158) + 33
    segment = np.searchsorted(np.array([0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF]), size)
    code = segment << 4 | size >> segment + 1 & 15
    return np.asarray(code ^ np.where(value < 0, 0x7F, 0xFF), dtype=np.uint8)


_DECODED: Final = {Encoding.ALAW: _alaw_decoded(), Encoding.ULAW: _ulaw_decoded()}
_ENCODED: Final = {Encoding.ALAW: _alaw_encoded(), Encoding.ULAW: _ulaw_encoded()}


def decode(data: bytes, encoding: Encoding) -> Samples:
    """Samples of whole bytes; of PCM16 an odd last byte is left out (`framing` keeps it for the next piece)."""
    if encoding is Encoding.PCM16:
        return np.frombuffer(data, dtype="<i2", count=len(data) // 2).astype(np.int16)
    return _DECODED[encoding][np.frombuffer(data, dtype=np.uint8)]


def encode(samples: Samples, encoding: Encoding) -> bytes:
    """Bytes of samples."""
    if encoding is Encoding.PCM16:
        return samples.astype("<i2").tobytes()
    return _ENCODED[encoding][np.ascontiguousarray(samples, dtype=np.int16).view(np.uint16)].tobytes()


@cache
def _low_pass() -> npt.NDArray[np.float64]:
    """Taps for both directions: 3.4 kHz, the edge of a telephone line, passes; from 4.3 kHz on ≥ 55 dB are taken away.

    It delays by 47 samples of 16 kHz, about 3 ms.
    """
    from scipy import signal  # a second of imports, for a house that may have no telephone

    taps: npt.NDArray[np.float64] = signal.firwin(95, 3850, fs=16000, window=("kaiser", 6.0))
    return taps


class Resampler:
    """A stream from one rate into the other, whatever its pieces: the filter keeps its state between them.

    Up: a zero behind each sample, filtered, twice as loud. Down: filtered, every second sample kept. Both are the
    polyphase filter of factor two written plainly; a frame of 20 ms costs some 10 µs.
    """

    def __init__(self, given: Rate, wanted: Rate) -> None:
        self._given, self._wanted = given, wanted
        self._state = np.zeros(len(_low_pass()) - 1)
        self._skip = 0

    def feed(self, samples: Samples) -> Samples:
        """What these samples come to at the wanted rate; a half pair waits for the next piece."""
        if self._given == self._wanted or not len(samples):
            return samples
        if self._given < self._wanted:
            spread = np.zeros(2 * len(samples))
            spread[::2] = samples
            return self._filtered(2.0 * spread)
        found = self._filtered(samples.astype(np.float64))
        kept = found[self._skip :: 2]
        self._skip = (self._skip + len(found)) % 2
        return kept

    def _filtered(self, samples: npt.NDArray[np.float64]) -> Samples:
        from scipy.signal import lfilter

        found, self._state = lfilter(_low_pass(), [1.0], samples, zi=self._state)
        return np.clip(np.rint(found), -32768, 32767).astype(np.int16)
