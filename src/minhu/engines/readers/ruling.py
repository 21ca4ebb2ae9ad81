"""Tables by their ruling lines: a grid, cells merged where a line between two is missing, and tables over pages joined."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

import pypdfium2.raw as raw

from minhu.engines.readers import layout
from minhu.language.papers.types import Block, BlockKind

Point = Callable[[float, float], tuple[float, float]]
NEAR: Final = 3.0
"""Points within which two lines are the same."""
_AGAIN: Final = re.compile(
    r"(?:续表|续上表|接上表|表续)\d*|(?:附?表[\d一二三四五六七八九十.-]+)[^。；]{0,40}[（(]续(?:表|\d+|[一二三四五六七八九])?[）)]|[（(]续(?:上)?表?[）)]"
)
"""What stands over the rest of a table on its next page."""
_THIN: Final = 3.0
_SHORT: Final = 8.0
_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Segment:
    """A horizontal or vertical line: its place across, and from where to where it goes."""

    across: float
    start: float
    end: float


@dataclass(slots=True)
class Segments:
    """The lines of a page."""

    horizontal: list[Segment] = field(default_factory=list)
    vertical: list[Segment] = field(default_factory=list)

    def add(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Take a line in when it is long and upright or level."""
        if abs(y0 - y1) <= _THIN / 2 and abs(x1 - x0) >= _SHORT:
            self.horizontal.append(Segment((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x0 - x1) <= _THIN / 2 and abs(y1 - y0) >= _SHORT:
            self.vertical.append(Segment((x0 + x1) / 2, min(y0, y1), max(y0, y1)))

    def add_box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Take the four sides of a box in; a thin one is a line."""
        if abs(y1 - y0) <= _THIN or abs(x1 - x0) <= _THIN:
            level = abs(y1 - y0) <= abs(x1 - x0)
            middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
            self.add(*((x0, middle_y, x1, middle_y) if level else (middle_x, y0, middle_x, y1)))
            return
        for side in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            self.add(*side)


def segments(page: Any, point: Point) -> Segments:
    """The level and upright lines that a page draws."""
    found = Segments()
    for count, one in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4)):
        if count > _MOST:
            break
        pieces = raw.FPDFPath_CountSegments(one)
        if pieces <= 0 or pieces > _MOST:
            continue
        _walk(one, pieces, point, found)
    return found


def _is_stroked(one: Any) -> bool:
    """Whether a path is drawn with a pen; one that is only filled and thick is the shade behind cells."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return not raw.FPDFPath_GetDrawMode(one, fill, stroke) or bool(stroke.value)


def _walk(one: Any, pieces: int, point: Point, found: Segments) -> None:
    matrix, stroked = one.get_matrix(), _is_stroked(one)
    x, y = ctypes.c_float(), ctypes.c_float()
    corners: list[tuple[float, float]] = []
    paths: list[list[tuple[float, float]]] = []
    for at in range(pieces):
        piece = raw.FPDFPath_GetPathSegment(one, at)
        if not raw.FPDFPathSegment_GetPoint(piece, x, y):
            return
        if raw.FPDFPathSegment_GetType(piece) == raw.FPDF_SEGMENT_MOVETO:
            corners = []
            paths.append(corners)
        corners.append(point(*matrix.on_point(x.value, y.value)))
        if raw.FPDFPathSegment_GetClose(piece) and corners[0] != corners[-1]:
            corners.append(corners[0])
    for path in paths:
        xs, ys = [px for px, _ in path], [py for _, py in path]
        if len(path) >= 4 and min(max(xs) - min(xs), max(ys) - min(ys)) <= _THIN:
            found.add_box(min(xs), min(ys), max(xs), max(ys))
        elif stroked:
            for (x0, y0), (x1, y1) in pairwise(path):
                found.add(x0, y0, x1, y1)


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: where its columns and rows part, and which lines are drawn."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    lines: Segments

    @property
    def top(self) -> float:
        """The height at which it begins."""
        return self.ys[0]

    @property
    def framed(self) -> bool:
        """Whether it is a frame with level lines only, whose columns are not drawn."""
        return len(self.xs) == 2

    def holds(self, piece: layout.Piece) -> bool:
        """Whether the middle of a piece lies in the table."""
        x, y = (piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2
        return self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]

    def block(self, pieces: list[layout.Piece], page: int) -> Block | None:
        """The table with its words; a merged cell stands in each place that it covers. None for an empty frame."""
        rows, columns = len(self.ys) - 1, len(self.xs) - 1
        owner = self._owners(rows, columns)
        words: dict[tuple[int, int], list[layout.Piece]] = {}
        for piece in pieces:
            place = _slot(self.ys, (piece.top + piece.bottom) / 2), _slot(self.xs, (piece.left + piece.right) / 2)
            words.setdefault(owner[place], []).append(piece)
        said = {place: _cell(found, page) for place, found in words.items()}
        made = tuple(tuple(said.get(owner[y, x], "") for x in range(columns)) for y in range(rows))
        filled = tuple(row for row in made if any(row))
        if len(filled) < 2 and len({cell for row in filled for cell in row if cell}) < 2:
            return None
        return Block(BlockKind.TABLE, rows=filled, page=page)

    def _owners(self, rows: int, columns: int) -> dict[tuple[int, int], tuple[int, int]]:
        """For each place the first place of its cell."""
        owner = {(y, x): (y, x) for y in range(rows) for x in range(columns)}

        def root(place: tuple[int, int]) -> tuple[int, int]:
            while owner[place] != place:
                place = owner[place]
            return place

        for y in range(rows):
            for x in range(columns):
                middle_y, middle_x = (self.ys[y] + self.ys[y + 1]) / 2, (self.xs[x] + self.xs[x + 1]) / 2
                if x + 1 < columns and not _drawn(self.lines.vertical, self.xs[x + 1], middle_y):
                    _unite(owner, root((y, x)), root((y, x + 1)))
                if y + 1 < rows and not _drawn(self.lines.horizontal, self.ys[y + 1], middle_x):
                    _unite(owner, root((y, x)), root((y + 1, x)))
        return {place: root(place) for place in owner}


def _unite(owner: dict[tuple[int, int], tuple[int, int]], one: tuple[int, int], other: tuple[int, int]) -> None:
    first, second = sorted((one, other))
    owner[second] = first


def _drawn(lines: list[Segment], across: float, at: float) -> bool:
    return any(abs(one.across - across) <= NEAR and one.start - NEAR <= at <= one.end + NEAR for one in lines)


def _slot(edges: tuple[float, ...], at: float) -> int:
    return max(0, min(sum(edge <= at for edge in edges) - 1, len(edges) - 2))


def _cell(pieces: list[layout.Piece], page: int) -> str:
    lines = layout.lines_of(layout.Page(page, 1e9, 1e9, pieces))
    text = ""
    for line in lines:
        text = layout.joined(text, line.text)
    return text


def tables_of(lines: Segments, width: float, height: float) -> list[Grid]:
    """The grids of a page: lines that touch each other, at least two columns or rows; a frame around all is none."""
    found = []
    for group in _groups(lines):
        ys = _edges([one.across for one in group.horizontal] + _ends(group.vertical))
        xs = _edges([one.across for one in group.vertical] + _ends(group.horizontal))
        if len(xs) < 2 or len(ys) < 2 or (len(xs) == 2 and len(ys) == 2):
            continue
        if len(xs) == 2 and xs[1] - xs[0] > 0.9 * width and ys[-1] - ys[0] > 0.9 * height:
            continue
        found.append(Grid(tuple(xs), tuple(ys), group))
    return sorted(found, key=lambda grid: grid.top)


def _ends(lines: list[Segment]) -> list[float]:
    """Where at least two lines begin and end: the sides of a table whose outer lines are not drawn."""
    starts, ends = sorted(one.start for one in lines), sorted((one.end for one in lines), reverse=True)
    return [side[1] for side in (starts, ends) if len(side) > 1 and abs(side[0] - side[1]) <= NEAR]


def _edges(places: Iterable[float]) -> list[float]:
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > NEAR:
            found.append(place)
    return found


def _groups(lines: Segments) -> list[Segments]:
    """Lines that cross or touch, directly or by others."""
    everything = [(True, one) for one in lines.horizontal] + [(False, one) for one in lines.vertical]
    if len(everything) > 3000:
        return []
    parent = list(range(len(everything)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    level, upright = len(lines.horizontal), len(everything)
    for a in range(level):
        for b in range(level, upright):
            if _touch(everything[a][1], everything[b][1]):
                parent[root(a)] = root(b)
    groups: dict[int, Segments] = {}
    for at, (is_level, one) in enumerate(everything):
        group = groups.setdefault(root(at), Segments())
        (group.horizontal if is_level else group.vertical).append(one)
    return list(groups.values())


def _touch(level: Segment, upright: Segment) -> bool:
    return (
        level.start - NEAR <= upright.across <= level.end + NEAR
        and upright.start - NEAR <= level.across <= upright.end + NEAR
    )


def joined_tables(blocks: Iterable[Block]) -> Iterator[Block]:
    """A table that goes on at the top of the next page is one; a repeated header is taken once."""
    last: Block | None = None
    for block in blocks:
        if last is not None and block.page > last.page and _AGAIN.fullmatch(block.text.replace(" ", "")):
            continue
        if last is not None and block.kind is BlockKind.TABLE and _goes_on(last, block):
            skip = 0
            while skip < len(block.rows) - 1 and skip < len(last.rows) and block.rows[skip] == last.rows[skip]:
                skip += 1
            last = replace(last, rows=last.rows + block.rows[skip:])
            continue
        if last is not None:
            yield last
        last = block if block.kind is BlockKind.TABLE else None
        if last is None:
            yield block
    if last is not None:
        yield last


def _goes_on(before: Block, after: Block) -> bool:
    return after.page > before.page and len(before.rows[0]) == len(after.rows[0])
