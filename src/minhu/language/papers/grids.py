"""Tables: which rows are headers, what stands above each column, and what each row says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from minhu.kernel.patterns import regex

Row = tuple[str, ...]
JOIN: Final = " | "
_FIGURE: Final = regex(r"\d")
_MOST_HEADERS: Final = 4
_LONG: Final = 25


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: names of its columns (empty where it has none) and its rows; ``sections`` stand over the rows behind."""

    names: Row
    headers: tuple[Row, ...]
    rows: tuple[Row, ...]


def grid_of(rows: tuple[Row, ...], marked: int = 0) -> Grid:
    """Part a table into headers and rows; ``marked``: how many rows its maker called headers (0: not told)."""
    count = min(marked, len(rows) - 1) if marked else _headers(rows)
    headers = rows[:count]
    names = tuple(_name([row[x] for row in headers]) for x in range(len(rows[0])))
    return Grid(names, headers, rows[count:])


def is_section(row: Row) -> bool:
    """Whether one cell goes over the whole row: it heads the rows behind it."""
    return len(row) > 1 and len(set(row)) == 1 and bool(row[0])


def cells_of(grid: Grid, row: Row) -> tuple[tuple[str, str], ...]:
    """Header and value of each filled cell; in a table without headers the first cell names the others."""
    if not any(grid.names):
        return tuple((row[0], value) for value in row[1:] if value)
    found: list[tuple[str, str]] = []
    for name, value in zip(grid.names, row, strict=True):
        if value and (name, value) not in found:
            found.append((name, value))
    return tuple(found)


def line_of(row: Row) -> str:
    """A row as one line of text; a cell that goes over several columns is said once."""
    said = [
        cell.replace("\n", " ") for at, cell in enumerate(row) if at == 0 or cell != row[at - 1] or _FIGURE.search(cell)
    ]
    return JOIN.join(said)


def _headers(rows: tuple[Row, ...]) -> int:
    """How many of the first rows are headers, by their looks."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0
    if len(rows[0]) == 2 and not _heads(rows[0], rows[1:]):
        return 0
    if not all(rows[0][1:]) and not any(rows[0][x] for x in range(1, len(rows[0]))):
        return 0
    count = 1
    while count < min(len(rows) - 1, _MOST_HEADERS) and _goes_on(rows[count - 1], rows[count]):
        count += 1
    return count


def _heads(first: Row, rest: tuple[Row, ...]) -> bool:
    """Whether the first of two-column rows is a header and not one of the pairs."""
    values = [row[1] for row in rest if row[1]]
    if not first[1] or len(first[1]) > 12 or _FIGURE.search(first[1]):
        return False
    figures = sum(1 for value in values if _FIGURE.search(value))
    names = (
        "项目",
        "名称",
        "内容",
        "序号",
        "类别",
        "类型",
        "事项",
        "标准",
        "说明",
        "要求",
        "单位",
        "地址",
        "电话",
        "时间",
        "金额",
        "条件",
        "材料",
        "对象",
        "区域",
    )
    return figures * 2 > len(values) or any(word in first[0] + first[1] for word in names[:7]) or first[1] in names


def _goes_on(above: Row, below: Row) -> bool:
    """Whether ``below`` is a second row of headers: something above goes over several columns or down into it."""
    if is_section(below) or any(_FIGURE.search(cell) or len(cell) > _LONG for cell in below):
        return False
    spread = any(a and a == b for a, b in pairwise(above))
    return spread and (all(below) or any(a == b for a, b in zip(above, below, strict=True)))


def _name(parts: list[str]) -> str:
    """The headers over one column, each once."""
    return "·".join(dict.fromkeys(part.replace("\n", "") for part in parts if part))
