"""One connection a process listens; each change goes to the clients whose topics it names.

The listener is a thread that lives as long as there are clients. When the database goes away it asks again with growing
pauses; clients notice nothing but silence, and are told 'reload' of the counters when it is back.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
import structlog
from django.db import connection

from minhu.kernel.errors import TooMany, Unavailable
from minhu.portals.live.announcing import CHANNEL

MOST_CLIENTS: Final = 1000
MOST_PER_SESSION: Final = 8
MOST_PENDING: Final = 200
LONGEST_PAUSE: Final = 15.0
IDLE_SECONDS: Final = 30.0
log = structlog.get_logger("minhu.live")


@dataclass(eq=False)
class Client:
    """One open stream. `pending` holds what changed since the last event went out; the same key counts once."""

    session: str
    topics: frozenset[str]
    loop: asyncio.AbstractEventLoop
    pending: dict[str, int] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, key: str, count: int) -> None:
        """Runs in the client's loop."""
        if len(self.pending) < MOST_PENDING or key in self.pending:
            self.pending[key] = count
        self.wake.set()

    def take(self) -> dict[str, int]:
        """Everything that is pending, once."""
        taken, self.pending = self.pending, {}
        self.wake.clear()
        return taken


class Hub:
    """All streams of this process and the thread that feeds them."""

    def __init__(self) -> None:
        self._clients: set[Client] = set()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def check_room(self, session: str) -> None:
        """Raises TooMany or Unavailable when this session or this process has its fill."""
        with self._guard:
            mine = sum(client.session == session for client in self._clients)
            total = len(self._clients)
        if mine >= MOST_PER_SESSION:
            raise TooMany("打开的页面过多，实时更新已暂停。请关闭不用的页面。", code="too_many_streams")
        if total >= MOST_CLIENTS:
            raise Unavailable("实时更新的连接已满，页面可手动刷新。", code="streams_full")

    @contextmanager
    def client(self, session: str, topics: frozenset[str]) -> Iterator[Client]:
        """Register a stream of the running loop for the length of a block."""
        one = Client(session, topics, asyncio.get_running_loop())
        with self._guard:
            self._clients.add(one)
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="live", daemon=True)
                self._thread.start()
        try:
            yield one
        finally:
            with self._guard:
                self._clients.discard(one)

    def hand_out(self, payload: str) -> None:
        """Give one notice to the clients it concerns; what is no notice of ours is passed over."""
        try:
            notice: dict[str, Any] = json.loads(payload)
            key, to, count = str(notice["key"]), frozenset(notice["to"]), int(notice.get("n", 1))
        except (ValueError, KeyError, TypeError):
            return
        with self._guard:
            concerned = [client for client in self._clients if client.topics & to]
        for client in concerned:
            self._call(client, client.offer, key, count)

    def wake_all(self) -> None:
        """Let every stream count anew (the database was away)."""
        with self._guard:
            clients = list(self._clients)
        for client in clients:
            self._call(client, client.wake.set)

    def _call(self, client: Client, function: Any, *values: object) -> None:
        try:
            client.loop.call_soon_threadsafe(function, *values)
        except RuntimeError:  # its loop has ended with the server
            with self._guard:
                self._clients.discard(client)

    def _wanted(self) -> bool:
        """Whether anybody listens; the thread says goodbye under the lock, so that no client is forgotten."""
        with self._guard:
            if self._clients:
                return True
            self._thread = None
            return False

    def _listen(self) -> None:
        pause, lost = 0.5, False
        stop = threading.Event()
        while self._wanted():
            try:
                with psycopg.connect(**_parameters(), autocommit=True) as database:
                    database.execute(f"LISTEN {CHANNEL}")
                    if lost:
                        log.info("live_back")
                        self.wake_all()
                    pause, lost = 0.5, False
                    if not self._feed(database):
                        return
            except psycopg.Error as error:
                log.warning("live_lost", error=type(error).__name__, retry_in=pause)
                lost = True
                stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _feed(self, database: psycopg.Connection[Any]) -> bool:
        """Hand out notices until the last client has gone; False says that the thread may end."""
        while True:
            quiet = True
            for notice in database.notifies(timeout=IDLE_SECONDS):
                quiet = False
                self.hand_out(notice.payload)
            if quiet:
                database.execute("SELECT 1")  # a connection that died silently is found here
            if not self._wanted():
                return False


def _parameters() -> dict[str, Any]:
    """Django's own parameters of the connection, without its cursor and type settings."""
    given = connection.get_connection_params()
    dropped = {"cursor_factory", "context", "prepare_threshold", "autocommit"}
    return {**{key: value for key, value in given.items() if key not in dropped}, "application_name": "minhu live"}


hub = Hub()
