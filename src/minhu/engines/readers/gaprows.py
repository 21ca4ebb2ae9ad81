"""Rows of a table without upright lines: which lines of text make one row, and which rows a word in the first column heads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from minhu.engines.readers import layout
from minhu.engines.readers.layout import Piece
from minhu.engines.readers.ruling import NEAR

_FIGURE: Final = re.compile(r"\d")
_AIR: Final = 0.25
"""Of a line's height: so much between two full lines parts rows; less may be one whose cells all go on."""
_APART: Final = 0.35
"""Of a row's height: so far may the middle of a merged cell be from the middle of its rows."""


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces on one base line, each with the first and the last column that it stands in."""

    cells: tuple[tuple[int, int, Piece], ...]
    top: float
    bottom: float

    @property
    def heads(self) -> bool:
        """Whether it stands in the first column only."""
        return all(last == 0 for _, last, _ in self.cells)

    def full(self, columns: int) -> bool:
        """Whether something stands in each column."""
        return len({at for first, last, _ in self.cells for at in range(first, last + 1)}) == columns


@dataclass(slots=True)
class Row:
    """Lines that make one row of a table."""

    lines: list[Line] = field(default_factory=list)
    head: str = ""
    """What heads it together with its neighbours."""

    @property
    def top(self) -> float:
        """Where it begins."""
        return min(line.top for line in self.lines)

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return max(line.bottom for line in self.lines)

    def cells(self, columns: int) -> list[str]:
        """Its cells; a merged one stands in each place that it covers."""
        made = [""] * columns
        for line in sorted(self.lines, key=lambda one: one.top):
            for first, last, piece in line.cells:
                for at in range(first, last + 1):
                    made[at] = layout.joined(made[at], piece.text) if made[at] else piece.text
        made[0] = made[0] or self.head
        return made


def rows_of(lines: Sequence[Line], levels: Sequence[float], columns: int) -> list[Row]:
    """The rows of a table; ``levels`` are the heights of lines that part them."""
    rows = _grouped([line for line in lines if not line.heads] or lines, levels, columns)
    between: list[tuple[float, str]] = []
    for line in (one for one in lines if one.heads and not any(one in row.lines for row in rows)):
        row = _own(line, rows)
        if row is not None:
            row.lines.append(line)
        else:
            between.append(((line.top + line.bottom) / 2, line.cells[0][2].text))
    _head(rows, between)
    return rows


def filled(rows: Sequence[Row], columns: int) -> list[tuple[str, ...]]:
    """The cells of all rows; a heading over several columns of a second line of headings stands over each of them."""
    made = [row.cells(columns) for row in rows]
    if len(made) > 2 and made[0][0] and all(made[1][1:]) and any(made[0][1:]) and not all(made[0][1:]):
        both = bool(rows[0].head) and rows[0].head == rows[1].head
        if both or not any(_FIGURE.search(cell) for cell in made[0] + made[1]):
            for at in range(2, columns):
                made[0][at] = made[0][at] or made[0][at - 1]
            made[1][0] = made[1][0] or made[0][0]
    return [tuple(row) for row in made]


def _grouped(lines: Sequence[Line], levels: Sequence[float], columns: int) -> list[Row]:
    """Lines that belong together because a cell is written on several of them; two full ones are two rows."""
    edge = _threshold([after.top - before.bottom for before, after in pairwise(lines)])
    rows: list[Row] = []
    for at, line in enumerate(lines):
        before = lines[at - 1] if at else line
        parted = any(before.bottom - NEAR <= level <= line.top + NEAR for level in levels)
        air = line.top - before.bottom
        parted = parted or (line.full(columns) and before.full(columns) and air > _AIR * (line.bottom - line.top))
        if len(levels) >= max(3, len(lines) // 4):
            same = not parted
        elif edge is not None:
            same = not parted and air < edge
        else:
            same = bool(rows) and not parted and _carries_on(rows[-1], line)
        if rows and same:
            rows[-1].lines.append(line)
        else:
            rows.append(Row([line]))
    return rows


def _threshold(gaps: Sequence[float]) -> float | None:
    """The air that parts rows, where there is less of it within a cell; None where all of it is alike.

    It is the widest kind of air, besides what stands out once or twice between sections.
    """
    known = sorted(gaps)
    for at in range(len(known) - 1, 0, -1):
        small, large, times = known[at - 1], known[at], len(known) - at
        if large - small >= 2.0 and large >= 1.5 * max(small, 0.5) and (times >= 0.25 * len(known) or len(known) < 4):
            return (small + large) / 2
    return None


def _carries_on(row: Row, line: Line) -> bool:
    """Whether a line goes on with cells of the row above: the first column is empty, and what stands above reached its edge."""
    if any(first == 0 for first, _, _ in line.cells):
        return False
    above = {first: piece for one in row.lines for first, _, piece in one.cells}
    return any(first == 0 for first, _, _ in row.lines[0].cells) and all(
        first in above
        and piece.left - above[first].left < piece.size
        and above[first].right >= piece.right - piece.size
        and len(above[first].text) >= 6
        for first, _, piece in line.cells
    )


def _own(line: Line, rows: Sequence[Row]) -> Row | None:
    """The row to which a line of the first column belongs: the one beside it, or the one it is much nearer to; else None."""
    middle = (line.top + line.bottom) / 2
    beside = next((row for row in rows if row.top <= middle <= row.bottom), None)
    if beside is not None:
        return beside
    above = next((row for row in reversed(rows) if row.bottom <= middle), None)
    below = next((row for row in rows if row.top >= middle), None)
    if above is None or below is None:
        return above or below
    up, down = line.top - above.bottom, below.top - line.bottom
    return above if up < 0.5 * down else below if down < 0.5 * up else None


def _head(rows: Sequence[Row], between: Sequence[tuple[float, str]]) -> None:
    """Give each word that stands in the middle of several rows to all of them, where every row gets one so."""
    heads = list(between)
    for row in rows:
        own = [piece for line in row.lines for first, last, piece in line.cells if first == last == 0]
        if own:
            words = own[0].text
            for piece in own[1:]:
                words = layout.joined(words, piece.text)
            heads.append((sum((piece.top + piece.bottom) / 2 for piece in own) / len(own), words))
    heads.sort()
    at, found = 0, []
    for middle, text in heads:
        end = at
        while end < len(rows) and abs((rows[at].top + rows[end].bottom) / 2 - middle) > _APART * (
            rows[end].bottom - rows[end].top
        ):
            end += 1
        if end == len(rows):
            return
        found.append((at, end, text))
        at = end + 1
    if at != len(rows):
        return
    for first, last, text in found:
        for row in rows[first : last + 1]:
            row.head = text
