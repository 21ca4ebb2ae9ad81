"""Everything handling asks of the rooms below, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from minhu.directory.queries import rules
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_info
from minhu.directory.queries.freshness import forget
from minhu.directory.queries.units import unit_info
from minhu.directory.types import UnitInfo
from minhu.handling.models import Order
from minhu.intake import services as intake
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import Invalid
from minhu.ledger import services as ledger


def category_path(category_id: int | None) -> str:
    """The codes from the root to a category, joined by '/'."""
    found = category_info(category_id)
    return found.code_path if found else ""


def unit_of(unit_id: int | None) -> UnitInfo | None:
    """A unit by id, also one that was founded a moment ago."""
    found = unit_info(unit_id)
    if found is None and unit_id is not None:
        forget()
        found = unit_info(unit_id)
    return found


def unit_label(unit_id: int | None) -> str:
    """How people call a unit; empty for none."""
    found = unit_of(unit_id)
    return found.label if found else ""


def units_by_id(unit_ids: Iterable[int]) -> dict[int, UnitInfo]:
    """The active units meant, in order; raises Invalid when one is unknown or no longer works."""
    found: dict[int, UnitInfo] = {}
    for unit_id in dict.fromkeys(unit_ids):
        unit = unit_of(unit_id)
        if unit is None:
            raise Invalid(
                f"没有编号为 {unit_id} 的单位，请从机构目录中重新选择。", code="unknown_unit",
                fields={"unit_id": "单位不存在"},
            )  # fmt: skip
        if not unit.active:
            raise Invalid(
                f"“{unit.name}”已停用，请选择现在承担其职责的单位。", code="inactive_unit",
                fields={"unit_id": "单位已停用"},
            )  # fmt: skip
        found[unit_id] = unit
    return found


def ledger_append(kind: str, number: str, payload: Mapping[str, Any]) -> None:
    """Enter a command into the ledger, inside the caller's transaction."""
    ledger.append(kind, ("order", number), payload)


def share(order: Order, unit_ids: Iterable[int]) -> None:
    """Let these units read the request behind the order, for ever."""
    intake.share(order.request_id, unit_ids)


def withhold(order: Order, unit_ids: Iterable[int]) -> None:
    """Units that left the order read its request no longer, unless another order of the same request is with them."""
    others = Order.objects.filter(request_id=order.request_id).exclude(pk=order.pk).values_list("unit_ids", flat=True)
    held = {unit_id for units in others for unit_id in units}
    intake.withhold(order.request_id, set(unit_ids) - held)


def day_words(moment: datetime | None) -> str:
    """A deadline as people say it: '12月7日 17:30'."""
    if moment is None:
        return ""
    local = moment.astimezone(CHINA_TIME)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def reply_approver(order: Order) -> str:
    """Who reads a reply before the citizen does: 'supervisor' on sensitive and group matters, else as set."""
    if order.sensitive or order.group_matter:
        return "supervisor"
    return rules.automation().reply_approver


__all__ = [
    "area_info",
    "category_info",
    "category_path",
    "day_words",
    "ledger_append",
    "reply_approver",
    "rules",
    "share",
    "unit_label",
    "unit_of",
    "units_by_id",
    "withhold",
]
