"""Notices that the house's clock was set, and mends what was stamped by a clock that ran ahead of time.

The clock of the house is the database's (`kernel.clock.follow`). When it is set back, everything that waits for a moment
of the former future is brought to the present: locks, codes, lights, messages. When it leaps forward, what cannot be
taken back (closing, anonymising, deleting) waits for an hour, so that somebody may correct the clock.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final

import structlog
from django.db import connection, transaction

from minhu.directory.access import as_system
from minhu.directory.services import set_back as directory
from minhu.exchange.services import delivering, partners
from minhu.handling.services import sweeper
from minhu.intake.services import opening
from minhu.kernel import clock
from minhu.kernel.locks import Lock
from minhu.ledger import queries as ledger
from minhu.ledger import services as ledger_services
from minhu.server.metrics import CLOCK_STEPS

log = structlog.get_logger("minhu.clock")
LONG_AWAY: Final = timedelta(hours=12)
"""A house that wrote nothing for so long was asleep, or its clock leapt while it was down."""
_LOCK: Final = f"SELECT pg_try_advisory_xact_lock({Lock.CLOCK_WATCH:d})"
# heartbeats of the future would hide that a worker died
_WORKERS: Final = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE last_heartbeat > now()"
_REPAIRS: Final = (
    directory.after_set_back, opening.after_set_back, delivering.after_set_back, partners.after_set_back, sweeper.after_set_back,
)  # fmt: skip


class Watch:
    """What one process has seen of the clock so far."""

    def __init__(self) -> None:
        self._steps = timedelta(0)
        self._began = False

    def look(self) -> None:
        """Ask the database for the time and treat what changed since the last look."""
        asked = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            clock.follow(cursor.fetchone()[0], asked)
        if not self._began:
            self._begin()
        step, self._steps = clock.steps() - self._steps, clock.steps()
        if abs(step) > clock.SLACK:
            treat(step)

    def _begin(self) -> None:
        """Compare with the last checkpoint of the ledger: the clock may have been set while nobody ran."""
        self._began, self._steps = True, clock.steps()
        last = ledger.status().last_checkpoint_at
        if last is None:
            return
        away = clock.now() - last
        if away < -clock.SLACK:
            treat(away)
        elif away > LONG_AWAY:
            clock.doubt()


def treat(step: timedelta) -> int:
    """Note a step of the clock and, when it went back, mend what lies ahead; returns how many rows were mended."""
    seconds = round(step.total_seconds())
    log.warning("clock_set", seconds=seconds)
    CLOCK_STEPS.labels("forward" if seconds > 0 else "back").inc()
    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if not cursor.fetchone()[0]:  # another process is at it
            return 0
        mended = 0
        if seconds < 0:
            mended = sum(repair() for repair in _REPAIRS)
            cursor.execute(_WORKERS)
        ledger_services.append("house.clock_set", ("house", "clock"), {"seconds": seconds, "mended": mended})
    return mended


look = Watch().look
