"""Areas and landmarks from the process's memory, also in the shape that ``language.places`` reads."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from minhu.directory.models import Area, Landmark
from minhu.directory.queries.freshness import Cached, Topic, local_day
from minhu.directory.types import AreaInfo, AreaLevel
from minhu.language import types as language
from minhu.language.shapes import Atlas, read_shape


@dataclass(frozen=True, slots=True)
class GazetteerData:
    """What the gazetteer is built from; a new object only when the areas have changed."""

    areas: tuple[language.AreaEntry, ...]
    landmarks: tuple[language.Landmark, ...]


class AreaBook:
    """Areas in force, by code, with their children."""

    def __init__(self, areas: tuple[AreaInfo, ...]) -> None:
        self.all = areas
        self.by_code = {area.code: area for area in areas}
        self.children: dict[str, list[AreaInfo]] = {}
        for area in areas:
            self.children.setdefault(area.parent, []).append(area)


def _in_force() -> Q:
    today = local_day()
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=today)) & (Q(valid_to__isnull=True) | Q(valid_to__gte=today))


def _load() -> AreaBook:
    rows = Area.objects.filter(_in_force()).order_by("code")
    return AreaBook(
        tuple(
            AreaInfo(
                code=code,
                name=name,
                level=AreaLevel(level),
                path_names=tuple(path_name.split("/")),
                path=tuple(path.split("/")),
                parent=parent or "",
            )
            for code, name, level, path, path_name, parent in rows.values_list(
                "code", "name", "level", "path", "path_name", "parent_id"
            )
        )
    )


def _load_gazetteer() -> GazetteerData:
    in_force = set(Area.objects.filter(_in_force()).values_list("code", flat=True))
    areas = tuple(
        language.AreaEntry(
            code=code,
            parent=parent or "",
            name=name,
            level=language.AreaLevel(AreaLevel(level).name.lower()),
            aliases=tuple(aliases),
            valid=code in in_force,
        )
        for code, parent, name, level, aliases in Area.objects.order_by("code").values_list(
            "code", "parent_id", "name", "level", "aliases"
        )
    )
    landmarks = tuple(
        language.Landmark(name=name, area_code=area, kind=kind, aliases=tuple(aliases))
        for name, area, kind, aliases in Landmark.objects.order_by("id").values_list(
            "name", "area_id", "kind", "aliases"
        )
    )
    return GazetteerData(areas, landmarks)


def _load_atlas() -> Atlas:
    rows = Area.objects.filter(_in_force(), boundary__isnull=False).values_list("code", "level", "boundary")
    return Atlas((code, level, read_shape(boundary)) for code, level, boundary in rows)


atlas = Cached(_load_atlas, Topic.AREAS, Topic.DAY)
book = Cached(_load, Topic.AREAS, Topic.DAY)
gazetteer_data = Cached(_load_gazetteer, Topic.AREAS, Topic.DAY)


def area_info(code: str | None) -> AreaInfo | None:
    """One area in force; None for an unknown or abolished code."""
    return book().by_code.get(code) if code else None


def areas_at(latitude: float, longitude: float) -> tuple[AreaInfo, ...]:
    """The deepest areas in force whose boundary holds the point (WGS 84): none where no boundary is known."""
    found = (area_info(code) for code in atlas().area_at(latitude, longitude))
    return tuple(area for area in found if area is not None)


def children(code: str = "") -> tuple[AreaInfo, ...]:
    """The areas directly under one (under none: the roots), by code."""
    return tuple(book().children.get(code, ()))


def ancestor(code: str | None, level: AreaLevel) -> AreaInfo | None:
    """The area of ``level`` that contains an area (itself included)."""
    areas = book().by_code
    found = areas.get(code) if code else None
    return next((areas[up] for up in found.path if up in areas and areas[up].level is level), None) if found else None


def of_level(level: AreaLevel) -> tuple[AreaInfo, ...]:
    """All areas of a level, by code."""
    return tuple(area for area in book().all if area.level is level)


def replacement(code: str) -> AreaInfo | None:
    """The area in force that took an abolished one's place, through several changes if need be."""
    for _ in range(10):
        if (found := area_info(code)) is not None:
            return found
        following = Area.objects.filter(code=code).values_list("replaced_by_id", flat=True).first()
        if not following:
            return None
        code = following
    return None
