"""Versions of the dispatch catalogue (派单目录): draft, edit, preview on past matters, publish, or load whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from minhu.directory.domain.catalogue import RULE, Catalogue
from minhu.directory.models import Area, CatalogueItem, CatalogueVersion, Unit
from minhu.directory.policy import Action
from minhu.directory.queries import categories, dispatch
from minhu.directory.services.changes import LOCK_CATALOGUE, change, record
from minhu.directory.services.loading import RowProblems, texts
from minhu.directory.services.versions import discard_draft, get_draft, new_draft, put_in_force
from minhu.directory.types import (
    CatalogueChange,
    CatalogueLine,
    CataloguePreview,
    LoadReport,
    PastMatter,
    RequestType,
    VersionState,
)
from minhu.kernel.errors import Invalid

UNDECIDED = "（需人工确定）"
Line = tuple[str, str, str, str, tuple[str, ...], str, str, str]


def load_catalogue(rows: Iterable[Mapping[str, Any]], note: str = "") -> LoadReport:
    """Publish a catalogue given as rows with category, area, request_type, lead, assist, basis, deadline_key, difficulty.

    The same lines again make no new version. Raises Invalid listing each wrong row.
    """
    with change(Action.MANAGE_RULES, lock=LOCK_CATALOGUE):
        items = _checked(list(rows))
        current = CatalogueVersion.objects.filter(state=VersionState.PUBLISHED.value).first()
        before = {_condition(line): line for line in map(_values, dispatch.lines_of(current.pk))} if current else {}
        after = {_condition(line): line for line in items}
        same = sum(before.get(key) == line for key, line in after.items())
        if current and before == after:
            return LoadReport(len(items), unchanged=same)
        made = new_draft(CatalogueVersion, note)
        _insert(made, items)
        put_in_force(made)
        created = len(set(after) - set(before))
        return LoadReport(len(items), created, len(after) - created - same, same, made.number)


def _condition(line: Line) -> tuple[str, str, str]:
    return line[:3]


def _values(line: CatalogueLine) -> Line:
    return (
        line.category_code, line.area_code, line.request_type, line.lead, line.assist,
        line.deadline_key, line.difficulty, line.basis,
    )  # fmt: skip


def _checked(rows: list[Mapping[str, Any]]) -> list[Line]:
    problems = RowProblems("派单目录")
    nodes = categories.current().by_code
    areas = set(Area.objects.values_list("code", flat=True))
    units = dict(Unit.objects.values_list("code", "active"))
    types = {"", *RequestType}
    lines: dict[tuple[str, str, str], Line] = {}
    for number, row in enumerate(rows, 1):
        line = _line(row)
        category, area, request_type, lead, assist = line[:5]
        checks = {
            f"分类代码 {category or '（空）'} 不在现行分类中。": category not in nodes,
            f"区划 {area} 不存在。": bool(area) and area not in areas,
            f"诉求类型“{request_type}”不存在。": request_type not in types,
            "依据必须填写，不超过 255 个字。": not line[7] or len(line[7]) > 255,
            "分类、区划、诉求类型与前面的行重复。": _condition(line) in lines,
        }
        checks |= {text: True for rule in (lead, *assist) if (text := _wrong_rule(rule, units))}
        for text, wrong in checks.items():
            if wrong:
                problems.add(number, category, text)
        lines[_condition(line)] = line
    if not lines:
        problems.add(0, "", "没有任何条目。")
    problems.raise_if_any()
    return list(lines.values())


def _line(row: Mapping[str, Any]) -> Line:
    def text(key: str, other: str = "") -> str:
        return str(row.get(key) or row.get(other) or "").strip()

    return (
        text("category", "category_code"), text("area", "area_code"), text("request_type"), text("lead"),
        tuple(texts(row.get("assist"))), text("deadline_key"), text("difficulty") or "normal", text("basis"),
    )  # fmt: skip


def _wrong_rule(rule: str, units: Mapping[str, bool]) -> str:
    """What is wrong with a rule for a unit; empty when it can be used."""
    if not RULE.fullmatch(rule):
        return f"承办规则“{rule}”写法不对：应为 unit:代码、branch:代码、street、community 或 grid。"
    code = rule.partition(":")[2]
    if code and code not in units:
        return f"单位代码 {code} 不存在。"
    if rule.startswith("unit:") and not units[code]:
        return f"单位 {code} 已停用。"
    return ""


def _insert(version: CatalogueVersion, lines: Iterable[Line]) -> None:
    CatalogueItem.objects.bulk_create(
        CatalogueItem(
            version=version,
            category_code=category,
            area_code=area,
            request_type=kind,
            lead=lead,
            assist=list(assist),
            deadline_key=key,
            difficulty=difficulty,
            basis=basis,
        )
        for category, area, kind, lead, assist, key, difficulty, basis in lines
    )


def draft(note: str = "") -> CatalogueVersion:
    """A new draft that begins as a copy of the catalogue in force."""
    with change(Action.MANAGE_RULES, lock=LOCK_CATALOGUE):
        current = CatalogueVersion.objects.filter(state=VersionState.PUBLISHED.value).first()
        made = new_draft(CatalogueVersion, note)
        _insert(made, map(_values, dispatch.lines_of(current.pk)) if current else ())
        record("version_drafted", ("catalogueversion", made.number))
        return made


def put_line(draft_id: int, row: Mapping[str, Any]) -> None:
    """Add a line to a draft, or replace the one with the same category, area and type."""
    with change(Action.MANAGE_RULES, lock=LOCK_CATALOGUE):
        found = get_draft(CatalogueVersion, draft_id)
        line = _checked([row])[0]
        found.items.filter(category_code=line[0], area_code=line[1], request_type=line[2]).delete()
        _insert(found, [line])
        record("catalogue_line_put", ("catalogueversion", found.number), category=line[0], area=line[1], lead=line[3])


def drop_line(draft_id: int, item_id: int) -> None:
    """Take a line out of a draft."""
    with change(Action.MANAGE_RULES, lock=LOCK_CATALOGUE):
        found = get_draft(CatalogueVersion, draft_id)
        found.items.filter(pk=item_id).delete()
        record("catalogue_line_dropped", ("catalogueversion", found.number), item=item_id)


def replace_lines(draft_id: int, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put other lines into a draft (rows as in ``load_catalogue``); raises Invalid for wrong rows."""
    with change(Action.MANAGE_RULES, lock=LOCK_CATALOGUE):
        found = get_draft(CatalogueVersion, draft_id)
        lines = _checked(list(rows))
        found.items.all().delete()
        _insert(found, lines)
        record("version_saved", ("catalogueversion", found.number), lines=len(lines))


def preview(draft_id: int, matters: Iterable[PastMatter]) -> CataloguePreview:
    """What a version would change on past matters, compared with the catalogue in force; changes nothing.

    Matters whose category is no longer in the tree count as unresolved on both sides.
    """
    version = CatalogueVersion.objects.filter(pk=draft_id).first()
    if version is None:
        raise Invalid("没有找到这个版本。", code="no_such_version")
    now, then = dispatch.catalogue(), dispatch.catalogue_of(version.pk, version.number)
    tree = categories.current().by_code
    total = same = open_now = open_then = 0
    moved: Counter[tuple[str, str, str]] = Counter()
    for (code, area, kind), count in _grouped(matters).items():
        before, after = _lead(now, tree.get(code), area, kind), _lead(then, tree.get(code), area, kind)
        total += count
        open_now += count * (before == UNDECIDED)
        open_then += count * (after == UNDECIDED)
        if before == after:
            same += count
        else:
            moved[code, before, after] += count
    changes = tuple(
        CatalogueChange(code, tree[code].full_name if code in tree else code, count, before, after)
        for (code, before, after), count in moved.most_common()
    )
    return CataloguePreview(total, same, open_now, open_then, changes)


def _grouped(matters: Iterable[PastMatter]) -> Counter[tuple[str, str, str]]:
    return Counter((matter.category_code, matter.area_code, matter.request_type) for matter in matters)


def _lead(book: Catalogue, category: Any, area: str, kind: str) -> str:
    target = book.resolve(category, area, kind).target if category is not None else None
    return target.lead_unit_name if target else UNDECIDED


def publish(draft_id: int) -> CatalogueVersion:
    """Put a draft in force, after checking every line against today's tree, areas and units."""
    with change(Action.MANAGE_RULES, lock=LOCK_CATALOGUE):
        found = get_draft(CatalogueVersion, draft_id)
        _checked([_as_row(line) for line in dispatch.lines_of(found.pk)])
        return put_in_force(found)


def discard(draft_id: int) -> None:
    """Throw a draft away."""
    with change(Action.MANAGE_RULES, lock=LOCK_CATALOGUE):
        discard_draft(get_draft(CatalogueVersion, draft_id))


def _as_row(line: CatalogueLine) -> dict[str, Any]:
    return {
        "category": line.category_code, "area": line.area_code, "request_type": line.request_type, "lead": line.lead,
        "assist": list(line.assist), "deadline_key": line.deadline_key, "difficulty": line.difficulty,
        "basis": line.basis,
    }  # fmt: skip


def rows_of_version(version_id: int) -> list[dict[str, Any]]:
    """A version as rows, in the shape that ``load_catalogue`` takes (for export)."""
    return [_as_row(line) for line in dispatch.lines_of(version_id)]
