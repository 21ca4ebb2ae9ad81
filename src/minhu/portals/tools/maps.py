"""A map without tiles: outlines of counties, numbered places, where somebody stands. No picture from elsewhere is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, radians
from typing import Final

from minhu.directory.queries import points
from minhu.directory.queries.points import Point

WIDTH: Final = 320
LEAST_SPAN: Final = 0.01
"""Degrees; no closer than about a kilometre."""
APART: Final = 12
"""Units between two marks that can be told apart."""
_MARGIN: Final = 0.15
DEGREE: Final = 111.2
"""Kilometres of a degree of latitude."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the picture; ``numbers`` as in the list beside it, several where places stand at one point."""

    x: float
    y: float
    numbers: str
    name: str


@dataclass(frozen=True, slots=True)
class Map:
    """A picture of ``width`` by ``height`` units; ``outlines``: name and points of each ring as SVG wants them."""

    width: int
    height: int
    outlines: tuple[tuple[str, str], ...]
    marks: tuple[Mark, ...]
    here: Mark | None
    kilometres: float
    """How far the picture reaches from left to right."""


def drawn(places: Sequence[tuple[int, Point]], here: Point | None) -> Map | None:
    """The map of some numbered places and of where somebody stands; None for fewer than two places in all."""
    shown = [point for _, point in places] + ([here] if here else [])
    if len(shown) < 2:
        return None
    west, east = min(one.longitude for one in shown), max(one.longitude for one in shown)
    south, north = min(one.latitude for one in shown), max(one.latitude for one in shown)
    wide, high = max(east - west, LEAST_SPAN), max(north - south, LEAST_SPAN)
    west, south, wide, high = (
        west - wide * _MARGIN,
        south - high * _MARGIN,
        wide * (1 + 2 * _MARGIN),
        high * (1 + 2 * _MARGIN),
    )
    squeeze = cos(radians(south + high / 2))
    scale = WIDTH / (wide * squeeze)
    height = min(max(round(high * scale), WIDTH // 3), WIDTH)
    scale = min(scale, height / high)

    def at(longitude: float, latitude: float) -> tuple[float, float]:
        x = (longitude - west - wide / 2) * squeeze * scale + WIDTH / 2
        return round(x, 1), round(height / 2 - (latitude - south - high / 2) * scale, 1)

    rings = [
        (name, " ".join(f"{x},{y}" for x, y in (at(*corner) for corner in ring)))
        for name, outer in points.outlines() for ring in outer
    ]  # fmt: skip
    own = Mark(*at(here.longitude, here.latitude), "", here.name) if here else None
    marks = _joined([(*at(point.longitude, point.latitude), number, point.name) for number, point in places])
    return Map(WIDTH, height, tuple(rings), marks, own, round(WIDTH / scale * DEGREE, 1))


def _joined(places: Sequence[tuple[float, float, int, str]]) -> tuple[Mark, ...]:
    """Marks that would cover each other become one with all their numbers."""
    groups: list[list[tuple[float, float, int, str]]] = []
    for one in places:
        near = next((group for group in groups if hypot(group[0][0] - one[0], group[0][1] - one[1]) < APART), None)
        if near is None:
            groups.append([one])
        else:
            near.append(one)
    return tuple(
        Mark(group[0][0], group[0][1], "、".join(str(number) for _, _, number, _ in group), group[0][3])
        for group in groups
    )
