"""Threads for what the event loop must not wait for: steps of the database, and recognisers and voices apart from them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from django.db import close_old_connections
from prometheus_client import Histogram

T = TypeVar("T")
_SOUND_THREADS: Final = 4
"""For each thread of the database: they mostly wait for an endpoint."""
STEPS: Final = Histogram(
    "minhu_call_step_seconds", "Steps of telephone calls: how long they waited for a thread, and took.",
    ["pool", "part"], buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2),
)  # fmt: skip


class Workers:
    """Two pools; each thread of the first keeps its connection."""

    def __init__(self, threads: int) -> None:
        self._database = ThreadPoolExecutor(threads, thread_name_prefix="call")
        self._sound = ThreadPoolExecutor(_SOUND_THREADS * threads, thread_name_prefix="sound")

    async def in_database(self, work: Callable[..., T], *given: Any, **named: Any) -> T:
        """Run a step of the database."""

        def cleanly() -> T:
            close_old_connections()
            return work(*given, **named)

        return await self._run(self._database, "database", cleanly)

    async def in_sound(self, work: Callable[..., T], *given: Any) -> T:
        """Run a recogniser or a voice."""
        return await self._run(self._sound, "sound", lambda: work(*given))

    async def _run(self, pool: ThreadPoolExecutor, name: str, work: Callable[[], T]) -> T:
        asked = time.monotonic()

        def timed() -> T:
            began = time.monotonic()
            STEPS.labels(name, "waited").observe(began - asked)
            try:
                return work()
            finally:
                STEPS.labels(name, "took").observe(time.monotonic() - began)

        return await asyncio.get_running_loop().run_in_executor(pool, timed)
