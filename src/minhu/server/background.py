"""Work that nobody asks for: ledger sequencer, deadline sweeper, job worker, care for the embedded database.

Each loop has a thread of its own; an error is logged and the loop goes on. Loops claim their rows in the database
(SKIP LOCKED, advisory locks), so any number of processes may run them.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import close_old_connections, connection
from django.utils.module_loading import import_string
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.manager import JobManager
from procrastinate.worker import Worker

from minhu.engines import tracing
from minhu.server.metrics import LOOP_DONE, LOOP_FAILED

log = structlog.get_logger("minhu.background")
LONGEST_PAUSE = 30.0
STOP_SECONDS = 10.0
STALLED_SECONDS = 30.0
STALLED_LOOK_SECONDS = 10.0
"""A worker that lives shows it within this time; after a leap of the clock all of them look dead until then."""


@dataclass(frozen=True)
class Loop:
    """`work` is the dotted name of a function; it runs again at once while it returns a positive number."""

    name: str
    seconds: float
    work: str


LOOPS: tuple[Loop, ...] = (
    Loop("embedded database", 2.0, "minhu.engines.database.ensure_running"),
    Loop("clock of the house", 2.0, "minhu.server.clock_watch.look"),
    Loop("ledger sequencer", 1.0, "minhu.ledger.services.integrate"),
    Loop("ledger contracts", 1.0, "minhu.ledger.services.follow"),
    Loop("ledger subtrees", 30.0, "minhu.ledger.services.grow"),
    Loop("ledger witnesses", 5.0, "minhu.ledger.services.deliver"),
    Loop("marks of words", 2.0, "minhu.handling.services.words.mark_words"),
    Loop("counts of past days", 5.0, "minhu.governance.services.count_days"),
    Loop("daily brief", 300.0, "minhu.governance.services.write_due"),
    Loop("messages to partners", 2.0, "minhu.exchange.services.delivering.deliver"),
    Loop("words to followers on WeChat", 2.0, "minhu.exchange.services.channel_sending.send"),
    Loop("messages of bulletins", 2.0, "minhu.intake.services.bulletin_messages.carry"),
    Loop("text messages that are wanted", 3.0, "minhu.intake.services.text_wishes.fulfil"),
    Loop("surveys by telephone", 5.0, "minhu.intake.services.survey_calls.tick"),
    Loop("talks by text message", 2.0, "minhu.intake.services.text_talks.tell_all"),
    Loop("text messages", 2.0, "minhu.intake.services.text_carrying.carry"),
    Loop("mailboxes", 5.0, "minhu.exchange.services.mail_coming.poll"),
    Loop("mails to citizens", 3.0, "minhu.exchange.services.mail_sending.send"),
    Loop("questions to a chat model", 2.0, "minhu.intake.services.consulting.consult"),
    Loop("second look by meaning", 2.0, "minhu.intake.services.looking.look_again"),
    Loop("cases to label", 300.0, "minhu.intake.services.queueing.fill_queue"),
    Loop("drift of suggestions", 3600.0, "minhu.intake.services.drifting.watch"),
    Loop("ended sessions", 3600.0, "minhu.directory.services.sign_ins.forget_old"),
    Loop("sealing with new keys", 10.0, "minhu.directory.services.rotation.reseal_tick"),
    Loop("data whose time is over", 600.0, "minhu.intake.services.forgetting.forget_tick"),
    Loop("records whose time is over", 3600.0, "minhu.server.retention.tick"),
    Loop("matters of new types", 60.0, "minhu.handling.services.new_types.mark_new"),
    Loop("joint decisions", 60.0, "minhu.handling.services.joint.raise_late"),
    Loop("expiry and sources of documents", 60.0, "minhu.knowledge.services.watching.tick"),
    Loop("watched pages and feeds", 30.0, "minhu.knowledge.services.visiting.tick"),
    Loop("notices of incidents", 2.0, "minhu.handling.services.incidents.send_due"),
    Loop("papers without an index", 60.0, "minhu.knowledge.services.indexing.catch_up"),
    Loop("papers outside the graph", 60.0, "minhu.knowledge.services.graphing.catch_up"),
    Loop("vectors of papers", 20.0, "minhu.knowledge.services.seeing.make_vectors"),
    Loop("contradictions between papers", 20.0, "minhu.knowledge.services.contradictions.look"),
    Loop("questions from papers", 20.0, "minhu.knowledge.services.pairs.make"),
    Loop("scenario trees and their documents", 20.0, "minhu.knowledge.services.tree_life.follow"),
    Loop("questions about danger", 5.0, "minhu.intake.services.talking.hand_over_unanswered"),
    Loop("hand-overs to emergency services", 5.0, "minhu.exchange.services.emergency_watch.watch"),
    Loop("disputes with enterprises", 20.0, "minhu.exchange.services.dispute_watch.watch"),
    Loop("calls that nobody ended", 300.0, "minhu.intake.services.live_calls.end_lost"),
    Loop("talks and seats", 1.0, "minhu.intake.services.offering.tick"),
    Loop("call-backs", 30.0, "minhu.intake.services.calling_back.release_forgotten"),
    Loop("emergency of the front door", 20.0, "minhu.intake.services.emergencies.tick"),
    Loop("deadline sweeper", 15.0, "minhu.handling.services.sweeper.sweep"),
)


@dataclass
class Runner:
    """The loops of this process: `start`, later `stop`."""

    loops: tuple[Loop, ...] = LOOPS
    jobs: bool = True
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start a thread for each loop."""
        for loop in self.loops:
            self._spawn(loop.name, lambda loop=loop: _repeat(loop, self._stop))  # type: ignore[misc]
        if self.jobs:
            self._spawn("jobs", lambda: _work_on_jobs(self._stop))

    def ask(self) -> None:
        """Ask all loops to end after their present round."""
        self._stop.set()

    def stop(self) -> None:
        """Ask, and wait for them."""
        self.ask()
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    def wait(self) -> None:
        """Block until `ask` is called from a signal handler."""
        while not self._stop.wait(1.0):
            pass

    def _spawn(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)


def _repeat(loop: Loop, stop: threading.Event) -> None:
    pause = loop.seconds
    while not stop.wait(pause):
        try:
            close_old_connections()
            work: Callable[[], int | None] = import_string(loop.work)
            with tracing.span(f"loop {loop.name}", minhu__loop=loop.name) as span:
                done = work()
                tracing.note(span, "minhu.done", done if isinstance(done, int) else 0)
            pause = 0.0 if isinstance(done, int) and done > 0 else loop.seconds
            LOOP_DONE.labels(loop.name).set_to_current_time()
        except Exception as error:  # the edge: a loop never dies
            pause = min(max(pause, 1.0) * 2, LONGEST_PAUSE)
            LOOP_FAILED.labels(loop.name).inc()
            log.warning("loop_failed", loop=loop.name, error=type(error).__name__, retry_in=pause, exc_info=True)
    connection.close()


def _work_on_jobs(stop: threading.Event) -> None:
    pause = 1.0
    while not stop.is_set():
        try:
            asyncio.run(_job_worker(stop))
        except Exception as error:  # noqa: BLE001 - the edge: the queue comes back with the database
            log.warning("jobs_failed", error=type(error).__name__, retry_in=pause)
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _job_worker(stop: threading.Event) -> None:
    """A worker with a connector of its own: rooms go on to defer jobs inside their Django transactions."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.db_cleanup import DjangoApp
    from procrastinate.contrib.django.utils import connector_params
    from procrastinate.psycopg_connector import PsycopgConnector

    own = DjangoApp(connector=PsycopgConnector(kwargs=connector_params()), worker_defaults=app.worker_defaults)
    own.tasks, own.periodic_registry = app.tasks, app.periodic_registry
    async with own.open_async():
        worker = asyncio.create_task(
            own.run_worker_async(install_signal_handlers=False, delete_jobs="successful", task_middleware=[_in_a_span])
        )
        looked, dead = 0.0, frozenset[int]()
        while not stop.is_set() and not worker.done():
            await asyncio.wait([worker], timeout=0.5)
            if time.monotonic() - looked >= STALLED_LOOK_SECONDS:
                looked = time.monotonic()
                dead = await _give_back_stalled(own.job_manager, dead)
        if worker.done():
            worker.result()
        worker.cancel()
        await asyncio.wait([worker], timeout=STOP_SECONDS)


def _in_a_span(call_next: Callable[[], Any], context: JobContext, _worker: Worker) -> Any:
    with tracing.span(f"job {context.job.task_name}", minhu__job=context.job.task_name):
        return call_next()


async def _give_back_stalled(jobs: JobManager, before: frozenset[int]) -> frozenset[int]:
    """Put the jobs of workers that died in the middle back into the queue; every job of the house may run again.

    ``before``: jobs that looked abandoned at the last look; returns those of this one. Only what is both was.
    """
    found = {job.id: job for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS) if job.id}
    for number in before & found.keys():
        job = found.pop(number)
        log.warning("job_given_back", job=job.task_name, attempts=job.attempts)
        with contextlib.suppress(ConnectorException):  # another process was quicker
            await jobs.retry_job(job)
    return frozenset(found)
