"""One process's part of the simulated time: arrivals, planned events and the sweeper's rounds, in large transactions."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction

from minhu.directory.access import as_system, many_actors
from minhu.directory.queries.actors import citizen_actor
from minhu.handling.queries import visible_orders
from minhu.handling.types import State
from minhu.intake.types import Channel
from minhu.kernel import clock
from minhu.kernel.actors import SYSTEM
from minhu.kernel.errors import MinhuError, Unavailable
from minhu.server.demo.simulator import afterwards, desk, office, people_above, showcase
from minhu.server.demo.simulator.arrivals import Arrival
from minhu.server.demo.simulator.cases import make_case
from minhu.server.demo.simulator.period import Period
from minhu.server.demo.simulator.stage import Play, Stage, listening

PLAYS: dict[State, Play] = {
    State.RECEIVED: desk.first_look,
    State.INCOMPLETE: desk.wait_for_words,
    State.TO_DISPATCH: desk.first_look,
    State.REOPENED: desk.first_look,
    State.DISPATCHED: office.sign,
    State.IN_PROGRESS: office.work,
    State.RETURN_REVIEW: desk.judge_return,
    State.EXTENSION_REVIEW: desk.judge_extension,
    State.SUSPENDED: office.judge_or_wait,
    State.REPLIED: office.approve,
    State.TO_CALL_BACK: afterwards.call_back,
    State.CLOSED: afterwards.after_close,
    State.ANSWERED: afterwards.rate_answer,
    State.EMERGENCY: desk.receipt,
}
BATCH_EVENTS = 400
MOST_TRIES = 20
Told = Callable[[datetime], None]
DONE_WITH = frozenset({State.ARCHIVED, State.MERGED, State.WITHDRAWN, State.REFUSED})


class Player:
    """Plays one part; ``batch`` does some of it in the caller's transaction."""

    def __init__(self, period: Period) -> None:
        self.period = period
        self.stage = Stage(period.until, PLAYS)
        self.stage.on_supervision = office.hear_supervision
        self.stage.now = period.start
        self._arrivals = period.arrivals()
        self._next = 0
        self._sweep_at = period.start + timedelta(hours=2)
        self._arranged = period.until - period.start < timedelta(days=20)

    def adopt(self) -> None:
        """Take up what an earlier run left: known requests are not entered again, living orders go on."""
        rows = visible_orders(SYSTEM).filter(request__idempotency_key__startswith=f"sim{self.period.seed}-").values(
            "id", "number", "state", "request_id", "lead_unit_id", "reopen_count", "return_count", "first_contact_at",
            "changed_at", "request__idempotency_key",
        )  # fmt: skip
        known = {row["request__idempotency_key"]: row for row in rows}
        mine = [a for a in self._arrivals if a.key in known]
        if not mine:
            return
        last = max(known[a.key]["changed_at"] for a in mine)
        self.stage.now = self._sweep_at = min(last, self.period.until)
        for arrival in mine:
            if State(known[arrival.key]["state"]) is not State.ARCHIVED:
                self._take_up(arrival, known[arrival.key])
        self._arrivals = [a for a in self._arrivals if a.moment > last and a.key not in known]

    def _take_up(self, arrival: Arrival, row: Mapping[str, Any]) -> None:
        case, stage = make_case(arrival), self.stage
        case.number, case.request_id, case.order_id = row["number"], row["request_id"], row["id"]
        case.state, case.lead_id = State(row["state"]), row["lead_unit_id"] or 0
        case.right_id, case.rounds, case.returns = case.lead_id, row["reopen_count"], row["return_count"]
        case.contacted = row["first_contact_at"]
        case.done |= {"wrong", "ask", "rates", "exclusion", *(["contact"] if case.contacted else [])}
        stage.cases[case.key] = stage.by_number[case.number] = case
        if case.state not in DONE_WITH:
            with clock.at(stage.now):
                stage.follow(case)

    @property
    def moment(self) -> datetime:
        """How far it is."""
        return self.stage.now

    @property
    def finished(self) -> bool:
        """Whether nothing more happens before the end."""
        return self._peek() is None

    def _peek(self) -> datetime | None:
        moments = [m for m in (self.stage.next_moment, self._arrival_moment(), self._sweep_moment()) if m]
        return min(moments) if moments else None

    def _arrival_moment(self) -> datetime | None:
        return self._arrivals[self._next].moment if self._next < len(self._arrivals) else None

    def _sweep_moment(self) -> datetime | None:
        return self._sweep_at if self._sweep_at <= self.period.until else None

    def batch(self, longest: timedelta, events: int = BATCH_EVENTS) -> None:
        """Play on for at most so much simulated time and so many events."""
        end = min(self.moment + longest, self.period.until)
        curtain = self.period.until - showcase.BEFORE_END
        if not self._arranged and self.moment >= curtain:
            self._arranged = True
            showcase.arrange(self.stage)
        elif not self._arranged:
            end = min(end, curtain)
        done = 0
        while done < events and (moment := self._peek()) is not None and moment <= end:
            if moment == self._sweep_moment():
                self.stage.sweep(moment)
                self._sweep_at = self._after(moment)
            elif moment == self._arrival_moment():
                self._enter(self._arrivals[self._next])
                self._next += 1
            else:
                self.stage.play(moment, 1)
            done += 1
        if done < events:
            self.stage.now = max(self.stage.now, end)

    def _after(self, moment: datetime) -> datetime:
        """The sweeper comes twice a day, in the last week every two hours, and once at the very end."""
        if moment == self.period.until:
            return moment + timedelta(days=1)
        near = self.period.until - moment < timedelta(days=7)
        step = timedelta(hours=2) if near else timedelta(hours=7) if 0 <= moment.hour < 5 else timedelta(hours=17)
        return min(moment + step, self.period.until)

    def _enter(self, arrival: Arrival) -> None:
        case, stage = make_case(arrival, self.stage.recent()), self.stage
        stage.now = arrival.moment
        phone = case.channel in (Channel.PHONE, Channel.COUNTER)
        actor = stage.cast.any("agent", case.rng) if phone else citizen_actor()
        if case.channel is Channel.GRID:
            unit = stage.cast.grid_unit(case.message.area_code)
            actor = (stage.cast.grid_worker(unit) if unit else None) or stage.cast.any("agent", case.rng)
        with clock.at(arrival.moment):
            try:
                stage.enter(case, actor)
            except MinhuError:
                connection.set_rollback(False)
                stage.count["not taken"] += 1
                return
            stage.follow(case)
            people_above.plan(stage, case)


@contextmanager
def without_savepoints() -> Iterator[None]:
    """Inner transactions cost nothing: a step that is refused has written nothing, anything else ends the batch."""
    before = connection.features.uses_savepoints
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = before


def tune_connection() -> None:
    """Statements prepared on the server: a process that says the same few hundred sentences all the time."""
    connection.close()
    connection.settings_dict["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 3}
    gc.collect()
    gc.freeze()
    gc.disable()


def play_part(
    period: Period, told: Told, stopped: Callable[[], bool], wait: Callable[[datetime], bool]
) -> dict[str, int]:
    """Play a part to its end or until ``stopped``; everything that ``told`` was called for is committed.

    ``wait(moment)`` says whether the others must catch up first.
    """
    counts: Counter[str] = Counter()
    for _ in range(MOST_TRIES):
        player = Player(period)
        try:
            with listening(player.stage), without_savepoints():
                _play(player, told, stopped, wait)
            return dict(counts + player.stage.count)
        except OperationalError:  # two processes waited for each other: go on from what is committed
            counts += player.stage.count
            connection.close()
    raise Unavailable("模拟运行多次被数据库中断，请稍后再试。", code="simulation_interrupted")


def _play(player: Player, told: Told, stopped: Callable[[], bool], wait: Callable[[datetime], bool]) -> None:
    period = player.period
    with transaction.atomic(), as_system():
        player.adopt()
    while not player.finished and not stopped():
        if wait(player.moment):
            time.sleep(0.002)
            continue
        near = period.until - player.moment < timedelta(days=4)
        with transaction.atomic(), many_actors("the simulator plays everybody"):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = off")
            player.batch(timedelta(hours=6) if near else timedelta(days=2))
        told(player.moment)
