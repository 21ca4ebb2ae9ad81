"""A list of the supervision desk as a spreadsheet; no formula from anybody's words, no person in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Final

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from minhu.handling.queries.watch import WatchRow
from minhu.portals.formats import local, remaining
from minhu.portals.orders.sheet import plain

LIMIT: Final = 5000
_WIDTHS: Final = (16, 40, 12, 24, 28, 18, 16, 14, 48)


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
    return ""


def workbook(title: str, note: Iterable[str], rows: Iterable[WatchRow]) -> tuple[bytes, int]:
    """The file and the number of orders in it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for letter, width in zip("ABCDEFGHI", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for line in note:
        sheet.append([plain(line)])
    bold = []
    for name in head():
        cell = WriteOnlyCell(sheet, value=name)
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    count = 0
    for row in rows:
        order = row.order
        words = [
            order.number, order.title, order.state_label, order.lead_unit_name, order.place_hint or order.area_name,
            _moment(order.due_at), remaining(order.due_at), order.supervision_level, said(row),
        ]  # fmt: skip
        sheet.append([plain(str(word)) for word in words])
        count += 1
    target = BytesIO()
    book.save(target)
    return target.getvalue(), count


def _moment(at: datetime | None) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}" if at else ""
