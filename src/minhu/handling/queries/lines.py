"""An order as one line of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_info
from minhu.handling.models import Order
from minhu.handling.queries.parts import name_of
from minhu.handling.types import Light, State


@dataclass(frozen=True, slots=True)
class OrderRow:
    """What lists show of an order: no requester, no words beyond the title."""

    id: int
    number: str
    request_id: int
    state: State
    state_label: str
    version: int
    title: str
    channel: str
    request_type: str
    category_id: int | None
    category_name: str
    category_path: str
    area_code: str
    area_name: str
    place_hint: str
    urgency: str
    sensitive: bool
    group_matter: bool
    confidential: bool
    disputed: bool
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    light: Light
    lead_unit_id: int | None
    lead_unit_name: str
    dispatched_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    handled_in_time: bool | None
    solved: bool | None
    return_count: int
    reopen_count: int
    extension_count: int
    caller_year_count: int
    place_month_count: int
    supervision_level: str


_PLAIN = (
    "id", "number", "request_id", "version", "title", "channel", "request_type", "category_id", "place_hint",
    "urgency", "sensitive", "group_matter", "confidential", "disputed", "created_at", "changed_at", "due_at",
    "lead_unit_id", "dispatched_at", "replied_at", "closed_at", "handled_in_time", "solved", "return_count",
    "reopen_count", "extension_count", "caller_year_count", "place_month_count", "supervision_level",
)  # fmt: skip


def row_of(order: Order) -> OrderRow:
    """One order as a line."""
    area, category = area_info(order.area_id), category_info(order.category_id)
    return OrderRow(
        **{name: getattr(order, name) for name in _PLAIN},
        state=State(order.state),
        state_label=State(order.state).label,
        category_name=category.name if category else "",
        category_path="/".join(category.path_names) if category else "",
        area_code=order.area_id or "",
        area_name=area.full_name if area else "",
        light=Light(order.light),
        lead_unit_name=name_of(order.lead_unit_id),
    )
