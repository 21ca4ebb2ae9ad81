"""New types and joint decisions for the pages: what is marked, in groups; what was asked, what each unit said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, F, Q, QuerySet

from minhu.directory.access import require, visible_to
from minhu.directory.policy import Action, decide, may_ever
from minhu.directory.queries.categories import category_by_code, category_info
from minhu.directory.queries.staff import staff_names
from minhu.directory.queries.units import unit_name
from minhu.handling.domain.states import OPEN_STATES
from minhu.handling.models import JointCase, JointOpinion, NewMatter, Order, TypeProposal
from minhu.handling.types import JointState, OpinionKind, State
from minhu.intake.services.new_types import grouped
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now

SHOWN: Final = 300
CASES: Final = 100
_OPEN: Final = sorted(state.value for state in OPEN_STATES)


@dataclass(frozen=True, slots=True)
class NewRow:
    """One order marked as a new type; ``score`` is None where a person marked it."""

    number: str
    title: str
    created_at: datetime
    state: State
    place_hint: str
    score: float | None
    nearest: tuple[tuple[str, float], ...]
    """Names of leaves with chances."""
    case: int | None = None
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A joint decision in a list."""

    id: int
    title: str
    state: JointState
    opened_at: datetime
    due_at: datetime
    late: bool
    asked: int
    given: int
    orders: int
    ended_at: datetime | None

    @property
    def ready(self) -> bool:
        """Whether it may be decided: all have spoken, or the time is over."""
        return self.state is JointState.OPEN and (self.given == self.asked or self.late)


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """What one unit was asked and said."""

    unit_id: int
    unit_name: str
    kind: OpinionKind | None
    text: str
    right_unit: str
    category: str
    given_at: datetime | None
    given_by: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """One joint decision as its reader may know it: a unit sees its own opinion and no order."""

    row: CaseRow
    question: str
    opened_by: str
    opinions: tuple[OpinionRow, ...]
    orders: tuple[NewRow, ...]
    category: str
    unit: str
    reason: str
    ended_by: str
    may_decide: bool
    may_dispatch: bool
    my_units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A category or a duty that a joint decision asks for."""

    id: int
    case: int
    name: str
    parent: str
    duty: str
    basis: str
    category: str
    unit: str
    made_at: datetime


def new_matters() -> list[list[NewRow]]:
    """Open orders marked as new that are in no case yet, what says the same together, the largest group first."""
    require(Action.DISPATCH)
    rows = {row.order.request_id: _new_row(row) for row in _waiting()[:SHOWN]}
    groups = [[rows[request] for request in group] for group in grouped(list(rows))]
    return sorted(groups, key=len, reverse=True)


def waiting_marks(actor: Actor | None = None) -> int:
    """How many marked orders wait for a case; for the dispatcher's menu."""
    return _waiting(actor).count()


def mark_of(order_id: int) -> NewRow | None:
    """The mark of an order that its reader may see; None without one."""
    row = NewMatter.objects.filter(order_id=order_id, dropped_at=None).select_related("order").first()
    return _new_row(row) if row else None


def cases(state: JointState = JointState.OPEN) -> list[CaseRow]:
    """Joint decisions that concern the reader, what is due first in front; ended ones the newest first."""
    rows = _concerning(current_actor()).filter(state=state.value)
    return [
        _case_row(row) for row in _counted(rows).order_by("due_at" if state is JointState.OPEN else "-ended_at")[:CASES]
    ]


def waiting_cases(actor: Actor) -> int:
    """How many open cases wait for the actor: for an opinion of his unit, or for the decision."""
    if may_ever(actor, Action.ARBITRATE):
        owed = Q(given=F("asked")) | Q(due_at__lte=now())
        return _counted(JointCase.objects.filter(state=JointState.OPEN.value)).filter(owed).count()
    mine = JointOpinion.objects.filter(unit_id__in=actor.unit_ids, given_at=None, case__state=JointState.OPEN.value)
    return mine.count()


def case(case_id: int) -> CaseView | None:
    """One joint decision; None where there is none for this reader."""
    actor = current_actor()
    row = _counted(_concerning(actor).filter(pk=case_id)).first()
    if row is None:
        return None
    wide = _wide(actor)
    opinions = row.opinions.all() if wide else row.opinions.filter(unit_id__in=actor.unit_ids)
    shown = list(opinions.order_by("pk"))
    names = staff_names([row.opened_by, row.ended_by, *(one.given_by for one in shown)])
    matters = NewMatter.objects.filter(case=row).select_related("order").order_by("order_id") if wide else []
    open_now = row.state == JointState.OPEN.value
    return CaseView(
        _case_row(row), row.question, names.get(row.opened_by, ""), tuple(_opinion(one, names) for one in shown),
        tuple(_new_row(one) for one in matters), _category(row.category_id), unit_name(row.unit_id), row.reason,
        names.get(row.ended_by, ""), open_now and may_ever(actor, Action.ARBITRATE),
        open_now and bool(decide(actor, Action.DISPATCH)) and not may_ever(actor, Action.ARBITRATE),
        tuple(one.unit_id for one in shown if open_now and one.unit_id in actor.unit_ids),
    )  # fmt: skip


def proposals() -> list[ProposalRow]:
    """What joint decisions ask the directory for and nobody has settled."""
    require(Action.MANAGE_RULES)
    return [
        ProposalRow(
            row.pk, row.case_id, row.name, _name_of(row.parent_code), row.duty, row.basis, _name_of(row.category_code),
            unit_name(row.unit_id), row.made_at,
        )
        for row in TypeProposal.objects.filter(settled_at=None)[:CASES]
    ]  # fmt: skip


def _wide(actor: Actor) -> bool:
    return bool(decide(actor, Action.DISPATCH)) or may_ever(actor, Action.ARBITRATE)


def _concerning(actor: Actor) -> QuerySet[JointCase]:
    if _wide(actor):
        return JointCase.objects.all()
    return JointCase.objects.filter(pk__in=JointOpinion.objects.filter(unit_id__in=actor.unit_ids).values("case_id"))


def _counted(rows: QuerySet[JointCase]) -> QuerySet[JointCase]:
    return rows.annotate(
        asked=Count("opinions", distinct=True),
        given=Count("opinions", filter=Q(opinions__given_at__isnull=False), distinct=True),
        order_count=Count("matters", distinct=True),
    )


def _waiting(actor: Actor | None = None) -> QuerySet[NewMatter]:
    rows = NewMatter.objects.filter(dropped_at=None, case=None, order__state__in=_OPEN).select_related("order")
    return visible_to(rows, actor, request_field="order__request_id", units_field="order__unit_ids").order_by(
        "-order_id"
    )


def _case_row(row: JointCase) -> CaseRow:
    late = row.state == JointState.OPEN.value and row.due_at <= now()
    counted: tuple[int, int, int] = (vars(row)["asked"], vars(row)["given"], vars(row)["order_count"])
    return CaseRow(row.pk, row.title, JointState(row.state), row.opened_at, row.due_at, late, *counted, row.ended_at)


def _opinion(row: JointOpinion, names: dict[str, str]) -> OpinionRow:
    return OpinionRow(
        row.unit_id, unit_name(row.unit_id), OpinionKind(row.kind) if row.kind else None, row.text,
        unit_name(row.right_unit_id), _category(row.category_id), row.given_at, names.get(row.given_by, ""),
    )  # fmt: skip


def _new_row(row: NewMatter) -> NewRow:
    order: Order = row.order
    return NewRow(
        order.number, order.title, order.created_at, State(order.state), order.place_hint, row.score,
        tuple(_named(row.nearest)), row.case_id, order.confidential,
    )  # fmt: skip


def _named(nearest: Iterable[tuple[str, float]]) -> Iterable[tuple[str, float]]:
    return ((_name_of(code) or code, float(chance)) for code, chance in nearest)


def _name_of(code: str) -> str:
    found = category_by_code(code) if code else None
    return found.full_name if found else ""


def _category(category_id: int | None) -> str:
    found = category_info(category_id) if category_id else None
    return found.full_name if found else ""
