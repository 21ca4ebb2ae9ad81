"""Which requests a web process takes on, which wait, and which are asked to come back (429) before they cost anything.

So many requests are worked on at once (MINHU_THREADS), so many of each kind wait (MINHU_QUEUE, MINHU_QUEUE_SECONDS); the
rest is refused at once. Handing in comes first, exports last, and no kind can take all the room: a crowd of citizens
leaves room for the staff, a crowd with forged cookies is a crowd of citizens.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLongError
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from typing import Final

from prometheus_client import Counter, Gauge

from minhu.kernel.errors import TooMany
from minhu.server import staff_proof
from minhu.server.problems import BUSY

WAITING = Gauge("minhu_requests_waiting", "Requests that wait for a thread.", ["kind"], multiprocess_mode="livesum")
REFUSED = Counter("minhu_requests_refused", "Requests refused with 429 because too many waited.", ["kind"])
REFUSERS: Final = 8
"""Threads of a WSGI process beyond those that work or wait: they say no."""
LONGEST_RETRY: Final = 30
_SMOOTH: Final = 0.05
_BUSY: Final = (
    "现在提交和查询的人很多，请稍后再试。已经显示编号的诉求不会丢失；如遇紧急情况，请直接拨打 110、119 或 120。"
)
_ASKING: Final = ("/ask/", "/api/v1/ask", "/api/v1/knowledge/")
_EXPORTS: Final = ("/export/", "/sheet/", "/print/")


class Kind(StrEnum):
    """What a request is for, the most urgent first."""

    FAST = "fast"
    """Health and static files: hardly any time, so a quarter of the room is enough; a flood of them takes no more."""
    CREATE = "create"
    """Whoever hands something in: the citizen's form, programs, messages of partners."""
    SIGN_IN = "sign_in"
    """Staff on their way in: they have no session yet, and no crowd may keep them out."""
    STAFF = "staff"
    """A browser with a session of the staff, proved by a signature: a cookie alone can be made up."""
    PUBLIC = "public"
    """Everybody else who looks."""
    HEAVY = "heavy"
    """Exports and printed lists, for the staff; nobody else gets one."""


def kind_of(method: str, path: str, cookies: str) -> Kind:
    """The kind of a request, from its first line and its cookies alone."""
    if path.startswith(("/healthz", "/readyz", "/metrics", "/static/")):
        return Kind.FAST
    if path.startswith(_ASKING):
        return Kind.PUBLIC  # a crowd of questions never takes the room of those who hand something in
    if path.startswith("/submit/"):
        return Kind.CREATE
    if method not in ("GET", "HEAD") and path.startswith(("/api/", "/open311/", "/hooks/", "/r/")):
        return Kind.CREATE
    if staff_proof.holds(cookies):
        return Kind.HEAVY if path.endswith(_EXPORTS) else Kind.STAFF
    return Kind.SIGN_IN if path.startswith("/login/") else Kind.PUBLIC


class Gate:
    """The room of one process: ``slots`` requests at once, up to ``queue`` of a kind waiting ``seconds`` at most."""

    def __init__(self, slots: int, queue: int, seconds: float) -> None:
        self._free = slots
        self._seconds = seconds
        half, quarter, eighth = (max(1, slots // part) for part in (2, 4, 8))
        # a quarter is always left: threads of one process share a processor, and fewer at once are done sooner
        self._room = {
            Kind.FAST: quarter, Kind.CREATE: half, Kind.SIGN_IN: quarter, Kind.STAFF: half, Kind.PUBLIC: quarter,
            Kind.HEAVY: eighth,
        }  # fmt: skip
        self._longest = dict.fromkeys(Kind, queue) | {Kind.PUBLIC: -(-queue // 2), Kind.HEAVY: -(-queue // 8)}
        self._running = dict.fromkeys(Kind, 0)
        self._waiting: dict[Kind, deque[Future[None]]] = {kind: deque() for kind in Kind}
        self._guard = threading.Lock()
        self._slots, self._refusals = slots, 0
        self._mean = dict.fromkeys(Kind, 0.05)

    @property
    def most(self) -> int:
        """How many requests can be inside at once, working or waiting."""
        return self._slots + sum(self._longest.values())

    @contextmanager
    def admitted(self, kind: Kind) -> Iterator[None]:
        """Wait for room and hold it for the block; raises TooMany where none comes free in time."""
        place = self._ask(kind)
        try:
            place.result(self._seconds)
        except TooLongError:
            self._give_up(kind, place)
        began = time.monotonic()
        try:
            yield
        finally:
            self._leave(kind, time.monotonic() - began)

    @asynccontextmanager
    async def admitted_async(self, kind: Kind) -> AsyncIterator[None]:
        """As ``admitted``, for the event loop; a client that leaves gives its place back."""
        place = self._ask(kind)
        if not place.done():
            try:
                await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(place)), self._seconds)
            except TimeoutError:
                self._give_up(kind, place)
            except asyncio.CancelledError:
                self._forget(kind, place)
                raise
        began = time.monotonic()
        try:
            yield
        finally:
            self._leave(kind, time.monotonic() - began)

    def _ask(self, kind: Kind) -> Future[None]:
        place: Future[None] = Future()
        with self._guard:
            if len(self._waiting[kind]) >= self._longest[kind] or self._wait(kind) > self._seconds:
                raise self._too_many(kind)
            self._waiting[kind].append(place)
            self._hand_out()
            WAITING.labels(kind.value).set(len(self._waiting[kind]))
        return place

    def _wait(self, kind: Kind) -> float:
        """How many seconds whoever comes now would wait, as things went lately."""
        return len(self._waiting[kind]) * self._mean[kind] / self._room[kind]

    def _leave(self, kind: Kind, seconds: float) -> None:
        with self._guard:
            self._running[kind] -= 1
            self._free += 1
            self._mean[kind] += _SMOOTH * (seconds - self._mean[kind])
            self._hand_out()
            WAITING.labels(kind.value).set(len(self._waiting[kind]))

    def _hand_out(self) -> None:
        for kind, waiting in self._waiting.items():
            while waiting and self._free and self._running[kind] < self._room[kind]:
                self._running[kind] += 1
                self._free -= 1
                waiting.popleft().set_result(None)

    def _give_up(self, kind: Kind, place: Future[None]) -> None:
        """Refuse whoever waited too long, unless room came free at this very moment."""
        with self._guard:
            if place in self._waiting[kind]:
                self._waiting[kind].remove(place)
                raise self._too_many(kind)

    def _forget(self, kind: Kind, place: Future[None]) -> None:
        with self._guard:
            if place in self._waiting[kind]:
                self._waiting[kind].remove(place)
                return
        self._leave(kind, self._mean[kind])

    def _too_many(self, kind: Kind) -> TooMany:
        REFUSED.labels(kind.value).inc()
        self._refusals += 1
        # spread out, so that not all of them come back in the same second
        pause = 2 + round(self._wait(kind)) + self._refusals % 8
        return TooMany(_BUSY, code=BUSY, retry_after=min(pause, LONGEST_RETRY))
