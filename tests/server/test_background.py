"""Loops must outlive errors: a sweeper that died silently means deadlines nobody warns of."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils.module_loading import import_string

from minhu.directory.access import elevated
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
    assert callable(import_string(loop.work))


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.name)
def test_every_loop_works_as_the_runner_calls_it(
    loop: Loop, django_db_setup: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a thread and a connection of its own, outside any transaction; tests of the services themselves have one."""
    monkeypatch.setattr("minhu.governance.services.write_brief", lambda day: elevated("at any hour").__enter__())
    monkeypatch.setattr("minhu.governance.services.FROM_HOUR", 0)
    errors: list[Exception] = []

    def once() -> None:
        try:
            import_string(loop.work)()
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the test
            errors.append(error)
        finally:
            connection.close()

    with django_db_blocker.unblock():
        thread = threading.Thread(target=once)
        thread.start()
        thread.join(60)
    assert not errors, errors[0]
