"""A list of the supervision desk as lines of a spreadsheet; no person is in it."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from minhu.handling.queries.watch import WatchRow
from minhu.handling.types import SupervisionLevel
from minhu.portals.formats import cn_datetime, remaining

LIMIT: Final = 5000


def head() -> list[str]:
    """The names of the columns."""
    return [
        _("工单号"), _("标题"), _("状态"), _("主办单位"), _("地点"), _("时限"), _("剩余或超期"), _("督办等级"), _("情况"),
    ]  # fmt: skip


def said(row: WatchRow) -> str:
    """Why an order is on the list."""
    if row.review:
        parts = (row.review.unit_name, row.review.reason, row.review.text, row.review.right_unit_name)
        return "；".join(part for part in parts if part)
    if row.demand:
        return f"{row.demand.unit_name}：{row.demand.label} {row.demand.reason}"
    if row.absence:
        return f"{row.absence.by_unit} → {row.absence.unit_name}：{row.absence.matter}"
    if row.wanted:
        due = cn_datetime(row.wanted.due_at)
        return _("%(board)s：应于 %(due)s 前回复，尚未发布") % {"board": row.wanted.by, "due": due}
    return ""


def cells(row: WatchRow) -> list[object]:
    """One line of the file."""
    order = row.order
    return [
        order.number, order.title, order.state_label, order.lead_unit_name, order.place_hint or order.area_name,
        order.due_at, remaining(order.due_at), level_word(order.supervision_level), said(row),
    ]  # fmt: skip


def level_word(level: str) -> str:
    """'escalation' → '提级督办'; '' for none."""
    return SupervisionLevel(level).label if level else ""
