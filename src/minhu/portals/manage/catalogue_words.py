"""Lines of the dispatch catalogue in plain words, and narrowed to a category, an area or a unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from minhu.directory.queries import areas, categories, units
from minhu.directory.queries.rules import deadline_rules
from minhu.directory.types import CatalogueLine, UnitInfo
from minhu.portals.manage import words
from minhu.portals.orders.pickers import area_words


def rule_words(rule: str) -> str:
    """What a rule for a unit means, e.g. 'branch:CG' → '由市城管局在事发地的分支机构办理…'."""
    kind, _colon, code = rule.partition(":")
    unit = units.unit_by_code(code) if code else None
    name = unit.label if unit else code
    if kind == "unit":
        return _("{name}").format(name=name)
    if kind == "branch":
        return _("{name}在事发地的分支机构（没有分支的交{name}）").format(name=name)
    return {
        "street": _("事发地的街道办、乡镇政府"),
        "community": _("事发地的社区、村（没有的交街道、乡镇）"),
        "grid": _("事发地的网格（没有的交社区、街道）"),
    }.get(kind, rule)


def line_words(line: CatalogueLine) -> dict[str, Any]:
    """One line as the table shows it."""
    category = categories.category_by_code(line.category_code)
    area = areas.area_info(line.area_code)
    return {
        "line": line,
        "category": category.full_name if category else line.category_code,
        "lost": category is None,
        "area": area_words(area) if area else line.area_code,
        "type": words.word(words.TYPES, line.request_type) if line.request_type else "",
        "lead": rule_words(line.lead),
        "assist": [rule_words(rule) for rule in line.assist],
        "deadline": deadline_words(line.deadline_key),
        "difficulty": words.word(words.DIFFICULTIES, line.difficulty),
    }


def deadline_words(key: str) -> str:
    """What a special deadline is for, as the deadline table in force calls it; the key where it has no line."""
    return next(
        (line.subject for line in deadline_rules().lines if key and line.deadline_key == key and line.subject), key
    )


def sentence(line: CatalogueLine) -> str:
    """The whole line as one sentence."""
    shown = line_words(line)
    where = shown["area"] or _("全市")
    kind = _("的{type}").format(type=shown["type"]) if shown["type"] else ""
    text = _("{where}发生的“{category}”{kind}，主办：{lead}").format(
        where=where, category=shown["category"], kind=kind, lead=shown["lead"]
    )
    return text + (_("；协办：{names}").format(names="、".join(shown["assist"])) if shown["assist"] else "") + "。"


def _names_unit(rule: str, unit: UnitInfo) -> bool:
    kind, _colon, code = rule.partition(":")
    if kind == "unit":
        return code == unit.code
    if kind == "branch":
        return code in (unit.code, unit.bureau_code)
    return kind == unit.kind.value


def narrowed(
    lines: Iterable[CatalogueLine], category_id: int | None, area_code: str, unit_id: int | None, text: str = ""
) -> list[CatalogueLine]:
    """Lines that say something about a category (its own, above and below), an area and a unit."""
    category = categories.category_info(category_id)
    area = areas.area_info(area_code)
    unit = units.unit_info(unit_id)
    by_code = categories.current().by_code
    found = []
    for line in lines:
        node = by_code.get(line.category_code)
        if category and not (line.category_code in category.path or (node and category.code in node.path)):
            continue
        if area and line.area_code and not (line.area_code in area.path or line.area_code.startswith(area.code)):
            continue
        if unit and not any(_names_unit(rule, unit) for rule in (line.lead, *line.assist)):
            continue
        if text and text not in line.basis and text not in line.category_code and not (node and text in node.full_name):
            continue
        found.append(line)
    return sorted(found, key=lambda line: (line.category_code, line.area_code, line.request_type))
