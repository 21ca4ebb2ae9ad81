"""Use cases of the administrator: a message board is registered, changed, switched, gets a new key (shown once)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.directory.queries.rules import lines
from minhu.directory.services.changes import change, record
from minhu.engines import webhooks
from minhu.exchange.models import Board, BoardPost
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.kernel.locks import Change

WHY: Final = "an administrator is told how many posts a board brought, and sees none"
LOCK: Final = Change.BOARDS
MOST_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class BoardData:
    """What an administrator fills in."""

    label: str
    site: str = ""
    line: str = ""
    answer_days: int = 0


@dataclass(frozen=True, slots=True)
class BoardView:
    """A board as its administrator sees it: no key, no post, no citizen."""

    id: int
    uid: str
    label: str
    site: str
    line: str
    answer_days: int
    active: bool
    posts: int
    refused: int
    problem: str
    last_in_at: datetime | None
    last_out_at: datetime | None


def add(data: BoardData) -> tuple[int, str]:
    """Register a board; returns its id and its key, shown this once. Raises Invalid, Conflict."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        board = Board(created_at=now(), secret=webhooks.new_secret())
        _fill(board, data)
        board.save()
        record("board_added", ("board", board.pk))
        return board.pk, board.secret


def edit(board_id: int, data: BoardData) -> None:
    """Change a board; its key and its posts stay."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        board = get(board_id)
        _fill(board, data)
        board.save(update_fields=["label", "site", "line", "answer_days"])
        record("board_changed", ("board", board.pk))


def new_secret(board_id: int) -> str:
    """A new key; the old one ends now."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        board = get(board_id)
        board.secret, board.problem = webhooks.new_secret(), ""
        board.save(update_fields=["secret", "problem"])
        record("board_rekeyed", ("board", board.pk))
        return board.secret


def switch(board_id: int, *, active: bool) -> None:
    """Switch a board off: it is refused from now on; or on again."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        board = get(board_id)
        board.active = active
        board.save(update_fields=["active"])
        record("board_switched", ("board", board.pk), active=active)


def listed() -> list[BoardView]:
    """All boards by name, with counts only."""
    require(Action.MANAGE_TOKENS)
    counts = _counts()
    return [_view(row, counts.get(row.pk, 0)) for row in Board.objects.order_by("label")]


def card(board_id: int) -> BoardView:
    """One board; raises NotFound."""
    require(Action.MANAGE_TOKENS)
    return _view(get(board_id), _counts().get(board_id, 0))


def _fill(board: Board, data: BoardData) -> None:
    label, site = data.label.strip(), data.site.strip()
    wrong: dict[str, str] = {}
    if not label or len(label) > 64:
        wrong["label"] = "请填写名称，不超过 64 个字。"
    if site and not site.startswith(("https://", "http://")):
        wrong["site"] = "请填写以 https:// 开头的网址，或不填。"
    if not 0 <= data.answer_days <= MOST_DAYS:
        wrong["answer_days"] = f"应在 0 至 {MOST_DAYS} 天之间。"
    if data.line and data.line not in lines().by_code:
        wrong["line"] = "没有这条业务线。"
    if wrong:
        raise Invalid("留言板的设置有误，请改正后再保存。", fields=wrong)
    if Board.objects.exclude(pk=board.pk).filter(label=label).exists():
        raise Conflict("已登记过同名的留言板。", fields={"label": "已被使用"})
    board.label, board.site, board.line, board.answer_days = label, site[:200], data.line, data.answer_days


def get(board_id: int) -> Board:
    """A board, held; raises NotFound. For services within a transaction."""
    found = Board.objects.select_for_update().filter(pk=board_id).first()
    if found is None:
        raise NotFound("没有这个留言板。", code="no_such_board")
    return found


def _counts() -> dict[int, int]:
    """How many posts each board brought: a number, which shows nobody."""
    with transaction.atomic(), elevated(WHY):
        return dict(BoardPost.objects.order_by().values_list("board_id").annotate(Count("id")))


def _view(row: Board, posts: int) -> BoardView:
    return BoardView(
        row.pk, str(row.uid), row.label, row.site, row.line, row.answer_days, row.active, posts, row.refused, row.problem,
        row.last_in_at, row.last_out_at,
    )  # fmt: skip
