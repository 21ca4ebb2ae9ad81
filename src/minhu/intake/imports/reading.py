"""A file becomes a table: which kind it really is, whether it is safe to open, where its header stands.

Every way in which a file can be wrong has a sentence that says what to do; nothing is stored before that.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from minhu.intake.imports.cells import Cell, line_of
from minhu.intake.imports.fields import EXACT, plain_name
from minhu.intake.imports.textfile import NotText, read_text
from minhu.kernel.errors import Invalid

MAX_FILE_BYTES: Final = 200 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
MAX_ROWS: Final = 1_000_000
MAX_COLUMNS: Final = 200
MAX_CELLS: Final = 20_000_000
HEADER_WITHIN: Final = 15

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK: Final = 1 << 20
_ROW: Final = re.compile(rb'<(?:\w+:)?row\b[^>]*?\sr="(\d{1,10})"')
_COLUMN: Final = re.compile(rb'<(?:\w+:)?c\b[^>]{0,80}?r="([A-Z]{1,5})\d')


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
    if not content.strip(b"\0 \r\n\t"):
        raise BadTable(f"文件“{name}”是空的（0 字节），请检查导出是否成功。", code="file_empty")
    if len(content) > MAX_FILE_BYTES:
        raise BadTable(f"文件“{name}”超过 {MAX_FILE_BYTES >> 20} MB，请按月份拆分后分次导入。", code="file_too_large")
    if content.startswith(_ZIP):
        _inspect_zip(content, name)
        return _workbook(content, name, sheet, "xlsx")
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _locked(name)
        return _workbook(content, name, sheet, "xls")
    if name.lower().endswith((".xlsx", ".xls", ".xlsm")):
        raise BadTable(f"“{name}”不是有效的 Excel 文件，可能已损坏或下载不完整，请重新导出。", code="file_broken")
    return as_table(_text_rows(content, name), name, kind="csv")


def _text_rows(content: bytes, name: str) -> list[list[str]]:
    try:
        return read_text(content)
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
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = tuple(book.sheet_names)
        if sheet and sheet not in names:
            raise BadTable(f"“{name}”里没有工作表“{sheet}”，现有：{'、'.join(names)}。", code="no_sheet")
        for one in (sheet,) if sheet else names:
            rows = book.get_sheet_by_name(one).to_python(skip_empty_area=False)
            if sheet or any(any(cell != "" for cell in row) for row in rows):
                return as_table(rows, name, one, names, kind)
    except PasswordError as error:
        raise _locked(name) from error
    except (CalamineError, OSError, ValueError) as error:
        raise _broken(name) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the reader's own alarm, no Exception by birth
            raise _broken(name) from error
        raise
    raise BadTable(f"“{name}”里没有数据。", code="no_rows")


def _locked(name: str) -> BadTable:
    return BadTable(
        f"“{name}”设有打开密码。请在 Excel 中取消密码（文件—信息—保护工作簿）后重新上传。", code="file_locked"
    )


def _broken(name: str) -> BadTable:
    return BadTable(f"“{name}”已损坏或下载不完整，无法打开，请重新导出。", code="file_broken")


def _inspect_zip(content: bytes, name: str) -> None:
    """Measure before unpacking: a small archive may unpack to terabytes, two far cells span a huge sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if not any(one.filename == "[Content_Types].xml" for one in members):
                raise BadTable(f"“{name}”是压缩包，不是 Excel 文件，请解压后上传其中的表格。", code="not_a_table")
            total = 0
            for member in members:
                if member.flag_bits & 1:
                    raise _locked(name)
                sheet = member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")
                total = _measure(archive, member, total, name, look=sheet)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise _broken(name) from error


def _measure(archive: zipfile.ZipFile, member: zipfile.ZipInfo, total: int, name: str, *, look: bool) -> int:
    rows, columns, tail = 0, 0, b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            if total > MAX_UNPACKED_BYTES:
                raise BadTable(f"“{name}”解压后超过 {MAX_UNPACKED_BYTES >> 20} MB，请拆分后导入。", code="file_bomb")
            if not look:
                continue
            part = tail + chunk
            rows = max(rows, max(map(int, _ROW.findall(part)), default=0))
            columns = max(columns, max(map(_column_number, set(_COLUMN.findall(part))), default=0))
            tail = part[-200:]
            if rows * columns > MAX_CELLS:
                raise BadTable(
                    f"“{name}”的表格范围过大（{rows} 行 × {columns} 列）。请删去空白的行列，另存后再导入。",
                    code="file_bomb",
                )
    return total


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
