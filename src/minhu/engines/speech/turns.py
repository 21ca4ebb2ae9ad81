"""Whose turn it is in a talk by telephone: pure, driven by verdicts on frames and the time that comes with them.

Nothing here reads a clock or hears a sound; the same frames at the same times give the same happenings.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

GAP: Final = 200
"""Milliseconds between two frames from which the line counts as silent: what did not arrive was not heard."""
_PAUSES: Final = 8


class Event(StrEnum):
    """What happens in a talk."""

    SPEECH_BEGAN = "speech_began"
    TURN_ENDED = "turn_ended"
    TOO_LONG = "too_long"
    """A turn was ended because nobody may speak for ever; what follows is a new turn."""
    BARGE_IN = "barge_in"
    """The caller speaks while the bot does: its sound is to be cut now. Comes before SPEECH_BEGAN."""
    SILENT = "silent"
    """Nobody has said anything for long: ask whether the caller is still there."""
    ABANDONED = "abandoned"
    """Nobody has for very long: say goodbye and hang up."""
    HUNG_UP = "hung_up"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event; ``began`` and ``ended``: milliseconds of the call between which the speech lies."""

    event: Event
    at: int
    began: int
    ended: int


@dataclass(frozen=True, slots=True)
class TurnRules:
    """Milliseconds, and likelihoods of speech. Assumptions of the house; each call may have its own."""

    onset: int = 60
    """So much speech in ``window`` begins a turn: a cough or a click does not."""
    onset_against_bot: int = 100
    """So much while the bot speaks: its echo must not cut it."""
    window: int = 160
    threshold: float = 0.5
    threshold_against_bot: float = 0.7
    least_pause: int = 500
    most_pause: int = 1_400
    longest_turn: int = 60_000
    silent_after: int = 8_000
    abandoned_after: int = 60_000


class TurnMachine:
    """One for each caller. Give it every frame's verdict and time, and tell it when the bot speaks.

    A turn ends after a pause that adapts to the speaker: half as long again as the pauses inside his last turns, never
    below `least_pause` or above `most_pause`. Frames that come late (a time before the last) are left out.
    """

    def __init__(self, rules: TurnRules | None = None, began: int = 0) -> None:
        self.rules = rules or TurnRules()
        self._now = self._quiet_since = began
        self._spoken: deque[int] = deque()
        self._began: int | None = None
        self._last_speech = began
        self._pauses: deque[int] = deque(maxlen=_PAUSES)
        self._asked = self._left = self._over = False
        self._bot = False

    def begin_at(self, at: int) -> None:
        """The line opens at ``at``: what was before is no silence of this caller."""
        self._now = self._quiet_since = self._last_speech = at

    def take_over(self, before: TurnMachine) -> None:
        """Go on as ``before``, the same speaker on a line that broke: his pauses are known."""
        self._pauses.extend(before._pauses)

    @property
    def speaking(self) -> bool:
        """Whether the caller's turn is open."""
        return self._began is not None

    @property
    def pause(self) -> int:
        """Milliseconds of silence that end a turn of this speaker now."""
        longest = max(self._pauses, default=0)
        return min(max(longest * 3 // 2, self.rules.least_pause), self.rules.most_pause)

    def bot_speaks(self, speaks: bool, at: int) -> None:
        """Tell whether the bot's sound is on the line; the caller's silence counts from its end."""
        if self._bot and not speaks:
            self._quiet_since, self._asked = max(at, self._now), False
        self._bot = speaks

    def heard(self, likelihood: float, at: int) -> tuple[Happening, ...]:
        """What the frame that ended at ``at`` (milliseconds of the call) brings about, in order."""
        if self._over or at <= self._now:
            return ()
        gap, self._now = at - self._now > GAP, at
        if gap:
            self._spoken.clear()
        limit = self.rules.threshold_against_bot if self._bot and self._began is None else self.rules.threshold
        found: list[Happening] = []
        if self._began is None:
            found += self._waiting(likelihood >= limit, at)
        else:
            found += self._speaking(likelihood >= limit, at, self._began)
        return tuple(found)

    def hung_up(self, at: int) -> tuple[Happening, ...]:
        """The call is over: an open turn ends, and nothing comes after it."""
        if self._over:
            return ()
        at = max(at, self._now)
        found = [] if self._began is None else [self._ended(Event.TURN_ENDED, at, self._began)]
        self._over = True
        return (*found, Happening(Event.HUNG_UP, at, at, at))

    def _waiting(self, speech: bool, at: int) -> list[Happening]:
        rules = self.rules
        if speech:
            self._spoken.append(at)
        while self._spoken and self._spoken[0] <= at - rules.window:
            self._spoken.popleft()
        enough = rules.onset_against_bot if self._bot else rules.onset
        frame = 20
        if len(self._spoken) * frame >= enough:
            began = max(self._spoken[0] - frame, 0)
            self._began, self._last_speech = began, at
            self._spoken.clear()
            happening = Happening(Event.SPEECH_BEGAN, at, began, at)
            return [Happening(Event.BARGE_IN, at, began, at), happening] if self._bot else [happening]
        return [] if self._bot or speech else self._silence(at)

    def _silence(self, at: int) -> list[Happening]:
        quiet = at - self._quiet_since
        if quiet >= self.rules.abandoned_after and not self._left:
            self._left = True
            return [Happening(Event.ABANDONED, at, self._quiet_since, at)]
        if quiet >= self.rules.silent_after and not self._asked:
            self._asked = True
            return [Happening(Event.SILENT, at, self._quiet_since, at)]
        return []

    def _speaking(self, speech: bool, at: int, began: int) -> list[Happening]:
        if speech:
            pause = at - self._last_speech
            if pause > 100:
                self._pauses.append(pause)
            self._last_speech = at
            self._left = False
        if at - began >= self.rules.longest_turn:
            return [self._ended(Event.TOO_LONG, at, began)]
        if at - self._last_speech >= self.pause:
            return [self._ended(Event.TURN_ENDED, at, began)]
        return []

    def _ended(self, event: Event, at: int, began: int) -> Happening:
        self._began, self._quiet_since, self._asked = None, at, False
        return Happening(event, at, began, self._last_speech)
