"""What a step works with: the locked order, who acts, for which unit, and what shall be left behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from minhu.directory.types import UnitInfo
from minhu.engines import prepared
from minhu.handling.domain.states import Transition
from minhu.handling.models import Assignment, Order, Review
from minhu.handling.services import bulk
from minhu.handling.services.clockbook import ClockBook
from minhu.handling.types import AssignmentRole, AssignmentState, ClockKind, State, Step, StepData
from minhu.kernel.actors import Actor

_OPEN = "WHERE order_id = %s AND ended_at IS NULL"
_DROP_REVIEWS = (
    "UPDATE handling_review SET decision = 'refused', decided_at = %s, decided_by = 'system', decision_reason = %s"
    " WHERE order_id = %s AND decision = 'waiting' AND kind <> 'exclusion'"
)


@dataclass
class Context:
    """One step in the making. Handlers change the order, its parts and the book; the caller stores and tells."""

    order: Order
    transition: Transition
    data: StepData
    actor: Actor
    moment: datetime
    book: ClockBook
    to: State
    mine: Assignment | None = None
    side: bool = False
    review: Review | None = None
    unit: UnitInfo | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    new_units: set[int] = field(default_factory=set)
    lost_units: set[int] = field(default_factory=set)
    """Units whose matter it is not: they no longer read the order and its request."""
    raised: list[tuple[str, int | None]] = field(default_factory=list)
    """Triggers of the supervision rules that this step set off, with the unit they concern."""
    following: list[tuple[str, Step, StepData]] = field(default_factory=list)
    """Steps on other orders that the program takes as soon as this one is stored (orders merged into this one)."""
    public: str | None = None
    step_id: int | None = None
    """The key of the step in the history, where it has been drawn already."""
    _before: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember the order as it was, so that only what changes is written."""
        self._before = {f.attname: getattr(self.order, f.attname) for f in Order._meta.concrete_fields}

    def changed_fields(self) -> list[str]:
        """The names of the order's fields that differ from when the step began."""
        names = ((f.name, f.attname) for f in Order._meta.concrete_fields)
        return [name for name, attname in names if self._before[attname] != getattr(self.order, attname)]

    @cached_property
    def assignments(self) -> list[Assignment]:
        """The open shares of the order, the lead first."""
        return self.know(bulk.read(Assignment, _OPEN, [self.order.pk]))

    def know(self, shares: Iterable[Assignment]) -> list[Assignment]:
        """Take the open shares as they were just read."""
        rows = sorted(shares, key=lambda row: (row.role != AssignmentRole.LEAD.value, row.pk))
        self.book.know(rows)
        self.__dict__["assignments"] = rows
        return rows

    @property
    def lead(self) -> Assignment | None:
        """The leading share, where there is one."""
        return next((a for a in self.assignments if a.role == AssignmentRole.LEAD.value), None)

    @property
    def focus(self) -> Assignment | None:
        """The share that the step is about."""
        return self.mine or (self.review.assignment if self.review else None)

    def end(self, assignment: Assignment, state: AssignmentState) -> None:
        """End one unit's share; the unit keeps reading the order."""
        assignment.state, assignment.ended_at = state.value, self.moment
        bulk.update(assignment, ("state", "ended_at"))
        if "assignments" in self.__dict__:
            self.__dict__["assignments"] = [a for a in self.assignments if a.pk != assignment.pk]

    def end_all(self, state: AssignmentState, keep: Iterable[int] = ()) -> None:
        """End every open share but those of ``keep``; shares that were answered stay 'replied'."""
        kept = set(keep)
        for assignment in self.assignments:
            if assignment.pk not in kept:
                done = assignment.state == AssignmentState.REPLIED.value
                self.end(assignment, AssignmentState.REPLIED if done else state)

    def drop_reviews(self, reason: str) -> None:
        """Questions that nobody needs to decide any more, and their clocks."""
        self.book.cancel((ClockKind.REVIEW,))
        prepared.write(_DROP_REVIEWS, (self.moment, reason, self.order.pk))

    def drop_own_reviews(self, share: Assignment, reason: str) -> None:
        """Questions of one unit that its own later step has settled."""
        waiting = Review.objects.filter(order=self.order, assignment=share, decision=Review.Decision.WAITING)
        waiting = waiting.exclude(kind=Review.Kind.EXCLUSION)
        if waiting.update(
            decision=Review.Decision.REFUSED, decided_at=self.moment, decided_by="system", decision_reason=reason
        ):
            self.book.cancel((ClockKind.REVIEW,), share)
