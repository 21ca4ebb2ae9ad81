"""Runs a simulation in this process or in several, with progress; stoppable, resumable, safe to repeat."""

from __future__ import annotations

import multiprocessing
import queue
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from minhu.directory.access import as_system
from minhu.handling.queries import visible_orders
from minhu.kernel.actors import SYSTEM
from minhu.ledger.services import sequencer_tick
from minhu.server.demo.simulator.arrivals import HALVES
from minhu.server.demo.simulator.child import child_main
from minhu.server.demo.simulator.people import Cast
from minhu.server.demo.simulator.period import Period, Segment
from minhu.server.demo.simulator.playing import StoppedError, play_segment

Told = Callable[[float, bool], None]
"""Hears the share that is done, from 0 to 1, and whether the last days are all there."""


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
    start: datetime,
    until: datetime,
    rate: float,
    seed: int = 1,
    *,
    workers: int = 1,
    told: Told | None = None,
    gentle: bool = False,
) -> Summary:
    """Play the city from ``start`` to ``until`` with ``rate`` requests a day, the newest first; integrate the ledger.

    The same seed gives the same orders, texts and steps with one worker or two; only numbers and ids depend on who
    comes first. Running again with the same arguments adds what is missing. ``gentle``: leave people at work the
    processor.
    """
    segments = Period(start, until, rate, seed).segments()
    began = time.monotonic()
    hear = _Progress(segments, told)
    if workers > 1:
        counts, stopped = _in_processes(segments, hear, gentle=gentle)
    else:
        counts, stopped = _here(segments, hear)
    entries = sequencer_tick()
    return Summary(
        orders=counts["orders"], steps=counts["steps"], refused=counts["refused"], entries=entries,
        states=states(), seconds=round(time.monotonic() - began, 1), stopped=stopped, counts=dict(counts),
    )  # fmt: skip


class _Progress:
    """Adds up what segments did and tells the share that is done."""

    def __init__(self, segments: list[Segment], told: Told | None) -> None:
        self.counts: Counter[str] = Counter()
        self._whole = max(1, sum(len(segment.arrivals) for segment in segments))
        self._front = sum(segment.front for segment in segments)
        self._done, self._told = 0, told

    def add(self, counts: Mapping[str, int], arrivals: int, *, front: bool) -> None:
        """A segment is done."""
        self.counts += Counter(counts)
        self._done += arrivals
        self._front -= front
        if self._told:
            self._told(self._done / self._whole, self._front == 0)


def states() -> dict[str, int]:
    """How many orders stand in each state."""
    from django.db import transaction

    with transaction.atomic(), as_system():
        return dict(sorted(Counter(visible_orders(SYSTEM).values_list("state", flat=True).order_by()).items()))


def has_orders() -> bool:
    """Whether anything is in the database yet."""
    return bool(states())


def _here(segments: list[Segment], hear: _Progress) -> tuple[Counter[str], bool]:
    cast = Cast()
    with _asked_to_stop() as stopped:
        for segment in segments:
            try:
                hear.add(play_segment(segment, cast, stopped), len(segment.arrivals), front=segment.front)
            except StoppedError:
                break
        return hear.counts, stopped()


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
def _in_processes(segments: list[Segment], hear: _Progress, *, gentle: bool) -> tuple[Counter[str], bool]:
    from django.db import connection

    connection.close()
    context = multiprocessing.get_context("spawn")
    stop, answers = context.Event(), context.Queue()
    parts = [[segment for segment in segments if segment.part == part] for part in range(HALVES)]
    children = [context.Process(target=child_main, args=(part, stop, answers, gentle)) for part in parts]
    for child in children:
        child.start()
    with _asked_to_stop() as stopped:
        try:
            errors = _collect(children, answers, stop, stopped, hear)
        finally:
            stop.set()
            for child in children:
                child.join()
        if errors:
            raise RuntimeError(errors[0])
        return hear.counts, stopped()


def _collect(children: list[Any], answers: Any, stop: Any, stopped: Callable[[], bool], hear: _Progress) -> list[str]:
    errors: list[str] = []
    waiting = len(children)
    while waiting:
        if stopped() or errors:
            stop.set()
        try:
            counts, arrivals, front, error = answers.get(timeout=0.15)
        except queue.Empty:
            if not any(child.is_alive() for child in children) and answers.empty():
                return [*errors, "a process of the simulation ended unexpectedly"]
            continue
        hear.add(counts, arrivals, front=front)
        if error is not None:
            waiting -= 1
            errors += [error] if error else []
    return errors
