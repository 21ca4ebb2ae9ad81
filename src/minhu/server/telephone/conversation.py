"""One call while it runs: its legs, their turns, what is played to whom. Nothing here waits or knows the database.

Time is the call's own, in milliseconds since it arrived: each frame adds 20; where sound stays away the clock of the
house leads on, and where it comes faster than anybody speaks the socket is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import numpy as np

from minhu.engines.speech.activity import house_detector
from minhu.engines.speech.codecs import Rate, Resampler, Samples, encode
from minhu.engines.speech.framing import FRAME_MS, Framer, frame_samples
from minhu.engines.speech.line import Line, Turn
from minhu.engines.speech.turns import Event, Happening, TurnRules
from minhu.kernel.errors import TooMany
from minhu.server.telephone.overhearing import Overhearing
from minhu.server.telephone.protocol import Hello, Legs
from minhu.server.telephone.recorder import Recorder

CITIZEN, HOUSE = 0, 1
LATE: Final = 400
"""Milliseconds behind the clock of the house from which a leg's sound counts as interrupted."""
AHEAD: Final = 3_000
LEAD: Final = 3
"""Frames sent ahead when the bot begins to speak, against the network's unevenness."""
USUAL: Final = TurnRules()
UNHURRIED: Final = replace(USUAL, least_pause=900, most_pause=2_000, silent_after=12_000)
Send = Callable[[bytes | str], None]


@dataclass(frozen=True, slots=True)
class Job:
    """Something for which the event loop must not wait. ``leg``: who spoke; no turn: the citizen has long been silent."""

    leg: int
    turn: Turn | None
    rate: Rate
    at: int
    goodbye: bool = False


class Leg:
    """One speaker's way in and out."""

    def __init__(self, hello: Hello, send: Send, at: int) -> None:
        self.encoding, self.rate, self.send, self.at = hello.encoding, hello.rate, send, at
        self.frames = self.bridged = 0
        """Frames that came, and for which silence stood in because sound stayed away."""
        self.framer = Framer(hello.encoding, hello.rate)
        self.line = Line(hello.rate, house_detector(hello.rate))
        self.line.machine.begin_at(at)
        self._others: dict[Rate, Resampler] = {}
        self._silence = np.zeros(frame_samples(hello.rate), dtype=np.int16)

    def silent_until(self, at: int) -> tuple[Happening, ...]:
        """No sound came: the line is silent up to ``at``."""
        self.at = at
        return self.line.heard(self._silence, at)

    def play(self, frame: Samples, rate: Rate) -> None:
        """Send another leg's frame to this speaker's ear."""
        if rate != self.rate:
            frame = self._others.setdefault(rate, Resampler(rate, self.rate)).feed(frame)
        self.send(encode(frame, self.encoding))


class Conversation:
    """The legs of one call. For the event loop's thread only."""

    def __init__(self, uid: UUID, source: str, hello: Hello, arrived: float, clock: Callable[[], float]) -> None:
        self.uid, self.source, self.hello = uid, source, hello
        self.talk: UUID | None = None
        self.citizen: Leg | None = None
        self.agent: Leg | None = None
        self.agent_name = ""
        self.listeners: list[Leg] = []
        self._overhearing = Overhearing()
        self.by_bot = False
        self.spoken = 0
        """Number of the last utterance that was said aloud, or need not be."""
        self.cuts = 0
        """How often the bot was silenced: what was on its way to be said then is not said."""
        self.busy = 0
        """Turns that are being understood: nobody is silent meanwhile."""
        self.jobs: deque[Job] = deque()
        self.wake: Callable[[], None] = lambda: None
        self.over = False
        self.left_at: dict[int, float] = {}
        """When a leg's socket broke, by the clock of the house."""
        self._clock, self._arrived = clock, arrived
        self.recorder = Recorder(self.now())

    @property
    def key(self) -> tuple[str, str]:
        """The exchange and its name of the call."""
        return self.source, self.hello.call

    def now(self) -> int:
        """Milliseconds since the call arrived."""
        return max(round((self._clock() - self._arrived) * 1000), 0)

    def join(self, leg: int, hello: Hello, send: Send) -> Leg:
        """A speaker comes, or comes again."""
        found = Leg(hello, send, self.now())
        if leg == CITIZEN:
            if self.citizen is not None:
                found.line.take_over(self.citizen.line)
            self.citizen = found
        else:
            self.agent = found
            if self.citizen is not None:
                self.citizen.line.hush(self.citizen.at)
        self.left_at.pop(leg, None)
        return found

    def part(self, leg: int) -> None:
        """A speaker's socket is gone; the call is not."""
        self.left_at[leg] = self._clock()
        if leg == HOUSE:
            self.agent = None
        self.recorder.cut(self.now())
        self.wake()

    def heard(self, leg: Leg, data: bytes) -> None:
        """Bytes of a speaker; raises TooMany where they come faster than anybody speaks, Invalid for too long a piece."""
        frames = leg.framer.feed(data)
        leg.frames += len(frames)
        elapsed = self.now()
        if elapsed - leg.at > LATE:
            leg.bridged += (elapsed - leg.at) // FRAME_MS - len(frames)
            leg.at = elapsed - FRAME_MS * len(frames)
        if leg.at - elapsed > AHEAD:
            raise TooMany("声音发送得比说话还快，连接已关闭；请按实际速度发送。", code="too_fast")
        for frame in frames:
            leg.at += FRAME_MS
            self._frame(leg, frame)

    def both(self, data: bytes, framers: tuple[Leg, Leg]) -> None:
        """Bytes of two channels, sample by sample."""
        width = self.hello.encoding.width
        pairs = np.frombuffer(data[: len(data) - len(data) % (2 * width)], dtype=np.uint8).reshape(-1, 2, width)
        for channel, leg in enumerate(framers):
            self.heard(leg, pairs[:, channel].tobytes())

    def say(self, samples: Samples) -> None:
        """Put the bot's sound (of the citizen's rate) behind what is still to be played."""
        if self.citizen is not None and self.agent is None:
            fresh = not self.citizen.line.playing
            self.citizen.line.say(samples)
            for _ in range(LEAD if fresh else 0):
                self._play_bot(self.citizen)

    def take_time(self, slow: bool) -> None:
        """Wait longer for the next word of a citizen who speaks, and is spoken to, slowly."""
        if self.citizen is not None:
            self.citizen.line.machine.rules = UNHURRIED if slow else USUAL

    def cut(self) -> None:
        """Silence the bot, and what it was about to say."""
        self.cuts += 1
        if self.citizen is not None:
            self.citizen.line.hush(self.citizen.at)
            self.citizen.send("flush")

    def tick(self) -> None:
        """Ten times a second: legs whose sound stays away are silent, and the bot is heard on them all the same."""
        elapsed = self.now()
        for leg in (self.citizen, self.agent):
            if leg is not None and elapsed - leg.at > LATE:
                missing = min((elapsed - leg.at) // FRAME_MS, 50)
                leg.bridged += (elapsed - leg.at) // FRAME_MS
                self._follow(leg, leg.silent_until(elapsed))
                if leg is self.citizen and CITIZEN not in self.left_at:
                    for _ in range(missing):
                        self._play_bot(leg) if leg.line.playing else None

    def hang_up(self) -> None:
        """The call is over: open turns are kept, nothing is played any more."""
        if self.over:
            return
        self.over = True
        for leg in (self.citizen, self.agent):
            if leg is not None:
                self._follow(leg, leg.line.hung_up(self.now()))
        self.recorder.cut(self.now())
        self.wake()

    def _frame(self, leg: Leg, frame: Samples) -> None:
        mine = CITIZEN if leg is self.citizen else HOUSE
        self.recorder.take(mine, frame, leg.rate, leg.at)
        self._follow(leg, leg.line.heard(frame, leg.at))
        other = self.agent if mine == CITIZEN else self.citizen
        if other is not None and self.hello.legs is not Legs.BOTH:
            other.play(frame, leg.rate)
        elif mine == CITIZEN and leg.line.playing and not leg.line.holds(leg.at):
            self._play_bot(leg)
        self._overhear(mine, frame, leg.rate)

    def _overhear(self, mine: int, frame: Samples, rate: Rate) -> None:
        """Both legs as one sound to who listens in."""
        if self.listeners and mine == CITIZEN:
            mixed = self._overhearing.citizen(frame)
            for one in self.listeners:
                one.play(mixed, rate)
        elif self.listeners and self.citizen is not None:
            self._overhearing.house(frame, rate, self.citizen.rate)

    def _play_bot(self, leg: Leg) -> None:
        frame = leg.line.played(leg.at)
        self._overhear(HOUSE, frame, leg.rate)
        leg.send(encode(frame, leg.encoding))
        self.recorder.take(HOUSE, frame, leg.rate, leg.at)
        if not leg.line.playing:
            leg.line.played(leg.at)  # tells the turn machine that the bot has ended

    def _follow(self, leg: Leg, happenings: tuple[Happening, ...]) -> None:
        mine = CITIZEN if leg is self.citizen else HOUSE
        for one in happenings:
            if one.event is Event.BARGE_IN:
                self.cuts += 1
                leg.send("flush")
            elif one.event in (Event.SILENT, Event.ABANDONED) and mine == CITIZEN and self._unattended():
                self.jobs.append(Job(mine, None, leg.rate, one.at, one.event is Event.ABANDONED))
                self.wake()
        while leg.line.turns:
            turn = leg.line.turns.popleft()
            self.jobs.append(Job(mine, turn, leg.rate, turn.began))
            self.wake()

    def _unattended(self) -> bool:
        """Nobody speaks with the citizen, and nothing that he said is being understood."""
        return self.agent is None and not self.busy and not self.over
