"""Hand-overs to emergency services as staff see them: those under way, one with its whole record, the services."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from minhu.directory.access import require
from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.staff import staff_names
from minhu.exchange.domain.handover_sheet import Sheet, seconds, spoken
from minhu.exchange.domain.handovers import OPEN, HandoverState, News, OfferState, Way
from minhu.exchange.models import Delivery, EmergencyService, Handover, HandoverOffer
from minhu.handling.queries import visible_orders
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound

MOST: Final = 200
WATCHERS: Final = (Action.DECIDE_INTAKE, Action.SUPERVISE)
"""Who sees hand-overs: agents, dispatchers, supervisors, leaders."""
_NEXT: Final[dict[OfferState, tuple[News, ...]]] = {
    OfferState.OFFERED: (News.RECEIPT, News.ACCEPT, News.DECLINE, News.CALL_OFF),
    OfferState.RECEIVED: (News.ACCEPT, News.DECLINE, News.CALL_OFF),
    OfferState.ACCEPTED: (News.DONE, News.RETURN),
    OfferState.DECLINED: (News.ACCEPT,),
}
"""What a person can note of an offer, the most usual first."""


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A registered service."""

    id: int
    code: str
    label: str
    phone: str
    partner_id: int | None
    partner: str
    online: bool
    receipt_seconds: int
    position: int
    active: bool


@dataclass(frozen=True, slots=True)
class OfferView:
    """One service that was asked."""

    code: str
    label: str
    phone: str
    way: str
    state: OfferState
    taken_by: str
    their_number: str
    reason: str
    offered_at: datetime
    due_at: datetime
    received_at: datetime | None
    answered_at: datetime | None
    sent: str
    """How its message fares: a delivery state, empty without one."""
    late: bool
    next: tuple[News, ...]

    @property
    def may_return(self) -> bool:
        """Whether it can be declined or given back now."""
        return News.DECLINE in self.next or News.RETURN in self.next


@dataclass(frozen=True, slots=True)
class PartyView:
    """Somebody on the line."""

    id: int
    role: str
    name: str
    spoke: bool
    since: datetime
    until: datetime | None
    measured: bool
    """Its times are those of the call's own events."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """A line of the record."""

    kind: str
    service: str
    text: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A line of the list."""

    uid: UUID
    number: str
    title: str
    state: HandoverState
    services: tuple[tuple[str, OfferState], ...]
    opened_at: datetime
    due_at: datetime | None
    alarming: bool
    """Somebody must act now: no answer in time, undecided, or the emergency clock is over."""


@dataclass(frozen=True, slots=True)
class HandoverView:
    """A hand-over with everything."""

    row: HandoverRow
    sheet: Sheet
    spoken: str
    seconds: float
    proposed: tuple[str, ...]
    opened_by: str
    kept_at: datetime | None
    ended_at: datetime | None
    offers: tuple[OfferView, ...]
    parties: tuple[PartyView, ...]
    entries: tuple[EntryView, ...]
    may_act: bool

    @property
    def line_open(self) -> bool:
        """Whether somebody is still on the line."""
        return any(one.until is None for one in self.parties)


def running(*, ended: bool = False) -> list[HandoverRow]:
    """Hand-overs under way, those that need somebody first; or the newest that are over. By the current actor's rights."""
    _may_watch()
    rows = (
        Handover.objects.filter(ended_at__isnull=not ended).select_related("order").prefetch_related("offers__service")
    )
    found = [_row(row) for row in (rows.order_by("-ended_at") if ended else rows.order_by("due_at", "id"))[:MOST]]
    return found if ended else sorted(found, key=lambda row: not row.alarming)


def count_alarming(actor: Actor) -> int:
    """How many need somebody now; 0 for who does not watch them."""
    if not any(may_ever(actor, action) for action in WATCHERS):
        return 0
    rows = Handover.objects.filter(ended_at__isnull=True)
    states = rows.values_list("state", "due_at", "alarmed_at")
    return sum(_alarming(HandoverState(state), due, alarmed) for state, due, alarmed in states)


def view(uid: UUID) -> HandoverView:
    """One hand-over; raises NotFound for whoever does not see its order."""
    _may_watch()
    found = Handover.objects.filter(uid=uid).select_related("order").prefetch_related("offers__service").first()
    if found is None:
        raise NotFound("没有这次移交，或者您无权查看。", code="no_such_handover")
    sheet = Sheet.from_json(json.loads(found.sheet))
    ids = [one.message_id for one in found.offers.all() if one.message_id]
    sent = dict(Delivery.objects.filter(message_id__in=ids).values_list("message_id", "state"))
    words = spoken(sheet)
    return HandoverView(
        _row(found), sheet, words, seconds(words), tuple(filter(None, found.proposed.split(","))),
        staff_names([found.opened_by]).get(found.opened_by, found.opened_by), found.kept_at, found.ended_at,
        tuple(_offer(one, sent.get(one.message_id, "")) for one in found.offers.all()),
        tuple(PartyView(one.pk, one.role, one.name, one.spoke, one.since, one.until, one.measured) for one in found.parties.all()),
        tuple(EntryView(one.kind, one.service, one.text, one.actor, one.at) for one in found.entries.all()),
        may_ever(current_actor(), Action.DECIDE_INTAKE) and found.ended_at is None,
    )  # fmt: skip


def of_order(number: str, actor: Actor | None = None) -> list[HandoverRow]:
    """The hand-overs of one order, the newest first; none for who may not see the order or does not watch hand-overs."""
    if not any(may_ever(actor or current_actor(), action) for action in WATCHERS):
        return []
    order_id = visible_orders(actor).filter(number=number).values_list("pk", flat=True).first()
    if order_id is None:
        return []
    rows = Handover.objects.filter(order_id=order_id).select_related("order").prefetch_related("offers__service")
    return [_row(row) for row in rows]


def services(*, active: bool = True) -> list[ServiceView]:
    """The registered services in the order in which they are tried."""
    rows = EmergencyService.objects.select_related("partner")
    return [_service(row) for row in (rows.filter(active=True) if active else rows)]


def _may_watch() -> None:
    if not any(may_ever(current_actor(), action) for action in WATCHERS):
        require(Action.DECIDE_INTAKE)


def _alarming(state: HandoverState, due: datetime | None, alarmed: datetime | None) -> bool:
    if state is HandoverState.CLOSED:
        return False
    return alarmed is not None or state is HandoverState.UNDECIDED or (due is not None and due <= now())


def _row(row: Handover) -> HandoverRow:
    offers = tuple((one.service.code, OfferState(one.state)) for one in row.offers.all())
    state = HandoverState(row.state)
    return HandoverRow(
        row.uid, row.order.number, row.order.title, state, offers, row.opened_at, row.due_at,
        _alarming(state, row.due_at, row.alarmed_at),
    )  # fmt: skip


def _offer(row: HandoverOffer, sent: str) -> OfferView:
    state = OfferState(row.state)
    late = state is OfferState.OFFERED and row.due_at <= now()
    return OfferView(
        row.service.code, row.service.label, row.service.phone, Way(row.way).label, state, row.taken_by,
        row.their_number, row.reason, row.offered_at, row.due_at, row.received_at, row.answered_at, sent, late,
        _NEXT.get(state, ()),
    )  # fmt: skip


def _service(row: EmergencyService) -> ServiceView:
    partner = row.partner
    return ServiceView(
        row.pk, row.code, row.label, row.phone, row.partner_id, partner.label if partner else "",
        bool(partner and partner.active and partner.url), row.receipt_seconds, row.position, row.active,
    )  # fmt: skip


__all__ = [
    "OPEN", "EntryView", "HandoverRow", "HandoverView", "News", "OfferView", "PartyView", "ServiceView", "Sheet", "Way",
    "count_alarming", "of_order", "running", "services", "view",
]  # fmt: skip
