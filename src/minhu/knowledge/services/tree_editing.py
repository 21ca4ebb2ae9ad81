"""A draft of a tree is edited node by node; each step keeps what was before it, so that it can be undone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from minhu.kernel.actors import SYSTEM, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.kernel.storable import storable
from minhu.knowledge.domain.trees import CITING, MAX_LABEL, MAX_TEXT, MOST_DEEP, MOST_NODES, Change, NodeKind, depth
from minhu.knowledge.models import PassageRow, Tree, TreeNode, TreeStep, TreeVersion, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services.common import changing
from minhu.knowledge.services.trees import at_work, check_title, checked, noted, tree_for
from minhu.knowledge.types import LIVE

MOST_SAYS: Final = 10
MOST_STEPS: Final = 200
_LIVE: Final = [state.value for state in LIVE]
_ADDRESS: Final = re.compile(r"/(?!/)[^\s\\]{0,298}|https://[^\s\\@]{4,290}|tel:\d{3,20}")
_FIELDS: Final = ("kind", "label", "says", "text", "address", "cited_id", "passage", "stale")


@dataclass(frozen=True, slots=True)
class Words:
    """What a person writes of a node; ``kind`` None: as it is."""

    label: str = ""
    text: str = ""
    says: Sequence[str] = ()
    address: str = ""
    kind: NodeKind | None = None


def name(tree_id: int, title: str, names: Sequence[str]) -> None:
    """Call a tree otherwise, and say by which words of a question it is meant. Raises Invalid, Conflict."""
    called, words = checked(title, names)
    with changing():
        tree = tree_for(tree_id)
        at_work(tree)
        check_title(called, tree.pk)
        tree.title, tree.names, tree.changed_at = called, words, now()
        tree.save(update_fields=["title", "names", "changed_at"])
        noted("edited", tree.pk, what="named")


def add(tree_id: int, parent_id: int, words: Words) -> int:
    """Put a choice below a step, at its end; returns the node. Raises Invalid, Conflict."""
    with changing():
        tree, version = _draft(tree_id)
        parent = _node(version, parent_id)
        if parent.kind != NodeKind.QUESTION.value:
            raise Invalid("结果下面不能再加选项，请先把它改为“问一步”。")
        if version.nodes.filter(removed_at=None).count() >= MOST_NODES:
            raise Invalid(f"一棵树最多 {MOST_NODES} 个选项，请拆成几棵。")
        _check_deep(version, parent.pk, 1)
        node = TreeNode(version=version, parent=parent, kind=(words.kind or NodeKind.QUESTION).value)
        write(node, words)
        node.position = version.nodes.filter(parent=parent).count()
        node.save()
        _kept(tree, version, node, Change.ADDED, {})
        return int(node.pk)


def change(tree_id: int, node_id: int, words: Words) -> None:
    """Write a node anew; an end of another kind loses its citation. Raises Invalid with the field that is wrong."""
    with changing():
        tree, version = _draft(tree_id)
        node = _node(version, node_id)
        before = _fields(node)
        if words.kind is not None and words.kind.value != node.kind:
            if node.parent_id is None or _children(node).exists():
                raise Invalid("它下面还有选项，请先移走或删除，再改为结果。")
            node.kind, node.cited, node.passage, node.stale = words.kind.value, None, 0, ""
        write(node, words)
        node.save()
        _kept(tree, version, node, Change.CHANGED, before)


def cite(tree_id: int, node_id: int, version_id: int, passage: int) -> None:
    """Let an end stand on a passage of a live document that the writer may see (0: on the whole document)."""
    with changing():
        tree, version = _draft(tree_id)
        node = _node(version, node_id)
        if node.kind == NodeKind.QUESTION.value:
            raise Invalid("这里还要再问一步，请先改为结果，再选条款。")
        cited = Version.objects.filter(pk=version_id, state__in=_LIVE).only("id").first()
        if cited is None or (passage and not PassageRow.objects.filter(version=cited, number=passage).exists()):
            raise Invalid("没有找到这个条款，或者它已失效、您无权查看，请重新检索。")
        before = _fields(node)
        node.kind = (NodeKind.CLAUSE if passage else NodeKind.DOCUMENT).value
        node.cited, node.passage, node.stale, node.address = cited, passage, "", ""
        node.save()
        _kept(tree, version, node, Change.CHANGED, before)


def move(tree_id: int, node_id: int, parent_id: int, after_id: int = 0) -> None:
    """Put a node, with all below it, below a step behind another node (0: first). Raises Invalid where it cannot stand."""
    with changing():
        tree, version = _draft(tree_id)
        node, parent = _node(version, node_id), _node(version, parent_id)
        if node.parent_id is None:
            raise Invalid("开头的问题不能移动。")
        if parent.kind != NodeKind.QUESTION.value:
            raise Invalid("结果下面不能放选项。")
        parents = _parents(version)
        if parent.pk == node.pk or _leads(parents, parent.pk, node.pk):
            raise Invalid("不能移到它自己下面。")
        _check_deep(version, parent.pk, 1 + _height(parents, node.pk))
        before = {"parent": node.parent_id, "after": _before(node)}
        _place(node, parent.pk, after_id)
        _kept(tree, version, node, Change.MOVED, before)


def shift(tree_id: int, node_id: int, way: str) -> None:
    """Move by keyboard: ``up`` and ``down`` among its neighbours, ``in`` below the step before it, ``out`` behind its own."""
    with changing():
        _, version = _draft(tree_id)
        node = _node(version, node_id)
        beside = list(
            version.nodes.filter(parent=node.parent_id, removed_at=None).order_by("position", "id")
        )  # as the writer sees them
        at = next(place for place, one in enumerate(beside) if one.pk == node.pk)
        above = beside[at - 1] if at else None
        parent = node.parent
        if node.parent_id is None or parent is None:
            raise Invalid("开头的问题不能移动。")
        if way == "up" and above:
            target = (parent.pk, beside[at - 2].pk if at > 1 else 0)
        elif way == "down" and at + 1 < len(beside):
            target = (parent.pk, beside[at + 1].pk)
        elif way == "in" and above and above.kind == NodeKind.QUESTION.value:
            last = version.nodes.filter(parent=above, removed_at=None).order_by("-position", "-id").first()
            target = (above.pk, last.pk if last else 0)
        elif way == "out" and parent.parent_id:
            target = (parent.parent_id, parent.pk)
        else:
            raise Invalid("不能再往这边移了。")
        move(tree_id, node_id, *target)


def remove(tree_id: int, node_id: int) -> None:
    """Take a node out with all below it; undoing brings all of it back."""
    with changing():
        tree, version = _draft(tree_id)
        node = _node(version, node_id)
        if node.parent_id is None:
            raise Invalid("开头的问题不能删除。")
        node.removed_at = now()
        node.save(update_fields=["removed_at"])
        _kept(tree, version, node, Change.REMOVED, {})


def undo(tree_id: int) -> Change:
    """Take the last step of editing back; returns what it was. Raises Conflict where there is none."""
    with changing():
        tree, version = _draft(tree_id)
        step = TreeStep.objects.select_related("node").filter(node__version=version).first()
        if step is None:
            raise Conflict("没有可以撤销的修改。", code="nothing_to_undo")
        node, what = step.node, Change(step.change)
        if what is Change.MOVED:
            _place(node, step.before["parent"], step.before["after"])
        elif what is Change.CHANGED:
            for field, value in step.before.items():
                setattr(node, field, value)
            node.save()
        else:
            node.removed_at = now() if what is Change.ADDED else None
            node.save(update_fields=["removed_at"])
        step.delete()
        noted("edited", tree.pk, version=version.number, what="undone")
        return what


def write(node: TreeNode, words: Words) -> None:
    """Put what a person wrote into a node, unsaved; raises Invalid with the fields that are wrong."""
    label, text, address = " ".join(storable(words.label).split()), storable(words.text), words.address.strip()
    says = list(dict.fromkeys(" ".join(storable(one).split()) for one in words.says if storable(one)))
    wrong = {}
    if node.parent_id is not None and not 1 <= len(label) <= MAX_LABEL:
        wrong["label"] = f"请写选项，不超过 {MAX_LABEL} 个字。"
    if len(text) > MAX_TEXT:
        wrong["text"] = f"请不超过 {MAX_TEXT} 个字。"
    if len(says) > MOST_SAYS or any(not 2 <= len(one) <= 20 for one in says):
        wrong["says"] = f"每种说法 2 到 20 个字，最多 {MOST_SAYS} 种。"
    if address and not _ADDRESS.fullmatch(address):
        wrong["address"] = "请填写本站地址（以 / 开头）、https:// 开头的网址，或 tel: 加电话号码。"
    if wrong:
        raise Invalid("".join(wrong.values()), fields=wrong)
    citing = NodeKind(node.kind) in CITING or node.kind == NodeKind.QUESTION.value
    node.label, node.text, node.says, node.address = label, text, says, "" if citing else address


# -- what the steps share


def _draft(tree_id: int) -> tuple[Tree, TreeVersion]:
    tree = tree_for(tree_id)
    return tree, at_work(tree)


def _node(version: TreeVersion, node_id: int) -> TreeNode:
    found = version.nodes.filter(pk=node_id, removed_at=None).first()
    if found is None:
        raise NotFound("没有找到这个选项，可能已被删除，请刷新页面。", code="no_such_node")
    return found


def _fields(node: TreeNode) -> dict[str, Any]:
    return {field: getattr(node, field) for field in _FIELDS}


def _children(node: TreeNode) -> Any:
    return TreeNode.objects.filter(parent=node, removed_at=None)


def _parents(version: TreeVersion) -> dict[int, int | None]:
    """Who stands below whom, of all nodes, also those that the writer may not see."""
    with reading(SYSTEM):
        return dict(version.nodes.filter(removed_at=None).values_list("pk", "parent_id"))


def _leads(parents: Mapping[int, int | None], node: int, up_to: int) -> bool:
    at: int | None = node
    for _ in range(len(parents) + 1):
        if at is None or at == up_to:
            break
        at = parents.get(at)
    return at == up_to


def _height(parents: Mapping[int, int | None], node: int) -> int:
    children = [one for one, parent in parents.items() if parent == node]
    return 1 + max(_height(parents, one) for one in children) if children else 0


def _check_deep(version: TreeVersion, parent: int, more: int) -> None:
    if (depth(parent, _parents(version)) or 0) + more > MOST_DEEP:
        raise Invalid(f"层数太多，请不超过 {MOST_DEEP} 层。")


def _before(node: TreeNode) -> int:
    """The neighbour before a node, of all; 0 where it is the first."""
    with reading(SYSTEM):
        found = TreeNode.objects.filter(version=node.version_id, parent=node.parent_id, removed_at=None)
        ids = list(found.order_by("position", "id").values_list("pk", flat=True))
    return ids[ids.index(node.pk) - 1] if ids.index(node.pk) else 0


def _place(node: TreeNode, parent_id: int, after_id: int) -> None:
    """Put a node behind another and number its new neighbours anew, also those that the writer may not see."""
    with reading(SYSTEM):
        beside = TreeNode.objects.filter(version=node.version_id, parent=parent_id, removed_at=None)
        others = [one for one in beside.order_by("position", "id") if one.pk != node.pk]
        at = next((place + 1 for place, one in enumerate(others) if one.pk == after_id), 0)
        node.parent_id = parent_id
        node.save(update_fields=["parent"])
        others.insert(at, node)
        for position, one in enumerate(others):
            one.position = position
        TreeNode.objects.bulk_update(others, ["position"])


def _kept(tree: Tree, version: TreeVersion, node: TreeNode, what: Change, before: dict[str, Any]) -> None:
    """Keep what was before a step, and who wrote; the oldest steps of a long session are dropped."""
    who = current_actor().id
    TreeStep.objects.create(node=node, change=what.value, before=before, by=who, at=now())
    old = TreeStep.objects.filter(node__version=version).values_list("pk", flat=True)[MOST_STEPS:]
    TreeStep.objects.filter(pk__in=list(old)).delete()
    if who not in version.edited_by:
        TreeVersion.objects.filter(pk=version.pk).update(edited_by=[*version.edited_by, who])
    Tree.objects.filter(pk=tree.pk).update(changed_at=now())
    noted("edited", tree.pk, version=version.number, what=what.value)
