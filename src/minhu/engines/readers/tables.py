"""Spreadsheets and CSV: each sheet a caption and a table, with titles above it kept as text and merged cells filled."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from minhu.engines import workbooks
from minhu.engines.readers import bounds, kinds
from minhu.language.papers.types import Block, BlockKind

_NAMELESS: Final = ("sheet", "工作表")


def blocks(content: bytes, kind: str) -> Iterator[Block]:
    """The sheets of a workbook one after the other, hidden ones too; or the table of a CSV."""
    if kind == kinds.CSV:
        yield from _sheet("", csv_rows(kinds.decoded(content)))
        return
    book = workbooks.opened(content)
    for name in book.sheet_names:
        rows = [[words(cell) for cell in row] for row in workbooks.rows_of(book, name)]
        for top, left, bottom, right in _merged(book, name, kind):
            for row in rows[top : bottom + 1]:
                row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
        yield from _sheet(name, rows)


def _merged(book: Any, name: str, kind: str) -> list[tuple[int, int, int, int]]:
    """Merged places as (top, left, bottom, right) from 0; the old format does not tell them in time."""
    if kind != kinds.XLSX:
        return []
    found = book.get_sheet_by_name(name).merged_cell_ranges or []
    return [(top, left, bottom, right) for (top, left), (bottom, right) in found]


def csv_rows(text: str) -> list[list[str]]:
    """The cells of a CSV, whichever of the usual signs parts them; raises TooMuchError for one that never closes."""
    head = text[:4000]
    delimiter = max(",\t;", key=head.count)
    try:
        return [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise bounds.TooMuchError("表格里有过长的单元格，请检查引号是否成对后重新上传。") from error


def _sheet(name: str, rows: list[list[str]]) -> Iterator[Block]:
    rows = [row for row in rows if any(row)]
    if not rows:
        return
    if name and not name.lower().startswith(_NAMELESS):
        yield Block(BlockKind.HEADING, name, 2)
    width = max(_filled(row) for row in rows)
    while rows and width > 1 and len({cell for cell in rows[0] if cell}) == 1:
        yield Block(BlockKind.CAPTION, next(cell for cell in rows[0] if cell))
        rows = rows[1:]
    after = []
    while len(rows) > 1 and width > 1 and len({cell for cell in rows[-1] if cell}) == 1:
        after.append(Block(BlockKind.FOOTNOTE, next(cell for cell in rows.pop() if cell)))
    if rows:
        yield Block(BlockKind.TABLE, rows=tuple(tuple((row + [""] * width)[:width]) for row in rows))
    yield from reversed(after)


def _filled(row: list[str]) -> int:
    """The width of a row up to its last filled cell."""
    return max((at for at, cell in enumerate(row, 1) if cell), default=0)


def words(cell: Any) -> str:
    """A cell as people read it in the sheet."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.12g}"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d") if cell.time() == time() else cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date | timedelta | time):
        return str(cell)
    return str(cell).strip()
