"""One unit added or changed by an administrator, with everything that hangs on its place in the tree."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.directory.models import Area, Unit
from minhu.directory.policy import Action
from minhu.directory.queries.rules import calendars
from minhu.directory.services.changes import LOCK_UNITS, change, record
from minhu.directory.types import UnitKind
from minhu.kernel.errors import Conflict, Invalid, NotFound

_FIELDS = (
    "name", "short_name", "kind", "unit_class", "grade", "bureau_code", "hours", "phone", "duties", "active",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitValues:
    """What a unit is; ``code`` only counts for a new one."""

    code: str
    name: str
    kind: str
    short_name: str = ""
    parent_id: int | None = None
    unit_class: str = ""
    grade: str = ""
    area_code: str = ""
    bureau_code: str = ""
    hours: str = "office"
    phone: str = ""
    duties: str = ""
    active: bool = True


def save_unit(values: UnitValues, unit_id: int | None = None) -> Unit:
    """Add a unit, or change one and put everything below it in its new place; raises Invalid by field."""
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_UNITS):
        unit = _unit(unit_id) if unit_id else Unit(code=values.code.strip())
        _check(values, unit)
        parent = Unit.objects.filter(pk=values.parent_id).first() if values.parent_id else None
        ancestors = [*parent.ancestor_ids, parent.pk] if parent else []
        new = not unit.pk
        changed = [name for name in _FIELDS if new or getattr(unit, name) != getattr(values, name)]
        changed += ["parent"] if new or unit.parent_id != values.parent_id else []
        changed += ["area"] if new or (unit.area_id or "") != values.area_code else []
        for name in _FIELDS:
            setattr(unit, name, getattr(values, name))
        unit.parent, unit.ancestor_ids, unit.area_id = parent, ancestors, values.area_code or None
        unit.save()
        if "parent" in changed and not new:
            _rehang(unit)
        if changed:
            record("unit_added" if new else "unit_changed", ("unit", unit.code), fields=[] if new else changed)
        return unit


def _unit(unit_id: int) -> Unit:
    found = Unit.objects.select_for_update().filter(pk=unit_id).first()
    if found is None:
        raise NotFound("没有找到这个单位，请返回列表查看。", code="no_such_unit")
    return found


def _check(values: UnitValues, unit: Unit) -> None:
    others = Unit.objects.exclude(pk=unit.pk)
    code, name = unit.code, values.name.strip()
    new = not unit.pk
    code_bad = not code or len(code) > 32 or any(mark in code for mark in " :/（）")
    code_taken = new and others.filter(code=code).exists()
    name_taken = others.filter(name=name).exists()
    area_lost = bool(values.area_code) and not Area.objects.filter(code=values.area_code).exists()
    bureau_lost = bool(values.bureau_code) and not others.filter(code=values.bureau_code).exists()
    found = {
        ("code", "代码必须填写，不超过 32 个字符，不能含空格、冒号、斜线和括号。"): new and code_bad,
        ("code", f"代码“{code}”已被其他单位使用。"): code_taken,
        ("name", "名称必须填写，不超过 64 个字。"): not name or len(name) > 64,
        ("name", f"已有名为“{name}”的单位。"): name_taken,
        ("kind", "请选择单位类型。"): values.kind not in set(UnitKind),
        ("area", f"没有代码为 {values.area_code} 的区划。"): area_lost,
        ("bureau", f"没有代码为 {values.bureau_code} 的市级单位。"): bureau_lost,
        ("hours", "没有这种工作时间，请先在“工作日历”中设置。"): values.hours not in calendars().profiles,
        ("parent", text := _wrong_parent(values.parent_id, unit)): bool(text),
    }
    wrong = {field: text for (field, text), bad in found.items() if bad}
    if wrong:
        kind = Conflict if code_taken or name_taken else Invalid
        raise kind("单位信息有误，没有保存。", code="bad_unit", fields=wrong)


def _wrong_parent(parent_id: int | None, unit: Unit) -> str:
    """Why a unit cannot stand under another; empty when it can."""
    if not parent_id:
        return ""
    parent = Unit.objects.exclude(pk=unit.pk).filter(pk=parent_id).first()
    if parent is None:
        return "没有找到这个上级单位，单位也不能是自己的上级。"
    if unit.pk and unit.pk in parent.ancestor_ids:
        return f"“{parent.name}”是本单位的下级，不能作为上级。"
    return ""


def _rehang(unit: Unit) -> None:
    """Give everything below a moved unit its new ancestors, layer by layer."""
    layer = [unit]
    while layer:
        following = []
        for above in layer:
            for child in Unit.objects.filter(parent=above):
                child.ancestor_ids = [*above.ancestor_ids, above.pk]
                child.save(update_fields=["ancestor_ids"])
                following.append(child)
        layer = following
