"""PDFs with text: characters with their places by PDFium, tables by their ruling lines or by the air between columns."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace
from statistics import median
from typing import Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from minhu.engines.archives import DAMAGED, LOCKED
from minhu.engines.readers import bounds, gaps, layout, ruling
from minhu.kernel.errors import Invalid
from minhu.language.papers.types import Block

LEAST: Final = 12
"""Characters from which a page counts as text and not as a picture."""
_SPACE, _FLAT, _LEAST_SIZE = 0.2, 0.8, 0.5
_CLOSE: Final = 0.5
"""So many widths of a Chinese character between two characters part the cells of a table without lines."""
_GAP: Final = 0.9
"""So many letter heights between two characters part a line into pieces."""


def opened(content: bytes) -> Any:
    """The document; raises Invalid for a damaged or locked one, TooMuchError for too many pages."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        locked = "assword" in str(error)
        raise Invalid(LOCKED if locked else DAMAGED, code="file_locked" if locked else "file_damaged") from error
    bounds.check_pages(len(document))
    return document


def blocks(content: bytes, _kind: str) -> Iterator[Block]:
    """The blocks of a PDF; raises Invalid `needs_scan` where some page is only a picture."""
    document = opened(content)
    pages = []
    for number in range(len(document)):
        page = document[number]
        pages.append(page_of(page, number + 1))
        if not pages[-1].pieces and not pages[-1].tables and is_picture(page):
            raise Invalid(DAMAGED, code="needs_scan")
        page.close()
    yield from ruling.joined_tables(layout.blocks(pages))


def is_picture(page: Any) -> bool:
    """Whether a page holds a picture that may hold text."""
    return next(iter(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)), None) is not None


def page_of(page: Any, number: int) -> layout.Page:
    """What stands on a page as text; nothing when it holds fewer than `LEAST` characters."""
    width, height = page.get_size()
    turn = _Turn(page)
    characters = _characters(page, turn)
    made = layout.Page(number, width, height)
    if len(characters) < LEAST:
        return made
    lines = ruling.segments(page, turn.point)
    grids = ruling.tables_of(lines, width, height)
    for table in (one for one in grids if not one.framed):
        inside = [one for one in characters if table.holds(one)]
        if block := table.block(_pieces(inside), number):
            made.tables.append((table.top, block))
            characters = [one for one in characters if not table.holds(one)]
    for found in gaps.tables_of(_pieces(characters, _CLOSE * _em(characters)), lines.horizontal, number):
        made.tables.append((found.top, found.block))
        characters = [one for one in characters if not found.holds(one)]
    made.pieces = _pieces(characters)
    gaps.take_frames(made, [one for one in grids if one.framed])
    return made


def _em(characters: list[layout.Piece]) -> float:
    """The width of a Chinese character of most of a page's text; the height that a font tells may be half as much again."""
    wide = [one.right - one.left for one in characters if one.text[-1:] >= "\u4e00"]
    return median(wide) if wide else median(one.size for one in characters) if characters else 0.0


class _Turn:
    """Places of a turned page as its reader sees them, from the top left corner."""

    def __init__(self, page: Any) -> None:
        self.left, self.bottom, self.right, self.top = page.get_mediabox() if page.get_cropbox() is None else page.get_cropbox()  # fmt: skip
        self.rotation = page.get_rotation()

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page's own space as seen."""
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        if self.rotation == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y


def _characters(page: Any, turn: _Turn) -> list[layout.Piece]:
    """Every character with its place; one that stands behind a visible gap brings its space along."""
    text = page.get_textpage()
    box, spaced = raw.FS_RECTF(), False
    found: list[layout.Piece] = []
    for at in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, at)
        if code <= 32 or code in (0xFFFE, 0xFFFF) or raw.FPDFText_IsGenerated(text, at) == 1:
            spaced = spaced or code == 32
            continue
        if not raw.FPDFText_GetLooseCharBox(text, at, ctypes.byref(box)):
            continue
        (x0, y0), (x1, y1) = turn.point(box.left, box.bottom), turn.point(box.right, box.top)
        piece = layout.Piece(chr(code), min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        if spaced and found and piece.left - found[-1].right >= _SPACE * piece.size:
            piece = replace(piece, text=f" {piece.text}")
        spaced = False
        if piece.size > _LEAST_SIZE:
            found.append(piece)
    text.close()
    return _evened(_evened(found)[::-1])[::-1]


def _evened(characters: list[layout.Piece]) -> list[layout.Piece]:
    """Flat characters (一, a dash) whose font tells no height take that of the one before."""
    found: list[layout.Piece] = []
    for one in characters:
        last = found[-1] if found else one
        near = abs(one.left - last.left) < 3 * last.size and last.top <= (one.top + one.bottom) / 2 <= last.bottom
        found.append(replace(one, top=last.top, bottom=last.bottom) if near and one.size < _FLAT * last.size else one)
    return found


def _pieces(characters: list[layout.Piece], apart: float = 0.0) -> list[layout.Piece]:
    """Characters of one line, near each other, put together; drawn twice (bold by hand) they count once.

    ``apart``: points between two characters that part pieces (0: by their height).
    """
    rows: list[list[layout.Piece]] = []
    for one in sorted(characters, key=lambda c: (round((c.top + c.bottom) / 2, 1), c.left)):
        middle = (one.top + one.bottom) / 2
        for row in rows[-4:]:
            if abs(middle - (row[0].top + row[0].bottom) / 2) < 0.35 * min(one.size, row[0].size):
                row.append(one)
                break
        else:
            rows.append([one])
    return [piece for row in rows for piece in _parted(sorted(row, key=lambda c: c.left), apart)]


def _parted(row: list[layout.Piece], apart: float) -> Iterator[layout.Piece]:
    text, first, last = row[0].text, row[0], row[0]
    for one in row[1:]:
        if one.text == last.text and one.left - last.left < 0.25 * (last.right - last.left):
            continue
        if one.left - last.right > (apart or _GAP * one.size):
            if text.strip():
                yield layout.Piece(text.strip(), first.left, first.top, last.right, first.bottom)
            text, first = "", one
        text, last = text + one.text, one
    if text.strip():
        yield layout.Piece(text.strip(), first.left, first.top, last.right, first.bottom)
