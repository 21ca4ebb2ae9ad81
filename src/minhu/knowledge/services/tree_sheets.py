"""Scenario trees as a table and back: a row for each step and end, its depth told by a number; trees stand one below another.

Beside `tree_files` (one tree as JSON for programs) this is the form in which people keep and mend trees in a spreadsheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from minhu.directory.policy import Action, may_ever
from minhu.kernel.actors import current_actor
from minhu.kernel.cells import runs
from minhu.kernel.errors import Invalid, MinhuError, NotAllowed, Unavailable
from minhu.knowledge.domain.trees import MOST_DEEP, NodeKind
from minhu.knowledge.queries import trees as queries
from minhu.knowledge.services import sheets, tree_files, trees
from minhu.knowledge.services.common import changing
from minhu.knowledge.services.editing import check_may_keep

MOST_ROWS: Final = 5_000
MOST_TREES: Final = 100
COLUMNS: Final = {
    "tree": "情景树", "names": "群众怎么问", "level": "层级", "label": "选项", "kind": "类型", "text": "问句或答复", "says": "也这样说",
    "document": "文件", "clause": "条款", "starts": "条款开头", "address": "办理地址",
}  # fmt: skip
HEADER: Final = tuple(COLUMNS.values())
_NEEDED: Final = frozenset({"tree", "level", "kind"})
_KINDS: Final = {one.said: one.value for one in NodeKind}
_BETWEEN: Final = re.compile(r"[、，,；;\n]")
_HEADER_ROWS: Final = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one tree, with its first row as the sheet counts; ``tree_id`` is None where it was not taken."""

    row: int
    title: str
    message: str
    tree_id: int | None = None
    missing: tuple[str, ...] = ()


def export(reason: str) -> list[tuple[object, ...]]:
    """The trees that the current actor keeps as rows under `HEADER`: their version at work or in use.

    Raises Invalid without a reason or for more than `MOST_ROWS`, NotAllowed for who keeps none.
    """
    if len(reason.strip()) < 2:
        raise Invalid(
            "请填写导出用途（至少 2 个字），才能导出。", code="no_reason", fields={"reason": "请填写导出用途"}
        )
    if not may_ever(current_actor(), Action.EDIT_KNOWLEDGE):
        raise NotAllowed("您的岗位不能导出情景树。", code="not_allowed")
    with changing():
        cards = [queries.card(row.id) for row in queries.listed() if row.may_edit]
        rows = [line for card in cards for line in _lines(tree_files.told(card))]
        if len(rows) > MOST_ROWS:
            raise Invalid(
                f"超过 {MOST_ROWS} 行，没有导出，请逐棵导出。", code="too_many_rows", fields={"reason": "内容过多"}
            )
        for card in cards:
            trees.noted("exported", card.id, version=card.number, reason=reason.strip()[:200])
    return rows


def _lines(tree: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    def below(node: Mapping[str, Any], level: int) -> Iterator[tuple[object, ...]]:
        names = "；".join(tree["names"]) if level == 0 else ""
        yield (
            tree["title"], names, level, node.get("label", ""), NodeKind(node["kind"]).said, node.get("text", ""),
            "、".join(node.get("says", ())), *(node.get(name, "") for name in ("document", "clause", "starts", "address")),
        )  # fmt: skip
        for child in node.get("choices", ()):
            yield from below(child, level + 1)

    if tree["root"] is not None:
        yield from below(tree["root"], 0)


def take(content: bytes, name: str, owner_unit: int) -> list[Outcome]:
    """Take the trees of a table in as drafts; each is whole or not at all, and says why and in which row.

    Raises Invalid for a file that is no table or lacks columns, NotAllowed for somebody else's unit.
    """
    check_may_keep(owner_unit)
    outcomes = []
    for at, rows in _trees(_rows(content, name)):
        title = rows[0][1]["tree"]
        try:
            taken = tree_files.planted(tree_files.checked(_grown(rows)), owner_unit)
        except Unavailable:
            raise
        except MinhuError as error:
            outcomes.append(Outcome(at, title, error.message))
        else:
            outcomes.append(Outcome(at, title, f"已登记为草稿，{taken.nodes} 项", taken.tree_id, taken.missing))
    return outcomes


_Row = tuple[int, dict[str, str]]


def _rows(content: bytes, name: str) -> list[_Row]:
    """Rows by the names of `COLUMNS` with their place in the sheet; other columns are left alone."""
    grid = sheets.grid_of(content, name)
    names = {said: key for key, said in COLUMNS.items()}
    heads = ((at, {names[cell]: x for x, cell in enumerate(row) if cell in names}) for at, row in enumerate(grid[:_HEADER_ROWS]))  # fmt: skip
    start, found = next(((at, one) for at, one in heads if one.keys() >= _NEEDED), (0, {}))
    if not found:
        missing = "、".join(COLUMNS[key] for key in COLUMNS if key in _NEEDED)
        raise Invalid(
            f"表格里要有“{missing}”这些列，请对照导出的表格核对列名。",
            code="no_columns",
            fields={"file": f"缺少列：{missing}"},
        )
    rows = [
        (number, {key: _plain(row[found[key]]) if found.get(key, len(row)) < len(row) else "" for key in COLUMNS})
        for number, row in enumerate(grid[start + 1 :], start + 2)
        if any(row)
    ]
    if len(rows) > MOST_ROWS:
        raise Invalid(f"表格有 {len(rows)} 行，一次最多 {MOST_ROWS} 行，请拆分后导入。", code="too_many_rows", fields={"file": f"最多 {MOST_ROWS} 行"})  # fmt: skip
    return rows


def _plain(cell: str) -> str:
    """A cell without the apostrophe that an export put before what a spreadsheet would run."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and runs(text[1:]) else text


def _trees(rows: Sequence[_Row]) -> list[tuple[int, list[_Row]]]:
    """The rows of each tree: a name that is left out is that of the row above."""
    found: list[tuple[int, list[_Row]]] = []
    for number, row in rows:
        if not found and not row["tree"]:
            raise _wrong(number, "没有写情景树的名称")
        if not found or (row["tree"] and row["tree"] != found[-1][1][0][1]["tree"]):
            found.append((number, []))
        found[-1][1].append((number, row))
    if len(found) > MOST_TREES:
        raise Invalid(f"表格里有 {len(found)} 棵情景树，一次最多 {MOST_TREES} 棵，请拆分后导入。", code="too_many_rows", fields={"file": f"最多 {MOST_TREES} 棵"})  # fmt: skip
    return found


def _grown(rows: Sequence[_Row]) -> dict[str, Any]:
    """A tree of plain values; raises Invalid with the row that is wrong."""
    way: list[dict[str, Any]] = []
    for number, row in rows:
        level, kind = _level(number, row["level"]), _KINDS.get(row["kind"])
        if kind is None:
            raise _wrong(number, f"类型应为：{'、'.join(_KINDS)}")
        if level > len(way) or (level == 0) != (not way):
            raise _wrong(number, "层级应从 0（第一个问题）开始，下一级比上一级多 1")
        if level and way[level - 1]["kind"] != NodeKind.QUESTION.value:
            raise _wrong(number, "只有“问一步”下面可以有选项")
        said = [one.strip() for one in _BETWEEN.split(row["says"]) if one.strip()]
        words = {key: row[key] for key in ("label", "text", "document", "clause", "starts", "address")}
        node = {**words, "kind": kind, "says": said, "choices": []}
        del way[level:]
        if way:
            way[-1]["choices"].append(node)
        way.append(node)
    first = rows[0][1]
    names = [one.strip() for one in re.split(r"[；;\n]", first["names"]) if one.strip()]
    return {"title": first["tree"], "names": names, "root": way[0]}


def _level(number: int, words: str) -> int:
    if not re.fullmatch(r"\d{1,2}(\.0)?", words) or int(float(words)) > MOST_DEEP:
        raise _wrong(number, f"层级应为 0 到 {MOST_DEEP} 的整数")
    return int(float(words))


def _wrong(number: int, what: str) -> Invalid:
    text = f"第 {number} 行：{what}。"
    return Invalid(text, fields={"file": text})
