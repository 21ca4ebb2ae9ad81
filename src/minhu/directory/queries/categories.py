"""The category tree in force, from the process's memory; older versions' nodes by id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from django.db.models import QuerySet

from minhu.directory.models import Category
from minhu.directory.queries.freshness import Cached, Topic
from minhu.directory.types import CategoryInfo, VersionState
from minhu.language.types import Leaf

MOST_VERSIONS: Final = 4
"""Older trees are not looked back to: what was decided then says little of today's duties."""


class CategoryTree:
    """One version of the tree."""

    def __init__(self, version: int, nodes: Iterable[CategoryInfo]) -> None:
        self.version = version
        self.nodes = tuple(nodes)
        self.by_id = {node.id: node for node in self.nodes}
        self.by_code = {node.code: node for node in self.nodes}
        self.leaves = tuple(node for node in self.nodes if node.is_leaf and node.active)
        self._children: dict[str, list[CategoryInfo]] = {}
        self._by_names: dict[tuple[str, ...], CategoryInfo] = {}
        self._by_last: dict[str, list[CategoryInfo]] = {}
        self._retired: dict[int, CategoryInfo | None] = {}
        for node in self.nodes:
            self._children.setdefault(node.path[-2] if len(node.path) > 1 else "", []).append(node)
            names = tuple(map(_plain, node.path_names))
            self._by_names[names] = node
            self._by_last.setdefault(names[-1], []).append(node)

    def children(self, code: str = "") -> tuple[CategoryInfo, ...]:
        """The active nodes directly under one (under none: the first level)."""
        return tuple(node for node in self._children.get(code, ()) if node.active)

    def by_names(self, names: Sequence[str]) -> CategoryInfo | None:
        """The node that names from the first level down mean.

        Empty names are left out and levels may be missing (another city's export has 3, ours 5): then the last
        name decides, if the others appear above it in order and only one node fits.
        """
        wanted = tuple(plain for name in names if (plain := _plain(name)))
        if not wanted:
            return None
        exact = self._by_names.get(wanted)
        if exact is not None:
            return exact
        fitting = [node for node in self._by_last.get(wanted[-1], ()) if _in_order(wanted, node.path_names)]
        leaves = [node for node in fitting if node.is_leaf]
        chosen = leaves or fitting
        return chosen[0] if len(chosen) == 1 else None

    def old(self, category_id: int) -> CategoryInfo | None:
        """A node of another version, remembered after the first reading (versions never change)."""
        if category_id not in self._retired:
            self._retired[category_id] = next(iter(_infos(Category.objects.filter(pk=category_id))), None)
        return self._retired[category_id]


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


def _in_order(wanted: tuple[str, ...], path: tuple[str, ...]) -> bool:
    names = iter(map(_plain, path))
    return all(word in names for word in wanted)


def _infos(rows: QuerySet[Category]) -> Iterable[CategoryInfo]:
    fields = ("id", "code", "name", "level", "path", "path_name", "is_leaf", "active", "keywords", "description")
    for pk, code, name, level, path, names, leaf, active, keywords, description in rows.values_list(*fields):
        yield CategoryInfo(
            pk, code, name, level, tuple(path.split("/")), tuple(names.split("/")), leaf, active,
            tuple(keywords), description,
        )  # fmt: skip


def tree_of(taxonomy_id: int, version: int) -> CategoryTree:
    """Any version of the tree, read from the database now (for previews)."""
    return CategoryTree(version, _infos(Category.objects.filter(taxonomy_id=taxonomy_id).order_by("path")))


def _load() -> CategoryTree:
    rows = Category.objects.filter(taxonomy__state=VersionState.PUBLISHED.value).order_by("path")
    version = rows.values_list("taxonomy__version", flat=True).first()
    return CategoryTree(version or 0, _infos(rows))


def _load_index() -> tuple[Leaf, ...]:
    return tuple(
        Leaf(node.code, node.name, node.path_names, node.keywords, node.description) for node in current().leaves
    )


current = Cached(_load, Topic.CATEGORIES)
"""The published tree; empty (version 0) when none is published."""
index = Cached(_load_index, Topic.CATEGORIES)
"""The active leaves as ``language.categories`` takes them; a new tuple only when the tree has changed."""


def category_info(category_id: int | None) -> CategoryInfo | None:
    """One node by id, of any version; None when there is none."""
    if category_id is None:
        return None
    return current().by_id.get(category_id) or current().old(category_id)


def _load_ids() -> dict[str, tuple[int, ...]]:
    ids: dict[str, list[int]] = {}
    rows = Category.objects.exclude(taxonomy__state=VersionState.DRAFT.value).order_by("-id")
    for pk, code in rows.values_list("id", "code"):
        ids.setdefault(code, []).append(pk)
    return {code: tuple(found[:MOST_VERSIONS]) for code, found in ids.items()}


_ids = Cached(_load_ids, Topic.CATEGORIES)


def ids_through_versions(category_id: int) -> tuple[int, ...]:
    """The ids that a node's code has in the last versions of the tree, its own among them."""
    node = category_info(category_id)
    return tuple(dict.fromkeys((category_id, *_ids().get(node.code, ())))) if node else (category_id,)


def category_by_code(code: str) -> CategoryInfo | None:
    """The node of the published tree with a code."""
    return current().by_code.get(code)


def category_by_names(names: Sequence[str]) -> CategoryInfo | None:
    """The node of the published tree that path names mean (see ``CategoryTree.by_names``)."""
    return current().by_names(names)
