"""Old Excel files (XLS): the chains of their sectors and the records of their cells, followed before a reader does.

Microsoft's open specifications MS-CFB (sectors, chains, directory) and MS-XLS (records). A chain that leads in a circle
or a stream longer than its file would keep a trusting reader busy until the memory is gone.
"""

import struct
from array import array
from dataclasses import dataclass
from typing import Final

_HIGHEST: Final = 0xFFFFFFFA
_MAX_FAT_SECTORS: Final = 200_000
_ROOT, _STREAM = 5, 2
_BOOKS: Final = ("workbook", "book")
_CELL_RECORDS: Final = frozenset({0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x00FD, 0x0406, 0x0206})
_ROWS_OF_CELLS: Final = frozenset({0x00BD, 0x00BE})
_BEGIN_PART: Final = frozenset({0x0809, 0x0409, 0x0209, 0x0009})


class BrokenError(ValueError):
    """The file contradicts itself."""


@dataclass(slots=True)
class Sheet:
    """How far the cells of one part of a workbook reach, and how many there are."""

    rows: int = 0
    columns: int = 0
    cells: int = 0


def sheets(content: bytes) -> list[Sheet]:
    """The measures of every part of an XLS file; raises BrokenError when its chains or records cannot be."""
    try:
        return _measured(_workbook(content))
    except (struct.error, IndexError, ValueError) as error:
        raise BrokenError(str(error)) from error


def _workbook(content: bytes) -> bytes:
    """The stream with the records, after all chains were proved to end."""
    version, _, shift, mini_shift = struct.unpack_from("<HHHH", content, 26)
    if shift not in (9, 12) or mini_shift != 6 or version not in (3, 4):
        raise BrokenError("sector size")
    size = 1 << shift
    first_directory, cutoff, first_mini = (struct.unpack_from("<I", content, at)[0] for at in (48, 56, 60))
    fat = _table(content, _fat_sectors(content, size), size)
    _prove_ends(fat)
    directory = _chain(content, fat, first_directory, size)
    root, entries = None, []
    for at in range(0, len(directory) - 127, 128):
        length, kind = struct.unpack_from("<H", directory, at + 64)[0], directory[at + 66]
        start, total = struct.unpack_from("<IQ", directory, at + 116)
        if kind not in (_ROOT, _STREAM):
            continue
        total = total if version == 4 else total & 0xFFFFFFFF
        if total > len(content):
            raise BrokenError("stream longer than the file")
        if kind == _ROOT:
            root = start
        name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
        entries.append((name, start, total))
    found = next((entry for wanted in _BOOKS for entry in entries if entry[0] == wanted), None)
    if root is None or found is None:
        raise BrokenError("no workbook")
    _, start, total = found
    mini = array("I", _chain(content, fat, first_mini, size)) if first_mini < _HIGHEST else array("I")
    _prove_ends(mini)
    if total >= cutoff:
        return _chain(content, fat, start, size)[:total]
    return _chain(b"\0" * 64 + _chain(content, fat, root, size), mini, start, 64)[:total]


def _fat_sectors(content: bytes, size: int) -> list[int]:
    """The sectors that hold the table of chains: 109 in the header, more in a chain of their own."""
    found = list(struct.unpack_from("<109I", content, 76))
    place, number = struct.unpack_from("<II", content, 68)
    if number > len(content) // size:
        raise BrokenError("too many sectors")
    for _ in range(number):
        if place >= _HIGHEST:
            break
        part = struct.unpack_from(f"<{size // 4}I", content, (place + 1) * size)
        found += part[:-1]
        place = part[-1]
    return [sector for sector in found if sector < _HIGHEST][:_MAX_FAT_SECTORS]


def _table(content: bytes, sectors: list[int], size: int) -> "array[int]":
    if len(set(sectors)) != len(sectors):
        raise BrokenError("a sector twice")
    table = array("I")
    for sector in sectors:
        table.frombytes(content[(sector + 1) * size : (sector + 2) * size].ljust(size, b"\xff"))
    return table


def _prove_ends(table: "array[int]") -> None:
    """Raise BrokenError when following the table from any sector never ends."""
    done = bytearray(len(table))
    for first in range(len(table)):
        walked, at = [], first
        while at < len(table) and not done[at]:
            done[at] = 1
            walked.append(at)
            at = table[at]
        if at < len(table) and done[at] == 1:
            raise BrokenError("a circle")
        for one in walked:
            done[one] = 2


def _chain(content: bytes, table: "array[int]", start: int, size: int) -> bytes:
    parts, at = [], start
    while at < len(table):
        parts.append(content[(at + 1) * size : (at + 2) * size])
        at = table[at]
    return b"".join(parts)


def _measured(stream: bytes) -> list[Sheet]:
    """Walk the records; a new part begins at each BOF."""
    found, at, end = [Sheet()], 0, len(stream) - 4
    unpack = struct.Struct("<HH").unpack_from
    while at <= end:
        kind, length = unpack(stream, at)
        if kind in _BEGIN_PART:
            found.append(Sheet())
        elif length >= 4 and (kind in _CELL_RECORDS or kind in _ROWS_OF_CELLS):
            row, column = unpack(stream, at + 4)
            last = unpack(stream, at + length)[1] if kind in _ROWS_OF_CELLS and length >= 6 else column
            sheet = found[-1]
            sheet.rows, sheet.columns = max(sheet.rows, row + 1), max(sheet.columns, last + 1, column + 1)
            sheet.cells += max(1, last - column + 1)
        at += 4 + length
    return found
