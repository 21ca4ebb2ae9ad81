"""A file becomes a table: which kind it really is, whether it is safe to open, where its header stands.

Every way in which a file can be wrong has a sentence that says what to do; nothing is stored before that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from minhu.engines import workbooks
from minhu.intake.imports.cells import Cell, line_of
from minhu.intake.imports.fields import EXACT, plain_name
from minhu.intake.imports.textfile import NotText, read_text
from minhu.kernel.errors import Invalid

MAX_FILE_BYTES: Final = 200 * 1024 * 1024
MAX_ROWS: Final = 1_000_000
MAX_COLUMNS: Final = 200
HEADER_WITHIN: Final = 15
_SOMETHING: Final = re.compile(rb"[^\0 \r\n\t]")


class BadTable(Invalid):
    """The file cannot be imported; the message says why and what to do."""

    default_code = "bad_table"
    title = "文件无法导入"


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet or CSV file: column names, and the rows under the header with their numbers in the file."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[int, Sequence[Cell]]]
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    kind: str = "xlsx"

    def records(self) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Each row that is not blank as number and cells by column name."""
        for number, cells in self.rows:
            yield number, dict(zip(self.columns, cells, strict=False))


def read_table(content: bytes, name: str, sheet: str = "") -> Table:
    """Read the file `name`; raises BadTable with the reason in Chinese. Nothing is written anywhere."""
    if not _SOMETHING.search(content):
        raise BadTable(f"文件“{name}”是空的（0 字节），请检查导出是否成功。", code="file_empty")
    if len(content) > MAX_FILE_BYTES:
        raise BadTable(f"文件“{name}”超过 {MAX_FILE_BYTES >> 20} MB，请按月份拆分后分次导入。", code="file_too_large")
    if content.startswith(workbooks.ZIP):
        return _workbook(content, name, sheet, "xlsx")
    if content.startswith(workbooks.OLE):
        return _workbook(content, name, sheet, "xls")
    if name.lower().endswith((".xlsx", ".xls", ".xlsm")):
        raise BadTable(f"“{name}”不是有效的 Excel 文件，可能已损坏或下载不完整，请重新导出。", code="file_broken")
    return as_table(_text_rows(content, name), name, kind="csv")


def _text_rows(content: bytes, name: str) -> list[list[str]]:
    try:
        return read_text(content, MAX_COLUMNS, MAX_ROWS)
    except NotText as error:
        raise BadTable(f"“{name}”{error}", code="bad_text") from error


def as_table(
    rows: Sequence[Sequence[Cell]], name: str, sheet: str = "", sheets: tuple[str, ...] = (), kind: str = ""
) -> Table:
    """Find the header among the first rows; keep what is under it and not blank. Raises BadTable."""
    at = _header_at(rows)
    if at is None:
        raise BadTable(f"“{name}”里没有找到表头。第一行应为列名，如“编号、标题、内容、时间”。", code="no_header")
    header = list(rows[at])
    while header and not line_of(header[-1]):
        header.pop()
    if len(header) > MAX_COLUMNS:
        raise BadTable(
            f"“{name}”有 {len(header)} 列，最多 {MAX_COLUMNS} 列，请删去不需要的列。", code="too_many_columns"
        )
    kept = [
        (number, row)
        for number, row in enumerate(rows[at + 1 :], at + 2)
        if any(cell is not None and cell != "" and (not isinstance(cell, str) or cell.strip()) for cell in row)
    ]
    if not kept:
        raise BadTable(f"“{name}”只有表头，没有数据行。", code="no_rows")
    if len(kept) > MAX_ROWS:
        raise BadTable(f"“{name}”有 {len(kept)} 行，一次最多 {MAX_ROWS} 行，请按月份拆分。", code="too_many_rows")
    return Table(_named(header), kept, sheet, sheets, kind)


def _header_at(rows: Sequence[Sequence[Cell]]) -> int | None:
    """The row with most known names; without any, the first row with two words. A title above is passed over."""
    best, most, first = None, 0, None
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        words = [cell for cell in row if isinstance(cell, str) and 0 < len(cell.strip()) <= 40]
        known = sum(plain_name(word) in EXACT for word in words)
        if known > most:
            best, most = at, known
        if first is None and len(words) >= 2:
            first = at
    return best if best is not None else first


def _named(header: Sequence[Cell]) -> tuple[str, ...]:
    names: list[str] = []
    for at, cell in enumerate(header, 1):
        name = line_of(cell)[:60] or f"第{at}列"
        again = sum(one == name or one.startswith(f"{name}（") for one in names)
        names.append(f"{name}（{again + 1}）" if again else name)
    return tuple(names)


def _workbook(content: bytes, name: str, sheet: str, kind: str) -> Table:
    try:
        book = workbooks.opened(content)
        names = tuple(book.sheet_names)
        if sheet and sheet not in names:
            raise BadTable(f"“{name}”里没有工作表“{sheet}”，现有：{'、'.join(names)}。", code="no_sheet")
        for one in (sheet,) if sheet else names:
            rows = workbooks.rows_of(book, one)
            if sheet or any(any(cell != "" for cell in row) for row in rows):
                return as_table(rows, name, one, names, kind)
    except BadTable:
        raise
    except Invalid as error:
        raise BadTable(f"“{name}”{error.message}", code=error.code) from error
    raise BadTable(f"“{name}”里没有数据。", code="no_rows")
