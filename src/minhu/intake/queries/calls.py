"""Telephone calls as they are shown: those that run, those that were, and what they come to in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Avg, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from minhu.directory.access import require
from minhu.directory.policy import Action, decide
from minhu.intake.domain.calls import ANSWERED_IN_TIME
from minhu.intake.models import Call, Recording
from minhu.intake.types import CallOutcome, CallPhase, TalkState
from minhu.kernel import masks
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound

MOST_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class CallRow:
    """A line of a list of calls."""

    uid: UUID
    talk: UUID | None
    line: str
    phase: CallPhase
    outcome: CallOutcome | None
    caller: str
    """Masked."""
    agent: str
    mine: bool
    by_bot: bool
    queue: str
    arrived_at: datetime
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    waited: int
    """Seconds that the caller waited for a person, until now where he still does; 0 where he did not ask for one."""
    lasted: int
    """Seconds from its arrival to its end, or to now."""
    waits: bool
    """For a person, now."""
    recorded: bool
    outgoing: bool
    """The house placed it."""


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Calls of a span of time. Means are seconds, None where there was no such call."""

    arrived: int
    wanted_person: int
    """Of those that are over: answered by a person, abandoned or missed; the ground of both shares."""
    answered: int
    in_time: int
    """Answered by a person within 15 seconds."""
    abandoned: int
    missed: int
    by_bot: int
    """Ended without a person."""
    mean_wait: float | None
    mean_talk: float | None
    mean_wrap_up: float | None

    @property
    def share_in_time(self) -> float | None:
        """Of those who wanted a person; None without any."""
        return self.in_time / self.wanted_person if self.wanted_person else None

    @property
    def share_lost(self) -> float | None:
        """Abandoned and missed of those who wanted a person; None without any."""
        return (self.abandoned + self.missed) / self.wanted_person if self.wanted_person else None


def running() -> tuple[CallRow, ...]:
    """Calls that are not over, those that wait the longest first; an agent sees those that wait and his own."""
    actor = current_actor()
    require(Action.TALK, actor=actor)
    rows = Call.objects.exclude(phase=CallPhase.OVER.value)
    if not decide(actor, Action.WATCH_TALKS):
        rows = rows.filter(
            Q(talk__state__in=(TalkState.WAITING.value, TalkState.BOT.value)) | Q(talk__agent=actor.staff_id)
        )
    return _rows(rows.order_by(F("queued_at").asc(nulls_last=True), "arrived_at"))


def between(
    begin: datetime, end: datetime, *, line: str = "", outcome: CallOutcome | None = None, before: int = 0
) -> tuple[CallRow, ...]:
    """Calls that arrived from ``begin`` and before ``end``, the latest first; for who watches.

    ``before``: rows to pass over (of the page before).
    """
    require(Action.WATCH_TALKS)
    rows = Call.objects.filter(arrived_at__gte=begin, arrived_at__lt=end)
    rows = rows.filter(line=line) if line else rows
    rows = rows.filter(outcome=outcome.value) if outcome else rows
    return _rows(rows.order_by("-arrived_at", "-pk"), before)


def of_talk(talk: UUID) -> CallRow | None:
    """The call of a talk, for whoever may read the talk; None for a talk on another channel."""
    if not decide(current_actor(), Action.WATCH_TALKS):
        require(Action.TALK)
    found = _rows(Call.objects.filter(talk__uid=talk))
    return found[0] if found else None


def one(call: UUID) -> CallRow:
    """A call, for who watches; raises NotFound."""
    require(Action.WATCH_TALKS)
    found = _rows(Call.objects.filter(uid=call))
    if not found:
        raise NotFound("没有找到这通电话。", code="not_found")
    return found[0]


def talk_of(call: UUID) -> UUID | None:
    """The talk of a call; raises NotFound for no such call."""
    found = Call.objects.filter(uid=call).values_list("talk__uid", flat=True).first()
    if found is None and not Call.objects.filter(uid=call).exists():
        raise NotFound("没有找到这通电话。", code="not_found")
    return found


def figures(begin: datetime, end: datetime, *, line: str = "") -> CallFigures:
    """Figures of the calls that callers made and that arrived from ``begin`` and before ``end``; for who watches."""
    require(Action.WATCH_TALKS)
    rows = Call.objects.filter(arrived_at__gte=begin, arrived_at__lt=end, outgoing=False)
    rows = rows.filter(line=line) if line else rows
    wait = _lapse(Coalesce("queued_at", "arrived_at"), F("answered_at"))
    answered, in_time = Q(outcome=CallOutcome.ANSWERED.value), Q(waited__lte=timedelta(seconds=ANSWERED_IN_TIME))
    found = rows.annotate(waited=wait).aggregate(
        arrived=Count("pk"), answered=Count("pk", answered), in_time=Count("pk", answered & in_time),
        abandoned=Count("pk", Q(outcome=CallOutcome.ABANDONED.value)),
        missed=Count("pk", Q(outcome=CallOutcome.MISSED.value)), by_bot=Count("pk", Q(outcome=CallOutcome.BOT.value)),
        mean_wait=Avg("waited", filter=answered),
        mean_talk=Avg(_lapse(F("answered_at"), F("ended_at")), filter=answered),
        mean_wrap_up=Avg("wrap_up_seconds", filter=answered),
    )  # fmt: skip
    return CallFigures(
        found["arrived"], found["answered"] + found["abandoned"] + found["missed"], found["answered"], found["in_time"],
        found["abandoned"], found["missed"], found["by_bot"],
        _in_seconds(found["mean_wait"]), _in_seconds(found["mean_talk"]), found["mean_wrap_up"],
    )  # fmt: skip


def _lapse(begin: Any, end: Any) -> Combinable:
    return ExpressionWrapper(end - begin, output_field=DurationField())


def _in_seconds(found: timedelta | None) -> float | None:
    return None if found is None else found.total_seconds()


def _rows(calls: QuerySet[Call], start: int = 0) -> tuple[CallRow, ...]:
    moment, actor = now(), current_actor()
    recorded = Exists(Recording.objects.filter(call=OuterRef("pk")))
    rows = calls.select_related("agent", "talk").annotate(recorded=recorded)[start : start + MOST_ROWS]
    return tuple(_row(call, moment, actor.staff_id) for call in rows)


def _row(call: Call, moment: datetime, staff_id: int | None) -> CallRow:
    over = call.phase == CallPhase.OVER.value
    end = call.ended_at or moment
    asked = call.queued_at or (call.arrived_at if call.answered_at or not call.by_bot else None)
    waited = 0.0 if asked is None else ((call.answered_at or end) - asked).total_seconds()
    return CallRow(
        call.uid, call.talk.uid if call.talk else None, call.line, CallPhase(call.phase),
        CallOutcome(call.outcome) if call.outcome else None, masks.phone(call.caller), call.agent.name if call.agent else "",
        staff_id is not None and call.agent_id == staff_id, call.by_bot, call.queue,
        call.arrived_at, call.queued_at, call.answered_at, call.ended_at, max(round(waited), 0),
        max(round((end - call.arrived_at).total_seconds()), 0), not over and call.queued_at is not None and call.answered_at is None,
        call.recorded,  # type: ignore[attr-defined]
        call.outgoing,
    )  # fmt: skip
