"""A surge played through by events: the same rules of offering, call-backs and emergency as in the house, no database.

What people do is assumed and stated in ``Setup`` (how long a talk lasts, how long somebody waits, how many are content
with the bot or with a call-back); what the house does about it is not.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from minhu.intake.domain.callbacks import Due, order
from minhu.intake.domain.emergency import WINDOW, Effects, Pressure, effects, forecast
from minhu.intake.domain.seats import DoorRules, Place, SeatState, Waiting, assign

START: Final = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
"""A Monday morning in China; only differences count."""
DRAIN: Final = 24 * 3600.0
"""So long after the surge call-backs are still worked off."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What is rehearsed. Rates a minute, times in seconds, shares of one."""

    people: int = 20
    usual: float = 3.0
    """Arrivals a minute on an ordinary day."""
    times: float = 20.0
    minutes: float = 10.0
    gone: float = 0.5
    """Of the people, who do not come."""
    back_home: float = 0.6
    """Of those who do not come, who work at home in an emergency, after ``home_after``."""
    home_after: float = 180.0
    work: float = 240.0
    """Mean of a talk with a person."""
    shorter: float = 0.85
    """What a talk lasts in an emergency, of the usual: the bot has asked before, questions are fewer."""
    with_bot: float = 45.0
    """Mean of a talk with the bot before it is over or handed on."""
    served: float = 0.35
    """Who needs no person on an ordinary day."""
    served_more: float = 0.55
    """Who needs none where self-service comes first."""
    patience: float = 180.0
    accepts: float = 0.5
    """Of those who are offered a call-back instead of waiting, who take it."""
    call: float = 150.0
    """Mean of a call-back that is answered."""
    reached: float = 0.75
    """Of the tries, those that are answered."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    """What became of everybody."""

    arrivals: int
    self_served: int
    answered: int
    in_time: int
    mean_wait: float
    """Seconds of those whom a person answered."""
    longest_wait: float
    gave_up: int
    """Hung up while waiting; they stand in the queue of call-backs."""
    chose_call_back: int
    called_back: int
    still_open: int
    """Call-backs not reached a day later."""
    lost: int
    """Of whom the house knows nothing any more; must be 0."""
    proposed_after: float | None
    """Seconds after which the rule proposes an emergency; None: never."""
    worked_off: float
    """Seconds from the beginning of the surge until the last call-back is done."""


@dataclass(slots=True)
class _Caller:
    id: int
    came: float
    since: float = 0.0
    state: str = "bot"
    asked: float = 0.0
    tries: int = 0


@dataclass(slots=True)
class _Play:
    """One run. Everything is an event on a heap; at each, free seats are offered what waits, by the house's rules."""

    setup: Setup
    rules: DoorRules
    holds: Effects
    chance: random.Random
    now: float = 0.0
    heap: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = field(default_factory=list)
    callers: list[_Caller] = field(default_factory=list)
    waiting: list[tuple[float, int]] = field(default_factory=list)
    seats: dict[int, Place] = field(default_factory=dict)
    back: list[tuple[tuple[Any, ...], int]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    wanted: list[float] = field(default_factory=list)
    proposed: float | None = None
    worked_off: float = 0.0
    count: int = 0

    def later(self, seconds: float, what: Callable[..., None], *with_: Any) -> None:
        self.count += 1
        heapq.heappush(self.heap, (self.now + seconds, self.count, what, with_))

    def run(self) -> None:
        at, end = 0.0, self.setup.minutes * 60
        rate = self.setup.usual * self.setup.times / 60
        while (at := at + self.chance.expovariate(rate)) < end:
            self.later(at, self.arrive)
        here = round(self.setup.people * (1 - self.setup.gone))
        for number in range(here):
            self.sit(number)
        if self.holds.home:
            for number in range(here, here + round((self.setup.people - here) * self.setup.back_home)):
                self.later(self.setup.home_after, self.sit, number)
        while self.heap and self.heap[0][0] <= end + DRAIN:
            self.now, _number, what, with_ = heapq.heappop(self.heap)
            what(*with_)
            self.offer()

    def sit(self, number: int) -> None:
        self.seats[number] = Place(number, SeatState.READY, self.moment(self.now))

    def arrive(self) -> None:
        caller = _Caller(len(self.callers), self.now)
        self.callers.append(caller)
        share = self.setup.served_more if self.holds.self_service_first else self.setup.served
        self.later(
            self.chance.expovariate(1 / self.setup.with_bot), self.after_bot, caller, self.chance.random() < share
        )

    def after_bot(self, caller: _Caller, content: bool) -> None:
        if content:
            caller.state = "self_served"
            return
        self.wanted.append(self.now)
        self.look()
        if self.holds.offers_call_back and self.waiting and self.chance.random() < self.setup.accepts:
            caller.state = "chose"
            self.ask(caller)
            return
        caller.state, caller.since = "waiting", self.now
        heapq.heappush(self.waiting, (self.now, caller.id))
        self.later(self.chance.expovariate(1 / self.setup.patience), self.give_up, caller)

    def give_up(self, caller: _Caller) -> None:
        if caller.state == "waiting":
            caller.state = "gave_up"
            self.ask(caller)

    def ask(self, caller: _Caller) -> None:
        """Into the queue of call-backs, in the house's order."""
        caller.asked = caller.asked or self.now
        heapq.heappush(self.back, (order(self.due(caller)), caller.id))

    def offer(self) -> None:
        free = [place for place in self.seats.values() if place.state is SeatState.READY]
        if not free:
            return
        first: list[Waiting] = []
        while self.waiting and len(first) < len(free):
            since, number = heapq.heappop(self.waiting)
            if self.callers[number].state == "waiting":
                first.append(Waiting(number, 5, self.moment(since), by_phone=True))
        for number, seat in assign(first, free, self.rules.most_talks):
            caller = self.callers[number]
            caller.state = "answered"
            self.waits.append(self.now - caller.since)
            shorter = self.setup.shorter if self.holds.on else 1.0
            self.busy(seat, self.chance.expovariate(1 / (self.setup.work * shorter)))
        for place in [place for place in self.seats.values() if place.state is SeatState.READY]:
            if not self.back:
                return
            self.call(place.id, self.callers[heapq.heappop(self.back)[1]])

    def call(self, seat: int, caller: _Caller) -> None:
        caller.tries += 1
        if self.chance.random() < self.setup.reached:
            caller.state, self.worked_off = "called_back", self.now
            self.busy(seat, self.chance.expovariate(1 / self.setup.call))
        else:
            self.busy(seat, 30.0)
            self.later(900.0 * min(caller.tries, 4), self.ask, caller)

    def busy(self, seat: int, seconds: float) -> None:
        self.seats[seat] = Place(seat, SeatState.BUSY, self.moment(self.now), 1, on_phone=True)
        self.later(seconds + self.holds.wrap_up_seconds, self.sit, seat)

    def look(self) -> None:
        """The house's own rule, over the last quarter of an hour."""
        if self.proposed is None:
            recent = sum(at > self.now - WINDOW.total_seconds() for at in self.wanted)
            work = self.setup.work + self.rules.wrap_up_seconds
            seen = Pressure(recent, len(self.seats), work, self.setup.patience)
            self.proposed = self.now if forecast(seen, self.rules).surge else None

    def due(self, caller: _Caller) -> Due:
        at = self.moment(caller.asked)
        promised = at + timedelta(hours=self.rules.callback_hours)
        return Due(caller.id, 1, at, at, promised)

    def moment(self, seconds: float) -> datetime:
        return START + timedelta(seconds=seconds)


def rehearse(setup: Setup, rules: DoorRules, *, emergency: bool) -> Result:
    """Play a surge once, in normal or in emergency mode; the same seed gives the same people."""
    play = _Play(setup, rules, effects(rules, on=emergency), random.Random(setup.seed))  # noqa: S311 - a rehearsal
    play.run()
    states = [one.state for one in play.callers]
    known = {name: states.count(name) for name in ("self_served", "answered", "gave_up", "chose", "called_back")}
    asked = [one for one in play.callers if one.asked]
    return Result(
        arrivals=len(states), self_served=known["self_served"], answered=known["answered"],
        in_time=sum(wait <= rules.answer_seconds for wait in play.waits),
        mean_wait=sum(play.waits) / len(play.waits) if play.waits else 0.0, longest_wait=max(play.waits, default=0.0),
        gave_up=sum(one.since > 0 for one in asked), chose_call_back=sum(one.since == 0 for one in asked),
        called_back=known["called_back"], still_open=known["gave_up"] + known["chose"],
        lost=len(states) - sum(known.values()), proposed_after=play.proposed, worked_off=play.worked_off,
    )  # fmt: skip
