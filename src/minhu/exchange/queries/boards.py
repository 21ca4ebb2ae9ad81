"""Message boards and their posts for those who take requests in, and the post behind an order for who may see it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.exchange.domain.boards import NAMES, NEEDED, PostState, digest_of
from minhu.exchange.models import Board, BoardPost
from minhu.exchange.queries.board_standing import Reply, standing
from minhu.handling.queries import visible_orders
from minhu.handling.queries.watch import Wanted
from minhu.handling.types import DONE_STATES
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now

MOST: Final = 200
_DONE: Final = [state.value for state in DONE_STATES]
_OPEN: Final = frozenset({PostState.WORKING, PostState.READY, PostState.TAKEN, PostState.FOLLOWED, PostState.WITHHELD})
_FIRST: Final = (PostState.FOLLOWED, PostState.READY, PostState.WITHHELD, PostState.TAKEN, PostState.WORKING)


@dataclass(frozen=True, slots=True)
class BoardName:
    """A board to choose."""

    id: int
    label: str
    site: str
    active: bool


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post and how it stands."""

    id: int
    board: str
    key: str
    link: str
    public: bool
    number: str
    title: str
    state: PostState
    state_words: str
    posted_at: datetime
    due_at: datetime | None
    late: bool
    """The board's own deadline is over and no reply stands there."""
    changed_at: datetime | None
    followed_at: datetime | None
    deleted_at: datetime | None
    published_at: datetime | None
    reply: str
    digest: str
    masked: bool


@dataclass(frozen=True, slots=True)
class Posts:
    """The posts of one list, and how many are in each state."""

    rows: tuple[PostRow, ...]
    counts: tuple[tuple[PostState, int], ...]
    late: int


def names() -> list[BoardName]:
    """All boards by name, for who takes requests in."""
    require(Action.IMPORT)
    return [BoardName(row.pk, row.label, row.site, row.active) for row in Board.objects.order_by("label")]


def posts(board_id: int | None = None, state: PostState | None = None) -> Posts:
    """The newest posts that the present actor may see: what needs somebody first, then by the boards' deadlines."""
    require(Action.IMPORT)
    rows = _visible(None)
    if board_id is not None:
        rows = rows.filter(board_id=board_id)
    found = [_row(standing(row)) for row in rows.order_by("-id")[:MOST]]
    counts = Counter(one.state for one in found)
    chosen = [one for one in found if state is None or one.state is state]
    chosen.sort(key=lambda one: (_place(one.state), one.due_at is None, one.due_at or one.posted_at))
    return Posts(
        tuple(chosen), tuple((one, counts[one]) for one in PostState if counts[one]), sum(one.late for one in found)
    )


def late_replies(actor: Actor | None = None) -> dict[int, Wanted]:
    """The orders whose board waits beyond its own deadline, the longest first: what ``PostRow.late`` says, for supervisors."""
    require(Action.VIEW_FIGURES)
    alone = Q(order__merged_into=None) | Q(order__merged_into__reply_approved_at=None)
    over = alone & Q(order__state__in=_DONE, order__reply_approved_at=None, followed_at=None)
    rows = _visible(actor).filter(due_at__lte=now(), published_at=None, deleted_at=None).exclude(over)
    found = rows.order_by("due_at", "id").values_list("order_id", "board__label", "due_at")
    return {order: Wanted(label, due) for order, label, due in found if due is not None}


def of_order(number: str, actor: Actor | None = None) -> PostRow | None:
    """The post that an order began as; None for any other order, and for one that may not be seen."""
    row = _visible(actor).filter(order__number=number).first()
    return _row(standing(row)) if row is not None else None


def fields() -> list[tuple[str, bool]]:
    """Our names of the fields of a post, and whether a file must have them."""
    return [(name, name in NEEDED) for name in NAMES]


def _visible(actor: Actor | None) -> QuerySet[BoardPost]:
    orders = visible_orders(actor).values("pk")
    return BoardPost.objects.filter(order__in=orders).select_related("order__merged_into", "board")


def _place(state: PostState) -> int:
    return _FIRST.index(state) if state in _FIRST else len(_FIRST)


def _row(one: Reply) -> PostRow:
    post, order = one.post, one.post.order
    late = bool(post.due_at and post.due_at <= now() and one.state in _OPEN and post.published_at is None)
    return PostRow(
        post.pk, post.board.label, post.key, post.link, post.public, order.number, order.title, one.state,
        one.state_words, post.posted_at, post.due_at, late, post.changed_at, post.followed_at, post.deleted_at,
        post.published_at, one.reply, digest_of(one.reply) if one.reply else "", one.masked,
    )  # fmt: skip


__all__ = ["BoardName", "PostRow", "PostState", "Posts", "fields", "late_replies", "names", "of_order", "posts"]
