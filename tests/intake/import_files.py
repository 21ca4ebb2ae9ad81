"""Small files as cities export them, made for a test."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

HEADER = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")


def row(number: int, **changed: Any) -> list[Any]:
    """One message with harmless words; the reply is empty unless given."""
    cells = {
        "key": 1000 + number,
        "user": f"U{number:05d}",
        "title": f"第{number}号楼停水",
        "time": "2019/1/8 10:20:00",
        "text": f"\n\t\t\t柳湾小区{number}号楼从昨晚开始停水，请尽快处理。\n\t\t\n",
        "reply": "",
        "replied": "",
        **changed,
    }
    return list(cells.values())


def xlsx(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    """A workbook with one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (list(header), *map(list, rows)):
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER, delimiter: str = ",") -> str:
    """The same as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([list(header), *rows])
    return out.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """A workbook with one member of the archive replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for member in before.namelist():
            after.writestr(member, part if member == name else before.read(member))
    return out.getvalue()
