"""Which papers are looked at: filters of pages, programs and tools, made into rows."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from minhu.directory.queries import areas, categories, units
from minhu.kernel.errors import Invalid
from minhu.knowledge.models import Version
from minhu.knowledge.queries.shown import Narrow
from minhu.knowledge.types import Nature


def codes_below(category_id: int | None) -> tuple[str, ...]:
    """The codes of a category and of all beneath it; none for none."""
    chosen = categories.category_info(category_id)
    if chosen is None:
        return ()
    below = f"{chosen.full_name}/"
    return tuple(one.code for one in categories.current().nodes if f"{one.full_name}/".startswith(below))


def narrow_of(nature: str = "", category: str = "", unit: str = "", area: str = "") -> Narrow:
    """Filters as programs write them: codes, or names of a category and of a unit. Raises Invalid for unknown ones."""
    wrong = {}
    kept = units.unit_by_code(unit) or units.unit_by_name(unit) if unit else None
    node = (
        categories.category_by_code(category) or categories.category_by_names(category.split("/")) if category else None
    )
    if nature and nature not in {one.value for one in Nature}:
        wrong["nature"] = f"可选：{'、'.join(one.value for one in Nature)}。"
    if category and node is None:
        wrong["category"] = "没有这个分类，请给出分类代码或完整名称。"
    if unit and kept is None:
        wrong["unit"] = "没有这个单位，请给出单位代码或全称。"
    if area and areas.area_info(area) is None:
        wrong["area"] = "没有这个区划代码。"
    if wrong:
        raise Invalid("筛选条件不正确，请按 errors 中的说明修改。", fields=wrong)
    return Narrow(nature, codes_below(node.id) if node else (), kept.id if kept else None, area)


def versions_within(narrow: Narrow) -> QuerySet[Version] | None:
    """The versions that filters leave; None where there is no filter."""
    if not narrow:
        return None
    rows = Version.objects.all()
    if narrow.nature:
        rows = rows.filter(document__nature=narrow.nature)
    if narrow.categories:
        rows = rows.filter(document__category_code__in=narrow.categories)
    if narrow.unit_id is not None:
        below = [one.id for one in units.below(narrow.unit_id)]
        rows = rows.filter(document__owner_unit_id__in=[narrow.unit_id, *below])
    if narrow.area:
        rows = rows.filter(Q(document__owner_unit=None) | Q(document__owner_unit_id__in=_holding_in(narrow.area)))
    return rows.order_by()


def _holding_in(area_code: str) -> list[int]:
    """The units whose papers hold in an area: those of the area, of one that it lies in, of one within it."""
    chosen = areas.area_info(area_code)
    around = frozenset(chosen.path) if chosen else frozenset()
    found = []
    for unit in units.book().all:
        own = areas.area_info(unit.area_code)
        if not unit.area_code or unit.area_code in around or (own is not None and area_code in own.path):
            found.append(unit.id)
    return found
