"""Finds the unit for a matter from the lines of the dispatch catalogue. Pure: works on what it is given.

The most specific line wins: the deepest category on the path, then the deepest area, then a named type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from minhu.directory.types import (
    AreaInfo,
    AreaLevel,
    CatalogueLine,
    CategoryInfo,
    DispatchTarget,
    Resolution,
    UnitInfo,
    UnitKind,
)

RULE: Final = re.compile(r"(?:unit|branch):[^\s:]+|street|community|grid")
"""The form of ``lead`` and of each of ``assist``."""

_LOCAL: Final[Mapping[str, tuple[tuple[AreaLevel, UnitKind], ...]]] = {
    "street": ((AreaLevel.STREET, UnitKind.STREET),),
    "community": ((AreaLevel.COMMUNITY, UnitKind.COMMUNITY), (AreaLevel.STREET, UnitKind.STREET)),
    "grid": (
        (AreaLevel.GRID, UnitKind.GRID),
        (AreaLevel.COMMUNITY, UnitKind.COMMUNITY),
        (AreaLevel.STREET, UnitKind.STREET),
    ),
}
_LEVEL_WORDS: Final = {"street": "街道（乡镇）", "community": "村（社区）", "grid": "网格"}
SURE, FELL_BACK = 1.0, 0.8
MOST_REMEMBERED: Final = 20_000


@dataclass(frozen=True, slots=True)
class _Found:
    unit: UnitInfo | None
    how: str
    confidence: float = SURE


class UnitIndex:
    """Units by code, by bureau and area, by kind and area; inactive ones are left out."""

    def __init__(self, units: Iterable[UnitInfo]) -> None:
        self.by_code: dict[str, UnitInfo] = {}
        self.branches: dict[tuple[str, str], UnitInfo] = {}
        self.local: dict[tuple[UnitKind, str], UnitInfo] = {}
        for unit in units:
            self.by_code[unit.code] = unit
            if not unit.active:
                continue
            if unit.bureau_code:
                self.branches.setdefault((unit.bureau_code, unit.area_code), unit)
            if unit.kind in (UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID):
                self.local.setdefault((unit.kind, unit.area_code), unit)


class Catalogue:
    """One version of the catalogue over given units and areas."""

    def __init__(
        self, version: int, lines: Iterable[CatalogueLine], units: UnitIndex, areas: Mapping[str, AreaInfo]
    ) -> None:
        self.version, self.units, self.areas = version, units, areas
        self._lines: dict[str, list[CatalogueLine]] = {}
        self._resolved: dict[tuple[CategoryInfo, str, str], Resolution] = {}
        self.lines = tuple(lines)
        for line in self.lines:
            self._lines.setdefault(line.category_code, []).append(line)

    def lines_on(self, path: Iterable[str]) -> list[CatalogueLine]:
        """All lines of the categories on a path, whatever their area and type; deepest category first."""
        return [line for code in reversed(tuple(path)) for line in self._lines.get(code, ())]

    def line_for(self, path: tuple[str, ...], area_path: tuple[str, ...], request_type: str) -> CatalogueLine | None:
        """The most specific line for category codes, area codes (both from the root down) and a type."""
        for code in reversed(path):
            best, rank = None, (-1, False)
            for line in self._lines.get(code, ()):
                if line.request_type not in ("", request_type):
                    continue
                if line.area_code and line.area_code not in area_path:
                    continue
                depth = area_path.index(line.area_code) if line.area_code else -1
                if best is None or (depth, bool(line.request_type)) > rank:
                    best, rank = line, (depth, bool(line.request_type))
            if best is not None:
                return best
        return None

    def resolve(self, category: CategoryInfo, area_code: str, request_type: str) -> Resolution:
        """The lead and assisting units for a matter, with the reason in words; or why there is none."""
        key = (category, area_code, request_type)
        known = self._resolved.get(key)
        if known is None:
            if len(self._resolved) >= MOST_REMEMBERED:
                self._resolved.clear()
            known = self._resolved[key] = self._resolve(category, area_code, request_type)
        return known

    def _resolve(self, category: CategoryInfo, area_code: str, request_type: str) -> Resolution:
        area = self.areas.get(area_code)
        path = area.path if area else ()
        line = self.line_for(category.path, path, request_type)
        if line is None:
            return Resolution(
                None, f"派单目录第 {self.version} 版没有“{category.full_name}”的条目，请人工确定承办单位。"
            )
        lead = self.find(line.lead, area)
        if lead.unit is None:
            return Resolution(None, f"派单目录定为{lead.how}，请人工确定承办单位。")
        assist = self._assisting(line, area, lead.unit)
        words = f"派单目录第 {self.version} 版：“{category.full_name}”{lead.how}，主办为{lead.unit.name}"
        if assist:
            words += "，协办为" + "、".join(unit.name for unit in assist)
        return Resolution(
            DispatchTarget(
                lead_unit_id=lead.unit.id,
                lead_unit_name=lead.unit.name,
                assist_unit_ids=tuple(unit.id for unit in assist),
                assist_unit_names=tuple(unit.name for unit in assist),
                basis=line.basis,
                explanation=f"{words}。",
                catalogue_item_id=line.id,
                catalogue_version=self.version,
                difficulty=line.difficulty,
                deadline_key=line.deadline_key,
                confidence=lead.confidence,
            ),
            "",
        )

    def _assisting(self, line: CatalogueLine, area: AreaInfo | None, lead: UnitInfo) -> list[UnitInfo]:
        found: dict[int, UnitInfo] = {}
        for rule in line.assist:
            unit = self.find(rule, area).unit
            if unit is not None and unit.id != lead.id:
                found[unit.id] = unit
        return list(found.values())

    def find(self, rule: str, area: AreaInfo | None) -> _Found:
        """The unit that a rule means at a place; ``how`` says in words how it was found or what is missing."""
        kind, _, code = rule.partition(":")
        if kind == "unit":
            return self._named(code, "由该单位统一办理")
        if kind == "branch":
            return self._branch(code, area)
        return self._at_place(kind, area)

    def _named(self, code: str, how: str, confidence: float = SURE) -> _Found:
        unit = self.units.by_code.get(code)
        if unit is None:
            return _Found(None, f"代码为“{code}”的单位，但单位库中没有它")
        if not unit.active:
            return _Found(None, f"{unit.name}，但它已停用")
        return _Found(unit, how, confidence)

    def _branch(self, bureau: str, area: AreaInfo | None) -> _Found:
        for code in reversed(area.path if area else ()):
            branch = self.units.branches.get((bureau, code))
            if branch is not None:
                return _Found(branch, f"由事发地（{self.areas[code].name}）的分支机构办理")
        known = area is not None and area.level > AreaLevel.CITY
        where = f"{area.name}没有分支机构" if area and known else "事发地尚未核实到区县"
        return self._named(bureau, f"本应由属地分支机构办理，{where}，交市级单位", FELL_BACK)

    def _at_place(self, kind: str, area: AreaInfo | None) -> _Found:
        word = _LEVEL_WORDS.get(kind, kind)
        if area is None:
            return _Found(None, f"事发地{word}办理，但地点不明")
        at_level = {self.areas[code].level: code for code in area.path if code in self.areas}
        for step, (level, unit_kind) in enumerate(_LOCAL.get(kind, ())):
            unit = self.units.local.get((unit_kind, at_level.get(level, "")))
            if unit is not None:
                how = f"由事发地{word}办理" if step == 0 else f"本应由事发地{word}办理，未找到对应单位，交上一级"
                return _Found(unit, how, SURE if step == 0 else FELL_BACK)
        if AreaLevel.STREET not in at_level:
            return _Found(None, f"事发地{word}办理，但目前只知道在{area.full_name}，需要核实到街道（乡镇）")
        return _Found(None, f"事发地{word}办理，但{area.full_name}没有登记对应单位")
