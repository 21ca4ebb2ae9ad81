"""Plays one segment to its end in one transaction: arrivals, planned events and the sweeper's rounds.

A segment is there whole or not at all, so a run that is stopped, or whose process is killed, leaves no order in the
middle of a step that only a simulated clock would have taken; running again plays what is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction

from minhu.directory.access import many_actors
from minhu.directory.queries.actors import citizen_actor
from minhu.handling.queries import visible_orders
from minhu.handling.services import next_due
from minhu.handling.types import State
from minhu.intake.types import Channel
from minhu.kernel import clock
from minhu.kernel.actors import SYSTEM
from minhu.kernel.errors import MinhuError, Unavailable
from minhu.server.demo.simulator import afterwards, desk, office, people_above, showcase
from minhu.server.demo.simulator.arrivals import Arrival
from minhu.server.demo.simulator.cases import make_case
from minhu.server.demo.simulator.people import Cast
from minhu.server.demo.simulator.period import Segment
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
MOST_TRIES = 20
DONE_WITH = frozenset({State.ARCHIVED, State.MERGED, State.WITHDRAWN, State.REFUSED})
Stopped = Callable[[], bool]


class StoppedError(Exception):
    """Somebody asked for the end; the segment is taken back."""


class Player:
    """Plays a segment in the caller's transaction."""

    def __init__(self, segment: Segment, cast: Cast, stopped: Stopped) -> None:
        self.segment, self._stopped = segment, stopped
        self.stage = Stage(segment.until, PLAYS, cast)
        self.stage.on_supervision = office.hear_supervision
        self._arrivals: Sequence[Arrival] = segment.arrivals
        self._next = 0
        self._begin(segment.start)
        self._shown = not segment.showcase

    def _begin(self, moment: datetime) -> None:
        self.stage.now = moment
        self._sweep_at = moment + timedelta(hours=2)

    def go_on(self, known: Mapping[str, Mapping[str, Any]], since: datetime) -> None:
        """Take up the living orders that an earlier run has left at ``since``; nobody new comes in."""
        self._begin(since)
        self._arrivals, self._shown = (), True
        for arrival in self.segment.arrivals:
            row = known.get(arrival.key)
            if row is not None and State(row["state"]) is not State.ARCHIVED:
                self._take_up(arrival, row)

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

    def play(self) -> None:
        """Play to the end; raises StoppedError when asked to stop before it."""
        curtain = self.segment.until - showcase.BEFORE_END
        while (moment := self._peek()) is not None or not self._shown:
            if not self._shown and (moment is None or moment >= curtain):
                self._shown = True
                self.stage.now = max(self.stage.now, curtain)
                showcase.arrange(self.stage)
                continue
            assert moment is not None  # noqa: S101  # the loop's condition
            if self._stopped():
                raise StoppedError
            if moment == self._arrival_moment():
                self._enter(self._arrivals[self._next])
                self._next += 1
            elif moment == self._sweep_at:
                self._sweep(moment)
            else:
                self.stage.play(moment, 1)

    def _peek(self) -> datetime | None:
        sweep_at = self._sweep_at if self._sweep_at <= self.segment.until else None
        moments = [m for m in (self.stage.next_moment, self._arrival_moment(), sweep_at) if m]
        return min(moments) if moments else None

    def _arrival_moment(self) -> datetime | None:
        return self._arrivals[self._next].moment if self._next < len(self._arrivals) else None

    def _sweep(self, moment: datetime) -> None:
        """The sweeper's round; where nobody does anything any more, the next is when the next clock comes due."""
        self.stage.sweep(moment)
        self._sweep_at = self._after(moment)
        if self.stage.next_moment is None and self._arrival_moment() is None:
            due = next_due(self.stage.living())
            while self._sweep_at <= self.segment.until and (due is None or self._sweep_at < due):
                self._sweep_at = self._after(self._sweep_at)

    def _after(self, moment: datetime) -> datetime:
        """The sweeper comes twice a day, in the last week every two hours, and once at the very end."""
        until = self.segment.until
        if moment >= until:
            return moment + timedelta(days=1)
        near = until - moment < timedelta(days=7)
        step = timedelta(hours=2) if near else timedelta(hours=7) if 0 <= moment.hour < 5 else timedelta(hours=17)
        return min(moment + step, until)

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
    """Inner transactions cost nothing: a step that is refused has written nothing, anything else ends the segment."""
    before = connection.features.uses_savepoints
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = before


def play_segment(segment: Segment, cast: Cast, stopped: Stopped) -> Counter[str]:
    """Play what is missing of a segment in one transaction; returns what was done.

    Raises StoppedError when asked to stop: nothing of the segment is there then. A segment that was played to its end
    is left alone; one that an earlier run has played to an earlier end goes on from there.
    """
    for _ in range(MOST_TRIES):
        try:
            with without_savepoints(), transaction.atomic(), many_actors("the simulator plays everybody"):
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit = off")
                return _play(segment, cast, stopped)
        except OperationalError:  # two processes waited for each other: once more, from the beginning
            connection.close()
    raise Unavailable("模拟运行多次被数据库中断，请稍后再试。", code="simulation_interrupted")


def _play(segment: Segment, cast: Cast, stopped: Stopped) -> Counter[str]:
    known = _known(segment)
    count: Counter[str] = Counter()
    if known:
        since = max(max(_played_to(row), row["changed_at"]) for row in known.values())
        if min(map(_played_to, known.values())) < segment.until and since < segment.until:
            count += _played(Player(segment, cast, stopped), lambda player: player.go_on(known, since))
    fresh = tuple(a for a in segment.arrivals if a.key not in known)
    if fresh:
        part = replace(segment, arrivals=fresh, showcase=segment.showcase and not known)
        count += _played(Player(part, cast, stopped), lambda player: None)
    return count


def _played(player: Player, prepare: Callable[[Player], None]) -> Counter[str]:
    with listening(player.stage):
        prepare(player)
        player.play()
    return player.stage.count


def _known(segment: Segment) -> dict[str, dict[str, Any]]:
    """Orders of this segment that are there already, by the key of their request."""
    keys = [arrival.key for arrival in segment.arrivals]
    rows = visible_orders(SYSTEM).filter(request__idempotency_key__in=keys).values(
        "id", "number", "state", "request_id", "lead_unit_id", "reopen_count", "return_count", "first_contact_at",
        "changed_at", "request__idempotency_key", "request__source",
    )  # fmt: skip
    return {str(row["request__idempotency_key"]): dict(row) for row in rows}


def _played_to(row: Mapping[str, Any]) -> datetime:
    """The end of the run that brought a request in."""
    return datetime.fromisoformat(row["request__source"].get("until") or row["changed_at"].isoformat())
