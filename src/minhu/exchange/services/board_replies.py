"""Replies on their way back to a message board: approved ones only, never of a confidential or sensitive matter.

What personal values stand in them is masked before they leave. Handed over is not published: the board says so, or a
person notes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.exchange.domain.boards import PostState, digest_of
from minhu.exchange.models import Board, BoardEntry, BoardPost
from minhu.exchange.queries.board_standing import Reply, standing
from minhu.exchange.services.board_posts import known
from minhu.handling.queries import visible_orders
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotFound
from minhu.ledger import services as ledger

WHY: Final = "an approved reply goes back to where the citizen wrote, without persons"
MOST: Final = 200


def for_board(board: Board, keys: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Replies that are to be published, the earliest deadline first; or how the posts ``keys`` stand."""
    with transaction.atomic(), elevated(WHY):
        rows = posts_of(board)
        found = rows.filter(key__in=keys) if keys else unpublished(rows)
        told = [standing(row) for row in found[:MOST]]
        if not keys:
            told = [one for one in told if one.state in (PostState.READY, PostState.TAKEN)]
        _taken(board, told)
        return [_told(one) for one in told]


def to_publish(board_id: int) -> tuple[str, list[Reply]]:
    """The same for a file that a person takes: the board's name, and the replies to orders that he may see.

    They count as handed over from now on.
    """
    require(Action.IMPORT)
    board = Board.objects.filter(pk=board_id, active=True).first()
    if board is None:
        raise NotFound("没有这个留言板，或已停用。", code="no_such_board")
    with transaction.atomic():
        with elevated(WHY):
            rows = list(unpublished(posts_of(board))[:MOST])
        asked = [row.order_id for row in rows]
        seen = set(visible_orders().filter(pk__in=asked).values_list("pk", flat=True))
        with elevated(WHY):
            told = [standing(row) for row in rows if row.order_id in seen]
            told = [one for one in told if one.state in (PostState.READY, PostState.TAKEN)]
            _taken(board, told)
        return board.label, told


def published(board: Board, key: str, digest: str) -> dict[str, Any]:
    """The board says that the reply with this digest stands there. Raises Conflict where the reply is another by now."""
    with transaction.atomic(), elevated(WHY):
        row = known(board, key)
        one = standing(row)
        if not one.reply or digest_of(one.reply) != digest:
            raise Conflict("答复已经变化，请重新取回后发布。", code="reply_changed")
        note_published(row, digest)
        return {"post": row.key, "number": row.order.number, "state": PostState.PUBLISHED.value}


def published_by_hand(post_id: int, digest: str) -> None:
    """A person put the reply on the board. Raises NotFound for a post that he may not see, Conflict for another reply."""
    require(Action.IMPORT)
    with transaction.atomic():
        row = (
            BoardPost.objects.filter(pk=post_id, order__in=visible_orders().values("pk"))
            .select_related("board")
            .first()
        )
        if row is None:
            raise NotFound("没有这条留言，或者您无权查看。", code="no_such_post")
        published(row.board, row.key, digest)


def note_published(row: BoardPost, digest: str) -> None:
    """Note once that a reply stands at the board. Needs a wide scope."""
    _entry, made = BoardEntry.objects.get_or_create(
        post=row, kind="published", key=digest, defaults={"digest": digest, "at": now()}
    )
    BoardPost.objects.filter(pk=row.pk).update(published_at=now(), published_digest=digest)
    if made:
        ledger.append(
            "messageboard.published", ("request", row.order.request_id), {"board": row.board_id, "sha256": digest}
        )


def posts_of(board: Board) -> QuerySet[BoardPost]:
    """Posts with their orders. Needs a wide scope."""
    return BoardPost.objects.filter(board=board).select_related("order__merged_into", "board").order_by("due_at", "id")


def unpublished(rows: QuerySet[BoardPost]) -> QuerySet[BoardPost]:
    """Those whose reply may wait for the board: not published, or approved again after that; the joint ones too."""
    later = Q(published_at__isnull=True) | Q(order__reply_approved_at__gt=F("published_at"))
    answered = Q(order__reply_approved_at__isnull=False) | Q(order__merged_into__reply_approved_at__isnull=False)
    return rows.filter(answered, later, deleted_at__isnull=True)


def _taken(board: Board, told: Sequence[Reply]) -> None:
    moment = now()
    for one in told:
        if one.state is PostState.READY:
            digest = digest_of(one.reply)
            BoardPost.objects.filter(pk=one.post.pk).update(taken_at=moment, taken_digest=digest)
            BoardEntry.objects.get_or_create(
                post=one.post, kind="taken", key=digest, defaults={"digest": digest, "at": moment}
            )
            payload = {"board": board.pk, "sha256": digest}
            ledger.append("messageboard.reply_given", ("request", one.post.order.request_id), payload)
    Board.objects.filter(pk=board.pk).update(last_out_at=moment)


def _told(one: Reply) -> dict[str, Any]:
    row = one.post
    return {
        "post": row.key, "number": row.order.number, "state": one.state.value, "state_words": one.state_words,
        "public": row.public, "due_at": row.due_at.isoformat() if row.due_at else None, "unit": one.unit,
        "reply": one.reply, "digest": digest_of(one.reply) if one.reply else "",
        "replied_at": one.replied_at.isoformat() if one.replied_at and one.reply else None,
    }  # fmt: skip
