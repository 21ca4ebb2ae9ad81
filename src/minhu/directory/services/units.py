"""Loads and changes handling units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from minhu.directory.models import Area, Unit
from minhu.directory.policy import Action
from minhu.directory.services.changes import LOCK_UNITS, change, record
from minhu.directory.services.loading import RowProblems, together, upsert, yes
from minhu.directory.types import LoadReport, UnitKind
from minhu.kernel.errors import Invalid, NotFound


def load_units(rows: Iterable[Mapping[str, Any]]) -> LoadReport:
    """Load rows with code, name, parent, kind, area and optional short_name, class, grade, bureau, hours …

    Idempotent; raises Invalid listing each wrong row, and then nothing is stored. Units that are there but
    not in the rows stay.
    """
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_UNITS):
        given = _checked(list(rows))
        reports = []
        ids: dict[str, tuple[int, list[int]]] = {
            code: (pk, list(above)) for code, pk, above in Unit.objects.values_list("code", "id", "ancestor_ids")
        }
        for layer in _layers(given):
            wanted = {}
            for code in layer:
                row, parent = dict(given[code]), given[code]["parent"]
                del row["parent"]
                above = [*ids[parent][1], ids[parent][0]] if parent else []
                wanted[code] = {**row, "parent_id": ids[parent][0] if parent else None, "ancestor_ids": above}
            reports.append(upsert(Unit, "code", wanted))
            for code, pk, above in Unit.objects.filter(code__in=layer).values_list("code", "id", "ancestor_ids"):
                ids[code] = (pk, list(above))
        report = together(reports)
        if report.created or report.changed:
            record("units_loaded", ("units", "all"), rows=report.rows, created=report.created, changed=report.changed)
        return report


def _checked(rows: list[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    problems = RowProblems("单位数据")
    areas = set(Area.objects.values_list("code", flat=True))
    stored = dict(Unit.objects.values_list("name", "code"))
    codes = {str(row.get("code") or "") for row in rows} | set(stored.values())
    kinds = {kind.value for kind in UnitKind}
    names: dict[str, str] = {}
    given: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows, 1):
        unit = _unit(row)
        code, name = str(row.get("code") or "").strip(), unit["name"]
        checks = {
            "代码必须填写，不超过 32 个字符，不能含空格和冒号。": not code
            or len(code) > 32
            or " " in code
            or ":" in code,
            "名称必须填写，不超过 64 个字。": not name or len(name) > 64,
            "代码重复。": code in given,
            "名称与其他单位重复。": names.get(name, code) != code or stored.get(name, code) != code,
            f"单位类型“{unit['kind']}”不存在。": unit["kind"] not in kinds,
            f"所在区划 {unit['area_id']} 不存在。": unit["area_id"] is not None and unit["area_id"] not in areas,
            f"上级单位 {unit['parent']} 不存在。": bool(unit["parent"]) and unit["parent"] not in codes,
        }
        for text, wrong in checks.items():
            if wrong:
                problems.add(number, code or name, text)
        names[name] = code
        given[code] = unit
    problems.raise_if_any()
    return given


def _unit(row: Mapping[str, Any]) -> dict[str, Any]:
    def text(key: str) -> str:
        return str(row.get(key) or "").strip()

    return {
        "name": text("name"),
        "short_name": text("short_name")[:32],
        "parent": text("parent"),
        "kind": text("kind"),
        "unit_class": text("class")[:32],
        "grade": text("grade")[:16],
        "area_id": text("area") or None,
        "bureau_code": text("bureau"),
        "hours": text("hours") or "office",
        "phone": text("phone"),
        "duties": text("duties"),
        "active": yes(row.get("active")),
    }


def _layers(given: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """Codes layer by layer from the roots down; raises Invalid when units are each other's superior."""
    waiting = {code: row["parent"] for code, row in given.items()}
    layers = []
    while waiting:
        layer = [code for code, parent in waiting.items() if parent not in waiting]
        if not layer:
            raise Invalid(
                "这些单位互为上级：" + "、".join(sorted(waiting)[:10]) + "。没有保存任何内容。", code="bad_rows"
            )
        layers.append(layer)
        for code in layer:
            del waiting[code]
    return layers


def set_active(unit_id: int, active: bool) -> None:
    """Stop or restore giving work to a unit; its past stays."""
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_UNITS):
        unit = Unit.objects.select_for_update().filter(pk=unit_id).first()
        if unit is None:
            raise NotFound("没有找到这个单位。", code="no_such_unit")
        if unit.active != active:
            unit.active = active
            unit.save(update_fields=["active"])
            record("unit_changed", ("unit", unit.code), active=active)


def update_unit(unit_id: int, **values: str) -> None:
    """Change contact, hours, duties, short name, class or grade of a unit; other names are refused."""
    allowed = {"short_name", "phone", "hours", "duties", "unit_class", "grade"}
    if unknown := set(values) - allowed:
        raise Invalid(f"单位的这些内容不能在这里修改：{'、'.join(sorted(unknown))}。", code="bad_fields")
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_UNITS):
        unit = Unit.objects.select_for_update().filter(pk=unit_id).first()
        if unit is None:
            raise NotFound("没有找到这个单位。", code="no_such_unit")
        different = [name for name, value in values.items() if getattr(unit, name) != value]
        for name in different:
            setattr(unit, name, values[name])
        if different:
            unit.save(update_fields=different)
            record("unit_changed", ("unit", unit.code), fields=sorted(different))
