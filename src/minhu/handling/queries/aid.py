"""Cases of possible social assistance: on the order for who decides there, in a list for the unit to which they went."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from minhu.directory.access import require
from minhu.directory.policy import Action, Purpose, decide, may_ever
from minhu.directory.queries import categories, dispatch
from minhu.directory.queries.units import unit_name
from minhu.handling.domain.aid import CONSENT, OPEN, THERE, AidBasis, AidOutcome, AidState
from minhu.handling.models import AidCase, Order
from minhu.handling.queries.rows import visible_orders
from minhu.kernel import masks
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.errors import NotFound
from minhu.language.hardship import Hardship, unpacked
from minhu.language.personal import mask_personal

MOST: Final = 200
_MARKS: Final = "，。！？；,!?;\n"
_MOST_BESIDE: Final = 20
"""Characters on either side of a sign that are quoted with it at most."""
AID: Final = "救助"
"""The word by which the city's own tree names matters of social assistance; its catalogue names their units."""


@dataclass(frozen=True, slots=True)
class SignView:
    """A kind of hardship and the words it came from, masked; no words where an agent marked it himself."""

    kind: Hardship
    words: str


@dataclass(frozen=True, slots=True)
class AidView:
    """The case of an order, for who may decide on it or watches."""

    uid: UUID
    state: AidState
    signs: tuple[SignView, ...]
    by_rule: bool
    units: tuple[tuple[int, str, str], ...]
    """Units that may get it: id, name, and the words to be read out before."""
    unit: str
    basis: AidBasis | None
    asked_at: datetime | None
    shared_at: datetime | None
    received_at: datetime | None
    outcome: AidOutcome | None
    answer: str
    answered_at: datetime | None
    in_danger: bool
    """The order is a danger to life: only then may it be shared without consent."""
    may_decide: bool

    @property
    def open(self) -> bool:
        """Whether somebody may still decide to share it."""
        return self.state in OPEN

    @property
    def there(self) -> bool:
        """Whether the unit has it."""
        return self.state in THERE


@dataclass(frozen=True, slots=True)
class AidRow:
    """A line of the unit's list: nobody's name, the number masked."""

    uid: UUID
    state: AidState
    kinds: tuple[Hardship, ...]
    phone: str
    area: str
    basis: AidBasis
    shared_at: datetime
    outcome: AidOutcome | None


@dataclass(frozen=True, slots=True)
class AidShared:
    """What was shared, in clear, for the unit; each opening is logged (``services.aid.open_case``)."""

    row: AidRow
    name: str
    phone: str
    area: str
    words: tuple[str, ...]
    answer: str


def of_order(number: str, actor: Actor | None = None) -> AidView | None:
    """The case of an order; None for who neither decides at intake nor supervises, also where he has the order's handling."""
    who = actor or current_actor()
    order = visible_orders(who).filter(number=number).select_related("request").first()
    if order is None or not may_see(order, who):
        return None
    row = AidCase.objects.filter(order=order).first()
    may_decide = bool(decide(who, Action.DECIDE_INTAKE, order.facts()))
    if row is None:
        return None
    return _view(row, order, may_decide=may_decide)


def may_see(order: Order, actor: Actor) -> bool:
    """Whether an actor who sees the order may see its case: who decides at intake or supervises, no unit."""
    return any(decide(actor, action, order.facts()) for action in (Action.DECIDE_INTAKE, Action.SUPERVISE))


def may_receive(actor: Actor | None = None) -> bool:
    """Whether somebody's posts read what is shared with their units (purpose: sharing)."""
    return may_ever(actor or current_actor(), Action.VIEW_SHARED, Purpose.SHARING)


def received() -> tuple[AidRow, ...]:
    """What was shared with the units of the current actor, what waits for a receipt first. Raises NotAllowed."""
    require_receiving()
    return tuple(map(_row, _mine().order_by("received_at", "-shared_at")[:MOST]))


def count_waiting(actor: Actor) -> int:
    """How many wait for a receipt of the actor's units."""
    if not may_receive(actor):
        return 0
    return AidCase.objects.filter(unit_id__in=actor.unit_ids, state=AidState.SHARED.value).count()


def has_any(actor: Actor) -> bool:
    """Whether anything was ever shared with the actor's units."""
    return may_receive(actor) and AidCase.objects.filter(_there(), unit_id__in=actor.unit_ids).exists()


def case_of_unit(uid: UUID) -> AidCase:
    """A case that was shared with a unit of the current actor; raises NotFound for every other one, NotAllowed."""
    require_receiving()
    row = _mine().filter(uid=uid).first()
    if row is None:
        raise NotFound("没有这条救助线索，或者没有转给您的单位。", code="no_such_aid")
    return row


def shown(row: AidCase) -> AidShared:
    """The shared fields of a case that was loaded for its unit."""
    told = json.loads(row.shared) if row.shared else {}
    return AidShared(
        _row(row), told.get("name", ""), told.get("phone", ""), told.get("area", ""), tuple(told.get("words", ())),
        str(row.answer),
    )  # fmt: skip


def units_for(order: Order) -> tuple[int, ...]:
    """The units that the catalogue in force names for matters of social assistance at the order's place."""
    book, found = dispatch.catalogue(), []
    for leaf in categories.current().leaves:
        if AID in leaf.full_name:
            target = book.resolve(leaf, order.area_id or "", "").target
            found += [target.lead_unit_id] if target is not None else []
    return tuple(dict.fromkeys(found))


def require_receiving() -> None:
    """Raises NotAllowed for who reads nothing that is shared."""
    require(Action.VIEW_SHARED, purpose=Purpose.SHARING) if not may_receive() else None


def _mine() -> QuerySet[AidCase]:
    return AidCase.objects.filter(_there(), unit_id__in=current_actor().unit_ids)


def _there() -> Q:
    return Q(state__in=[one.value for one in THERE], shared_at__isnull=False)


def _row(row: AidCase) -> AidRow:
    told = json.loads(row.shared) if row.shared else {}
    return AidRow(
        row.uid, AidState(row.state), tuple(kind for kind, _start, _end in unpacked(row.signs)), masks.phone(told.get("phone", "")),
        told.get("area", ""), AidBasis(row.basis), row.shared_at, AidOutcome(row.outcome) if row.outcome else None,  # type: ignore[arg-type]
    )  # fmt: skip


def quoted(signs: str, text: str) -> tuple[SignView, ...]:
    """Each sign with its words to the ends of their clauses, in which no person is named."""
    return tuple(SignView(kind, mask_personal(_clause(text, start, end))) for kind, start, end in unpacked(signs))


def _clause(text: str, start: int, end: int) -> str:
    """The words with what belongs to them; '' for a sign without a place."""
    if end <= start:
        return ""
    begin = max((text.rfind(mark, 0, start) for mark in _MARKS), default=-1) + 1
    ends = [at for mark in _MARKS if (at := text.find(mark, end)) >= 0]
    return text[max(begin, start - _MOST_BESIDE) : min(min(ends, default=len(text)), end + _MOST_BESIDE)].strip()


def _view(row: AidCase, order: Order, *, may_decide: bool) -> AidView:
    ids = units_for(order) if may_decide and AidState(row.state) in OPEN else ()
    units = tuple((pk, unit_name(pk), CONSENT.format(unit=unit_name(pk))) for pk in ids)
    return AidView(
        row.uid, AidState(row.state), quoted(row.signs, str(order.request.text)), row.maker.startswith("hardship/"), units,
        unit_name(row.unit_id) if row.unit_id else "", AidBasis(row.basis) if row.basis else None, row.asked_at, row.shared_at,
        row.received_at, AidOutcome(row.outcome) if row.outcome else None, str(row.answer), row.answered_at,
        order.urgency == "danger", may_decide,
    )  # fmt: skip


__all__ = [
    "AidBasis", "AidOutcome", "AidRow", "AidShared", "AidState", "AidView", "SignView", "case_of_unit", "count_waiting",
    "has_any", "may_receive", "of_order", "received", "require_receiving", "shown", "units_for",
]  # fmt: skip
