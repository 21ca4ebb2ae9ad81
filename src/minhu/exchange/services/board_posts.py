"""A post of a message board becomes one request; what comes of it later goes to the same order.

Whatever brings it (a signed message or a row of a file), a post is known by its board and its key there: the same again
changes nothing, other words are a supplement that says so, a later word of its author (追评) is a supplement too, and that
it was taken away there is noted. The words themselves stand in the request and its supplements only.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from minhu.directory.access import acting_as, as_system, elevated
from minhu.directory.types import Role
from minhu.exchange.domain.boards import Post, digest_of, due_of
from minhu.exchange.models import Board, BoardEntry, BoardPost
from minhu.handling import services as handling
from minhu.handling.queries import visible_orders
from minhu.handling.types import DONE_STATES, Step, StepData
from minhu.intake import services as intake
from minhu.intake.types import Channel, NewRequest
from minhu.kernel.actors import SYSTEM, Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotFound
from minhu.ledger import services as ledger

WHY: Final = "a board tells of posts that it brought itself"
_KINDS: Final = {"deleted": "messageboard.deleted", "restored": "messageboard.restored"}
_DONE: Final = frozenset(state.value for state in DONE_STATES)


def take(board: Board, post: Post) -> tuple[BoardPost | None, str]:
    """Take a post in as it stands there now; returns its row and what it was: new, same, changed or deleted.

    A post that is unknown and was taken away there already is nobody's request: no row, 'deleted'. Raises Invalid for what
    cannot be a request, Conflict where an order has too many supplements.
    """
    with transaction.atomic(), elevated(WHY):
        _lock(board, post.key)
        row = BoardPost.objects.filter(board=board, key=post.key).select_related("order").first()
        if row is None:
            if post.deleted:
                return None, "deleted"
            row, done = _opened(board, post), "new"
        else:
            done = "changed" if post.text and _changed(row, post) else "same"
        if post.follow and _follow(row, post.follow, f"words:{digest_of(post.follow)}", None):
            done = "changed" if done == "same" else done
        if post.deleted:
            done = "deleted" if _delete(row, "") else done
        elif row.deleted_at is not None and post.text:
            _restore(row)
            done = "changed"
        return row, done


def follow(board: Board, post_key: str, key: str, words: str, at: datetime | None) -> BoardPost:
    """A later word of the author, once for its key. Raises NotFound for an unknown post."""
    with transaction.atomic(), elevated(WHY):
        row = known(board, post_key)
        _follow(row, words, f"id:{key}", at)
        return row


def delete(board: Board, post_key: str, reason: str) -> BoardPost:
    """The post was taken away there; its order goes on. Raises NotFound for an unknown post."""
    with transaction.atomic(), elevated(WHY):
        row = known(board, post_key)
        _delete(row, reason)
        return row


def known(board: Board, key: str) -> BoardPost:
    """The row of a post, held; raises NotFound. Needs a wide scope."""
    _lock(board, key)
    row = BoardPost.objects.filter(board=board, key=key).select_related("order").first()
    if row is None:
        raise NotFound("没有收到过这条留言，请先推送留言。", code="no_such_post")
    return row


def actor_of(board: Board, *own: int) -> Actor:
    """The board, as owner of the requests that it brought."""
    return Actor("partner", f"board:{board.pk}", board.label, roles=frozenset({Role.PARTNER.value}), own_requests=own)


def _lock(board: Board, key: str) -> None:
    with connection.cursor() as cursor:  # the same post from two sides waits for itself
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"board {board.pk} {key}"])


def _opened(board: Board, post: Post) -> BoardPost:
    title, text = post.title, post.text
    if len(title) > 100 or len(text) < 5:
        title, text = title[:100], f"{post.title}\n{text}".strip()
    kept = {"board": board.label, "category": post.category, "link": post.link, "public": post.public}
    new = NewRequest(
        text=text, title=title, channel=Channel.BOARD, place_text=post.place, requester_name=post.name,
        requester_phone=post.phone, external_id=post.key, line=board.line, source=kept,
        idempotency_key=f"board:{board.pk}:{hashlib.sha256(post.key.encode()).hexdigest()[:40]}",
    )  # fmt: skip
    receipt = intake.receive(new, actor=actor_of(board))
    order = visible_orders(SYSTEM).get(number=receipt.number)
    posted = min(post.posted_at or now(), now())
    return BoardPost.objects.create(
        board=board, key=post.key, order=order, public=post.public, link=post.link, digest=post.digest,
        posted_at=posted, due_at=due_of(post, posted, board.answer_days),
    )  # fmt: skip


def _changed(row: BoardPost, post: Post) -> bool:
    """What is different from last time: words become a supplement, marks and deadline are kept as they are now."""
    marks = {"public": post.public, "link": post.link or row.link, "due_at": post.due_at or row.due_at}
    other = {name: value for name, value in marks.items() if getattr(row, name) != value}
    if other:
        BoardPost.objects.filter(pk=row.pk).update(**other)
        ledger.append("messageboard.changed", ("request", row.order.request_id), {"fields": sorted(other)})
    if post.digest == row.digest:
        return bool(other)
    words = f"{post.title}\n{post.text}".strip()
    added = _supplement(row, f"留言人修改了留言，修改后：\n{words}"[:5000])
    BoardEntry.objects.get_or_create(
        post=row, kind="changed", key=f"{now().timestamp():.6f}",
        defaults={"digest": post.digest, "supplement_id": added, "at": now()},
    )  # fmt: skip
    BoardPost.objects.filter(pk=row.pk).update(digest=post.digest, changed_at=now())
    return True


def _follow(row: BoardPost, words: str, key: str, at: datetime | None) -> bool:
    """Add a later word unless it is known: by its key, or by its words where a file brought it without one."""
    digest = digest_of(words)
    mine = row.entries.filter(kind="followed")
    if mine.filter(key=key).exists() or mine.filter(digest=digest, key__startswith="words:").exists():
        return False
    if key.startswith("words:") and mine.filter(digest=digest).exists():
        return False
    added = _supplement(row, f"留言人追评：\n{words}"[:5000])
    BoardEntry.objects.create(post=row, kind="followed", key=key[:120], digest=digest, supplement_id=added, at=now())
    moment = min(at or now(), now())
    BoardPost.objects.filter(pk=row.pk).update(followed_at=max(row.followed_at or moment, moment))
    if type(row.order).objects.filter(pk=row.order_id, state__in=_DONE).exists():
        _note(row, "留言人追评，工单已办结，请查看补充内容，决定是否重新办理。")
    return True


def _delete(row: BoardPost, reason: str) -> bool:
    if row.deleted_at is not None:
        return False
    BoardPost.objects.filter(pk=row.pk).update(deleted_at=now())
    _entry(row, "deleted")
    _note(row, f"{row.board.label}已删除这条留言，工单继续办理。{reason}"[:500])
    return True


def _restore(row: BoardPost) -> None:
    BoardPost.objects.filter(pk=row.pk).update(deleted_at=None)
    _entry(row, "restored")
    _note(row, f"{row.board.label}已恢复这条留言。")


def _supplement(row: BoardPost, words: str) -> int:
    request_id = row.order.request_id
    try:
        with acting_as(actor_of(row.board, request_id)):
            return intake.supplement(request_id, words)
    except Conflict as error:
        raise Conflict("这条留言的补充已达上限，新的情况请作为新留言推送。", code=error.code) from error


def _entry(row: BoardPost, kind: str) -> None:
    BoardEntry.objects.create(post=row, kind=kind, key=f"{now().timestamp():.6f}", at=now())
    ledger.append(_KINDS[kind], ("request", row.order.request_id), {"board": row.board_id})


def _note(row: BoardPost, words: str) -> None:
    with as_system():
        handling.take(row.order.number, Step.NOTE, StepData(text=words))


__all__ = ["Board", "Post", "actor_of", "delete", "follow", "known", "take"]
