"""Where named places lie: landmarks, roads and areas with their coordinates, distances, outlines for a map without tiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

from django.db.models import Q

from minhu.directory.models import Area, Landmark
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.freshness import Cached, Topic, local_day
from minhu.directory.types import AreaLevel
from minhu.language.shapes import Ring, read_shape

EARTH: Final = 6371.0
"""Mean radius in kilometres."""
LEAST_NAME: Final = 2
MOST_MEANT: Final = 6


@dataclass(frozen=True, slots=True)
class Point:
    """A named place (WGS 84). ``exact``: a landmark or road; otherwise the middle of an area."""

    name: str
    latitude: float
    longitude: float
    area_code: str
    exact: bool

    @property
    def full_name(self) -> str:
        """Its name with that of the area around it, by which places of one name are told apart."""
        info = area_info(self.area_code)
        if info is None:
            return self.name
        return f"{info.full_name}{self.name}" if self.exact else info.full_name


class PointBook:
    """Places by name, with a look-up of the longest names in a text."""

    def __init__(self, points: Iterable[tuple[str, Point]]) -> None:
        self._names: dict[str, list[Point]] = {}
        lengths: dict[str, set[int]] = {}
        for name, point in points:
            if len(name) >= LEAST_NAME:
                self._names.setdefault(name, []).append(point)
                lengths.setdefault(name[:LEAST_NAME], set()).add(len(name))
        self._lengths = {head: sorted(found, reverse=True) for head, found in lengths.items()}

    def hits(self, text: str) -> Iterator[tuple[int, int, list[Point]]]:
        """Names in a text from left to right, the longest at each place: where they stand, and what they may mean."""
        at = 0
        while at < len(text) - 1:
            head = text[at : at + LEAST_NAME]
            end = next((at + n for n in self._lengths.get(head, ()) if text[at : at + n] in self._names), 0)
            if end:
                yield at, end, self._names[text[at:end]]
            at = end or at + 1


def _load() -> PointBook:
    today = local_day()
    in_force = (Q(valid_from__isnull=True) | Q(valid_from__lte=today)) & (
        Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    )
    found: list[tuple[str, Point]] = []
    known = Area.objects.filter(
        in_force, latitude__isnull=False, longitude__isnull=False, level__gte=AreaLevel.COUNTY.value
    )
    for code, name, aliases, latitude, longitude in known.values_list(
        "code", "name", "aliases", "latitude", "longitude"
    ):
        point = Point(name, latitude or 0.0, longitude or 0.0, code, exact=False)
        found += [(one, point) for one in {name, *aliases}]
    marks = Landmark.objects.filter(latitude__isnull=False, longitude__isnull=False).order_by("id")
    for name, area, aliases, latitude, longitude in marks.values_list(
        "name", "area_id", "aliases", "latitude", "longitude"
    ):
        point = Point(name, latitude or 0.0, longitude or 0.0, area, exact=True)
        found += [(one, point) for one in {name, *aliases}]
    return PointBook(found)


def _load_outlines() -> tuple[tuple[str, tuple[Ring, ...]], ...]:
    rows = Area.objects.filter(level=AreaLevel.COUNTY.value, boundary__isnull=False).order_by("code")
    found = []
    for code, name, boundary in rows.values_list("code", "name", "boundary"):
        if area_info(code) is not None:
            found.append((name, tuple(rings[0] for rings in read_shape(boundary).polygons)))
    return tuple(found)


book = Cached(_load, Topic.AREAS, Topic.DAY)
outlines = Cached(_load_outlines, Topic.AREAS, Topic.DAY)
"""Counties in force by name with the outer rings of their boundaries (longitude, latitude)."""


def find(text: str) -> tuple[Point, ...]:
    """The place that a text names; several where the name is not the only one and no area in the text decides."""
    areas: set[str] = set()
    marks: list[list[Point]] = []
    middles: list[Point] = []
    for _start, _end, meant in book().hits(text):
        exact = [one for one in meant if one.exact]
        wide = [one for one in meant if not one.exact]
        areas |= {one.area_code for one in wide}
        middles += wide
        if exact:
            marks.append(exact)
    for meant in marks:
        inside = [one for one in meant if areas & set(_path(one.area_code))]
        return tuple((inside or meant)[:MOST_MEANT])
    return tuple(_deepest(middles)[:MOST_MEANT])


def _path(code: str) -> tuple[str, ...]:
    info = area_info(code)
    return info.path if info else ()


def _deepest(points: list[Point]) -> list[Point]:
    """The areas that are furthest down; those that lie in another area of the text before all."""
    if not points:
        return []
    named = {one.area_code for one in points}
    nested = [one for one in points if named & set(_path(one.area_code)[:-1])] or points
    depth = max(len(_path(one.area_code)) for one in nested)
    return list({one.area_code: one for one in nested if len(_path(one.area_code)) == depth}.values())


def distance(one: Point, other: Point) -> float:
    """Kilometres between two places as the crow flies."""
    wide = radians(other.longitude - one.longitude) / 2
    high = radians(other.latitude - one.latitude) / 2
    share = sin(high) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(wide) ** 2
    return 2 * EARTH * asin(sqrt(share))
