"""Handling units from the process's memory."""

from __future__ import annotations

from collections.abc import Iterable

from minhu.directory.models import Unit
from minhu.directory.queries.freshness import Cached, Topic
from minhu.directory.types import UnitInfo, UnitKind

_FIELDS = (
    "id", "code", "name", "short_name", "kind", "parent_id", "ancestor_ids", "area_id", "bureau_code",
    "unit_class", "grade", "hours", "phone", "duties", "active",
)  # fmt: skip


class UnitBook:
    """All units, by id, code and name."""

    def __init__(self, units: Iterable[UnitInfo]) -> None:
        self.all = tuple(units)
        self.by_id = {unit.id: unit for unit in self.all}
        self.by_code = {unit.code: unit for unit in self.all}
        self.by_name = {unit.short_name: unit for unit in self.all if unit.short_name}
        self.by_name.update({unit.name: unit for unit in self.all})


def _load() -> UnitBook:
    rows = Unit.objects.order_by("code").values(*_FIELDS)
    return UnitBook(
        UnitInfo(
            id=row["id"],
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            kind=UnitKind(row["kind"]),
            parent_id=row["parent_id"],
            ancestor_ids=tuple(row["ancestor_ids"]),
            area_code=row["area_id"] or "",
            bureau_code=row["bureau_code"],
            unit_class=row["unit_class"],
            grade=row["grade"],
            hours=row["hours"],
            phone=row["phone"],
            duties=row["duties"],
            active=row["active"],
        )
        for row in rows
    )


book = Cached(_load, Topic.UNITS)


def unit_info(unit_id: int | None) -> UnitInfo | None:
    """One unit, inactive ones too; None when there is none."""
    return book().by_id.get(unit_id) if unit_id is not None else None


def unit_name(unit_id: int | None) -> str:
    """The name shown for a unit; empty when there is none."""
    found = unit_info(unit_id)
    return found.name if found else ""


def unit_by_code(code: str) -> UnitInfo | None:
    """The unit with a code."""
    return book().by_code.get(code)


def unit_by_name(name: str) -> UnitInfo | None:
    """The unit with a full or short name."""
    return book().by_name.get(name.strip())


def active_units(*kinds: UnitKind) -> tuple[UnitInfo, ...]:
    """Units that may be given work, of these kinds (none given: all), by code."""
    return tuple(unit for unit in book().all if unit.active and (not kinds or unit.kind in kinds))


def below(unit_id: int) -> tuple[UnitInfo, ...]:
    """All units under a unit, at any depth."""
    return tuple(unit for unit in book().all if unit_id in unit.ancestor_ids)


def covering(area_code: str) -> tuple[UnitInfo, ...]:
    """Active units whose area is ``area_code`` or contains it, the most local first."""
    from minhu.directory.queries.areas import book as areas

    found = areas().by_code.get(area_code)
    depth = {code: position for position, code in enumerate(found.path)} if found else {}
    units = [unit for unit in book().all if unit.active and unit.area_code in depth]
    return tuple(sorted(units, key=lambda unit: -depth[unit.area_code]))


def search(text: str, limit: int = 20) -> tuple[UnitInfo, ...]:
    """Active units whose name, short name, code or duties contain every word of ``text``; names first."""
    words = text.split()
    hits = [
        (sum(word in unit.name or word in unit.short_name for word in words), unit)
        for unit in book().all
        if unit.active
        and all(
            word in unit.name or word in unit.short_name or word in unit.code or word in unit.duties for word in words
        )
    ]
    hits.sort(key=lambda hit: (-hit[0], len(hit[1].name), hit[1].code))
    return tuple(unit for _, unit in hits[:limit])
