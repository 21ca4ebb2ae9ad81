"""Areas as the administration shows them: abolished ones too, with aliases, dates and landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from minhu.directory.models import Area, Landmark
from minhu.directory.queries.freshness import local_day
from minhu.directory.types import AreaLevel
from minhu.kernel.errors import NotFound
from minhu.language.shapes import read_shape


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area of a list; ``children`` and ``landmarks`` are counts of what lies directly in it."""

    code: str
    name: str
    level: int
    full_name: str
    aliases: tuple[str, ...]
    functional: bool
    valid_from: date | None
    valid_to: date | None
    in_force: bool
    children: int
    landmarks: int


@dataclass(frozen=True, slots=True)
class LandmarkRow:
    """A named place inside an area."""

    id: int
    name: str
    kind: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaCard:
    """One area with what stands around it; ``path`` are code and name from the root down, itself excluded."""

    row: AreaRow
    path: tuple[tuple[str, str], ...]
    replaced_by: tuple[str, str] | None
    replaces: tuple[tuple[str, str], ...]
    units: tuple[tuple[int, str], ...]
    landmarks: tuple[LandmarkRow, ...]
    boundary_points: int
    """0 where no boundary is stored."""


def _rows(areas: QuerySet[Area]) -> list[AreaRow]:
    today = local_day()
    counted = areas.annotate(below=Count("children", distinct=True), marks=Count("landmarks", distinct=True))
    return [
        AreaRow(
            area.code,
            area.name,
            area.level,
            area.path_name.replace("/", ""),
            tuple(area.aliases),
            area.functional,
            area.valid_from,
            area.valid_to,
            (area.valid_from is None or area.valid_from <= today) and (area.valid_to is None or area.valid_to >= today),
            area.below,
            area.marks,
        )
        for area in counted.defer("boundary")
    ]


def children(code: str) -> list[AreaRow]:
    """The areas directly under one, abolished ones too; without a code the roots."""
    return _rows(Area.objects.filter(parent_id=code or None).order_by("code"))


def search(text: str, level: int | None = None, limit: int = 100) -> tuple[list[AreaRow], int]:
    """Areas whose code, name, alias or landmark holds ``text``, the widest first; with how many there are in all."""
    rows = Area.objects.all()
    if text:
        marks = Landmark.objects.filter(Q(name__icontains=text) | Q(aliases__contains=[text])).values("area_id")
        rows = rows.filter(
            Q(code__startswith=text) | Q(name__icontains=text) | Q(aliases__contains=[text]) | Q(code__in=marks)
        )
    if level:
        rows = rows.filter(level=level)
    return _rows(rows.order_by("level", "code"))[:limit], rows.count()


def card(code: str) -> AreaCard:
    """One area; raises NotFound."""
    area = Area.objects.filter(code=code).select_related("replaced_by").first()
    if area is None:
        raise NotFound("没有这个区划，请核对代码。", code="no_such_area")
    names = dict(Area.objects.filter(code__in=area.path.split("/")).values_list("code", "name"))
    return AreaCard(
        row=_rows(Area.objects.filter(code=code))[0],
        path=tuple((step, names.get(step, step)) for step in area.path.split("/")[:-1]),
        replaced_by=(area.replaced_by.code, str(area.replaced_by)) if area.replaced_by else None,
        replaces=tuple((old.code, str(old)) for old in area.replaces.defer("boundary")),
        units=tuple(area.units.order_by("code").values_list("id", "name")[:50]),
        landmarks=tuple(
            LandmarkRow(mark.pk, mark.name, mark.kind, tuple(mark.aliases)) for mark in area.landmarks.order_by("name")
        ),
        boundary_points=read_shape(area.boundary).points if area.boundary else 0,
    )


def counts_by_level() -> list[tuple[AreaLevel, int]]:
    """How many areas each level has."""
    found = dict(Area.objects.order_by().values_list("level").annotate(Count("code")))
    return [(level, found.get(level.value, 0)) for level in AreaLevel]
