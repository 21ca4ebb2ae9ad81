"""One caller's line: his sound in, happenings and his turns' sound out; the bot's sound out, cut when he speaks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from minhu.engines.speech.activity import Detector
from minhu.engines.speech.codecs import Rate, Samples
from minhu.engines.speech.framing import FRAME_MS, frame_samples
from minhu.engines.speech.turns import Event, Happening, TurnMachine
from minhu.kernel.errors import Invalid

MOST_SECONDS_TO_PLAY: Final = 120
HELD_MS: Final = 1_000
"""So long at most the bot stops at a loud sound, until it is sure whether somebody speaks: while the sound goes on."""
_QUIET_AGAIN_MS: Final = 200
_HELD_AFTER: Final = 3
"""Loud frames in a row: a click is shorter."""
_NOT_AGAIN_MS: Final = 10_000
"""After a stop for nothing: an echo or a lorry does not make it stutter."""
_BEFORE: Final = 40
"""Frames kept from before a turn was noticed, so that its first syllable is in it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Sound of one turn and when it lay, in milliseconds of the call."""

    samples: Samples
    began: int
    ended: int


class Line:
    """Joins a detector, the turn machine and what is played. Not for two threads at once.

    Memory is bounded: a turn by the longest that the rules allow, the bot's sound by two minutes.
    """

    def __init__(self, rate: Rate, detector: Detector, machine: TurnMachine | None = None) -> None:
        self.machine = machine or TurnMachine()
        self._detector, self._rate = detector, rate
        self._silence = np.zeros(frame_samples(rate), dtype=np.int16)
        self._before: deque[Samples] = deque(maxlen=_BEFORE)
        self._turn: list[Samples] | None = None
        self._to_play: deque[Samples] = deque()
        self._loud, self._held_since, self._loud_at = 0, -HELD_MS - _NOT_AGAIN_MS - 1, 0
        self.turns: deque[Turn] = deque(maxlen=4)
        """Finished turns that nobody has taken yet, the oldest first."""

    @property
    def playing(self) -> bool:
        """Whether the bot's sound waits to be played."""
        return bool(self._to_play)

    def holds(self, at: int) -> bool:
        """Whether the bot stops for a moment because of a sound that may be a voice; what it says is kept until it is one.

        The model needs a fifth of a second and more to be sure of some voices; loudness is sure at once and often wrong.
        """
        return 0 <= at - self._held_since < HELD_MS and at - self._loud_at < _QUIET_AGAIN_MS

    @property
    def to_play_ms(self) -> int:
        """Milliseconds of the bot's sound that wait to be played."""
        return len(self._to_play) * FRAME_MS

    def hush(self, at: int) -> None:
        """Somebody else speaks to the caller now: the bot's sound is gone."""
        self._to_play.clear()
        self.machine.bot_speaks(False, at)

    def take_over(self, before: Line) -> None:
        """Go on as ``before``, the line of the same caller that broke: what was still to be played is played here."""
        self.machine.take_over(before.machine)
        if before._rate == self._rate:
            self._to_play.extend(before._to_play)
        self.turns.extend(before.turns)

    def say(self, samples: Samples) -> None:
        """Put the bot's sound behind what is still to be played; raises Invalid for more than two minutes."""
        size = frame_samples(self._rate)
        frames = [samples[at : at + size] for at in range(0, len(samples), size)]
        if (len(frames) + len(self._to_play)) * FRAME_MS > MOST_SECONDS_TO_PLAY * 1000:
            raise Invalid(f"一次播放的语音不能超过 {MOST_SECONDS_TO_PLAY} 秒，请分段播放。", code="too_much_to_play")
        self._to_play.extend(frames)

    def played(self, at: int) -> Samples:
        """The next frame for the caller's ear; silence when there is nothing to say."""
        self.machine.bot_speaks(bool(self._to_play), at)
        if not self._to_play:
            return self._silence
        frame = self._to_play.popleft()
        return frame if len(frame) == len(self._silence) else np.concatenate([frame, self._silence[len(frame) :]])

    def heard(self, frame: Samples, at: int) -> tuple[Happening, ...]:
        """What this frame of the caller brings about; at a barge-in the bot's sound is gone when this returns."""
        found = self.machine.heard(self._detector.speech(frame), at)
        self._loud, self._loud_at = (self._loud + 1, at) if self._detector.loud else (0, self._loud_at)
        if self._to_play and self._loud >= _HELD_AFTER and at - self._held_since > HELD_MS + _NOT_AGAIN_MS:
            self._held_since = at
        if self._turn is None:
            self._before.append(frame)
        else:
            self._turn.append(frame)
        self._follow(found)
        return found

    def hung_up(self, at: int) -> tuple[Happening, ...]:
        """The call is over: an open turn is kept as one, nothing is played any more."""
        found = self.machine.hung_up(at)
        self._follow(found)
        self._to_play.clear()
        return found

    def _follow(self, happenings: tuple[Happening, ...]) -> None:
        for one in happenings:
            if one.event is Event.BARGE_IN:
                self._to_play.clear()
                self._held_since = one.at - HELD_MS - _NOT_AGAIN_MS - 1  # it was for something
                self.machine.bot_speaks(False, one.at)
            elif one.event is Event.SPEECH_BEGAN:
                self._turn = list(self._before)
                self._before.clear()
            elif one.event in (Event.TURN_ENDED, Event.TOO_LONG) and self._turn is not None:
                self.turns.append(Turn(np.concatenate(self._turn), one.began, one.ended))
                self._turn = None
