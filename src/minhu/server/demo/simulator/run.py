"""Runs a simulation in this process or in several, with progress; stoppable, resumable, safe to repeat."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from minhu.directory.access import as_system
from minhu.handling.queries import visible_orders
from minhu.kernel.actors import SYSTEM
from minhu.ledger.services import sequencer_tick
from minhu.server.demo.simulator.child import child_main
from minhu.server.demo.simulator.period import Period
from minhu.server.demo.simulator.playing import play_part

Told = Callable[[float], None]
"""Hears the share that is done, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. ``orders`` and ``steps`` are those of this run, ``states`` all orders in the database."""

    orders: int
    steps: int
    refused: int
    entries: int
    states: dict[str, int]
    seconds: float
    stopped: bool
    counts: dict[str, int]


def simulate(
    start: datetime, until: datetime, rate: float, seed: int = 1, *, workers: int = 1, told: Told | None = None
) -> Summary:
    """Play the city from ``start`` to ``until`` with ``rate`` requests a day; then integrate the ledger.

    With one worker everything happens in this process and the same seed gives the same orders, texts and steps; with
    several, only the numbers depend on who comes first. Running again with the same arguments adds what is missing.
    """
    period = Period(start, until, rate, seed)
    began = time.monotonic()
    if workers > 1:
        counts, stopped = _in_processes(period, workers, told)
    else:
        counts, stopped = _here(period, told)
    entries = sequencer_tick()
    return Summary(
        orders=counts["orders"], steps=counts["steps"], refused=counts["refused"], entries=entries,
        states=states(), seconds=round(time.monotonic() - began, 1), stopped=stopped, counts=dict(counts),
    )  # fmt: skip


def states() -> dict[str, int]:
    """How many orders stand in each state."""
    from django.db import transaction

    with transaction.atomic(), as_system():
        return dict(sorted(Counter(visible_orders(SYSTEM).values_list("state", flat=True).order_by()).items()))


def has_orders() -> bool:
    """Whether anything is in the database yet."""
    return bool(states())


def _share(period: Period, moment: datetime) -> float:
    return min(1.0, (moment - period.start) / (period.until - period.start))


def _here(period: Period, told: Told | None) -> tuple[Counter[str], bool]:
    with _asked_to_stop() as stopped:
        hear = (lambda moment: told(_share(period, moment))) if told else (lambda moment: None)
        counts = play_part(period, hear, stopped, lambda moment: False)
        return Counter(counts), stopped()


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Within the block Ctrl-C asks politely; what has been committed stays."""
    asked = [False]

    def ask(*_: object) -> None:
        asked[0] = True

    try:
        before = signal.signal(signal.SIGINT, ask)
    except ValueError:  # not the main thread
        yield lambda: False
        return
    try:
        yield lambda: asked[0]
    finally:
        signal.signal(signal.SIGINT, before)


# -- several processes -------------------------------------------------------------------------------------------------
def _in_processes(period: Period, workers: int, told: Told | None) -> tuple[Counter[str], bool]:
    from django.db import connection

    connection.close()
    context = multiprocessing.get_context("spawn")
    clocks = [context.Value("d", period.start.timestamp()) for _ in range(workers)]
    stop, answers = context.Event(), context.Queue()
    parts = [replace(period, part=number, parts=workers) for number in range(workers)]
    children = [context.Process(target=child_main, args=(part, clocks, stop, answers)) for part in parts]
    for child in children:
        child.start()
    with _asked_to_stop() as stopped:
        total, errors = _collect(period, children, clocks, answers, stop, stopped, told)
        for child in children:
            child.join()
        if errors:
            raise RuntimeError(errors[0])
        return total, stopped()


def _collect(
    period: Period, children: list[Any], clocks: list[Any], answers: Any, stop: Any, stopped: Callable[[], bool],
    told: Told | None,
) -> tuple[Counter[str], list[str]]:  # fmt: skip
    total: Counter[str] = Counter()
    errors: list[str] = []
    waiting = len(children)
    while waiting:
        time.sleep(0.15)
        if stopped() or errors:
            stop.set()
        if told:
            told(_share(period, datetime.fromtimestamp(min(c.value for c in clocks), UTC)))
        while not answers.empty():
            counts, error = answers.get()
            total += Counter(counts)
            errors += [error] if error else []
            waiting -= 1
        if waiting and not any(child.is_alive() for child in children) and answers.empty():
            errors.append("a process of the simulation ended unexpectedly")
            break
    return total, errors
