"""Loops must outlive errors: a sweeper that died silently means deadlines nobody warns of."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from minhu.server import background
from minhu.server.background import LOOPS, Loop, Runner


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def run(work: Callable[[], int | None], monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setattr(background, "import_string", lambda _name: work)
    monkeypatch.setattr(background, "close_old_connections", lambda: None)
    runner = Runner(loops=(Loop("test", 0.01, "test.work"),), jobs=False)
    runner.start()
    return runner


def test_loop_goes_on_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def work() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("the database is away")

    runner = run(work, monkeypatch)
    assert until(lambda: len(calls) >= 2)
    runner.stop()


def test_loop_with_more_to_do_does_not_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [5000]

    def work() -> int:
        left[0] = max(0, left[0] - 100)
        return left[0]

    runner = run(work, monkeypatch)
    assert until(lambda: left[0] == 0, seconds=2.0)
    runner.stop()


def test_stop_ends_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = run(lambda: None, monkeypatch)
    runner.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "test"]


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.name)
def test_every_loop_names_work_that_exists(loop: Loop) -> None:
    from django.utils.module_loading import import_string

    assert callable(import_string(loop.work))
