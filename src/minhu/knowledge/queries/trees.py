"""Scenario trees for whoever asks: the database leaves out ends of documents that he may not see, and steps that lead to
none are left out here, so that neither a choice nor a title tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from django.db import transaction

from minhu.directory.policy import Action, decide
from minhu.directory.queries.units import unit_name
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.errors import NotFound
from minhu.knowledge.domain.trees import MOST_DEEP, NodeKind, TreeState
from minhu.knowledge.models import PassageRow, Tree, TreeNode, TreeStep, TreeVersion
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.trees_shown import Cited, NodeView, TreeCard, TreeRow
from minhu.language.trees.matching import meant

_AT_WORK: Final = (TreeState.DRAFT.value, TreeState.REVIEW.value)


def listed(text: str = "") -> list[TreeRow]:
    """Trees by title that the current actor may see: published ones with an end for him, and those that he keeps."""
    with transaction.atomic(), reading():
        actor = current_actor()
        trees = list(Tree.objects.filter(title__icontains=text.strip()).select_related("owner_unit"))
        shown = _that_count(trees)
        grown = grow(list(shown.values()))
        live = set(
            TreeVersion.objects.filter(tree__in=trees, state=TreeState.PUBLISHED.value).values_list(
                "tree_id", flat=True
            )
        )
        return [
            row for tree in trees
            if (version := shown.get(tree.pk)) and (row := _row(tree, version, grown.get(version.pk), tree.pk in live, actor))
        ]  # fmt: skip


def _that_count(trees: Sequence[Tree]) -> dict[int, TreeVersion]:
    """For each tree the version at work, else the published one, else the newest that is over."""
    found: dict[int, TreeVersion] = {}
    for version in TreeVersion.objects.filter(tree__in=trees).order_by("number"):
        kept = found.get(version.tree_id)
        if kept is None or kept.state != TreeState.PUBLISHED.value or version.state in _AT_WORK:
            found[version.tree_id] = version
    return found


def _row(tree: Tree, version: TreeVersion, root: NodeView | None, live: bool, actor: Actor) -> TreeRow | None:
    may_edit = bool(decide(actor, Action.EDIT_KNOWLEDGE, tree.facts()))
    told = pruned(root)
    if told is None and not may_edit and not decide(actor, Action.REVIEW_KNOWLEDGE, tree.facts()):
        return None
    return TreeRow(
        tree.pk, tree.title, unit_name(tree.owner_unit_id), TreeState(version.state), live,
        sum(not one.asks for one in told.walk()) if told else 0,
        sum(not one.asks and not one.holds for one in root.walk()) if root else 0, tree.changed_at, may_edit,
    )  # fmt: skip


def card(tree_id: int, *, published: bool = False) -> TreeCard:
    """A tree with its version at work (``published``: with the published one); raises NotFound where none may be seen."""
    with transaction.atomic(), reading():
        actor = current_actor()
        tree = Tree.objects.select_related("owner_unit").filter(pk=tree_id).first()
        versions = list(tree.versions.all()) if tree else []
        live = next((one for one in versions if one.state == TreeState.PUBLISHED.value), None)
        version = live if published else _that_count([tree]).get(tree.pk) if tree else None
        if tree is None or version is None:
            raise _missing()
        root = grow([version]).get(version.pk)
        may_edit = bool(decide(actor, Action.EDIT_KNOWLEDGE, tree.facts()))
        may_review = bool(decide(actor, Action.REVIEW_KNOWLEDGE, tree.facts()))
        if pruned(root) is None and not (may_edit or may_review):
            raise _missing()
        return TreeCard(
            tree.pk, tree.title, tuple(tree.names), tree.owner_unit_id, unit_name(tree.owner_unit_id), version.pk,
            version.number, TreeState(version.state), root, version.created_by, version.reviewed_by, version.review_note,
            may_edit, may_review, TreeStep.objects.filter(node__version=version).count(), live is not None,
        )  # fmt: skip


def walked(tree_id: int, at: int | None = None) -> tuple[TreeCard, tuple[NodeView, ...]]:
    """The published tree with the way to a node (the first question where none is named); only what holds today.

    Raises NotFound for a tree without an end that the current actor may see. A node that is gone leads to the beginning.
    """
    shown = card(tree_id, published=True)
    root = pruned(shown.root)
    if root is None:
        raise _missing()
    return replace(shown, root=root), (root.way(at) if at else ()) or (root,)


def published(question: str = "") -> list[tuple[int, str, NodeView]]:
    """Published trees with an end for the current actor: id, title, root. ``question``: those that it is about.

    May stand within `reach.reading`, whose reader counts.
    """
    with transaction.atomic(), reading():
        rows = (
            TreeVersion.objects.filter(state=TreeState.PUBLISHED.value).select_related("tree").order_by("tree__title")
        )
        wanted = [row for row in rows if not question or meant(row.tree.names, question)]
        grown = grow(wanted)
        told = [(row.tree_id, row.tree.title, pruned(grown.get(row.pk))) for row in wanted]
        return [(tree, title, root) for tree, title, root in told if root is not None]


def _missing() -> NotFound:
    return NotFound("没有找到这棵情景树，或者您无权查看。", code="no_such_tree")


# -- nodes


def pruned(root: NodeView | None) -> NodeView | None:
    """What of a tree may be told today: ends that hold and steps that lead to one; None where nothing is left."""
    if root is None:
        return None
    kept = replace(root, children=tuple(one for child in root.children if (one := pruned(child)) is not None))
    return kept if kept.holds else None


def grow(versions: Sequence[TreeVersion]) -> dict[int, NodeView]:
    """The trees of versions from their nodes that the reader sees; call it within `reach.reading`."""
    rows = list(
        TreeNode.objects.filter(version__in=versions, removed_at=None)
        .select_related("cited").defer("cited__text", "cited__found").order_by("version_id", "position", "id")
    )  # fmt: skip
    passages = _passages(rows)
    below: dict[int | None, list[TreeNode]] = {}
    roots: dict[int, TreeNode] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
        if row.parent_id is None:
            roots.setdefault(row.version_id, row)
    return {version: _node(row, below, passages, 0) for version, row in roots.items()}


Passages = dict[tuple[int, int], PassageRow]


def _passages(rows: Iterable[TreeNode]) -> Passages:
    wanted = {(row.cited_id, row.passage) for row in rows if row.cited_id and row.passage}
    found = PassageRow.objects.filter(
        version_id__in={version for version, _ in wanted}, number__in={number for _, number in wanted}
    )
    return {(row.version_id, row.number): row for row in found if (row.version_id, row.number) in wanted}


def _node(row: TreeNode, below: dict[int | None, list[TreeNode]], passages: Passages, deep: int) -> NodeView:
    children = below.get(row.pk, []) if deep <= 2 * MOST_DEEP else []
    return NodeView(
        row.pk, NodeKind(row.kind), row.label, tuple(row.says), row.text, row.address, row.stale, cited_of(row, passages),
        tuple(_node(child, below, passages, deep + 1) for child in children),
    )  # fmt: skip


def cited_of(row: TreeNode, passages: Passages) -> Cited | None:
    """What a node stands on, None where it stands on nothing."""
    version = row.cited
    if version is None:
        return None
    found = passages.get((version.pk, row.passage))
    return Cited(
        version.document_id, version.pk, version.title, version.document_number, version.issuer, version.validity,
        row.passage, found.passage if found else None,
    )  # fmt: skip
