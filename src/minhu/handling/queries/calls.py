"""What others want of a unit beside its shares: supervision to answer, whistles to follow, whistles it blew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Q, QuerySet

from minhu.directory.access import visible_to
from minhu.handling.domain.states import OPEN_STATES
from minhu.handling.models import Attendance, Supervision, Whistle
from minhu.handling.queries.lines import OrderRow, row_of
from minhu.handling.queries.parts import name_of, whistle_view
from minhu.handling.queries.supervised import owed
from minhu.handling.types import SupervisionLevel, WhistleView
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now

M = TypeVar("M", Supervision, Whistle)
MOST = 100
_OPEN = [state.value for state in OPEN_STATES]


@dataclass(frozen=True, slots=True)
class Demand:
    """Supervision that waits for the receipt of a unit."""

    id: int
    order: OrderRow
    level: SupervisionLevel
    label: str
    by_rule: bool
    reason: str
    unit_id: int | None
    unit_name: str
    raised_at: datetime
    due_at: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A whistle that calls a unit: first answer, then come and leave a receipt."""

    order: OrderRow
    by_unit: str
    matter: str
    place: str
    meet_at: datetime
    unit_id: int
    unit_name: str
    due_at: datetime
    acknowledged_at: datetime | None
    attended_at: datetime | None
    receipt: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Blown:
    """A whistle that a township blew, with who came."""

    order: OrderRow
    unit_id: int
    whistle: WhistleView


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything of one inbox that others want."""

    demands: tuple[Demand, ...]
    calls: tuple[Call, ...]
    blown: tuple[Blown, ...]

    @property
    def total(self) -> int:
        """How many things wait."""
        return len(self.demands) + len(self.calls) + len(self.blown)


def watch_of(unit_ids: tuple[int, ...], actor: Actor | None = None) -> Watch:
    """Supervision, calls and own whistles of these units; each list holds at most ``MOST``."""
    who = actor or current_actor()
    units = [unit for unit in unit_ids if unit in who.unit_ids]
    return Watch(
        tuple(demand_of(row) for row in _demands(units, who)[:MOST]),
        tuple(_call(row) for row in _calls(units, who)[:MOST]),
        tuple(
            Blown(row_of(row.order), row.by_unit_id, whistle_view(row))
            for row in _blown(units, who).prefetch_related("attendances")[:MOST]
        ),
    )


def watch_count(unit_ids: tuple[int, ...], actor: Actor | None = None) -> int:
    """How many of them there are."""
    who = actor or current_actor()
    units = [unit for unit in unit_ids if unit in who.unit_ids]
    return _demands(units, who).count() + _calls(units, who).count() + _blown(units, who).count()


def _demands(units: list[int], actor: Actor) -> QuerySet[Supervision]:
    mine = Q(unit_id__in=units) | Q(unit__isnull=True, order__lead_unit_id__in=units)
    held = Q(order__assignments__unit_id__in=units, order__assignments__ended_at__isnull=True)
    rows = owed().filter(mine, held, order__state__in=_OPEN).distinct()
    return _seen(rows, actor).select_related("order").order_by("due_at", "id")


def _calls(units: list[int], actor: Actor) -> QuerySet[Attendance]:
    rows = Attendance.objects.filter(
        unit_id__in=units, confirmed__isnull=True, whistle__ended_at__isnull=True, whistle__order__state__in=_OPEN
    )
    seen = visible_to(rows, actor, request_field="whistle__order__request_id", units_field="whistle__order__unit_ids")
    return seen.select_related("whistle__order").order_by("attended_at", "whistle__meet_at", "id")


def _blown(units: list[int], actor: Actor) -> QuerySet[Whistle]:
    rows = Whistle.objects.filter(by_unit_id__in=units, ended_at__isnull=True, order__state__in=_OPEN)
    return _seen(rows, actor).select_related("order").order_by("meet_at", "id")


def _seen(rows: QuerySet[M], actor: Actor) -> QuerySet[M]:
    return visible_to(rows, actor, request_field="order__request_id", units_field="order__unit_ids")


def demand_of(row: Supervision) -> Demand:
    """A supervision as a line of a list."""
    level = SupervisionLevel(row.level)
    unit_id = row.unit_id or row.order.lead_unit_id
    return Demand(
        row.pk, row_of(row.order), level, level.label, bool(row.by_rule), row.reason, unit_id,
        name_of(unit_id), row.raised_at, row.due_at, bool(row.due_at and row.due_at < now()),
    )  # fmt: skip


def _call(row: Attendance) -> Call:
    whistle = row.whistle
    return Call(
        row_of(whistle.order), name_of(whistle.by_unit_id), whistle.matter, whistle.place, whistle.meet_at,
        row.unit_id, name_of(row.unit_id), row.due_at, row.acknowledged_at, row.attended_at, row.receipt,
        row.acknowledged_at is None and row.due_at < now(),
    )  # fmt: skip
