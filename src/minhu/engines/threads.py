"""Compiled models that keep to one thread: their helpers would spin against each other on the few cores of a house."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_THREADS: Final = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
"""The second also binds those that name a number of threads themselves."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Load a compiled model in the block: OpenMP reads its limits once, then; for everything else nothing changes.

    On two cores a piece of 32 ms costs the voice detector 0.14 ms with one thread; 0.7 ms with two, and 4 to 6 ms with two
    on a busy machine, where they wait for each other; all the while with the interpreter's lock (`benchmarks/frames.py`).
    """
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(_THREADS)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
