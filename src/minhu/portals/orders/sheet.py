"""The list as a spreadsheet: written row by row, no formula from anybody's words, persons masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any, Final

from django.utils.translation import gettext as _

from minhu.handling.queries.lines import OrderRow
from minhu.intake.queries import desk
from minhu.kernel.cells import harmless
from minhu.language.personal import mask_personal
from minhu.portals.formats import local
from minhu.portals.orders import words

_WIDTHS: Final = (16, 40, 10, 30, 28, 24, 10, 10, 18, 18, 18, 18, 10, 10, 10, 14, 14)


def plain(text: str) -> str:
    """Words that no spreadsheet takes for a formula: risky beginnings get an apostrophe before them."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return harmless(ILLEGAL_CHARACTERS_RE.sub("", text))


def head() -> list[str]:
    """The names of the columns."""
    return [
        _("工单号"), _("标题"), _("状态"), _("分类"), _("地区"), _("主办单位"), _("诉求类型"), _("紧急程度"),
        _("受理时间"), _("办理期限"), _("答复时间"), _("办结时间"), _("按时办理"), _("退单次数"), _("重办次数"),
        _("诉求人"), _("联系电话"),
    ]  # fmt: skip


def _moment(at: datetime | None) -> datetime | None:
    return local(at).replace(tzinfo=None, microsecond=0) if at else None


def _cells(row: OrderRow, person: tuple[str, str]) -> list[object]:
    in_time = {True: _("是"), False: _("否"), None: ""}[row.handled_in_time]
    texts = (
        row.number, mask_personal(row.title), row.state_label, row.category_path, row.area_name, row.lead_unit_name,
        words.type_word(row.request_type), words.urgency_word(row.urgency),
    )  # fmt: skip
    times = [_moment(at) for at in (row.created_at, row.due_at, row.replied_at, row.closed_at)]
    return [*map(plain, texts), *times, in_time, row.return_count, row.reopen_count, *map(plain, person)]


def workbook(rows: Iterable[OrderRow], note: list[str]) -> tuple[bytes, int]:
    """The file and how many orders are in it.

    ``note`` says in the second sheet what was asked for, by whom, when and why.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("工单"))
    for position, width in enumerate(_WIDTHS):
        sheet.column_dimensions[chr(ord("A") + position)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, word) for word in head()])
    count = 0
    for part in _parts(rows, 1000):
        people = desk.people_for(row.request_id for row in part)
        for row in part:
            sheet.append(_cells(row, people.get(row.request_id, ("", ""))))
        count += len(part)
    about = book.create_sheet(_("说明"))
    about.column_dimensions["A"].width = 100
    for line in note:
        about.append([plain(line)])
    out = BytesIO()
    book.save(out)
    return out.getvalue(), count


def _bold(sheet: Any, word: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, word)
    cell.font = Font(bold=True)
    return cell


def _parts(rows: Iterable[OrderRow], size: int) -> Iterator[list[OrderRow]]:
    source = iter(rows)
    while part := list(islice(source, size)):
        yield part
