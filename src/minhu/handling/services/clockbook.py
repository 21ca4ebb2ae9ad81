"""The clocks of one order while a step is taken: start, stop, cancel, pause, resume, extend."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, cast

from minhu.directory.types import UnitInfo
from minhu.handling.domain.deadlines import Matter, Reading, allowance, in_time, read_clock
from minhu.handling.domain.lights import Thresholds
from minhu.handling.domain.states import ALARMS
from minhu.handling.models import Assignment, Clock, Order
from minhu.handling.services import bulk
from minhu.handling.services.outside import category_path, rules
from minhu.handling.types import AssignmentRole, ClockKind, Light, State
from minhu.kernel.calendar import Duration, Pause
from minhu.kernel.calendar.types import Unit as TimeUnit

ANY: Final = object()
"""Clocks of every assignment, and those that belong to none."""
FEW: Final = 8
_RUNNING: Final = "WHERE order_id = %s AND stopped_at IS NULL ORDER BY id"
CHANGING: Final = [
    "due_at", "explanation", "stopped_at", "paused_at", "paused_for", "pauses", "in_time", "light", "next_at",
    "extra_amount", "extra_unit",
]  # fmt: skip


def duration_of(clock: Clock) -> Duration:
    """The time a clock was given at first."""
    return Duration(clock.amount, cast(TimeUnit, clock.unit), clock.working_hours)


def read(clock: Clock, moment: datetime) -> Reading:
    """Read a stored clock at ``moment`` with the calendar of the unit it runs for."""
    deadline_rules = rules.deadline_rules()
    extra = Duration(clock.extra_amount, cast(TimeUnit, clock.extra_unit)) if clock.extra_amount else None
    return read_clock(
        rules.working_calendar(clock.profile),
        ClockKind(clock.kind),
        clock.subject,
        clock.started_at,
        duration_of(clock),
        moment,
        pauses=pauses_of(clock),
        extra=extra,
        thresholds=Thresholds(deadline_rules.lights.yellow, deadline_rules.lights.orange),
    )


def pauses_of(clock: Clock) -> list[Pause]:
    """The pauses of a clock that are over."""
    return [(datetime.fromisoformat(first), datetime.fromisoformat(last)) for first, last in clock.pauses]


def set_from(clock: Clock, moment: datetime) -> None:
    """Write what a reading at ``moment`` says into the clock."""
    reading = read(clock, moment)
    clock.due_at, clock.light, clock.next_at = reading.due, reading.light.value, reading.next_at
    clock.explanation = reading.explanation


class ClockBook:
    """All clocks of an order that have not stopped; ``save`` writes what changed in two statements."""

    def __init__(self, order: Order, moment: datetime, running: Iterable[Clock] | None = None) -> None:
        self.order, self.moment = order, moment
        self._loaded: list[Clock] | None = None if running is None else list(running)
        self._new: list[Clock] = []
        self._changed: dict[int, Clock] = {}
        self._roles: dict[int, str] = {}

    def know(self, shares: Iterable[Assignment]) -> None:
        """Take the roles of shares that are read already, so that they need not be asked for."""
        self._roles.update((share.pk, share.role) for share in shares)

    @property
    def clocks(self) -> list[Clock]:
        """The clocks that run or are paused, new ones included."""
        if self._loaded is None:
            self._loaded = bulk.read(Clock, _RUNNING, [self.order.pk])
        return [clock for clock in (*self._loaded, *self._new) if clock.stopped_at is None]

    def find(self, kinds: Iterable[ClockKind], assignment: object = ANY, subject_id: int | None = None) -> list[Clock]:
        """Clocks not stopped, of these kinds, of one assignment (``None``: of none, ``ANY``: all)."""
        names = {kind.value for kind in kinds}
        owner = assignment.pk if isinstance(assignment, Assignment) else None
        return [
            clock
            for clock in self.clocks
            if clock.kind in names
            and (assignment is ANY or clock.assignment_id == owner)
            and subject_id in (None, clock.subject_id)
        ]

    def start(
        self,
        kind: ClockKind,
        assignment: Assignment | None = None,
        *,
        unit: UnitInfo | None = None,
        level: str = "",
        deadline_key: str = "",
        duration: Duration | None = None,
        subject_id: int | None = None,
    ) -> Clock:
        """Start a clock by the deadline table (or with ``duration``), in the working hours of ``unit``."""
        order = self.order
        key = deadline_key or order.deadline_key
        matter = Matter(order.request_type, category_path(order.category_id), order.urgency, key)
        given = allowance(rules.deadline_rules(), kind, matter, level or (unit.kind.value if unit else ""))
        length = duration or given.duration
        clock = Clock(
            order=order,
            assignment=assignment,
            kind=kind.value,
            started_at=self.moment,
            amount=length.amount,
            unit=length.unit,
            working_hours=length.working_hours,
            profile=unit.hours if unit else "office",
            rule=given.rule[:120],
            subject=given.subject[:64],
            subject_id=subject_id,
        )
        set_from(clock, self.moment)
        self._new.append(clock)
        return clock

    def stop(self, kinds: Iterable[ClockKind], assignment: object = ANY, subject_id: int | None = None) -> list[Clock]:
        """End clocks because the thing was done; says whether each deadline was met."""
        return self._end(self.find(kinds, assignment, subject_id), verdict=True)

    def cancel(self, kinds: Iterable[ClockKind], assignment: object = ANY, subject_id: int | None = None) -> None:
        """End clocks without a verdict: nobody is bound by them any more."""
        self._end(self.find(kinds, assignment, subject_id), verdict=False)

    def _end(self, clocks: list[Clock], *, verdict: bool) -> list[Clock]:
        for clock in clocks:
            if verdict:
                clock.in_time = in_time(clock.due_at, clock.paused_at or self.moment)
            clock.stopped_at, clock.light, clock.next_at = self.moment, Light.OFF.value, None
            self.touch(clock)
        return clocks

    def pause(self, kinds: Iterable[ClockKind], assignment: object, reason: str) -> None:
        """Let running clocks stand; the time until ``resume`` does not count."""
        for clock in self.find(kinds, assignment):
            if clock.paused_at is None:
                clock.paused_at, clock.paused_for = self.moment, reason
                clock.light, clock.next_at = Light.OFF.value, None
                self.touch(clock)

    def resume(self, assignment: object, reason: str, *, counts: bool = False) -> None:
        """Let clocks that were paused for ``reason`` run again; with ``counts`` the pause was no pause."""
        for clock in self.find(ClockKind, assignment):
            if clock.paused_at is None or clock.paused_for != reason:
                continue
            if not counts and clock.paused_at < self.moment:
                span = [clock.paused_at.astimezone(UTC).isoformat(), self.moment.astimezone(UTC).isoformat()]
                clock.pauses = [*clock.pauses, span]
            clock.paused_at, clock.paused_for = None, ""
            set_from(clock, self.moment)
            self.touch(clock)

    def extend(self, clock: Clock, extra: Duration) -> None:
        """Give a clock more time, counted from its present deadline."""
        clock.extra_amount, clock.extra_unit = extra.amount, extra.unit
        set_from(clock, self.moment)
        self.touch(clock)

    def touched(self) -> list[Clock]:
        """The stored clocks that this step has changed so far."""
        return list(self._changed.values())

    def touch(self, clock: Clock) -> None:
        """Remember that a stored clock has changed."""
        if clock.pk is not None:
            self._changed[clock.pk] = clock

    def alarm(self, state: State) -> Clock | None:
        """The clock that matters in ``state``: the earliest running one that rings there."""
        names = {kind.value for kind in ALARMS.get(state, ())}
        lead = [c for c in self.clocks if c.kind in names and c.paused_at is None and self._leads(c)]
        return min(lead, key=lambda clock: clock.due_at, default=None)

    def _leads(self, clock: Clock) -> bool:
        if clock.assignment_id is None:
            return True
        if clock.assignment_id not in self._roles:
            rows = Assignment.objects.filter(order_id=self.order.pk).values_list("id", "role")
            self._roles.update(rows)
        return self._roles.get(clock.assignment_id) == AssignmentRole.LEAD.value

    def summarise(self, state: State) -> dict[str, Any]:
        """What the order shows of its clocks: the deadline and light that matter now."""
        alarm = self.alarm(state)
        return {
            "due_at": alarm.due_at if alarm else None,
            "light": alarm.light if alarm else Light.OFF.value,
        }

    def save(self) -> None:
        """Write new and changed clocks."""
        if self._new:
            self._loaded = self._loaded if self._loaded is not None else [c for c in self.clocks if c.pk]
            for clock in self._new:  # their owners may have been stored after the clock was started
                clock.order_id = self.order.pk
                clock.assignment_id = clock.assignment.pk if clock.assignment else None
            bulk.insert(self._new)
            self._loaded, self._new = [*(self._loaded or []), *self._new], []
        changed = list(self._changed.values())
        if len(changed) > FEW:
            Clock.objects.bulk_update(changed, CHANGING)
        else:
            for clock in changed:
                bulk.update(clock, CHANGING)
        self._changed = {}
