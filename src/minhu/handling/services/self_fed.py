"""Looks, when an order closes, for signs that its unit fed itself; a warning for people, never a decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from minhu.directory.queries.staff import contacts_of_unit
from minhu.directory.types import RequestType
from minhu.handling.domain.self_fed import ALIKE, AT_ONCE, WITHIN, Signs, suspicion
from minhu.handling.domain.warnings import Warned
from minhu.handling.models import Order, OrderStep
from minhu.intake import queries as intake
from minhu.intake.types import Channel
from minhu.language.likeness import Compared

_OTHERS = 100


def self_fed(order: Order, step: OrderStep) -> dict[str, Any] | None:
    """The warning for a closed order, or None; what the grid reports is the unit's own by nature and is left out."""
    unit = order.lead_unit_id
    if unit is None or order.channel == Channel.GRID.value:
        return None
    staff = contacts_of_unit(unit)
    others = _closed_at_once(order, unit, step.at)
    signs = Signs(
        staff_phone=intake.came_from(order.request_id, (phone for _, phone in staff)),
        staff_entered=intake.entered_by(order.request_id) in {pk for pk, _ in staff},
        took=step.at - order.created_at,
        same_caller=intake.same_caller_among(order.request_id, others),
        copies=_copies(order.request_id, others),
        praise=order.request_type == RequestType.PRAISE.value,
    )
    if not (reasons := suspicion(signs)):
        return None
    detail = "疑似自派自办，请人工核实：" + "；".join(reasons)
    return {"warned": Warned.SELF_FED.value, "cause": f"self_fed:{step.pk}", "unit_id": unit, "detail": detail[:300]}


def _closed_at_once(order: Order, unit: int, upto: datetime) -> list[int]:
    """Requests of the unit's other orders of the last days that were closed at once, the newest first."""
    near = Order.objects.filter(
        lead_unit_id=unit, created_at__gte=order.created_at - WITHIN, created_at__lte=order.created_at,
        closed_at__lt=F("created_at") + AT_ONCE, closed_at__lte=upto,
    ).exclude(request_id=order.request_id).exclude(channel=Channel.GRID.value)  # fmt: skip
    return list(near.order_by("-created_at").values_list("request_id", flat=True)[:_OTHERS])


def _copies(request_id: int, others: list[int]) -> int:
    words = intake.openings([request_id, *others])
    if len(words) < 2 or request_id not in words:
        return 0
    own = Compared(words.pop(request_id))
    return sum(own.score(text) >= ALIKE for text in words.values())
