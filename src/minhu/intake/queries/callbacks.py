"""Call-backs as they are shown: the queue in the order of calling, numbers masked; promises kept and missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Q

from minhu.directory.access import require
from minhu.directory.policy import Action, may_ever
from minhu.intake.domain.callbacks import CallBackSource, CallBackState, Due, TryOutcome, kept, order, windows
from minhu.intake.models import CallBack
from minhu.intake.models.callbacks import OPEN
from minhu.kernel import masks
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.language.personal import mask_personal

MOST: Final = 300
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TryView:
    """One try."""

    number: int
    outcome: TryOutcome
    who: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class CallBackRow:
    """A call-back in the list."""

    uid: UUID
    phone: str
    """Masked; the number itself is for the agent who took it (``services.calling_back.number_of``)."""
    source: CallBackSource
    state: CallBackState
    line: str
    words: str
    asked: int
    tries: tuple[TryView, ...]
    first_at: datetime
    next_at: datetime
    promised_by: datetime
    appointed: bool
    is_due: bool
    kept: bool | None
    agent: str
    mine: bool
    why: str
    talk: UUID | None


@dataclass(frozen=True, slots=True)
class Counts:
    """The queue in numbers; promises over seven days."""

    waiting: int
    due: int
    overdue: int
    reached: int
    given_up: int
    promised: int
    kept: int

    @property
    def kept_share(self) -> float | None:
        """Of the promises whose time is over."""
        return self.kept / self.promised if self.promised else None


def queue() -> tuple[CallBackRow, ...]:
    """Open call-backs: one's own first, then the due in the order of calling, then those for later. For who talks or watches."""
    _check()
    moment = now()
    rows = list(
        CallBack.objects.filter(state__in=OPEN).select_related("agent", "talk").prefetch_related("attempts")
        .order_by("next_at")[:MOST]
    )  # fmt: skip
    mine = current_actor().staff_id

    def key(row: CallBack) -> tuple[object, ...]:
        due = Due(row.pk, row.asked, row.first_at, row.next_at, row.promised_by, row.priority, row.appointed)
        later = row.next_at > moment
        return (row.agent_id != mine or mine is None, later, *((row.next_at,) if later else order(due)))

    return tuple(_row(row, moment, mine) for row in sorted(rows, key=key))


def closed(most: int = 30) -> tuple[CallBackRow, ...]:
    """What was done or given up lately, newest first."""
    _check()
    rows = CallBack.objects.exclude(state__in=OPEN).select_related("agent", "talk").prefetch_related("attempts")
    return tuple(_row(row, now(), None) for row in rows.order_by("-closed_at")[:most])


def counts() -> Counts:
    """The queue in numbers."""
    _check()
    moment = now()
    found = CallBack.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=OPEN)),
        due=Count("pk", filter=Q(state__in=OPEN, next_at__lte=moment)),
        overdue=Count("pk", filter=Q(state__in=OPEN, promised_by__lt=moment, first_try_at=None)),
        reached=Count("pk", filter=Q(state="done", closed_at__gt=moment - _WEEK)),
        given_up=Count("pk", filter=Q(state="given_up", closed_at__gt=moment - _WEEK)),
        promised=Count(
            "pk", filter=Q(first_at__gt=moment - _WEEK) & (Q(promised_by__lt=moment) | ~Q(first_try_at=None))
        ),
        kept=Count("pk", filter=Q(first_at__gt=moment - _WEEK, first_try_at__lte=F("promised_by"))),
    )
    return Counts(**found)


def count_due() -> int:
    """For the number beside the menu."""
    return CallBack.objects.filter(state=CallBackState.WAITING.value, next_at__lte=now()).count()


def choices() -> tuple[tuple[str, datetime, datetime], ...]:
    """The times that a citizen may choose from now."""
    return windows(now())


def _check() -> None:
    """Agents call, supervisors and inspectors watch."""
    if not may_ever(current_actor(), Action.WATCH_TALKS):
        require(Action.TALK)


def _row(row: CallBack, moment: datetime, mine: int | None) -> CallBackRow:
    tries = tuple(
        TryView(one.number, TryOutcome(one.outcome), one.staff, one.at, mask_personal(str(one.note)))
        for one in row.attempts.all()
    )
    return CallBackRow(
        row.uid, masks.phone(str(row.phone)) if row.phone else "—", CallBackSource(row.source), CallBackState(row.state),
        row.line, mask_personal(str(row.words)), row.asked, tries, row.first_at, row.next_at, row.promised_by, row.appointed,
        row.next_at <= moment, kept(row.promised_by, row.first_try_at, moment), row.agent.name if row.agent else "",
        mine is not None and row.agent_id == mine, row.why, row.talk.uid if row.talk else None,
    )  # fmt: skip


__all__ = [
    "CallBackRow", "CallBackSource", "CallBackState", "Counts", "TryOutcome", "TryView", "choices", "closed", "count_due",
    "counts", "queue",
]  # fmt: skip
