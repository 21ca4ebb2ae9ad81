"""Pages set in two columns: where the gutter is, and in which order their pieces are read.

A line over both columns (a heading, a page number) parts the page: what stands above it is read to its end before what
stands below. Rows of a table are no columns: text fills its column, cells seldom do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

_FROM, _TO, _STEPS = 0.35, 0.65, 60
"""Of a page's width: where a gutter is looked for (a scan lies aside), and in how many places."""
_LEAST: Final = 6
"""Full lines on each side."""
_FULL: Final = 0.75
"""Of a column's width: a line that fills it."""
_MOSTLY: Final = 0.5
_CROSSING: Final = 0.2
"""Of a page's pieces may stand across the gutter."""
_AIR: Final = 0.8
"""So many letter heights part two columns at least."""
WHOLE, LEFT, RIGHT = 0, 1, 2


class Placed(Protocol):
    """Something with a place on a page."""

    @property
    def left(self) -> float: ...
    @property
    def right(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def bottom(self) -> float: ...


P = TypeVar("P", bound=Placed)


def ordered(pieces: Sequence[P], width: float) -> list[tuple[int, list[P]]]:
    """The pieces of a page in groups as they are read, each with its column (`WHOLE` on a page without columns)."""
    gutter = _gutter(pieces, width)
    if gutter is None:
        return [(WHOLE, list(pieces))]
    sides = {one: _side(piece, gutter) for one, piece in enumerate(pieces)}
    over = sorted((pieces[at] for at, side in sides.items() if side == WHOLE), key=_middle)
    rest = [(side, pieces[at]) for at, side in sides.items() if side != WHOLE]
    found: list[tuple[int, list[P]]] = []
    for parting in [*over, None]:
        above = [(side, one) for side, one in rest if parting is None or _middle(one) < _middle(parting)]
        rest = [one for one in rest if one not in above]
        found += [(side, group) for side in (LEFT, RIGHT) if (group := [one for at, one in above if at == side])]
        if parting is None:
            break
        if found and found[-1][0] == WHOLE:
            found[-1][1].append(parting)
        else:
            found.append((WHOLE, [parting]))
    return found


def has_columns(pieces: Sequence[Placed], width: float) -> bool:
    """Whether a page's text stands in two columns."""
    return _gutter(pieces, width) is not None


def _gutter(pieces: Sequence[Placed], width: float) -> float | None:
    """The middle of the air between two columns; None where there are none."""
    if len(pieces) < 2 * _LEAST:
        return None
    places = [width * (_FROM + (_TO - _FROM) * at / _STEPS) for at in range(_STEPS + 1)]
    crossed = [sum(one.left < place < one.right for one in pieces) for place in places]
    least = min(crossed)
    free = [place for place, count in zip(places, crossed, strict=True) if count == least]
    best = free[len(free) // 2]
    left = [one for one in pieces if one.right <= best]
    right = [one for one in pieces if one.left >= best]
    if least > _CROSSING * len(pieces) or not (_is_text(left) and _is_text(right)):
        return None
    air = _edges(right)[0] - _edges(left)[1]
    return best if air >= _AIR * (left[0].bottom - left[0].top) else None


def _is_text(side: Sequence[Placed]) -> bool:
    """Whether enough lines of a side fill it."""
    if len(side) < _LEAST:
        return False
    begins, ends = _edges(side)
    full = sum(one.right - one.left > _FULL * (ends - begins) for one in side)
    return full >= max(_LEAST, _MOSTLY * len(side))


def _edges(side: Sequence[Placed]) -> tuple[float, float]:
    """Where most lines of a side begin, and where the longest end."""
    lefts, rights = sorted(one.left for one in side), sorted(one.right for one in side)
    return lefts[len(lefts) // 10], rights[-1 - len(rights) // 10]


def _side(piece: Placed, gutter: float) -> int:
    return LEFT if piece.right <= gutter else RIGHT if piece.left >= gutter else WHOLE


def _middle(piece: Placed) -> float:
    return (piece.top + piece.bottom) / 2
