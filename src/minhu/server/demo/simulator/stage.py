"""The stage: events in the order of time, each at its moment, in the name of somebody, through the real services."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random

import structlog
from django.db import connection

from minhu.directory.queries import rules
from minhu.handling.events import OrderChanged
from minhu.handling.services import sweep, take
from minhu.handling.types import State, Step, StepData
from minhu.intake.events import RequestReceived
from minhu.intake.services import receive
from minhu.kernel import clock
from minhu.kernel.actors import Actor, use_actor
from minhu.kernel.calendar import Duration
from minhu.kernel.errors import MinhuError
from minhu.kernel.events import subscribe
from minhu.server.demo.simulator.cases import Case
from minhu.server.demo.simulator.people import Cast

log = structlog.get_logger("minhu.simulator")
Action = Callable[["Stage", Case], None]
Play = Callable[["Stage", Case], "tuple[datetime, Action] | None"]
WAITS_FOR_SOMEBODY = frozenset({
    State.RECEIVED, State.TO_DISPATCH, State.DISPATCHED, State.RETURN_REVIEW, State.EXTENSION_REVIEW, State.REPLIED,
    State.TO_CALL_BACK,
})  # fmt: skip
_stages: list[Stage] = []


class Stage:
    """Plays cases until ``until``. ``busy`` says how much of the unusual there is now (more near the end)."""

    def __init__(self, until: datetime, plays: dict[State, Play], cast: Cast | None = None) -> None:
        self.until, self.plays, self.cast = until, plays, cast or Cast()
        self.now = until
        self.cases: dict[str, Case] = {}
        self.by_number: dict[str, Case] = {}
        self.count: Counter[str] = Counter()
        self._heap: list[tuple[datetime, int, int | None, Action, Case]] = []
        self._tie = itertools.count()
        self._supervised: list[Case] = []
        self._opening: Case | None = None
        self.on_supervision: Action | None = None

    # -- time ---------------------------------------------------------------------------------------------------------
    @property
    def next_moment(self) -> datetime | None:
        """When something happens next."""
        return self._heap[0][0] if self._heap else None

    def plan(self, moment: datetime, action: Action, case: Case, *, lapses: bool = True) -> None:
        """Let ``action`` happen at ``moment``; with ``lapses`` only if no step has changed the case until then."""
        if moment <= self.until:
            epoch = case.epoch if lapses else None
            heapq.heappush(self._heap, (max(moment, self.now), next(self._tie), epoch, action, case))

    def office(self, minutes: float, hours: str = "office") -> datetime:
        """The moment after so many minutes of office time from now."""
        length = Duration(max(1, round(minutes)), "minutes", working_hours=True)
        return rules.working_calendar(hours).due(self.now, length).at

    def soon(self, minutes: float) -> datetime:
        """The moment after so many minutes by the wall clock."""
        return self.now + timedelta(minutes=minutes)

    @property
    def busy(self) -> float:
        """More of what is rare in the last days, so that every desk has some of it."""
        left = self.until - self.now
        return 3.0 if left < timedelta(days=6) else 1.0

    def play(self, upto: datetime, most: int) -> int:
        """Let up to ``most`` planned things happen that are due by ``upto``; returns how many."""
        done = 0
        while self._heap and done < most and self._heap[0][0] <= upto:
            moment, _, epoch, action, case = heapq.heappop(self._heap)
            self.now = moment
            if epoch is None or epoch == case.epoch:
                with clock.at(moment):
                    action(self, case)
                    self.answer_supervision()
                done += 1
        return done

    # -- doing --------------------------------------------------------------------------------------------------------
    def enter(self, case: Case, actor: Actor) -> None:
        """The request comes in."""
        self._opening = case
        with use_actor(actor):
            receipt = receive(case.request(self.until), actor=actor)
        self._opening = None
        case.number, case.request_id = receipt.number, receipt.request_id
        self.cases[case.key] = self.by_number[case.number] = case
        self.count["orders"] += receipt.created

    def step(self, case: Case, step: Step, actor: Actor | None, data: StepData = StepData()) -> bool:
        """Take a step; one that the rules refuse is counted and leaves everything as it was."""
        if actor is None:
            self.count["nobody"] += 1
            return False
        return self.attempt(case, step.value, lambda: take(case.number, step, data), actor)

    def attempt(self, case: Case, name: str, deed: Callable[[], object], actor: Actor) -> bool:
        """Do something in somebody's name; says whether the rules allowed it."""
        try:
            with use_actor(actor):
                deed()
        except MinhuError as error:
            if connection.in_atomic_block:
                connection.set_rollback(False)  # refused before anything was written
            self.count["refused"] += 1
            self.count[f"refused {name}: {error.code}"] += 1
            log.debug("simulated step refused", step=name, number=case.number, state=case.state, error=str(error))
            return False
        self.count["steps"] += 1
        return True

    def follow(self, case: Case) -> None:
        """Plan what comes next in the state where the case is."""
        case.epoch += 1
        play = self.plays.get(case.state)
        if play and not self._left_for_visitors(case) and (found := play(self, case)):
            self.plan(*found, case)

    def _left_for_visitors(self, case: Case) -> bool:
        """Near the end some orders stay where they are, so that whoever opens the city finds work."""
        if case.state not in WAITS_FOR_SOMEBODY:
            return False
        left = self.until - self.now
        chance = 0.5 if left < timedelta(hours=6) else 0.25 if left < timedelta(hours=30) else 0.0
        return chance > 0.0 and case.rng.random() < chance

    # -- hearing ------------------------------------------------------------------------------------------------------
    def hear(self, event: OrderChanged) -> None:
        """News of an order of ours, whoever caused it."""
        case = self._opening if event.step == Step.OPEN.value else self.by_number.get(event.number)
        if case is None:
            return
        case.state, case.order_id = State(event.to_state), event.order_id
        if event.step == Step.SUPERVISE.value:
            self._supervised.append(case)

    def hear_received(self, event: RequestReceived) -> None:
        """How urgent intake takes the request to be, which decides about its clocks."""
        if self._opening is not None:
            self._opening.urgency, self._opening.sensitive = event.urgency, event.sensitive

    def within(self, case: Case, moment: datetime, urgent: float, danger: float) -> datetime:
        """``moment``, but for urgent matters so many minutes from now at most (now and then one is late)."""
        most = {"urgent": urgent, "danger": danger}.get(case.urgency)
        if most is None or case.rng.random() < 0.04:
            return moment
        return min(moment, self.soon(most * case.rng.uniform(0.1, 0.85)))

    def sweep(self, moment: datetime) -> None:
        """The sweeper's round at ``moment``, over our own orders."""
        self.now = moment
        before = {case.number: case.state for case in self.by_number.values() if case.order_id}
        if not before:
            return
        ids = self.living()
        with clock.at(moment):
            with _savepoints():  # what the sweeper may not do yet it tries and takes back
                self.count["swept"] += sweep(5000, ids)
            for number, state in before.items():
                case = self.by_number[number]
                if case.state is not state:
                    self.count["steps"] += 1
                    self.follow(case)
            self.answer_supervision()
        self._forget()

    def answer_supervision(self) -> None:
        """Units hear of what supervises them."""
        for case in self._supervised:
            if self.on_supervision is not None:
                self.on_supervision(self, case)
        self._supervised.clear()

    def _forget(self) -> None:
        """Archived matters are done with; repeats look back three weeks only."""
        for number in [n for n, case in self.by_number.items() if case.state is State.ARCHIVED]:
            case = self.by_number.pop(number)
            self.cases.pop(case.key, None)

    def living(self) -> list[int]:
        """Ids of the orders that are not archived."""
        return [case.order_id for case in self.by_number.values() if case.order_id]

    def recent(self) -> list[Case]:
        """Cases that somebody may bring up again, oldest first."""
        return [case for case in self.cases.values() if case.number]


@contextmanager
def _savepoints() -> Iterator[None]:
    before = connection.features.uses_savepoints
    connection.features.uses_savepoints = True
    try:
        yield
    finally:
        connection.features.uses_savepoints = before


@contextmanager
def listening(stage: Stage) -> Iterator[Stage]:
    """Within the block the stage hears what happens to its orders."""
    _stages.append(stage)
    try:
        yield stage
    finally:
        _stages.remove(stage)


@subscribe(RequestReceived)
def _tell_received(event: RequestReceived) -> None:
    for stage in _stages:
        stage.hear_received(event)


@subscribe(OrderChanged)
def _tell(event: OrderChanged) -> None:
    for stage in _stages:
        stage.hear(event)


def pick(rng: Random, rows: list[dict[str, str]], **wanted: str) -> dict[str, str]:
    """One of the rows that fit, or any where none does."""
    return rng.choice([row for row in rows if all(row.get(k) == v for k, v in wanted.items())] or rows)
