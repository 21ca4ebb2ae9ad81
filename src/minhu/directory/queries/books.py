"""Books for advice out of plain rows (the shape of the loads), without a database: for measuring and trying out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minhu.directory.domain.advising import Adviser
from minhu.directory.domain.catalogue import Catalogue, UnitIndex
from minhu.directory.domain.duties import DutyBook, DutyLine
from minhu.directory.types import AreaInfo, AreaLevel, CatalogueLine, CategoryInfo, UnitInfo, UnitKind

Rows = Sequence[Mapping[str, Any]]


def books_of_rows(rows: Mapping[str, Rows]) -> tuple[tuple[UnitInfo, ...], dict[str, CategoryInfo], Adviser]:
    """Units, categories by code, and the adviser over ``areas``, ``units``, ``categories``, ``catalogue``, ``duties``.

    Raises KeyError or ValueError for rows that lack what the loads need; the loads themselves check much more.
    """
    areas = _areas(rows["areas"])
    units = tuple(_unit(at, row) for at, row in enumerate(rows["units"], 1))
    catalogue = Catalogue(1, (_line(at, row) for at, row in enumerate(rows["catalogue"], 1)), UnitIndex(units), areas)
    duties = DutyBook(1, (_duty(at, row) for at, row in enumerate(rows["duties"], 1)))
    return units, _categories(rows["categories"]), Adviser(catalogue, duties, units)


def _areas(rows: Rows) -> dict[str, AreaInfo]:
    found: dict[str, AreaInfo] = {}
    for row in sorted((row for row in rows if not row.get("valid_to")), key=lambda row: int(row["level"])):
        above = found.get(row.get("parent") or "")
        path, names = (above.path, above.path_names) if above else ((), ())
        code = str(row["code"])
        found[code] = AreaInfo(
            code,
            row["name"],
            AreaLevel(int(row["level"])),
            (*names, row["name"]),
            (*path, code),
            row.get("parent") or "",
        )
    return found


def _unit(at: int, row: Mapping[str, Any]) -> UnitInfo:
    return UnitInfo(
        at, str(row["code"]), row["name"], row.get("short_name", ""), UnitKind(row["kind"]), None, (), row.get("area") or "",
        row.get("bureau") or "", "", "", "office", "", row.get("duties", ""), active=True,
    )  # fmt: skip


def _categories(rows: Rows) -> dict[str, CategoryInfo]:
    found: dict[str, CategoryInfo] = {}
    parents = {row.get("parent") for row in rows}
    for at, row in enumerate(sorted(rows, key=lambda row: len(str(row["code"]))), 1):
        above = found.get(row.get("parent") or "")
        path, names = (above.path, above.path_names) if above else ((), ())
        code = str(row["code"])
        found[code] = CategoryInfo(
            at, code, row["name"], len(path) + 1, (*path, code), (*names, row["name"]), code not in parents, active=True
        )
    return found


def _line(at: int, row: Mapping[str, Any]) -> CatalogueLine:
    return CatalogueLine(
        at, str(row["category"]), row.get("area") or "", row.get("request_type") or "", row["lead"],
        tuple(row.get("assist") or ()), row["basis"], row.get("deadline_key") or "", row.get("difficulty") or "normal",
    )  # fmt: skip


def _duty(at: int, row: Mapping[str, Any]) -> DutyLine:
    owner = str(row["unit"])
    rule = owner if ":" in owner or owner in ("street", "community", "grid") else f"unit:{owner}"
    words = tuple(row.get("words") or ())
    return DutyLine(at, rule, str(row["category"]), row.get("area") or "", row["duty"], row["basis"], words)
