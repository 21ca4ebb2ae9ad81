"""Spreadsheets out of the system that cannot bite: no cell of ours is ever read as a formula.

A cell whose text begins with =, +, -, @, a tab or a line end (see `kernel/cells.py`) would run as a formula when the file is opened
or saved as CSV (formula injection); such texts get a leading apostrophe and are stored as plain strings.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from django.http import HttpResponse

from minhu.kernel.cells import harmless
from minhu.kernel.clock import now
from minhu.portals.formats import local

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_000


def safe_cell(value: object) -> object:
    """A value that a spreadsheet shows and never runs; numbers stay numbers, moments become city time."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST_CELL]
    return harmless(text)


def workbook(title: str, header: Sequence[str], rows: Iterable[Sequence[object]], note: str = "") -> bytes:
    """An XLSX file with one sheet: a bold header, then ``rows``; ``note`` goes into a last line."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"

    def cell(value: object, *, bold: bool = False) -> Any:
        made: Any = WriteOnlyCell(sheet, value=cast("Any", safe_cell(value)))
        if isinstance(made.value, str):
            made.data_type = "s"
        made.font = Font(bold=bold)
        return made

    sheet.append([cell(name, bold=True) for name in header])
    for row in rows:
        sheet.append([cell(value) for value in row])
    if note:
        sheet.append([cell(note)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_download(content: bytes, name: str) -> HttpResponse:
    """The file as a download called ``name``-date.xlsx, never kept by caches."""
    stamp = local(now()).strftime("%Y%m%d-%H%M")
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}-{stamp}.xlsx')}"
    response["Cache-Control"] = "no-store"
    return response


def sheet_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], note: str = "") -> HttpResponse:
    """``workbook`` and ``as_download`` in one."""
    return as_download(workbook(name, header, rows, note), name)
