"""Tables without upright lines: their columns are where nothing stands in row after row, their rows where air or a line parts them.

A run of lines that fall into pieces is looked at as a whole: gaps that the pieces of most lines leave free part the
columns; a piece over several of them is a merged cell. Two columns of running text, lists of contents and loose pairs
of words are no tables.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Final

from minhu.engines.readers import gaprows, layout
from minhu.engines.readers.gaprows import Line
from minhu.engines.readers.layout import Piece
from minhu.engines.readers.ruling import NEAR, Grid, Segment
from minhu.language.papers.types import Block, BlockKind

_LEADERS: Final = re.compile(r"[.·…．]{4,}")
_NUMBERED: Final = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[编章节条款项]|附?[表图]\s?[\d一二三四五六七八九十.-]*|附[件录]\s?[\d一二三四五六七八九十]*[:：]?"
    r"|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|问[:：]?|答[:：]?|注\d?[:：]?"
)
_STARTS: Final = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[编章节条款]|附?[表图]\s?\d|附[件录]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]"
)
_SHORT: Final = 25
_FAR: Final = 3.5
"""So many letter heights of air end a table."""
_GAP: Final = 0.25
"""So many letter heights at least part two columns."""
_LONG: Final = 14
"""Characters of a piece of running text; cells are shorter, or stand beside shorter ones."""
_MOST_COLUMNS: Final = 20


@dataclass(frozen=True, slots=True)
class _Row:
    """The pieces on one base line."""

    pieces: tuple[Piece, ...]
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Found:
    """A table without upright lines: its block, where it begins, and the pieces that are in it."""

    top: float
    block: Block
    pieces: frozenset[Piece]

    def holds(self, one: Piece) -> bool:
        """Whether the middle of a character lies in one of its pieces."""
        x, y = (one.left + one.right) / 2, (one.top + one.bottom) / 2
        return any(piece.left <= x <= piece.right and piece.top <= y <= piece.bottom for piece in self.pieces)


def take_tables(page: layout.Page, levels: Sequence[Segment], frames: Sequence[Grid]) -> None:
    """Move the tables without upright lines out of a page's pieces, then what stands in frames."""
    for found in tables_of(page.pieces, levels, page.number):
        page.tables.append((found.top, found.block))
        page.pieces = [one for one in page.pieces if one not in found.pieces]
    take_frames(page, frames)


def take_frames(page: layout.Page, frames: Sequence[Grid]) -> None:
    """Make tables of one column of the frames in which no table was found."""
    for frame in frames:
        inside = [one for one in page.pieces if frame.holds(one)]
        if block := frame.block(inside, page.number):
            page.tables.append((frame.top, block))
            page.pieces = [one for one in page.pieces if not frame.holds(one)]


def tables_of(pieces: Sequence[Piece], levels: Sequence[Segment], page: int) -> list[Found]:
    """The tables among the pieces of a page; ``levels`` are its level lines, by which rows and headers are parted."""
    found = []
    for run in _runs(_rows(pieces)):
        table = _table(run, levels, page)
        if table is not None:
            found.append(table)
    return found


def _rows(pieces: Sequence[Piece]) -> list[_Row]:
    """Pieces by base line, from top to bottom."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: (one.top + one.bottom) / 2):
        middle = (piece.top + piece.bottom) / 2
        last = rows[-1][0] if rows else None
        if last is not None and abs(middle - (last.top + last.bottom) / 2) < 0.4 * min(piece.size, last.size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [
        _Row(tuple(sorted(row, key=lambda one: one.left)), min(one.top for one in row), max(one.bottom for one in row))
        for row in rows
    ]


def _runs(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Lines one after the other that fall into pieces; a single piece between such lines may be a wrapped or merged cell."""
    run: list[_Row] = []
    singles: list[_Row] = []
    for row in rows:
        size = median(one.size for one in row.pieces)
        last = (singles or run)[-1] if run else None
        apart = last is not None and row.top - last.bottom > _FAR * size
        said = _is_said(row)
        if run and (apart or said or len(singles) > 2 or (len(row.pieces) == 1 and not _fits(row, run))):
            yield [*run, *_wrapped(run, singles)]
            run, singles = [], []
        if len(row.pieces) >= 2 and not said:
            run += [*singles, row] if run else [row]
            singles = []
        elif run:
            singles.append(row)
    if run:
        yield [*run, *_wrapped(run, singles)]


def _is_said(row: _Row) -> bool:
    """Whether a line is text though air parts it: a number and what it heads, a list of contents, words set apart."""
    first, rest = row.pieces[0], row.pieces[1:]
    numbered = _NUMBERED.fullmatch(first.text.strip()) is not None and len(rest) <= 1
    return numbered or any(_LEADERS.search(one.text) for one in row.pieces)


def _fits(row: _Row, run: Sequence[_Row]) -> bool:
    """Whether a single piece may be a cell: it stands inside a column behind the first, or is short and no sentence."""
    one = row.pieces[0]
    behind = one.left > min(row.pieces[0].right for row in run)
    return behind or (
        len(one.text) <= _SHORT and one.text.rstrip()[-1:] not in "。；：" and not _STARTS.match(one.text)
    )


def _wrapped(run: Sequence[_Row], after: Sequence[_Row]) -> Iterator[_Row]:
    """Single pieces behind the last line that still belong to one of its cells: close to it and inside a column."""
    last = run[-1]
    for row in after:
        one = row.pieces[0]
        inside = one.left > run[0].pieces[0].right and row.top - last.bottom < 0.6 * one.size
        if not inside:
            return
        yield row
        last = row


def _table(run: list[_Row], levels: Sequence[Segment], page: int) -> Found | None:
    for start in range(min(3, len(run))):  # a line above (a title in two words) may spoil the columns
        rows = run[start:]
        columns = _columns(rows)
        if columns is None:
            continue
        lines = [Line(tuple(_placed(row, columns)), row.top, row.bottom) for row in rows]
        heights = _levels_of(rows, columns, levels)
        groups = gaprows.rows_of(lines, heights, len(columns))
        made = tuple(gaprows.filled(groups, len(columns)))
        if not _is_table(made, rows, columns):
            continue
        headers = sum(group.bottom <= heights[0] + NEAR for group in groups) if len(heights) == 1 else 0
        held = frozenset(piece for row in rows for piece in row.pieces)
        return Found(
            rows[0].top,
            Block(BlockKind.TABLE, rows=made, headers=headers if headers < len(made) else 0, page=page),
            held,
        )
    return None


def _columns(rows: Sequence[_Row]) -> list[tuple[float, float]] | None:
    """From where to where each column goes, by the lines with the most usual number of pieces or more."""
    counts = Counter(len(row.pieces) for row in rows if len(row.pieces) >= 2)
    if not counts:
        return None
    usual = max(counts, key=lambda count: (counts[count] * count, count))
    telling = [row for row in rows if len(row.pieces) >= usual]
    size = median(one.size for row in telling for one in row.pieces)
    columns: list[tuple[float, float]] = []
    for left, right in sorted((one.left, one.right) for row in telling for one in row.pieces):
        if columns and left - columns[-1][1] < _GAP * size:
            columns[-1] = columns[-1][0], max(columns[-1][1], right)
        else:
            columns.append((left, right))
    return columns if 2 <= len(columns) <= _MOST_COLUMNS and len(telling) >= 2 else None


def _placed(row: _Row, columns: Sequence[tuple[float, float]]) -> list[tuple[int, int, Piece]]:
    """Each piece with the first and last column that it stands in."""
    found = []
    for piece in row.pieces:
        over = [
            at
            for at, (left, right) in enumerate(columns)
            if min(piece.right, right) - max(piece.left, left) > 0.3 * piece.size
        ]
        if not over:
            middle = (piece.left + piece.right) / 2
            over = [min(range(len(columns)), key=lambda at: abs(sum(columns[at]) / 2 - middle))]
        found.append((over[0], over[-1], piece))
    return found


def _levels_of(rows: Sequence[_Row], columns: Sequence[tuple[float, float]], levels: Sequence[Segment]) -> list[float]:
    """Heights of level lines that go through the table between its rows, from one side to the other."""
    left, right = columns[0][0], columns[-1][1]
    found: list[float] = []
    for one in sorted(levels, key=lambda line: line.across):
        wide = min(one.end, right) - max(one.start, left) > 0.8 * (right - left)
        if (
            wide
            and rows[0].bottom - NEAR <= one.across <= rows[-1].top + NEAR
            and (not found or one.across - found[-1] > NEAR)
        ):
            found.append(one.across)
    return found


def _is_table(made: Sequence[tuple[str, ...]], rows: Sequence[_Row], columns: Sequence[tuple[float, float]]) -> bool:
    """Whether rows read like a table: enough of them, filled, their cells short or beside short ones."""
    if len(made) < (3 if len(columns) == 2 else 2):
        return False
    filled = [cell for row in made for cell in row if cell]
    if len(filled) < 0.5 * len(made) * len(columns) or sum(1 for row in made if row[0]) < 0.3 * len(made):
        return False
    by_column = [[row[at] for row in made if row[at]] for at in range(len(columns))]
    lengths = [mean(map(len, cells)) if cells else 0.0 for cells in by_column]
    if len(columns) == 2 and min(lengths) > _LONG:
        return False
    return sum(length > 2 * _LONG for length in lengths) < len(lengths) - 1 + (len(lengths) > 2) and sum(
        len(row.pieces) >= 2 for row in rows
    ) >= max(2, 0.4 * len(rows))
