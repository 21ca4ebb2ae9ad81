"""A pin on the map belongs to the area whose boundary is around it, and to no other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language.shapes import Atlas, read_shape


def square(west: float, south: float, size: float = 1.0) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_hole_is_outside_and_an_island_in_it_inside() -> None:
    lake = read_shape(polygon(square(110, 30, 4), square(111, 31, 2)))
    assert lake.holds(30.5, 110.5)
    assert not lake.holds(32, 112)
    both = read_shape(
        {"type": "MultiPolygon", "coordinates": [[square(110, 30, 4), square(111, 31, 2)], [square(111.5, 31.5, 1)]]}
    )
    assert both.holds(32, 112)
    assert not both.holds(31.2, 111.2)


def test_the_deepest_area_counts_and_overlaps_are_both_named() -> None:
    atlas = Atlas([
        ("1", 3, read_shape(polygon(square(110, 30, 4)))), ("11", 4, read_shape(polygon(square(110, 30, 2)))),
        ("12", 4, read_shape(polygon(square(111, 30, 2)))),
    ])  # fmt: skip
    assert atlas.area_at(33.5, 113.5) == ("1",)
    assert atlas.area_at(30.5, 110.5) == ("11",)
    assert atlas.area_at(30.5, 111.5) == ("11", "12")
    assert atlas.area_at(0, 0) == ()


@given(st.floats(109, 115), st.floats(29, 35))
def test_a_square_holds_what_its_sides_say(longitude: float, latitude: float) -> None:
    if min(abs(longitude - 110), abs(longitude - 114), abs(latitude - 30), abs(latitude - 34)) < 1e-9:
        return
    assert read_shape(polygon(square(110, 30, 4))).holds(latitude, longitude) == (
        110 < longitude < 114 and 30 < latitude < 34
    )


@given(st.floats(110.01, 113.99), st.floats(30.01, 33.99))
def test_neighbours_share_no_point_and_leave_none_out(longitude: float, latitude: float) -> None:
    parts = [read_shape(polygon(square(110 + x, 30 + y))) for x in range(4) for y in range(4)]
    assert sum(part.holds(latitude, longitude) for part in parts) == 1


@pytest.mark.parametrize(
    "value",
    [
        None, [], "x", {}, {"type": "Point", "coordinates": [1, 2]}, polygon(), polygon([]), polygon([[1, 2]] * 3),
        polygon([[1, 2], [3, 4], [5, 6], [7, 8]]), polygon([["a", 2], [3, 4], [5, 6], ["a", 2]]),
        polygon([[200, 2], [3, 4], [5, 6], [200, 2]]), polygon([[float("nan"), 2], [3, 4], [5, 6], [float("nan"), 2]]),
        {"type": "Polygon", "coordinates": 7}, {"type": "MultiPolygon", "coordinates": [[]]},
        {"type": "Feature", "geometry": None}, {"type": "FeatureCollection", "features": []}, polygon(square(1, 1) * 5000),
        polygon([None, None, None, None]),
    ],
)  # fmt: skip
def test_what_is_no_boundary_is_refused_in_words(value: Any) -> None:
    with pytest.raises(ValueError, match=r"[边文][界件]|GeoJSON"):
        read_shape(value)


def test_what_map_programs_export_is_read() -> None:
    feature = {"type": "Feature", "properties": {}, "geometry": polygon(square(110, 30))}
    assert read_shape({"type": "FeatureCollection", "features": [feature]}).points == read_shape(feature).points == 5
