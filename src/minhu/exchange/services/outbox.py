"""The outbox: what happened is noted in its own transaction and sorted out to the partners after the commit."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from minhu.directory.access import as_system
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_info
from minhu.directory.queries.freshness import Cached, Topic
from minhu.engines import prepared
from minhu.exchange.models import Delivery, OutboxEvent, Partner
from minhu.exchange.types import DeliveryState, EventKind, PartnerKind, Reach
from minhu.handling.queries import visible_orders
from minhu.handling.types import State
from minhu.kernel.actors import SYSTEM
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now

AT_ONCE: Final = 200
_NOTE: Final = (
    "INSERT INTO exchange_outboxevent (kind, order_id, number, from_state, state, version, at)"
    " VALUES (%s, %s::bigint, %s, %s, %s, %s::int, %s::timestamptz)"
)
_FIELDS: Final = (
    "id", "number", "state", "version", "category_id", "area_id", "unit_ids", "created_at", "changed_at", "due_at",
    "dispatched_at", "replied_at", "closed_at", "reopen_count", "request__token_id",
)  # fmt: skip
Row = dict[str, Any]


HOTLINES: Final = "hotlines"
"""Stands among the wanted kinds while any other hotline or emergency platform is connected."""


_HAND_OVER: Final = frozenset({PartnerKind.HOTLINE.value, PartnerKind.EMERGENCY.value})


def _load() -> frozenset[str]:
    rows = Partner.objects.filter(active=True).exclude(url="").values_list("events", "kind")
    kinds = {kind for events, _ in rows for kind in events}
    return frozenset(kinds | {HOTLINES for _, kind in rows if kind in _HAND_OVER})


_wanted = Cached(_load, Topic.PARTNERS)


def note(kind: EventKind, order_id: int, number: str, before: str, after: str, version: int) -> None:
    """Remember that something happened, if any partner wants to know such things."""
    if kind.value in _wanted():
        prepared.write(_NOTE, (kind.value, order_id, number, before, after, version, now()))


def has_hotlines() -> bool:
    """Whether any other hotline is connected at all: orders need not be asked whether they came from one."""
    return HOTLINES in _wanted()


def sort_out() -> int:
    """Make the messages for what is in the outbox; returns how many events were taken out of it."""
    with transaction.atomic(), as_system():
        events = list(OutboxEvent.objects.select_for_update(skip_locked=True).order_by("id")[:AT_ONCE])
        if not events:
            return 0
        partners = list(Partner.objects.filter(active=True).exclude(url=""))
        rows: dict[int, Row] = {
            row["id"]: row
            for row in visible_orders(SYSTEM).filter(pk__in={event.order_id for event in events}).values(*_FIELDS)
        }
        for event in events:
            row = rows.get(event.order_id)
            for partner in partners if row else ():
                if row and event.kind in partner.events and partner.created_at <= event.at and is_for(partner, row):
                    put(partner, event.kind, payload(event, row), event.at)
        OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).delete()
    return len(events)


def is_for(partner: Partner, row: Row) -> bool:
    """Whether an order is within a partner's reach; default deny."""
    if partner.reach == Reach.OWN.value:
        if partner.token_id is None or row["request__token_id"] != partner.token_id:
            return False
    elif partner.reach == Reach.UNIT.value:
        if partner.unit_id is None or partner.unit_id not in row["unit_ids"]:
            return False
    elif partner.kind != PartnerKind.PLATFORM.value:
        return False
    category, area = category_info(row["category_id"]), area_info(row["area_id"])
    if partner.category_codes and (category is None or not set(partner.category_codes) & set(category.path)):
        return False
    return not partner.area_codes or (area is not None and bool(set(partner.area_codes) & set(area.path)))


def payload(event: OutboxEvent, row: Row) -> Row:
    """What a partner is told of an order: number, state, category, area, times; no person and no words."""
    category, area = category_info(row["category_id"]), area_info(row["area_id"])
    return {
        "number": event.number, "state": event.state, "state_label": label_of(event.state),
        "from_state": event.from_state or None, "version": event.version,
        "category": {"code": category.code, "name": category.full_name} if category else None,
        "area": {"code": area.code, "name": area.name} if area else None,
        "created_at": when(row["created_at"]), "due_at": when(row["due_at"]),
        "dispatched_at": when(row["dispatched_at"]), "replied_at": when(row["replied_at"]),
        "closed_at": when(row["closed_at"]), "round": row["reopen_count"],
    }  # fmt: skip


def put(partner: Partner, kind: str, data: Row, at: datetime, *, message_id: str = "") -> Delivery:
    """Write a message to a partner; it goes out after the commit."""
    message_id = message_id or f"msg_{uuid.uuid4().hex}"
    body = json.dumps({"type": kind, "timestamp": when(at), "data": data}, ensure_ascii=False, separators=(",", ":"))
    return Delivery.objects.create(
        partner=partner, message_id=message_id, kind=kind, body=body, created_at=now(), next_at=now(),
        state=DeliveryState.WAITING.value,
    )  # fmt: skip


def label_of(state: str) -> str:
    """The word people use for a state."""
    return State(state).said if state in {one.value for one in State} else state


def when(moment: datetime | None) -> str | None:
    """A moment as messages write it, in the time of China."""
    return moment.astimezone(CHINA_TIME).isoformat(timespec="seconds") if moment else None
