"""From pieces of text with places to paragraphs: lines, columns, running headers out, indents and margins read.

Places are in points (or pixels of a scan), from the top left corner of the page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Final

from minhu.engines.readers import columns
from minhu.language.papers.types import Block, BlockKind

_PAGE_NUMBER: Final = re.compile(
    r"[-—–·.\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／,，]?\s*共?\s*\d{1,4}\s*页?)?[-—–·.\s]*$"
)
_EDGE_LINES: Final = 2
_ENDS: Final = "。！？；：.!?;:"
_STARTS: Final = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[编章节条款]|[一二三四五六七八九十百]+、|[（(][一二三四五六七八九十\d]+[）)]|\d{1,2}[.．、]\s*\D|[①-⑳]|附?[表图]\s*\d"
)
_NOTE: Final = re.compile(r"[①-⑳]|[\[〔［]\d{1,2}[\]〕］]|[*＊※]|注\d{0,2}\s?[:：]|\d{1,2}\s+\D")
_SMALL: Final = 0.93
"""Of the body's letters: notes at the foot of a page are smaller."""
_LATIN: Final = re.compile(r"[A-Za-z0-9,.;:)]$")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text at a place; ``size`` is the height of its letters."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def size(self) -> float:
        """Height of the letters."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Line:
    """Text on one base line, where it begins and ends, and in which column (0: over the page)."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    column: int = columns.WHOLE


@dataclass(slots=True)
class Page:
    """What stands on a page: loose pieces, and finished blocks (tables) with the height at which they begin."""

    number: int
    width: float
    height: float
    pieces: list[Piece] = field(default_factory=list)
    tables: list[tuple[float, Block]] = field(default_factory=list)


def blocks(pages: Sequence[Page]) -> Iterator[Block]:
    """The blocks of a document in reading order; a paragraph that goes on over a page stays one."""
    lined = [(page, lines_of(page)) for page in pages]
    running = _running([lines for _, lines in lined])
    body = _body_size([line for _, lines in lined for line in lines])
    waiting: _Paragraph | None = None
    held: list[Block] = []
    for page, lines in lined:
        kept, notes = _parted(
            [line for at, line in enumerate(lines) if not _is_edge(line, at, len(lines), running)], body
        )
        of_column = _margins_of(kept, page)
        tables = sorted(page.tables, key=lambda one: one[0])
        for line in kept:
            while tables and tables[0][0] <= line.top:
                yield from _ended(waiting, held)
                waiting = None
                yield tables.pop(0)[1]
            margins = of_column[line.column]
            shape = _shape(line, margins, body)
            if waiting and waiting.goes_on(line, shape):
                waiting.add(line, margins)
                continue
            yield from _ended(waiting, held)
            waiting = _Paragraph(line, shape, margins, page.number)
        if tables:
            yield from _ended(waiting, held)
            waiting = None
        yield from (block for _, block in tables)
        held += _notes(notes, page.number)
    yield from _ended(waiting, held)


def _ended(waiting: _Paragraph | None, held: list[Block]) -> Iterator[Block]:
    """A paragraph that is over, and behind it the notes of the pages over which it went."""
    if waiting:
        yield waiting.block()
    yield from held
    held.clear()


def _parted(lines: list[Line], body: float) -> tuple[list[Line], list[Line]]:
    """The lines of a page and its notes: smaller ones at its foot, from the first that begins with a note's mark."""
    at = len(lines)
    while at > 0 and lines[at - 1].size < _SMALL * body:
        at -= 1
    first = next((number for number in range(at, len(lines)) if _NOTE.match(lines[number].text)), len(lines))
    return lines[:first], lines[first:]


def _notes(lines: list[Line], page: int) -> list[Block]:
    """Each note with the lines that carry it on."""
    said: list[str] = []
    for line in lines:
        if said and not _NOTE.match(line.text):
            said[-1] = joined(said[-1], line.text)
        else:
            said.append(line.text)
    return [Block(BlockKind.FOOTNOTE, text, page=page) for text in said]


def lines_of(page: Page) -> list[Line]:
    """The lines of a page from top to bottom, column after column where there are two."""
    found: list[Line] = []
    for column, pieces in columns.ordered(page.pieces, page.width):
        rows: list[list[Piece]] = []
        for piece in sorted(pieces, key=lambda one: (one.top + one.bottom) / 2):
            middle = (piece.top + piece.bottom) / 2
            last = rows[-1][0] if rows else None
            if last is not None and abs(middle - (last.top + last.bottom) / 2) < 0.5 * min(piece.size, last.size):
                rows[-1].append(piece)
            else:
                rows.append([piece])
        found.extend(_line(sorted(row, key=lambda one: one.left), column) for row in rows)
    return [line for line in found if line.text]


def joined(before: str, after: str) -> str:
    """Two ends of text put together: with a space only between words of the Latin script."""
    gap = " " if _LATIN.search(before) and after[:1].isascii() and after[:1].isalpha() else ""
    return f"{before}{gap}{after}"


def _line(row: list[Piece], column: int) -> Line:
    text = row[0].text
    for before, piece in pairwise(row):
        far = piece.left - before.right > 0.8 * piece.size
        text = f"{text} {piece.text}" if far else joined(text, piece.text)
    return Line(
        text.strip(), row[0].left, min(p.top for p in row), max(p.right for p in row), max(p.bottom for p in row),
        median(p.size for p in row), column,
    )  # fmt: skip


def _running(pages: list[list[Line]]) -> set[str]:
    """Headers and footers: the same words at the edge of many pages, whatever their numbers."""
    counted: Counter[str] = Counter()
    for lines in pages:
        counted.update({_key(line) for line in [*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:]]})
    least = max(3, round(0.4 * len(pages)))
    return {key for key, count in counted.items() if count >= least and len(key) <= 60}


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", line.text))


def _is_edge(line: Line, at: int, count: int, running: set[str]) -> bool:
    if _EDGE_LINES <= at < count - _EDGE_LINES:
        return False
    return _key(line) in running or (at in (0, count - 1) and _PAGE_NUMBER.match(line.text) is not None)


def _body_size(lines: list[Line]) -> float:
    """The size in which most of the text stands."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=12.0)


@dataclass(frozen=True, slots=True)
class _Margins:
    left: float
    right: float
    middle: float
    pitch: float
    """From one line to the next."""


def _margins_of(lines: list[Line], page: Page) -> dict[int, _Margins]:
    """The margins of a page's columns; lines over the page are measured by all."""
    found = {columns.WHOLE: _margins(lines, page.width / 2)}
    for column in {line.column for line in lines} - {columns.WHOLE}:
        inside = [line for line in lines if line.column == column]
        middle = (min(line.left for line in inside) + max(line.right for line in inside)) / 2
        found[column] = _margins(inside, middle)
    return found


def _margins(lines: list[Line], middle: float) -> _Margins:
    if not lines:
        return _Margins(0.0, 2 * middle, middle, 0.0)
    lefts, rights = sorted(line.left for line in lines), sorted(line.right for line in lines)
    steps = [after.top - before.top for before, after in pairwise(lines) if after.top > before.top]
    return _Margins(lefts[len(lefts) // 10], rights[-1 - len(rights) // 10], middle, median(steps) if steps else 0.0)  # fmt: skip


def _shape(line: Line, margins: _Margins, body: float) -> str:
    """What a line looks like: 'title' (large or in the middle), 'right' (signature), 'indented', 'full'."""
    centred = abs((line.left + line.right) / 2 - margins.middle) < 1.2 * line.size
    inside = line.left > margins.left + 2.5 * line.size and line.right < margins.right - 1.5 * line.size
    ends = line.text[-1] in "。；，"
    if line.size >= 1.2 * body and len(line.text) <= 80 and not ends and (centred or line.size >= 1.35 * body):
        return "title"
    if centred and inside and len(line.text) <= 40 and line.text[-1] not in _ENDS:
        return "middle"
    if line.left > margins.left + 8 * line.size and line.right > margins.right - 6 * line.size:
        return "right"
    return "indented" if line.left > margins.left + 1.2 * line.size else "full"


class _Paragraph:
    """Lines that belong together so far."""

    def __init__(self, line: Line, shape: str, margins: _Margins, page: int) -> None:
        self.text, self.shape, self.page, self.last, self.margins = line.text, shape, page, line, margins
        self.size = line.size

    def goes_on(self, line: Line, shape: str) -> bool:
        """Whether the next line carries this paragraph on."""
        if abs(line.size - self.size) > 0.15 * self.size:
            return False
        close = 0 <= line.top - self.last.top < 1.7 * self.margins.pitch or line.top < self.last.top
        if "title" in (self.shape, shape) or "middle" in (self.shape, shape):
            return shape == self.shape == "title" and close and len(self.text) + len(line.text) <= 80
        reached = self.last.right >= self.margins.right - 1.6 * self.size
        return close and reached and shape == "full" and not _STARTS.match(line.text)

    def add(self, line: Line, margins: _Margins) -> None:
        """Take one line in."""
        self.text, self.last, self.margins = joined(self.text, line.text), line, margins

    def block(self) -> Block:
        """The finished paragraph."""
        kind = BlockKind.HEADING if self.shape == "title" else BlockKind.PARAGRAPH
        return Block(kind, self.text, level=1 if kind is BlockKind.HEADING else 0, page=self.page)
