"""Spreadsheets measured before a reader opens them: what a small file would unpack, spread out or repeat.

Two far cells span a sheet of billions; one long text may be named by a million cells; a chain of sectors may lead in a
circle. The reader would follow each of them until the memory is gone.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from minhu.engines import archives, compound
from minhu.kernel.errors import Invalid

MAX_UNPACKED: Final = 1024 * 1024 * 1024
EASY_UNPACKED: Final = 100 * 1024 * 1024
MAX_RATIO: Final = 40
MAX_CELLS: Final = 20_000_000
EASY_CELLS: Final = 4_000_000
LEAST_FILLED: Final = 10
EASY_TEXT: Final = 64 * 1024 * 1024
MAX_REPEATED: Final = 3
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_PLACE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Z]{0,3})(\d{1,10})[\"']")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s>/]")
_SHARED: Final = re.compile(rb"\bt\s*=\s*[\"']s[\"'][^>]{0,80}>\s*<(?:\w+:)?v>\s*(\d{1,10})")
_TEXT_END: Final = re.compile(rb"</(?:\w+:)?si>")
_MARKS: Final = (b"<!DOCTYPE", b"<!ENTITY")
_TAIL: Final = 400
_FORBIDDEN: Final = ("vbaproject", "/macrosheets/", "/dialogsheets/", "/activex/")
_OTHER_KINDS: Final = frozenset({"xl/workbook.bin", "content.xml"})
"""What the reader would take for XLSB or ODS when the rest does not please it."""


@dataclass(slots=True)
class _Measures:
    """What was counted on the way through the parts of a workbook."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    texts: list[int] = field(default_factory=list)
    named: Counter[bytes] = field(default_factory=Counter)


def inspect(content: bytes) -> None:
    """Raise Invalid for a workbook (XLSX or XLS) that is hostile or broken.

    The message is a Chinese clause that follows the name of the file; codes `file_bomb`, `file_unsafe`, `file_locked`,
    `file_broken`, `not_a_table`.
    """
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise locked()
        try:
            sheets = compound.sheets(content)
        except compound.BrokenError as error:
            raise broken() from error
        for one in sheets:
            check_area(one.rows, one.columns, one.cells)
        return
    try:
        archives.count_entries(io.BytesIO(content))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_archive(archive)
    except archives.BROKEN as error:
        raise broken() from error
    except Invalid as error:
        raise _in_words(error) from error


def opened(content: bytes) -> CalamineWorkbook:
    """The workbook after `inspect`; raises Invalid as it does."""
    inspect(content)
    with _reading():
        return CalamineWorkbook.from_filelike(io.BytesIO(content))


def rows_of(book: CalamineWorkbook, sheet: str, most: int | None = None) -> list[list[Any]]:
    """The cells of a sheet row by row, blank ones ''; at most `most` rows. Raises Invalid when they cannot be read."""
    with _reading():
        rows: list[list[Any]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=most)
        return rows


@contextmanager
def _reading() -> Iterator[None]:
    """What the reader raises, its own alarm included (no Exception by birth), as a sentence."""
    try:
        yield
    except PasswordError as error:
        raise locked() from error
    except (CalamineError, OSError, ValueError) as error:
        raise broken() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise broken() from error
        raise


def locked() -> Invalid:
    """The file asks for a password."""
    return Invalid("设有打开密码。请在 Excel 中取消密码（文件—信息—保护工作簿）后重新上传。", code="file_locked")


def broken() -> Invalid:
    """The file cannot be read to its end."""
    return Invalid("已损坏或下载不完整，无法打开，请重新导出。", code="file_broken")


def _in_words(error: Invalid) -> Invalid:
    """The sentences of `archives` are about uploads of citizens; these are about tables."""
    if error.code == "file_locked":
        return locked()
    if error.code == "file_damaged":
        return broken()
    if error.code == "file_bomb" and error.message == archives.BOMB:
        return Invalid("解开后过大，与文件大小不相称，请重新导出或拆分后导入。", code="file_bomb")
    if error.code == "file_unsafe":
        return Invalid("含有宏或其他不安全的内容，请另存为普通的 .xlsx 后重新上传。", code="file_unsafe")
    return error


def _check_archive(archive: zipfile.ZipFile) -> None:
    members = archives.checked_members(archive, MAX_UNPACKED)
    names = {one.filename.lower() for one in members}
    if not {"[content_types].xml", "xl/workbook.xml"} <= names or names & _OTHER_KINDS:
        raise Invalid("是压缩包，不是 Excel 文件，请解压后上传其中的表格。", code="not_a_table")
    packed, unpacked = sum(one.compress_size for one in members), sum(one.file_size for one in members)
    if unpacked > EASY_UNPACKED and unpacked > MAX_RATIO * packed:
        raise Invalid(archives.BOMB, code="file_bomb")
    measures = _Measures()
    if any(folder in name for name in names for folder in _FORBIDDEN):
        raise Invalid(archives.UNSAFE, code="file_unsafe")
    for member in members:
        _measure(archive, member, measures)
    _check_repetition(measures, unpacked)


def _measure(archive: zipfile.ZipFile, member: zipfile.ZipInfo, found: _Measures) -> None:
    """Read one part to its end, which proves its promised length; look closer at sheets and shared texts.

    Which parts those are is seen by what stands in them: a workbook may call them as it likes.
    """
    markup, sheet, tail = member.filename.lower().endswith((".xml", ".rels")), False, b""
    found.rows = found.columns = found.cells = 0
    for chunk in archives.read_through(archive, member):
        part = tail + chunk
        if markup and (b"\0" in chunk or any(mark in part for mark in _MARKS)):
            raise Invalid(archives.UNSAFE, code="file_unsafe")
        sheet = sheet or b"sheetData" in part
        cut = max(part.rfind(b"<"), 0)  # a tag on the border of two pieces is looked at with the second
        if sheet:
            _look_at_cells(part[:cut], found)
        elif b"si>" in part:
            cut = _look_at_texts(part, found)
        tail = part[cut:] if len(part) - cut <= archives.CHUNK else part[-_TAIL:]
    if sheet:
        _look_at_cells(tail, found)
        check_area(found.rows, found.columns, found.cells)


def _look_at_cells(part: bytes, found: _Measures) -> None:
    places = _PLACE.findall(part)
    found.rows = max(found.rows, max(map(int, {digits for _, digits in places}), default=0))
    found.columns = max(found.columns, max(map(_column_number, {letters for letters, _ in places}), default=0))
    found.cells += len(_CELL.findall(part))
    found.named.update(_SHARED.findall(part))
    if found.rows * found.columns > MAX_CELLS:
        check_area(found.rows, found.columns, found.cells)


def _look_at_texts(part: bytes, found: _Measures) -> int:
    """Note the length of each shared text that ends here; return where the last of them ends."""
    at = 0
    for end in _TEXT_END.finditer(part):
        found.texts.append(end.start() - at)
        at = end.end()
    return at


def check_area(rows: int, columns: int, cells: int) -> None:
    """Raise Invalid for a sheet that is too large, or large and nearly empty."""
    area = rows * columns
    if area > MAX_CELLS or (area > EASY_CELLS and cells * LEAST_FILLED < area):
        raise Invalid(f"的表格范围过大（{rows} 行 × {columns} 列）。请删去空白的行列，另存后再导入。", code="file_bomb")


def _check_repetition(found: _Measures, unpacked: int) -> None:
    """Texts are written once and named by cells; a reader makes a copy for each cell."""
    lengths, last = found.texts, len(found.texts)
    total = sum(lengths[int(at)] * count for at, count in found.named.items() if int(at) < last)
    if total > max(EASY_TEXT, MAX_REPEATED * unpacked):
        raise Invalid("里的同一段文字被引用过多，展开后过大，请重新导出后再导入。", code="file_bomb")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
