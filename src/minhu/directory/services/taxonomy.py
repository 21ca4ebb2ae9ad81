"""Versions of the category tree: draft, edit, publish, or load a whole tree at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from minhu.directory.models import Category, Taxonomy
from minhu.directory.policy import Action
from minhu.directory.services.changes import LOCK_TAXONOMY, change, record
from minhu.directory.services.loading import RowProblems, texts, yes
from minhu.directory.services.versions import discard_draft, get_draft, new_draft, put_in_force
from minhu.directory.types import LoadReport, VersionState
from minhu.kernel.errors import Invalid

DEEPEST = 9
_SAME = ("code", "name", "path", "path_name", "is_leaf", "keywords", "description", "active")


def load_categories(rows: Iterable[Mapping[str, Any]], note: str = "") -> LoadReport:
    """Publish a tree given as rows with code, name, parent and optional keywords, description, active.

    The same tree again makes no new version. Raises Invalid listing each wrong row.
    """
    with change(Action.MANAGE_RULES, lock=LOCK_TAXONOMY):
        nodes = _checked(list(rows))
        current = Taxonomy.objects.filter(state=VersionState.PUBLISHED.value).first()
        there = list(Category.objects.filter(taxonomy=current).order_by("path")) if current else []
        before = {node.code: tuple(getattr(node, name) for name in _SAME) for node in there}
        after = {node.code: tuple(getattr(node, name) for name in _SAME) for node in nodes}
        same = sum(before.get(code) == values for code, values in after.items())
        if current and before == after:
            return LoadReport(len(nodes), unchanged=same)
        made = new_draft(Taxonomy, note)
        _insert(made, nodes)
        put_in_force(made)
        created = len(set(after) - set(before))
        return LoadReport(len(nodes), created, len(after) - created - same, same, made.version)


def _checked(rows: list[Mapping[str, Any]]) -> list[Category]:
    """Rows as nodes with path and leaf mark, parents before children."""
    problems = RowProblems("诉求分类")
    given: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for number, row in enumerate(rows, 1):
        code, name = str(row.get("code") or "").strip(), str(row.get("name") or "").strip()
        if not code or len(code) > 32 or "/" in code:
            problems.add(number, code, "代码必须填写，不超过 32 个字符，不能含“/”。")
        if not name or len(name) > 64 or "/" in name:
            problems.add(number, code, "名称必须填写，不超过 64 个字，不能含“/”。")
        if code in given:
            problems.add(number, code, "代码重复。")
        given[code] = (number, row)
    parents = {str(row.get("parent") or "") for _, row in given.values()}
    nodes = []
    for code, (number, row) in given.items():
        chain = _chain(code, given)
        if not chain:
            problems.add(number, code, f"上级分类 {row.get('parent')} 不存在，或上下级成环，或超过 {DEEPEST} 级。")
            continue
        names = [str(given[step][1].get("name")).strip() for step in chain]
        nodes.append(
            Category(
                code=code,
                name=names[-1],
                level=len(chain),
                path="/".join(chain),
                path_name="/".join(names),
                is_leaf=code not in parents,
                keywords=[word[:32] for word in texts(row.get("keywords"))],
                description=str(row.get("description") or ""),
                active=yes(row.get("active")),
            )
        )
    seen: dict[str, str] = {}
    for node in nodes:
        if seen.setdefault(node.path_name, node.code) != node.code:
            problems.add(given[node.code][0], node.code, f"同一上级下名称重复：{node.name}。")
    if not nodes:
        problems.add(0, "", "没有任何分类。")
    problems.raise_if_any()
    return sorted(nodes, key=lambda node: node.path)


def _chain(code: str, given: Mapping[str, tuple[int, Mapping[str, Any]]]) -> list[str]:
    """Codes from the root to ``code``; empty when a parent is missing or the chain is a ring."""
    chain: list[str] = []
    while code:
        if code not in given or code in chain or len(chain) == DEEPEST:
            return []
        chain.insert(0, code)
        code = str(given[code][1].get("parent") or "")
    return chain


def _insert(taxonomy: Taxonomy, nodes: Iterable[Category]) -> None:
    ids: dict[str, int] = {}
    by_level: dict[int, list[Category]] = {}
    for node in nodes:
        by_level.setdefault(node.level, []).append(node)
    for level in sorted(by_level):
        for node in by_level[level]:
            node.taxonomy = taxonomy
            parent = node.path.split("/")[-2] if level > 1 else ""
            node.parent_id = ids[parent] if parent else None
        for made in Category.objects.bulk_create(by_level[level]):
            ids[made.code] = made.pk


def draft(note: str = "") -> Taxonomy:
    """A new draft that begins as a copy of the tree in force."""
    with change(Action.MANAGE_RULES, lock=LOCK_TAXONOMY):
        current = Category.objects.filter(taxonomy__state=VersionState.PUBLISHED.value).order_by("path")
        made = new_draft(Taxonomy, note)
        copies = [
            Category(
                code=node.code,
                name=node.name,
                level=node.level,
                path=node.path,
                path_name=node.path_name,
                is_leaf=node.is_leaf,
                keywords=node.keywords,
                description=node.description,
                active=node.active,
            )
            for node in current
        ]
        _insert(made, copies)
        record("version_drafted", ("taxonomy", made.version), nodes=len(copies))
        return made


def replace_nodes(draft_id: int, rows: Iterable[Mapping[str, Any]]) -> Taxonomy:
    """Put another tree into a draft (rows as in ``load_categories``); raises Invalid for wrong rows."""
    with change(Action.MANAGE_RULES, lock=LOCK_TAXONOMY):
        found = get_draft(Taxonomy, draft_id)
        nodes = _checked(list(rows))
        _empty(found)
        _insert(found, nodes)
        record("version_saved", ("taxonomy", found.version), nodes=len(nodes))
        return found


def _empty(draft: Taxonomy) -> None:
    """Delete a draft's nodes from the leaves up, since children keep their parents."""
    for level in sorted({node.level for node in draft.categories.all()}, reverse=True):
        draft.categories.filter(level=level).delete()


def discard(draft_id: int) -> None:
    """Throw a draft away."""
    with change(Action.MANAGE_RULES, lock=LOCK_TAXONOMY):
        found = get_draft(Taxonomy, draft_id)
        _empty(found)
        discard_draft(found)


def rows_of_version(taxonomy_id: int) -> list[dict[str, Any]]:
    """A version as rows, in the shape that ``load_categories`` takes (for editing and export)."""
    nodes = Category.objects.filter(taxonomy_id=taxonomy_id).order_by("path")
    return [
        {
            "code": node.code,
            "name": node.name,
            "parent": node.path.split("/")[-2] if node.level > 1 else None,
            "keywords": node.keywords,
            "description": node.description,
            "active": node.active,
        }
        for node in nodes
    ]


def publish(draft_id: int) -> Taxonomy:
    """Put a draft in force; older orders keep the categories of their version."""
    with change(Action.MANAGE_RULES, lock=LOCK_TAXONOMY):
        found = get_draft(Taxonomy, draft_id)
        if not found.categories.filter(is_leaf=True, active=True).exists():
            raise Invalid("草稿里没有任何可用的末级分类，不能发布。", code="empty_version")
        return put_in_force(found)
