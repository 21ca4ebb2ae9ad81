"""Names in another system's export → our category tree, areas and units; each name is looked up once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from minhu.directory.queries import areas, categories, crosswalks, units
from minhu.directory.types import AreaLevel
from minhu.intake import lexicon
from minhu.intake.imports.rows import Draft
from minhu.language import places


@dataclass(frozen=True, slots=True)
class Found:
    """What a row's names mean here; None or empty where they mean nothing."""

    category_id: int | None
    area_code: str | None
    place_hint: str
    unit_id: int | None


@dataclass
class Matcher:
    """Looks names up and counts those that mean nothing here."""

    unknown: dict[str, Counter[str]] = field(
        default_factory=lambda: {"category": Counter(), "area": Counter(), "unit": Counter()}
    )
    _categories: dict[tuple[str, ...], int | None] = field(default_factory=dict)
    _areas: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    _units: dict[str, int | None] = field(default_factory=dict)

    def match(self, draft: Draft) -> Found:
        """Look up the three names of a row."""
        category = self._category(draft.category) if draft.category else None
        area, hint = self._area(draft.area) if draft.area else (None, "")
        unit = self._unit(draft.unit) if draft.unit else None
        for kind, said, found in (
            ("category", "/".join(draft.category), category), ("area", draft.area, area), ("unit", draft.unit, unit)
        ):  # fmt: skip
            if said and found is None:
                self.unknown[kind][said[:100]] += 1
        return Found(category, area, hint, unit)

    def _category(self, names: tuple[str, ...]) -> int | None:
        if names not in self._categories:
            found = categories.category_by_names(names) or crosswalks.translated("/".join(names))
            self._categories[names] = found.id if found and found.active else None
        return self._categories[names]

    def _area(self, said: str) -> tuple[str | None, str]:
        if said not in self._areas:
            self._areas[said] = self._locate(said)
        return self._areas[said]

    @staticmethod
    def _locate(said: str) -> tuple[str | None, str]:
        words = lexicon.words_of_the_city()
        if words.gazetteer is None:
            return None, ""
        found = next((one for one in places.locate(said, words.home, words.gazetteer) if not one.ask), None)
        info = areas.area_info(found.area_code) if found else None
        if info is None:
            return None, ""
        names = [one.name for code in info.path if (one := areas.area_info(code)) and one.level >= AreaLevel.COUNTY]
        return info.code, "".join(names[:2]) or info.name

    def _unit(self, said: str) -> int | None:
        if said not in self._units:
            self._units[said] = _unit_of(said)
        return self._units[said]


def _unit_of(said: str) -> int | None:
    """By full or short name; else the only active unit whose name ends with it (水务局 → 云溪市水务局). First of several."""
    for name in [said, *said.replace("，", "、").replace(",", "、").replace(";", "、").split("、")[:1]]:
        name = name.strip()
        found = units.unit_by_name(name)
        if found and found.active:
            return found.id
        if len(name) < 3:
            continue
        ending = [unit for unit in units.active_units() if unit.name.endswith(name) or name.endswith(unit.name)]
        if len(ending) == 1:
            return ending[0].id
    return None
