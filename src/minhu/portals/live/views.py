"""The stream itself. Opening it is ordinary synchronous work in a transaction; sending is one coroutine a client."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from django.core.handlers.asgi import ASGIRequest
from django.db import Error as DatabaseError
from django.db import close_old_connections, transaction
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from minhu.directory.access import acting_as
from minhu.directory.queries import actor_of_session
from minhu.kernel.actors import Actor
from minhu.kernel.errors import MinhuError, NotAllowed, Unavailable
from minhu.portals.context import unread_of
from minhu.portals.live.listening import Client, hub
from minhu.portals.live.topics import allowed

HEARTBEAT: Final = 20.0
GATHER: Final = 0.4
"""Seconds to wait after the first change, so that a burst becomes one event for each key."""
GATHER_TALK: Final = 0.05
"""The same for words of a talk, which somebody waits for; they change no counter."""
COUNT_EVERY: Final = 2.0
LONGEST: Final = 15 * 60.0
"""A stream ends after this; the browser opens it anew and is judged anew."""
CHECK_EVERY: Final = 60.0

_counting = ThreadPoolExecutor(1, thread_name_prefix="live-count")


@dataclass(frozen=True, slots=True)
class _Opened:
    actor: Actor
    session_key: str
    asked: str
    topics: frozenset[str]


@require_GET
def stream(request: HttpRequest) -> HttpResponseBase:
    """Open a stream for a signed-in session; it carries only the topics of its actor's scope."""
    if not isinstance(request, ASGIRequest):
        raise Unavailable("此进程不提供实时更新，页面可手动刷新。", code="no_streams_here")
    asked = request.GET.get("topics", "")[:400]
    with transaction.atomic():
        actor = actor_of_session(request)
        if actor.kind != "staff":
            raise MinhuError(_("登录已过期，请重新登录后继续。"), code="signed_out", status=401)
        with acting_as(actor):
            topics = allowed(actor, asked)
            counts = unread_of(actor)
    if not topics and asked:
        raise NotAllowed(_("您没有接收这些实时更新的权限。"), code="no_topics")
    session = request.session.session_key or ""
    hub.check_room(session)
    response = StreamingHttpResponse(
        _events(_Opened(actor, session, asked, topics), counts), content_type="text/event-stream; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _events(opened: _Opened, counts: dict[str, int]) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    ends, checked, counted = loop.time() + LONGEST * random.uniform(0.8, 1.0), loop.time(), loop.time()  # noqa: S311
    mark = hashlib.sha256(opened.session_key.encode()).hexdigest()
    with hub.client(mark, opened.topics) as client:
        yield b"retry: 3000\n\n"
        yield _event("unread", counts)
        while loop.time() < ends:
            changed = await _next(client)
            if loop.time() - checked > CHECK_EVERY:
                checked = loop.time()
                if not await _still(opened):
                    return
            if changed is None:
                yield b": still here\n\n"
                continue
            for key, count in changed.items():
                yield _event("change", {"key": key, "count": count})
            if changed and all(key.startswith("talk:") for key in changed):
                continue
            await asyncio.sleep(max(0.0, COUNT_EVERY - (loop.time() - counted)) if changed else 0)
            counted = loop.time()
            fresh = await loop.run_in_executor(_counting, _count, opened.actor)
            if fresh is not None:
                yield _event("unread", fresh)


async def _next(client: Client) -> dict[str, int] | None:
    """What changed, gathered for a moment; None when nothing did for the length of a heartbeat."""
    try:
        await asyncio.wait_for(client.wake.wait(), HEARTBEAT)
    except TimeoutError:
        return None
    await asyncio.sleep(GATHER_TALK if all(key.startswith("talk:") for key in client.pending) else GATHER)
    return client.take()


async def _still(opened: _Opened) -> bool:
    """Whether the session still stands for the same person with the same rights."""
    loop = asyncio.get_running_loop()
    actor = await loop.run_in_executor(_counting, _actor_now, opened.session_key)
    return actor is None or actor == opened.actor


def _actor_now(session_key: str) -> Actor | None:
    """The actor of a session now; None when the database cannot say."""
    from django.contrib.auth import get_user
    from django.contrib.sessions.backends.db import SessionStore

    request: Any = HttpRequest()
    request.session = SessionStore(session_key)
    try:
        close_old_connections()
        with transaction.atomic():
            request.user = get_user(request)
            return actor_of_session(request)
    except DatabaseError:
        return None


def _count(actor: Actor) -> dict[str, int] | None:
    """The counters in the actor's own scope; None while the database is away."""
    try:
        close_old_connections()
        with transaction.atomic(), acting_as(actor):
            return unread_of(actor)
    except DatabaseError:
        return None


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
