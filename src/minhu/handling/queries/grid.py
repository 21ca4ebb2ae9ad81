"""The grid worker's tasks: what is due first, one task, what was done today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from minhu.directory.queries.units import book, unit_info
from minhu.directory.types import UnitInfo, UnitKind
from minhu.handling.domain.states import BY_STEP
from minhu.handling.models import OrderStep
from minhu.handling.queries.inbox import ASKED, TO_SIGN, WORKING, InboxRow, Wish, page_of, share_row
from minhu.handling.types import Step
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now

MOST: Final = 200
_SHOWN: Final = tuple(step.value for step in (Step.SIGN, Step.CONTACT, Step.ASSIST_REPLY, Step.REPLY, Step.ASK_RETURN))


@dataclass(frozen=True, slots=True)
class Done:
    """One step that the worker took today."""

    number: str
    title: str
    step: Step
    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tasks:
    """The worker's list: to do (nearest deadline first), and what waits for a decision of others."""

    todo: tuple[InboxRow, ...]
    asked: tuple[InboxRow, ...]


def tasks(actor: Actor | None = None) -> Tasks:
    """The open tasks of the actor's grids."""
    who = actor or current_actor()
    wish = Wish(who.unit_ids)
    found = [*page_of(TO_SIGN, wish, size=MOST, actor=who).rows, *page_of(WORKING, wish, size=MOST, actor=who).rows]
    found.sort(key=lambda row: (row.due_at is None, row.due_at or row.dispatched_at))
    return Tasks(tuple(found), page_of(ASKED, wish, size=MOST, actor=who).rows)


def task(number: str, actor: Actor | None = None) -> InboxRow | None:
    """The actor's share of one order, also when it is answered; None when it never was theirs."""
    return share_row(number, actor=actor)


def done_today(actor: Actor | None = None) -> tuple[Done, ...]:
    """The steps the actor took since midnight in China, newest first."""
    who = actor or current_actor()
    midnight = now().astimezone(CHINA_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = OrderStep.objects.filter(at__gte=midnight, actor_kind=who.kind, actor_id=who.id, step__in=_SHOWN)
    rows = rows.filter(order__unit_ids__overlap=list(who.unit_ids)).select_related("order").order_by("-id")[:MOST]
    return tuple(
        Done(row.order.number, row.order.title, Step(row.step), BY_STEP[Step(row.step)].label, row.at) for row in rows
    )


def other_grids(unit_id: int) -> tuple[tuple[UnitInfo, ...], tuple[UnitInfo, ...]]:
    """Grids near a grid, and communities and streets above them: where a wrongly sent task may belong."""
    own = unit_info(unit_id)
    if own is None:
        return (), ()
    street = next((up for up in own.ancestor_ids if _kind(up) is UnitKind.STREET), own.parent_id)
    near = [
        unit
        for unit in book().all
        if unit.active and unit.id != unit_id and (street in unit.ancestor_ids or unit.id == street)
    ]
    grids = tuple(unit for unit in near if unit.kind is UnitKind.GRID)
    above = tuple(unit for unit in near if unit.kind in (UnitKind.COMMUNITY, UnitKind.STREET))
    return grids, above


def _kind(unit_id: int) -> UnitKind | None:
    unit = unit_info(unit_id)
    return unit.kind if unit else None
