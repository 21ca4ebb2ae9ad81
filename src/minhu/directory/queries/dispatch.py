"""Which unit the dispatch catalogue (派单目录) names, and why another one is not it."""

from __future__ import annotations

from minhu.directory.domain.catalogue import SURE, Catalogue, UnitIndex
from minhu.directory.models import CatalogueItem
from minhu.directory.queries import areas, categories, units
from minhu.directory.queries.freshness import Cached, Topic
from minhu.directory.types import CatalogueLine, CategoryInfo, DispatchTarget, Resolution, VersionState

_FIELDS = (
    "id", "category_code", "area_code", "request_type", "lead", "assist", "basis", "deadline_key", "difficulty",
)  # fmt: skip


def lines_of(version_id: int) -> tuple[CatalogueLine, ...]:
    """The lines of a version, as they are in the database now."""
    rows = CatalogueItem.objects.filter(version_id=version_id).values(*_FIELDS)
    return tuple(CatalogueLine(**{**row, "assist": tuple(row["assist"])}) for row in rows)


def catalogue_of(version_id: int, number: int) -> Catalogue:
    """Any version of the catalogue over today's units and areas (for previews)."""
    return Catalogue(number, lines_of(version_id), UnitIndex(units.book().all), areas.book().by_code)


def _load() -> Catalogue:
    items = CatalogueItem.objects.filter(version__state=VersionState.PUBLISHED.value)
    found = items.values_list("version_id", "version__number").first()
    if found is None:
        return Catalogue(0, (), UnitIndex(units.book().all), areas.book().by_code)
    return catalogue_of(*found)


catalogue = Cached(_load, Topic.CATALOGUE, Topic.UNITS, Topic.AREAS, Topic.DAY)
"""The published catalogue; empty (version 0) when none is published."""


def explain(category_id: int | None, area_code: str | None, request_type: str = "") -> Resolution:
    """What the catalogue says for a matter; ``reason`` says in words why it says nothing."""
    category = categories.category_info(category_id)
    if category is None:
        return Resolution(None, "诉求分类尚未确定，无法按派单目录推荐承办单位。")
    return catalogue().resolve(category, area_code or "", request_type)


def resolve(category_id: int | None, area_code: str | None, request_type: str = "") -> DispatchTarget | None:
    """Lead and assisting units for a matter, with basis and explanation; None when nothing fits (see ``explain``)."""
    return explain(category_id, area_code, request_type).target


def why_not(unit_id: int, category_id: int | None, area_code: str | None, request_type: str = "") -> str:
    """One sentence: why the catalogue does not name ``unit_id`` as lead for this matter."""
    unit = units.unit_info(unit_id)
    if unit is None:
        return "单位库中没有这个单位。"
    if not unit.active:
        return f"{unit.name}已停用，不能承办。"
    category = categories.category_info(category_id)
    said = explain(category_id, area_code, request_type)
    if category is None or said.target is None:
        return said.reason
    target = said.target
    if target.lead_unit_id == unit_id:
        return f"{unit.name}就是派单目录确定的主办单位。"
    if unit_id in target.assist_unit_ids:
        return f"{unit.name}是协办单位；主办为{target.lead_unit_name}（{target.basis}）。"
    return _not_lead(unit_id, unit.name, unit.area_code, category, area_code or "", target)


def _not_lead(
    unit_id: int, name: str, unit_area: str, category: CategoryInfo, area_code: str, target: DispatchTarget
) -> str:
    book = catalogue()
    place = areas.area_info(area_code)
    home = areas.area_info(unit_area)
    lead = f"主办为{target.lead_unit_name}（{target.basis}）"
    for line in book.lines_on(category.path):
        if unit_id not in _units_of(book, line, unit_area):
            continue
        if place is not None and home is not None and home.code not in place.path:
            return f"{name}只办理{home.full_name}的事项，此事在{place.full_name}；{lead}。"
        if line.request_type:
            return f"目录中{name}只承办此分类的另一种诉求类型；{lead}。"
        return f"目录有更具体的条目，{lead}。"
    return f"“{category.full_name}”不在{name}的职责目录内；{lead}。"


def _units_of(book: Catalogue, line: CatalogueLine, area_code: str) -> set[int]:
    """The units a line means at the unit's own place; those that only stand in for another are not meant."""
    found = (book.find(rule, areas.area_info(area_code)) for rule in (line.lead, *line.assist))
    return {one.unit.id for one in found if one.unit is not None and one.confidence == SURE}
