"""Scenario trees without a framework: their codes, and what is wrong with one before it may be published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _
from minhu.language.trees.types import MOST_CHOICES

MOST_DEEP: Final = 8
"""So many steps may follow each other."""
MOST_NODES: Final = 300
MAX_LABEL: Final = 60
MAX_TEXT: Final = 600
MAX_TITLE: Final = 60
MAX_NAMES: Final = 20


class TreeState(Labelled):
    """Life of a version of a tree."""

    DRAFT = "draft", _("草稿")
    REVIEW = "review", _("待审核")
    PUBLISHED = "published", _("已发布")
    SUPERSEDED = "superseded", _("已被取代")
    WITHDRAWN = "withdrawn", _("已撤下")


class NodeKind(Labelled):
    """What a node of a tree is: a step that asks, or an end."""

    QUESTION = "question", _("问一步")
    CLAUSE = "clause", _("条款")
    DOCUMENT = "document", _("整份文件")
    FORM = "form", _("去办理")
    PERSON = "person", _("找人")


CITING: Final = frozenset({NodeKind.CLAUSE, NodeKind.DOCUMENT})
"""Ends that stand on a document."""


class Change(Labelled):
    """One step of editing, for undoing it."""

    ADDED = "added", _("添加")
    CHANGED = "changed", _("修改")
    MOVED = "moved", _("移动")
    REMOVED = "removed", _("删除")


@dataclass(frozen=True, slots=True)
class Node:
    """A node as the check reads it. ``holds``: whether the document it cites is in force and has the passage, None
    where it cites nothing; ``unsupported``: why the clause does not say its words, empty where it does."""

    id: int
    parent: int | None
    label: str
    kind: NodeKind
    text: str
    address: str = ""
    holds: bool | None = None
    unsupported: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that stops publishing; ``words`` say what to do."""

    node: int
    words: str


def troubles(nodes: Sequence[Node]) -> list[Trouble]:
    """What must be mended before a tree may be published, in the order of its nodes.

    One root that asks; two to seven unlike choices at each step, none of them without words; every end with its source
    in force; nothing that leads back to itself or nowhere; at most eight steps.
    """
    known = {one.id: one for one in nodes}
    below: dict[int | None, list[Node]] = {}
    for one in nodes:
        below.setdefault(one.parent, []).append(one)
    roots = below.get(None, [])
    found = [] if len(roots) == 1 else [Trouble(0, "一棵树要有且只有一个开头的问题。")]
    for one in nodes:
        deep = depth(one.id, {key: node.parent for key, node in known.items()})
        if deep is None:
            found.append(Trouble(one.id, "这里绕回了自己，请移到别处。"))
        elif deep > MOST_DEEP:
            found.append(Trouble(one.id, f"层数太多，请不超过 {MOST_DEEP} 层。"))
        found.extend(Trouble(one.id, words) for words in _of_node(one, below.get(one.id, [])))
    return found


def depth(node: int, parents: dict[int, int | None]) -> int | None:
    """How many steps lead to a node; None where it leads back to itself or hangs on nothing."""
    steps, at = 0, parents.get(node)
    while at is not None:
        steps += 1
        if steps > len(parents) or at not in parents:
            return None
        at = parents[at]
    return steps


def _of_node(one: Node, children: Sequence[Node]) -> Iterator[str]:
    if one.parent is not None and not one.label.strip():
        yield "选项没有名称，请写上。"
    if one.kind is NodeKind.QUESTION:
        yield from _of_step(one, children)
        return
    if one.parent is None:
        yield "开头应当是一个问题。"
    if children:
        yield "结果下面不能再有选项。"
    if one.kind in CITING and one.holds is None:
        yield "没有出处，请选择条款或文件。"
    elif one.kind in CITING and not one.holds:
        yield "引用的条款已变化或失效，请重新选择。"
    elif one.unsupported:
        yield f"写的话与条款不一致：{one.unsupported}。请改成条款的意思，或留空直接用原文。"
    if one.kind is NodeKind.FORM and not one.address:
        yield "没有办理的地址，请填写。"
    if one.kind is NodeKind.PERSON and not one.text.strip():
        yield "没有写找谁，请填写。"


def _of_step(one: Node, children: Sequence[Node]) -> Iterator[str]:
    if not one.text.strip():
        yield "没有写问什么，请填写。"
    if not children:
        yield "这一步没有选项，走到这里就断了，请添加选项或改为结果。"
    elif len(children) < 2:
        yield "只有一个选项，不需要问，请再加一个或去掉这一步。"
    elif len(children) > MOST_CHOICES:
        yield f"选项有 {len(children)} 个，请不超过 {MOST_CHOICES} 个，可以归并后再问一步。"
    same = [label for label, count in Counter(child.label.strip() for child in children).items() if label and count > 1]
    if same:
        yield f"有两个选项都叫“{same[0]}”，请改名。"
