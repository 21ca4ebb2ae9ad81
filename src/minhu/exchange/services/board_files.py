"""A file out of a message board: its columns are named once and remembered, each row is a post as it stands there.

A file with a row that cannot be read is refused as a whole, row by row with the reasons; what is read is taken in post by
post, so that a second run of the same file changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.exchange.domain import boards
from minhu.exchange.models import Board
from minhu.exchange.services import board_posts
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.ledger import services as ledger

MOST_ROWS: Final = 500
MOST_PROBLEMS: Final = 20


@dataclass(slots=True)
class Report:
    """What became of the rows of a file."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("new", "changed", "same", "deleted"), 0))
    problems: list[str] = field(default_factory=list)


def rows_of_json(content: bytes) -> list[dict[str, Any]]:
    """The rows of a JSON file: a list of objects, by itself or as the only list of an object. Raises Invalid."""
    try:
        body = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _bad("这个文件不是有效的 JSON，请用 UTF-8 编码导出。") from error
    lists = [one for one in body.values() if isinstance(one, list)] if isinstance(body, dict) else [body]
    rows = lists[0] if len(lists) == 1 else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise _bad("JSON 文件里应是一个对象的列表，每条留言一个对象。")
    return [{str(name): _cell(value) for name, value in row.items()} for row in rows]


def columns_of(board_id: int, rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], dict[str, str]]:
    """The columns of a file, and which field each is by what is remembered or usual."""
    names = list(dict.fromkeys(str(name) for row in rows[:50] for name in row if str(name or "").strip()))
    return names, boards.guessed(names, _get(board_id).columns)


def bring(board_id: int, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> Report:
    """Take the rows in with these ``columns`` (field → column), which are remembered for this board.

    Raises Invalid for a missing column and for rows that cannot be read (then nothing was taken in); NotAllowed.
    """
    require(Action.IMPORT)
    board = _get(board_id)
    if missing := [name for name in boards.NEEDED if not columns.get(name)]:
        raise Invalid("请指明留言编号和内容是哪一列。", fields=dict.fromkeys(missing, "请选择这一列"))
    if len(rows) > MOST_ROWS:
        raise _bad(f"一次最多导入 {MOST_ROWS} 条，请按时间分批导出。")
    posts, report = [], Report()
    for number, row in enumerate(rows, 2):
        try:
            posts.append((number, boards.read_row(row, {name: one for name, one in columns.items() if one})))
        except Invalid as error:
            report.problems.append(_line(number, error))
    if report.problems:
        raise Invalid("有的行无法读取，整个文件没有导入：" + " ".join(report.problems[:MOST_PROBLEMS]), code="bad_rows")
    with transaction.atomic():
        Board.objects.filter(pk=board.pk).update(columns=dict(columns), last_in_at=now())
    for number, post in posts:
        try:
            report.counts[board_posts.take(board, post)[1]] += 1
        except MinhuError as error:  # one post that cannot be a request keeps no other out
            report.problems.append(_line(number, error))
    with transaction.atomic():
        payload = {**report.counts, "refused": len(report.problems)}
        ledger.append("messageboard.imported", ("board", board.pk), payload)
    return report


def _line(number: int, error: MinhuError) -> str:
    why = "；".join((error.fields or {}).values()) or error.message
    return f"第 {number} 行：{why}"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "\n".join(str(one.get("text", "") if isinstance(one, dict) else one) for one in value)
    return "" if value is None or isinstance(value, dict) else str(value)


def _get(board_id: int) -> Board:
    found = Board.objects.filter(pk=board_id, active=True).first()
    if found is None:
        raise NotFound("没有这个留言板，或已停用。", code="no_such_board")
    return found


def _bad(message: str) -> Invalid:
    return Invalid(message, code="bad_file", fields={"file": message})
