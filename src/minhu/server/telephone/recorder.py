"""Both legs of a call side by side in A-law, cut into pieces that are kept while the call runs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from minhu.engines.speech.codecs import Encoding, Rate, Resampler, Samples, encode

PIECE_MS: Final = 30_000
MOST_PIECES: Final = 20
"""So many wait for a disk that refuses them: ten minutes of a call; then the oldest goes."""
_BYTES_IN_MS: Final = 8
_SILENCE: Final = b"\xd5"
_TOGETHER: Final = 25
"""Frames written in one go."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Sound of both legs, of the same length; ``began``: milliseconds of the call."""

    began: int
    citizen: bytes
    house: bytes


class Recorder:
    """Takes frames with the time at which they end; holds half a minute and what is not yet kept."""

    def __init__(self, at: int) -> None:
        self._began = at
        self._legs = (bytearray(), bytearray())
        self._down: dict[int, Resampler] = {}
        self._waiting: tuple[list[Samples], list[Samples]] = ([], [])
        """Frames that follow one another and are not written yet: a second of them costs as much as one."""
        self._held = [0, 0]
        """Their samples."""
        self.done: deque[Piece] = deque(maxlen=MOST_PIECES)

    def take(self, leg: int, frame: Samples, rate: Rate, at: int) -> None:
        """A frame of the citizen (0) or the house (1) that ended at ``at``; a gap before it is silence."""
        if rate != 8000:
            frame = self._down.setdefault(leg, Resampler(rate, 8000)).feed(frame)
        if at - self._began > PIECE_MS:
            self.cut(at - len(frame) // _BYTES_IN_MS)
        mine, waiting = self._legs[leg], self._waiting[leg]
        begin = (at - self._began) * _BYTES_IN_MS - len(frame)
        if begin > len(mine) + self._held[leg]:
            self._write(leg)
            mine += _SILENCE * (begin - len(mine))
        waiting.append(frame)
        self._held[leg] += len(frame)
        if len(waiting) >= _TOGETHER:
            self._write(leg)

    def cut(self, at: int) -> None:
        """Close the piece; the next begins at ``at``."""
        self._write(0)
        self._write(1)
        citizen, house = self._legs
        size = max(len(citizen), len(house))
        if size:
            self.done.append(
                Piece(self._began, bytes(citizen.ljust(size, _SILENCE)), bytes(house.ljust(size, _SILENCE)))
            )
        self._began, self._legs = max(at, self._began), (bytearray(), bytearray())

    def _write(self, leg: int) -> None:
        if waiting := self._waiting[leg]:
            self._legs[leg].extend(encode(np.concatenate(waiting), Encoding.ALAW))
            waiting.clear()
            self._held[leg] = 0
