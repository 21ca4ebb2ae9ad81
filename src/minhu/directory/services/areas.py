"""Loads areas from a divisions file of the whole country or from a city's own list, and landmarks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from minhu.directory.models import Area, Landmark
from minhu.directory.policy import Action
from minhu.directory.services.changes import LOCK_AREAS, change, record
from minhu.directory.services.loading import RowProblems, day, decimal, read_json, texts, together, upsert, yes
from minhu.directory.types import AreaLevel, LoadReport
from minhu.kernel.errors import Invalid, NotFound
from minhu.language.shapes import read_shape

NOT_A_NAME: Final = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Names that stand for no place and are left out of the path of names."""
SUFFIXES: Final = (
    "壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区", "自治区", "自治州", "自治县", "街道办事处",
    "街道", "地区", "省", "市", "区", "县", "镇", "乡",
)  # fmt: skip
SHORTEST_ALIAS: Final = 2


def load_divisions(path: Path, city: str) -> LoadReport:
    """Load one city (with its province, counties and streets) from a nested divisions file; idempotent.

    ``city`` has 4 digits, or 6 with '00' at the end. Aliases entered by people are kept. Raises Invalid or
    NotFound with one sentence; nothing is half stored.
    """
    code = city.strip()
    if len(code) == 6 and code.endswith("00"):
        code = code[:4]
    if not (code.isascii() and code.isdigit() and len(code) == 4):
        raise Invalid(f"城市代码“{city}”不正确：请给出 4 位代码（如 4401）或 6 位代码（如 440100）。", code="bad_city")
    body = read_json(path)
    problems = RowProblems("区划文件")
    rows = _rows_of_city(body, code, path.name, problems)
    problems.raise_if_any()
    return load_areas(rows, keep_aliases=True)


def _rows_of_city(body: object, code: str, name: str, problems: RowProblems) -> list[dict[str, Any]]:
    if not isinstance(body, list) or not body or not all(isinstance(node, dict) and "code" in node for node in body):
        raise Invalid(f"文件“{name}”不是行政区划文件：应当是省的列表，每项有 code、name、children。", code="bad_file")
    province = next((node for node in body if str(node["code"]) == code[:2]), None)
    children = province.get("children") if province else None
    cities = children if isinstance(children, list) else []
    city = next((node for node in cities if isinstance(node, dict) and str(node.get("code")) == code), None)
    if province is None or city is None:
        raise NotFound(f"文件“{name}”中没有代码为 {code} 的城市，请核对代码。", code="no_such_city")
    rows: list[dict[str, Any]] = []
    _flatten({**province, "children": [city]}, None, AreaLevel.PROVINCE, rows, problems)
    return rows


def _flatten(
    node: object, parent: str | None, level: AreaLevel, rows: list[dict[str, Any]], problems: RowProblems
) -> None:
    number = len(rows) + 1
    if not isinstance(node, Mapping):
        problems.add(number, parent or "", "下级区划应当是对象。")
        return
    code, name = str(node.get("code") or "").strip(), str(node.get("name") or "").strip()
    if not name:
        problems.add(number, code, "缺少名称。")
    if not code.isdigit() or (parent and not code.startswith(parent)):
        problems.add(number, code, f"代码不在上级 {parent} 之下。")
    rows.append({"code": code, "name": name, "level": int(level), "parent": parent, "aliases": _aliases(name)})
    children = node.get("children") or []
    if not isinstance(children, list):
        problems.add(number, code, "children 应当是列表。")
    elif level < AreaLevel.STREET:
        for child in children:
            _flatten(child, code, AreaLevel(level + 1), rows, problems)


def _aliases(name: str) -> list[str]:
    for suffix in SUFFIXES:
        short = name.removesuffix(suffix)
        if short != name:
            return [short] if len(short) >= SHORTEST_ALIAS else []
    return []


def load_areas(rows: Iterable[Mapping[str, Any]], *, keep_aliases: bool = False) -> LoadReport:
    """Load rows with code, name, level, parent and optional aliases, dates, coordinates, boundary, replaced_by.

    Idempotent; raises Invalid listing each wrong row, and then nothing is stored. Areas that are there but
    not in the rows stay as they are.
    """
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_AREAS):
        known = {area.code: area for area in Area.objects.all()}
        wanted, replaced = _wanted(list(rows), known, keep_aliases)
        by_level: dict[int, dict[str, dict[str, Any]]] = {}
        for code, row in wanted.items():
            by_level.setdefault(row["level"], {})[code] = row
        report = together(upsert(Area, "code", by_level[level]) for level in sorted(by_level))
        links = upsert(Area, "code", {code: {"replaced_by_id": after} for code, after in replaced.items()})
        if report.created or report.changed or links.changed:
            record("areas_loaded", ("areas", "all"), rows=report.rows, created=report.created, changed=report.changed)
        return report


def _wanted(
    rows: list[Mapping[str, Any]], known: Mapping[str, Area], keep_aliases: bool
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    problems = RowProblems("区划数据")
    wanted: dict[str, dict[str, Any]] = {}
    numbered = sorted(enumerate(rows, 1), key=lambda pair: str(pair[1].get("level")))
    for number, row in numbered:
        code = str(row.get("code") or "")
        try:
            wanted_row = _area(row, wanted, known, keep_aliases)
        except (ValueError, TypeError) as error:
            problems.add(number, code, str(error))
            continue
        if code in wanted:
            problems.add(number, code, "代码重复。")
        wanted[code] = wanted_row
    replaced = {}
    for number, row in numbered:
        if after := row.get("replaced_by"):
            replaced[str(row.get("code"))] = str(after)
            if str(after) not in wanted and str(after) not in known:
                problems.add(number, row.get("code"), f"替代它的区划 {after} 不存在。")
    problems.raise_if_any()
    return wanted, replaced


def _boundary(value: object) -> object:
    """GeoJSON as it came (text of a CSV cell is read first), or None; raises ValueError for anything else."""
    if value in (None, ""):
        return None
    read = json.loads(value) if isinstance(value, str) else value
    read_shape(read)
    return read


def _area(
    row: Mapping[str, Any], wanted: Mapping[str, Mapping[str, Any]], known: Mapping[str, Area], keep_aliases: bool
) -> dict[str, Any]:
    code, name = str(row.get("code") or "").strip(), str(row.get("name") or "").strip()
    if not code or not name or len(code) > 20 or len(name) > 64 or "/" in code + name:
        raise ValueError("代码和名称必须填写，代码不超过 20 个字符，名称不超过 64 个字，且不能含“/”。")
    level = AreaLevel(int(row.get("level") or 0))
    parent = str(row.get("parent") or "") or None
    path, path_name = "", ""
    if parent:
        above = wanted.get(parent)
        stored = known.get(parent)
        if above is None and stored is None:
            raise ValueError(f"上级区划 {parent} 不存在。")
        upper = above["level"] if above else (stored.level if stored else 0)
        if upper >= level:
            raise ValueError(f"层级应当低于上级区划 {parent}。")
        path = (above["path"] if above else stored.path if stored else "") + "/"
        names = (above["path_name"] if above else stored.path_name if stored else "").split("/")
        path_name = "/".join(part for part in names if part not in NOT_A_NAME) + "/"
    there = known.get(code)
    aliases = texts(row.get("aliases"))
    if keep_aliases and there is not None:
        aliases = list(dict.fromkeys([*there.aliases, *aliases]))
    full = {
        "name": name,
        "level": int(level),
        "parent_id": parent,
        "path": path + code,
        "path_name": path_name + name,
        "aliases": aliases,
    }
    extra = {
        "functional": yes(row.get("functional"), False),
        "valid_from": day(row.get("valid_from")),
        "valid_to": day(row.get("valid_to")),
        "latitude": decimal(row.get("latitude")),
        "longitude": decimal(row.get("longitude")),
        "boundary": _boundary(row["boundary"]) if "boundary" in row else there.boundary if there else None,
    }
    return full if keep_aliases else {**full, **extra}


def load_landmarks(rows: Iterable[Mapping[str, Any]]) -> LoadReport:
    """Load rows with name, kind, area and optional aliases and coordinates; idempotent, all or nothing."""
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_AREAS):
        known = set(Area.objects.values_list("code", flat=True))
        present = {(mark.name, mark.area_id): mark for mark in Landmark.objects.all()}
        problems = RowProblems("地标数据")
        wanted: dict[tuple[str, str], dict[str, Any]] = {}
        for position, row in enumerate(rows, 1):
            name, area = str(row.get("name") or "").strip(), str(row.get("area") or "")
            if not name or len(name) > 64:
                problems.add(position, name, "名称必须填写，不超过 64 个字。")
            if area not in known:
                problems.add(position, name, f"所在区划 {area or '（空）'} 不存在。")
            if (name, area) in wanted:
                problems.add(position, name, "同一区划内地标重名。")
            try:
                point = decimal(row.get("latitude")), decimal(row.get("longitude"))
            except ValueError:
                problems.add(position, name, "经纬度应当是数字。")
                continue
            wanted[name, area] = {
                "kind": str(row.get("kind") or "place")[:16],
                "aliases": texts(row.get("aliases")),
                "latitude": point[0],
                "longitude": point[1],
            }
        problems.raise_if_any()
        report = _store_landmarks(wanted, present)
        if report.created or report.changed:
            record("landmarks_loaded", ("areas", "landmarks"), created=report.created, changed=report.changed)
        return report


def _store_landmarks(
    wanted: Mapping[tuple[str, str], dict[str, Any]], present: Mapping[tuple[str, str], Landmark]
) -> LoadReport:
    new, changed = [], []
    for (name, area), row in wanted.items():
        there = present.get((name, area))
        if there is None:
            new.append(Landmark(name=name, area_id=area, **row))
        elif any(getattr(there, field) != value for field, value in row.items()):
            for field, value in row.items():
                setattr(there, field, value)
            changed.append(there)
    Landmark.objects.bulk_create(new)
    if changed:
        Landmark.objects.bulk_update(changed, ["kind", "aliases", "latitude", "longitude"])
    return LoadReport(len(wanted), len(new), len(changed), len(wanted) - len(new) - len(changed))
