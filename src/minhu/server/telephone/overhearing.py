"""Both legs of a call as one sound for who listens in: the house's frames wait for the citizen's and go out with them."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from minhu.engines.speech.codecs import Rate, Resampler, Samples

MOST_WAITING: Final = 25
"""Frames of the house (half a second) that wait for a citizen's line which has stopped; older ones go."""


class Overhearing:
    """Puts two streams of frames of 20 ms together; the citizen's sets the pace."""

    def __init__(self) -> None:
        self._house: deque[Samples] = deque(maxlen=MOST_WAITING)
        self._change: dict[tuple[Rate, Rate], Resampler] = {}

    def house(self, frame: Samples, rate: Rate, wanted: Rate) -> None:
        """A frame of the agent or the bot; ``wanted``: the rate of the citizen's line."""
        if rate != wanted:
            frame = self._change.setdefault((rate, wanted), Resampler(rate, wanted)).feed(frame)
        self._house.append(frame)

    def citizen(self, frame: Samples) -> Samples:
        """A frame of the citizen with the house's beside it; as long as the citizen's, and never clipped round."""
        if not self._house:
            return frame
        other = self._house.popleft()[: len(frame)]
        mixed = frame.astype(np.int32)
        mixed[: len(other)] += other
        return np.clip(mixed, -32768, 32767).astype(np.int16)
