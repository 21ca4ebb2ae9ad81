"""A tree as a file and back: JSON with its nodes and, for each end, the document by title and the clause by name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from minhu.kernel.errors import Invalid
from minhu.kernel.storable import storable
from minhu.knowledge.domain.trees import CITING, MOST_DEEP, MOST_NODES, NodeKind
from minhu.knowledge.models import PassageRow, TreeNode, TreeVersion, Version
from minhu.knowledge.queries import trees as queries
from minhu.knowledge.queries.trees_shown import NodeView, TreeCard
from minhu.knowledge.services import tree_editing, trees
from minhu.knowledge.services.common import changing
from minhu.knowledge.services.editing import check_may_keep
from minhu.knowledge.types import LIVE
from minhu.language.trees.types import Sprout

FORMAT: Final = "minhu.tree/1"
MOST_BYTES: Final = 1_000_000
_START: Final = 40
_LIVE: Final = [state.value for state in LIVE]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file: the tree, and the ends whose clause was not found and has to be chosen again."""

    tree_id: int
    nodes: int
    missing: tuple[str, ...]


def export(tree_id: int) -> bytes:
    """The version at work or in use as JSON; only what the current actor may see."""
    card = queries.card(tree_id)
    with changing():
        trees.noted("exported", tree_id, version=card.number)
    content = {"format": FORMAT, **told(card)}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def told(card: TreeCard) -> dict[str, Any]:
    """A tree as plain values: title, names, root (None where it has none)."""
    return {"title": card.title, "names": list(card.names), "root": _told(card.root) if card.root else None}


def _told(view: NodeView) -> dict[str, Any]:
    found: dict[str, Any] = {"label": view.label} if view.label else {}
    found["kind"] = view.kind.value
    found |= {name: value for name, value in (("text", view.text), ("says", list(view.says)), ("address", view.address)) if value}  # fmt: skip
    if view.cited:
        found["document"] = view.cited.title
        if view.cited.passage:
            found |= {"clause": view.cited.passage.label, "starts": view.cited.passage.text[:_START]}
    if view.children:
        found["choices"] = [_told(child) for child in view.children]
    return found


def take(content: bytes, owner_unit: int) -> Taken:
    """A new tree from a file; ends whose document or clause is not there come without a citation and are named.

    Raises Invalid for a file that is none of ours, Conflict for a title that is taken, NotAllowed.
    """
    check_may_keep(owner_unit)
    return planted(_parsed(content), owner_unit)


def planted(data: Mapping[str, Any], owner_unit: int) -> Taken:
    """A new tree from what `checked` let through; raises as `take`."""
    check_may_keep(owner_unit)
    with changing():
        version = trees.plant(data["title"], data["names"], owner_unit, Sprout("", data["root"]["text"] or "？"))
        root = version.nodes.get()
        missing = list(_put(version, data["root"].get("choices", []), root))
        trees.noted("edited", version.tree_id, version=1, what="imported")
        return Taken(version.tree_id, version.nodes.count(), tuple(missing))


def _put(version: TreeVersion, choices: list[dict[str, Any]], parent: TreeNode) -> Iterator[str]:
    for position, one in enumerate(choices):
        kind = NodeKind(one["kind"])
        node = TreeNode(version=version, parent=parent, position=position, kind=kind.value)
        tree_editing.write(node, tree_editing.Words(one["label"], one["text"], one["says"], one["address"]))
        if kind in CITING:
            node.cited, node.passage = _source(one)
            if node.cited is None:
                yield one["label"]
        node.save()
        yield from _put(version, one.get("choices", []), node)


def _source(one: Mapping[str, Any]) -> tuple[Version | None, int]:
    """The live document of this title and its passage: the one with this name and beginning, else this beginning alone."""
    version = Version.objects.filter(title=one["document"], state__in=_LIVE).only("id").first()
    if version is None or one["kind"] == NodeKind.DOCUMENT.value:
        return version, 0
    rows = PassageRow.objects.filter(version=version, text__startswith=one["starts"]) if one["starts"] else PassageRow.objects.filter(version=version)  # fmt: skip
    found = rows.filter(label=one["clause"]).first() or (rows.first() if one["starts"] else None)
    return (version, found.number) if found else (None, 0)


def _parsed(content: bytes) -> dict[str, Any]:
    """The file as plain values; raises Invalid with the place of what is wrong."""
    try:
        data = json.loads(content) if len(content) <= MOST_BYTES else None
    except (ValueError, RecursionError) as error:
        raise _wrong("不是有效的 JSON") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("root"), dict):
        raise _wrong("不是从这里导出的情景树，或者文件过大")
    return checked(data)


def checked(data: Mapping[str, Any]) -> dict[str, Any]:
    """A tree of plain values as `planted` takes it; raises Invalid with what is wrong."""
    names = data.get("names", [])
    if not isinstance(data.get("title"), str) or not isinstance(names, list) or not all(isinstance(one, str) for one in names):  # fmt: skip
        raise _wrong("名称或说法有误")
    left = [MOST_NODES]
    return {"title": data["title"], "names": names, "root": _node(data["root"], left, 0)}


def _node(data: object, left: list[int], deep: int) -> dict[str, Any]:
    left[0] -= 1
    if left[0] < 0 or deep > MOST_DEEP:
        raise _wrong(f"超过 {MOST_NODES} 个选项或 {MOST_DEEP} 层")
    if not isinstance(data, dict):
        raise _wrong("选项有误")
    words = {name: data.get(name, "") for name in ("label", "text", "address", "document", "clause", "starts")}
    says, kind, choices = data.get("says", []), data.get("kind"), data.get("choices", [])
    if kind not in {one.value for one in NodeKind} or not isinstance(choices, list) or not isinstance(says, list):
        raise _wrong(f"“{str(words['label'])[:40]}”的类型、说法或选项有误")
    if not all(isinstance(value, str) for value in (*words.values(), *says)):
        raise _wrong(f"“{str(words['label'])[:40]}”里有不是文字的内容")
    return {name: storable(value) for name, value in words.items()} | {
        "says": says,
        "kind": kind,
        "choices": [_node(one, left, deep + 1) for one in choices],
    }


def _wrong(what: str) -> Invalid:
    text = f"文件不能导入：{what}。请用这里导出的文件，按原来的样子修改。"
    return Invalid(text, fields={"file": text})
