"""Boundaries: whether a point on the map lies in an area, for GeoJSON polygons (RFC 7946) in WGS 84.

A point belongs to the deepest area around it; holes are outside. Even-odd rule over the rings, a box first: some
microseconds for a city's few hundred areas, so no geometry library is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Ring = tuple[tuple[float, float], ...]
MOST_POINTS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Polygons, each an outer ring and its holes, in longitude and latitude; ``box`` is west, south, east, north."""

    polygons: tuple[tuple[Ring, ...], ...]
    box: tuple[float, float, float, float]

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether the point lies in one of the polygons and in none of its holes."""
        west, south, east, north = self.box
        if not (west <= longitude <= east and south <= latitude <= north):
            return False
        return any(sum(_inside(ring, longitude, latitude) for ring in rings) % 2 == 1 for rings in self.polygons)

    @property
    def points(self) -> int:
        """How many points all rings have together."""
        return sum(len(ring) for rings in self.polygons for ring in rings)


def _inside(ring: Ring, x: float, y: float) -> bool:
    inside = False
    before_x, before_y = ring[-1]
    for here_x, here_y in ring:
        if (here_y > y) != (before_y > y) and x < (before_x - here_x) * (y - here_y) / (before_y - here_y) + here_x:
            inside = not inside
        before_x, before_y = here_x, here_y
    return inside


def read_shape(value: Any) -> Shape:
    """A shape from GeoJSON: Polygon, MultiPolygon, a Feature, or a FeatureCollection of one.

    Raises ``ValueError`` with a Chinese message that says what to do.
    """
    geometry = _geometry(value)
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list) or not coordinates:
        raise ValueError("边界应为 GeoJSON 的 Polygon 或 MultiPolygon，请从地图软件导出面图层。")
    listed = coordinates if kind == "MultiPolygon" else [coordinates]
    polygons = tuple(tuple(_ring(ring) for ring in _some(rings)) for rings in listed)
    points = [point for rings in polygons for ring in rings for point in ring]
    if len(points) > MOST_POINTS:
        raise ValueError(f"边界有 {len(points)} 个点，最多 {MOST_POINTS} 个，请先在地图软件里简化。")
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Shape(polygons, (min(xs), min(ys), max(xs), max(ys)))


def _geometry(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping) and value.get("type") == "FeatureCollection":
        features = value.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise ValueError("文件里应只有一个要素，就是这个区划的边界。")
        value = features[0]
    if isinstance(value, Mapping) and value.get("type") == "Feature":
        value = value.get("geometry")
    if not isinstance(value, Mapping):
        raise ValueError("这不是 GeoJSON 的边界，请从地图软件导出面图层。")
    return value


def _some(rings: Any) -> list[Any]:
    if not isinstance(rings, list) or not rings:
        raise ValueError("边界里有空的多边形。")
    return rings


def _ring(ring: Any) -> Ring:
    if not isinstance(ring, list) or len(ring) < 4:
        raise ValueError("边界的每一圈至少要有四个点，首尾相同。")
    points = []
    for point in ring[: MOST_POINTS + 1]:
        try:
            x, y = float(point[0]), float(point[1])
        except (TypeError, ValueError, IndexError, KeyError) as error:
            raise ValueError("边界里有不是坐标的内容，每个点应为 [经度, 纬度]。") from error
        if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90):
            raise ValueError("边界里有超出范围的坐标，每个点应为 [经度, 纬度]，WGS 84。")
        points.append((x, y))
    if points[0] != points[-1]:
        raise ValueError("边界的每一圈首尾应是同一个点。")
    return tuple(points)


class Atlas:
    """Areas with a boundary; ``depth`` is the level, the greater the deeper."""

    def __init__(self, shapes: Iterable[tuple[str, int, Shape]]) -> None:
        self._shapes = sorted(shapes, key=lambda one: (-one[1], one[0]))

    def area_at(self, latitude: float, longitude: float) -> tuple[str, ...]:
        """Codes of the deepest areas that hold the point: none, one, or several where boundaries overlap."""
        found: list[str] = []
        deepest = None
        for code, depth, shape in self._shapes:
            if deepest is not None and depth < deepest:
                break
            if shape.holds(latitude, longitude):
                found.append(code)
                deepest = depth
        return tuple(found)
