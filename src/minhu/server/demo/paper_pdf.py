"""Writes a plain A4 PDF in Chinese: text in a font that every reader of PDFs knows by name, tables with ruled lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name

WIDTH, HEIGHT, MARGIN = 595, 842, 60
SIZE: Final = 11.0
LINE: Final = 19.0
PAD: Final = 4.0
Rows = Sequence[Sequence[str]]


def pdf(parts: Iterable[tuple[str, int, Rows]]) -> bytes:
    """A PDF of (words, level of heading or 0, rows of a table or none) in order; pages are numbered at the foot."""
    paper = _Paper()
    for words, level, rows in parts:
        if rows:
            paper.table(rows)
        else:
            paper.words(words, SIZE + max(0, 5 - 2 * level) if level else SIZE)
    return paper.saved()


class _Paper:
    """The pages so far; ``top`` is where the next line's upper edge comes, measured from the page's foot."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = [[]]
        self.top: float = HEIGHT - MARGIN

    def words(self, text: str, size: float) -> None:
        for line in _broken(text, WIDTH - 2 * MARGIN, size):
            self._room(LINE)
            self._put(line, MARGIN, self.top - size, size)
            self.top -= LINE if size == SIZE else LINE * 1.5

    def table(self, rows: Rows) -> None:
        count = max(map(len, rows))
        longest = [
            max((_width(row[i], SIZE) for row in rows if i < len(row)), default=0) + 4 * PAD for i in range(count)
        ]
        share = (WIDTH - 2 * MARGIN) / sum(longest)
        widths = [max(x * share, 40.0) for x in longest]
        widths = [x * (WIDTH - 2 * MARGIN) / sum(widths) for x in widths]
        for row in rows:
            self._row(row, widths)
        self.top -= LINE / 2

    def _row(self, row: Sequence[str], widths: Sequence[float]) -> None:
        cells = [_broken(text, width - 2 * PAD, SIZE) for text, width in zip(row, widths, strict=False)]
        height = LINE * max(map(len, cells)) + PAD
        self._room(height)
        left = float(MARGIN)
        for lines, width in zip(cells, widths, strict=False):
            self.pages[-1].append(f"{left:.1f} {self.top - height:.1f} {width:.1f} {height:.1f} re S")
            for number, line in enumerate(lines):
                self._put(line, left + PAD, self.top - SIZE - PAD - number * LINE, SIZE)
            left += width
        self.top -= height

    def _room(self, height: float) -> None:
        if self.top - height < MARGIN:
            self.pages.append([])
            self.top = HEIGHT - MARGIN

    def _put(self, text: str, left: float, base: float, size: float) -> None:
        code = text.encode("utf-16-be").hex()
        self.pages[-1].append(f"BT /F1 {size:.1f} Tf {left:.1f} {base:.1f} Td <{code}> Tj ET")

    def saved(self) -> bytes:
        """The bytes; the same pages give the same file."""
        file = pikepdf.new()
        font = file.make_indirect(_font(file))
        for number, marks in enumerate(self.pages, 1):
            foot = f"BT /F1 9 Tf {WIDTH / 2 - 8:.1f} 30 Td <{f'— {number} —'.encode('utf-16-be').hex()}> Tj ET"
            page = file.add_blank_page(page_size=(WIDTH, HEIGHT))
            page.Resources = Dictionary(Font=Dictionary(F1=font))
            page.Contents = file.make_stream("\n".join(["0.6 w", *marks, foot]).encode())
        out = BytesIO()
        file.save(out, deterministic_id=True)
        return out.getvalue()


def _font(file: pikepdf.Pdf) -> Dictionary:
    """宋体 by name; ISO 32000-1, 9.7.5.2: the character collection and its map belong to every reader."""
    described = Dictionary(
        Type=Name.FontDescriptor, FontName=Name("/STSong-Light"), Flags=6, FontBBox=Array([-25, -254, 1000, 880]),
        ItalicAngle=0, Ascent=880, Descent=-120, CapHeight=880, StemV=93,
    )  # fmt: skip
    below = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType0, BaseFont=Name("/STSong-Light"),
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"GB1", Supplement=4),
        FontDescriptor=file.make_indirect(described), DW=1000, W=Array([1, 95, 500]),
    )  # fmt: skip
    return Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/STSong-Light"), Encoding=Name("/UniGB-UCS2-H"),
        DescendantFonts=Array([file.make_indirect(below)]),
    )  # fmt: skip


def _width(text: str, size: float) -> float:
    return sum(size / 2 if " " <= sign <= "~" else size for sign in text)


def _broken(text: str, width: float, size: float) -> list[str]:
    """Lines no wider than ``width``, broken anywhere as Chinese is; an empty text is one empty line."""
    lines, line = [], ""
    for sign in text:
        if line and _width(line + sign, size) > width:
            lines.append(line)
            line = ""
        line += sign
    return [*lines, line]
