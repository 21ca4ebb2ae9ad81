"""The costly part of an import, the reading of words, spread over processes; without any, done in place.

The command line uses as many processes as there are cores. Inside the web process (background job) the work stays in
its thread, so that an import never takes more than one core from the people at work.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from minhu.intake.types import NewRequest
from minhu.intake.understood import Understood
from minhu.language.features import join_title
from minhu.language.likeness import fingerprint
from minhu.language.understanding import LONGEST

T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """Runs a function over parts of a list; results come back in order."""

    def __init__(self, pool: ProcessPoolExecutor | None, count: int) -> None:
        self._pool, self.count = pool, max(1, count)

    def start(self, function: Callable[[Sequence[T]], list[R]], items: Sequence[T]) -> Callable[[], list[R]]:
        """Begin now; call the answer to wait for the results."""
        if self._pool is None:
            return lambda: function(items)
        size = max(1, -(-len(items) // (self.count * 2)))
        parts: list[Future[list[R]]] = [
            self._pool.submit(function, items[at : at + size]) for at in range(0, len(items), size)
        ]
        return lambda: [one for part in parts for one in part.result()]


@contextmanager
def workers(count: int) -> Iterator[Workers]:
    """`count` processes, or the present thread when it is less than two."""
    if count < 2:
        yield Workers(None, 1)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin)
    try:
        yield Workers(pool, count)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """A new process: Django for the directory's reading, and no ear for Ctrl-C, which is the parent's."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minhu.server.settings")
    import django

    django.setup()


def likeness_marks(texts: Sequence[tuple[str, str]]) -> list[tuple[int, tuple[int, ...]]]:
    """Simhash and bands of (title, text) pairs."""
    found = (fingerprint(join_title(title, text[:LONGEST])) for title, text in texts)
    return [(one.simhash, one.bands) for one in found]


def understandings(requests: Sequence[NewRequest]) -> list[Understood]:
    """The first understanding of each."""
    from minhu.intake.understanding import understand

    return [understand(one) for one in requests]
