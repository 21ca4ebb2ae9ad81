"""Signed messages of a message board: posts, later words, removals, replies asked for and published; each done once.

They are signed as *Standard Webhooks* says with the key of the board. A message that changes something and comes again gets
the same answer; one that asks for replies is answered once, so that nobody who caught it can ask again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from django.db import transaction
from django.db.models import F
from pydantic import Field

from minhu.engines import webhooks
from minhu.exchange.domain import boards, messages
from minhu.exchange.models import Board
from minhu.exchange.services import board_posts, board_replies
from minhu.exchange.services.once import once
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotAllowed

MOST_BYTES: Final = messages.MOST_BYTES
Answer = dict[str, Any]
Key = Annotated[str, Field(min_length=1, max_length=boards.LONGEST_KEY)]
Moment = Annotated[str, Field(max_length=40)]


class Posted(messages.Form):
    """`board.post`: a post as it stands there now; the same key with other words: its author changed it."""

    key: Key
    text: Annotated[str, Field(max_length=200_000)]
    title: Annotated[str, Field(max_length=2000)] = ""
    name: Annotated[str, Field(max_length=50)] = ""
    phone: Annotated[str, Field(max_length=32)] = ""
    place: Annotated[str, Field(max_length=200)] = ""
    category: Annotated[str, Field(max_length=100)] = ""
    posted_at: Moment = ""
    due_at: Moment = ""
    public: bool = False
    link: Annotated[str, Field(max_length=300)] = ""


class Followed(messages.Form):
    """`board.follow`: a later word (追评) of the author of a post, with a key of its own."""

    post: Key
    key: Key
    text: Annotated[str, Field(min_length=1, max_length=50_000)]
    at: Moment = ""


class Deleted(messages.Form):
    """`board.deleted`: the post was taken away there."""

    post: Key
    reason: Annotated[str, Field(max_length=200)] = ""


class Asked(messages.Form):
    """`board.replies`: what is to be published; or how the named posts stand."""

    posts: Annotated[tuple[Key, ...], Field(max_length=board_replies.MOST)] = Field(default=(), strict=False)


class Published(messages.Form):
    """`board.published`: the reply with this digest stands there now."""

    post: Key
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def take_in(uid: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Take in one message at the address of a board; returns what is answered.

    Raises NotAllowed 401 for an unknown address, a wrong or old signature, 403 for a board that is switched off, Conflict
    for an id used before otherwise, NotFound for a post that never came, Invalid for the contents.
    """
    if len(body) > MOST_BYTES:
        raise messages.too_large()
    board = _board(uid)
    message_id = webhooks.verify([board.secret], headers, body, now())
    if not board.active:
        raise NotAllowed("这个留言板的对接已停用，请联系热线中心。", code="board_inactive")
    try:
        answer = _done(board, message_id, body)
    except MinhuError as error:
        Board.objects.filter(pk=board.pk).update(refused=F("refused") + 1, problem=error.message[:200])
        raise
    Board.objects.filter(pk=board.pk).update(last_in_at=now())
    return answer


def _done(board: Board, message_id: str, body: bytes) -> Answer:
    envelope = messages.envelope(body, MOST_BYTES)
    source = f"board:{board.pk}"
    if envelope.type == "board.replies":
        form = messages.parsed(Asked, envelope.data)
        with transaction.atomic():
            if once(source, message_id, envelope.type, body, dict).get("repeated"):
                raise Conflict("这个消息编号已经用过，请用新的编号重新请求。", code="replayed")
            return {"posts": board_replies.for_board(board, form.posts)}
    work = _WORK.get(envelope.type)
    if work is None:
        raise Invalid(f"不支持的消息类型“{envelope.type}”。", code="unknown_type", fields={"type": "不支持"})
    return once(source, message_id, envelope.type, body, lambda: work(board, envelope.data))


def _board(uid: str) -> Board:
    try:
        found = Board.objects.filter(uid=uuid.UUID(uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotAllowed("没有这个接收地址，或签名不正确。", code="bad_signature", status=401)
    return found


def _posted(board: Board, data: Answer) -> Answer:
    form = messages.parsed(Posted, data)
    given = form.model_dump(exclude={"public"}) | {"public": "1" if form.public else "0"}
    row, done = board_posts.take(board, boards.read(given))
    return {"post": form.key, "number": row.order.number if row else "", "done": done}


def _followed(board: Board, data: Answer) -> Answer:
    form = messages.parsed(Followed, data)
    words, at = boards.words_of(form.text)[:4900], boards.moment_of(form.at)
    if not words:
        raise Invalid("追评没有可读的文字。", fields={"text": "没有可读的文字"})
    row = board_posts.follow(board, form.post, form.key, words, at)
    return {"post": row.key, "number": row.order.number}


def _deleted(board: Board, data: Answer) -> Answer:
    form = messages.parsed(Deleted, data)
    row = board_posts.delete(board, form.post, form.reason)
    return {"post": row.key, "number": row.order.number}


def _published(board: Board, data: Answer) -> Answer:
    form = messages.parsed(Published, data)
    return board_replies.published(board, form.post, form.digest)


_WORK: Final[dict[str, Callable[[Board, Answer], Answer]]] = {
    "board.post": _posted,
    "board.follow": _followed,
    "board.deleted": _deleted,
    "board.published": _published,
}
