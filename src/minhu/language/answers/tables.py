"""Cells of tables that may answer a question, and what speaks for each: its row named, its column asked for.

What all rows of a table share (the matter of the paper) tells no row from another; so terms weigh by how few rows have
them, and headers by how few headers have them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import log1p
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.kernel.patterns import regex
from minhu.language.answers.intervals import fits, intervals_in
from minhu.language.answers.lists import Part
from minhu.language.answers.question import plain, unit_of
from minhu.language.answers.synonyms import synonyms_in
from minhu.language.answers.types import Kind, Query, Ranked
from minhu.language.papers.types import Passage, PassageKind

PAPERS: Final = 5
CELL_FEATURES: Final = 42
_MOST_ROWS: Final = 120
_HEADERS: Final[tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]] = (
    (regex(r"在哪|哪里|哪儿|地址|地点|什么地方|去哪|到哪|哪个窗口|怎么走"), regex(r"地址|地点|位置|网点|窗口|医院|机构")),
    (regex(r"电话|号码|打哪|联系"), regex(r"电话|热线|联系")),
    (regex(r"多久|几天|多长|几小时|时限|几个月|几年|期限|多少天|几日|管几|当场"), regex(r"时限|期限|有效|时间|周期|月数|办结|修复|到场")),
    (regex(r"几点|什么时候|开门|关门|上班|营业|哪天|星期|周[一二三四五六日]"), regex(r"时间|时段|开放|周|值班|首末班|日期")),
    (regex(r"材料|带什么|证件|要什么证|办什么证"), regex(r"材料|证件|办什么")),
    (regex(r"多少钱|几块|几元|要钱|费|价|收多少|好多钱|几个钱|掏多少|交多少"), regex(r"费|元|价|金|额|付|租")),
    (regex(r"补|给多少|领多少|发多少|奖多少|津贴|报多少|几成|比例|扣多少"), regex(r"补|标准|金额|比例|元|％|%|扣")),
    (regex(r"谁管|归谁|哪个部门|找谁|投诉|谁负责|谁开|哪个单位"), regex(r"部门|单位|主管|负责|责任|机构|替代")),
    (regex(r"最高|最多|上限|封顶|限额"), regex(r"最高|最长|限额|额度|上限")),
    (regex(r"一共|总共|合计|总的|加起来"), regex(r"合计|总|共")),
    (regex(r"自己|个人|自付|掏"), regex(r"自付|本人|个人|实缴")),
    (regex(r"冬"), regex(r"冬|淡季")), (regex(r"夏"), regex(r"夏|旺季")),
    (regex(r"罚"), regex(r"罚|首次|处罚|违法")), (regex(r"晚|夜"), regex(r"晚|夜")),
    (regex(r"几次|多久一次|多少次|年审"), regex(r"频次|次数|剂次|年审|周期")),
)  # fmt: skip
_YES_NO = regex(r"吗|不[？?]?$|没有?[？?]?$|能不能|可不可以|要不要|是否|行不行")
_YES = regex(
    r"^(?:是|否|能|不能|有|无|没有|可以|不可以|需要?|不需要?|免|免费|含|不含)$|^(?:不|免|可|需|无|当场|财政)|可以"
)
_LEAST = regex(r"最(?:低|少|小|便宜)(?:一?[档级类]|的)?")
_MOST = regex(r"最(?:高|多|大|贵)(?:一?[档级类])")
_EITHER = regex(r"还是")
_BRACKET = regex(r"[（(]([^（()）]*)[）)]\s*$")
# What is asked for by name (which school, what papers) and the very unit it is counted in.
_NAMED = regex(
    r"(?:哪(?:一)?[个家所条种类些样位间处路号]?|什么(?!时候|时间)|啥)([一-鿿]{1,4}?)(?=$|[？?，,]|能|可以|管|办|负责|受理|开|要|上|看|领|找)"
)
_COUNTED = regex(
    r"(?:几|多少|好多|多)个?(工作日|小时|分钟|年|月|天|日|元|块|钱|岁|次|人|户|层|楼|度|平|套|倍|棵|株|剂|针|课时)"
)
_COUNTED_AS: Final = {
    "天": "日天", "日": "日天", "工作日": "日天", "块": "元", "钱": "元", "楼": "层楼", "平": "㎡平", "棵": "株棵", "针": "剂针", "成": "%成", "折": "折%",
}  # fmt: skip
_WORD = regex(r"\d+(?:\.\d+)?|[^\W\d_]+")
_DIGIT = regex(r"\d|[一二三四五六七八九十百千万]")
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cell:
    """The cell number ``column`` of a row of the ranked paper number ``paper``; the first of a line of merged ones."""

    paper: int
    passage: Passage
    column: int


def part_of(cell: Cell) -> Part | None:
    """Where the value of a cell stands in the text of its row; merged cells stand there once."""
    at = end = 0
    values = cell.passage.cells
    for number, (_, value) in enumerate(values[: cell.column + 1]):
        if number and value == values[number - 1][1]:
            continue
        start = cell.passage.text.find(value, end)
        if start >= 0:
            at, end = start, start + len(value)
        elif number == cell.column:
            return None
    return (cell.passage, at, end) if end > at else None


def named(part: Part, passages: Sequence[Passage]) -> tuple[str, str]:
    """What the table calls the row and the column of a value that stands at ``part``; empty for what is no cell.

    A row is called by its first cell, and by its second too where another row begins alike.
    """
    passage = part[0]
    columns = [at for at in range(len(passage.cells)) if part_of(Cell(0, passage, at)) == part]
    if not columns:
        return "", ""
    first = passage.cells[0][1]
    alike = [
        one
        for one in passages
        if one.kind is PassageKind.ROW and _table(one) == _table(passage) and one.cells[:1] == passage.cells[:1]
    ]
    row = f"{first}，{passage.cells[1][1]}" if len(alike) > 1 and columns[0] > 1 else first
    return ("" if columns[0] == 0 else row), passage.cells[columns[0]][0]


def cells_of(query: Query, ranked: Sequence[Ranked]) -> tuple[list[Cell], Floats]:
    """The cells of the tables of the best papers and their features, shape (cells, CELL_FEATURES)."""
    asked = _Asked(query)
    cells: list[Cell] = []
    rows: list[list[float]] = []
    first = max(ranked[0].score, 1e-9) if ranked else 1.0
    for number, one in enumerate(ranked[:PAPERS]):
        own = [one.score / first, float(number > 0), number / PAPERS]
        points = {passage.number: value for passage, value in one.passages}
        best = one.passages[0][1] or 1.0 if one.passages else 1.0
        for _, group in groupby(one.sheet.paper.passages, _table):
            table = [passage for passage in group if passage.kind is PassageKind.ROW and passage.cells][:_MOST_ROWS]
            if not table:
                continue
            nearest = max((float(one.near[row.number]) for row in table), default=0.0) if one.near is not None else 0.0
            for (passage, column), features in _Table(asked, table).features():
                cells.append(Cell(number, passage, column))
                near = float(one.near[passage.number]) if one.near is not None else 0.0
                rows.append([*own, points.get(passage.number, 0.0) / best, near, nearest, near - nearest, *features])
    return cells, np.array(rows, np.float32).reshape(len(rows), CELL_FEATURES)


def _table(passage: Passage) -> tuple[str, ...]:
    """What the rows of one table have in common."""
    if passage.kind is not PassageKind.ROW:
        return ()
    return (passage.label.split("第")[0], *passage.path, *(header for header, _ in passage.cells))


def _pieces(text: str) -> set[str]:
    """Pairs of characters and single ones of a text, numbers whole, marks left out."""
    words = _WORD.findall(plain(text))
    signs = {sign for word in words if not word[0].isdigit() for sign in word}
    pairs = {a + b for word in words if not word[0].isdigit() for a, b in pairwise(word)}
    return pairs | signs | {word for word in words if word[0].isdigit()}


class _Asked:
    """What of a question matters to tables."""

    def __init__(self, query: Query) -> None:
        words = plain(query.words)
        self.words, self.kind = words, query.kind
        self.pieces = _pieces(query.focus) | _pieces(words)
        self.also = {piece for word in synonyms_in(query.focus) for piece in _pieces(word) if len(piece) > 1}
        self.numbers = intervals_in(query.words)
        self.unit = unit_of(query.words)
        self.headers = [header for wanted, header in _HEADERS if wanted.search(words)]
        self.yes_no = bool(_YES_NO.search(words))
        named, counted = _NAMED.search(words), _COUNTED.search(words)
        self.least, self.most = bool(_LEAST.search(words)), bool(_MOST.search(words))
        self.either = bool(_EITHER.search(words))
        self.named = named[1] if named else ""
        self.counted = _COUNTED_AS.get(counted[1], counted[1]) if counted else ""

    def share(self, text: str) -> float:
        """The share of a text's pieces that the question has; pairs only where there are any."""
        pieces = _pieces(re.sub(r"[（(].*?[）)]", "", text))
        pairs = {one for one in pieces if len(one) > 1} or pieces
        return len(pairs & (self.pieces | self.also)) / max(len(pairs), 1)


class _Table:
    """One table against a question."""

    def __init__(self, asked: _Asked, rows: Sequence[Passage]) -> None:
        self.asked, self.rows = asked, rows
        keys = [_pieces(row.cells[0][1]) for row in rows]
        others = [set().union(*(_pieces(value) for _, value in row.cells[1:])) for row in rows]
        self.keys = _weigh(asked, keys)
        self.others = _weigh(asked, others)
        self.key_shares = [asked.share(row.cells[0][1]) for row in rows]
        self.fits = [fits(asked.numbers, intervals_in(row.cells[0][1])) for row in rows]
        self.totals = [
            key + 0.4 * other + 2 * fit for key, other, fit in zip(self.keys, self.others, self.fits, strict=True)
        ]
        numbers = [min((one.low for one in intervals_in(row.cells[0][1])), default=None) for row in rows]
        known = [one for one in numbers if one is not None]
        self.least = [bool(known) and one == min(known) and asked.least for one in numbers]
        self.most = [bool(known) and one == max(known) and asked.most for one in numbers]
        headers = [header for header, _ in rows[0].cells]
        self.headers = _weigh(asked, [_pieces(one) for one in headers])
        self.header_shares = [asked.share(one) for one in headers]
        self.header_fits = [fits(asked.numbers, intervals_in(one)) for one in headers]
        self.typed = [float(sum(bool(wanted.search(one)) for wanted in asked.headers)) for one in headers]
        about = _pieces(f"{rows[0].context} {' '.join(rows[0].path)} {' '.join(row.text for row in rows)}")
        self.about = len({one for one in asked.pieces if len(one) > 1} & about) / max(len(asked.pieces), 1)

    def features(self) -> list[tuple[tuple[Passage, int], list[float]]]:
        """Each cell that may be said, with what speaks for it."""
        found = []
        for number, row in enumerate(self.rows):
            of_row = self._of_row(number)
            for column, (_, value) in enumerate(row.cells):
                if value.strip() and column < len(self.headers):
                    found.append(((row, column), [*of_row, *self._of_column(column), *self._of_value(row, column)]))
        return found

    def _of_row(self, number: int) -> list[float]:
        rest = max((total for at, total in enumerate(self.totals) if at != number), default=0.0)
        return [
            self.keys[number] / 5.0, self.others[number] / 5.0, self.key_shares[number], self.fits[number],
            max(min((self.totals[number] - rest) / 5.0, 2.0), -2.0), float(self.totals[number] >= max(self.totals) - 1e-9),
            float(max(self.totals) > 0), self.about, float(len(self.rows) == 1), float(self.least[number]), float(self.most[number]),
        ]  # fmt: skip

    def _of_column(self, column: int) -> list[float]:
        totals = [a + 2 * b + 2 * c for a, b, c in zip(self.headers, self.typed, self.header_fits, strict=True)]
        rest = max((total for at, total in enumerate(totals) if at not in (0, column)), default=0.0)
        return [
            float(column == 0), self.headers[column] / 5.0, self.header_shares[column], self.header_fits[column],
            self.typed[column], max(min((totals[column] - rest) / 5.0, 2.0), -2.0),
            float(column > 0 and totals[column] >= max(totals[1:], default=0.0) - 1e-9), float(len(self.headers) == 2),
        ]  # fmt: skip

    def _of_value(self, row: Passage, column: int) -> list[float]:
        header, value = row.cells[column]
        asked, digit = self.asked, bool(_DIGIT.search(value))
        unit = asked.unit
        bracket = _BRACKET.search(header)
        unit_of_header = bracket[1] if bracket else header
        right = unit is not None and bool(unit.search(value) or (digit and unit.search(unit_of_header)))
        very = any(sign in value or (digit and sign in unit_of_header) for sign in asked.counted[:2])
        number = asked.kind in (Kind.NUMBER, Kind.WHEN, Kind.CONTACT)
        return [
            asked.share(value), float(unit is not None), float(right), float(unit is not None and not right),
            float(number and digit), float(number and not digit), float(asked.yes_no and bool(_YES.search(value))),
            float(bool(re.fullmatch(r"[—\-–/]+", value.strip()))), float(bool(asked.counted) and very),
            float(bool(asked.counted) and not very), float(bool(asked.named)), float(bool(asked.named) and asked.named in value),
            float(bool(asked.named) and (asked.named in header or header[-2:] in asked.named)), float(header[-2:] in asked.words),
            float(bool(asked.named) and column == 0 and (asked.named in value or asked.named in header)), float(asked.either and value in asked.words),
        ]  # fmt: skip


def _weigh(asked: _Asked, texts: Sequence[set[str]]) -> list[float]:
    """For each text the weight of the question's pieces in it: the fewer texts have a piece the more it tells."""
    size = len(texts)
    weights = {}
    for piece in set().union(*texts) & (asked.pieces | asked.also):
        having = sum(piece in text for text in texts)
        base = log1p((size - having + 0.5) / (having + 0.5))
        weights[piece] = base * (1.0 if len(piece) > 1 else 0.4) * (1.0 if piece in asked.pieces else 0.5)
    return [sum(weights.get(piece, 0.0) for piece in text) for text in texts]
