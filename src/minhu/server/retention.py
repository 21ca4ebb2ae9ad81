"""Records about people's work whose time is over (`kernel.keeping`): found, removed daily, each removal in the ledger.

Only here all rooms with such records are known. A clock that leapt forward removes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from minhu.directory.access import as_system
from minhu.directory.services.sign_ins import SIGN_INS
from minhu.engines.expiry import Expiring, Removed, due, remove
from minhu.exchange.services.delivering import SENT
from minhu.exchange.services.once import RECEIVED
from minhu.intake.services.importing import drop_waiting_files, waiting_files
from minhu.kernel.clock import is_doubted, now
from minhu.kernel.keeping import KINDS, over_before
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services.answering import ASKINGS
from minhu.ledger import services as ledger
from minhu.ledger.services.access_log import ACCESSES

BATCH: Final = 5_000
_LOCK: Final = "SELECT pg_try_advisory_xact_lock(712350)"
TABLES: Final[dict[str, Expiring]] = {
    "access": ACCESSES,
    "sign_ins": SIGN_INS,
    "attempts": Expiring(
        "axes_accessattempt", "t.attempt_time", "true", "concat_ws(' ', t.id, t.attempt_time, t.username, t.ip_address)"
    ),
    "sent": SENT,
    "received": RECEIVED,
    "askings": ASKINGS,
    "jobs": Expiring(
        "procrastinate_jobs",
        "(SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = t.id)",
        "t.status NOT IN ('todo', 'doing')",
        "concat_ws(' ', t.id, t.task_name, t.status)",
    ),
}
"""Every kind but `uploads`, which are files."""


@dataclass(frozen=True, slots=True)
class Line:
    """One kind: how long it is kept, since when it is over, and how many are."""

    name: str
    label: str
    days: int
    least: int
    ground: str
    before: datetime
    due: int


def overview() -> list[Line]:
    """What would be removed now; changes nothing."""
    kept, moment = settings.MINHU_KEEP, now()
    with transaction.atomic(), as_system(), reading():
        return [
            Line(name, kind.label, kept[name], kind.least, kind.ground, before, _due(name, before))
            for name, kind in KINDS.items()
            for before in [over_before(kept[name], moment)]
        ]


def tick() -> int:
    """Remove one batch of each kind whose time is over; returns how many rows and files went."""
    return 0 if is_doubted() else sum(expire(name) for name in KINDS)


def expire(name: str) -> int:
    """Remove one batch of a kind, and write into the ledger how many, of what and up to when, with their digest."""
    days = settings.MINHU_KEEP[name]
    before = over_before(days, now())
    with transaction.atomic(), as_system(), reading():
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
            if not cursor.fetchone()[0]:
                return 0  # another process is at it
        gone = remove(TABLES[name], before, BATCH) if name in TABLES else _files(before)
        if gone.rows:
            payload = {"rows": gone.rows, "days": days, "before": before.isoformat(), "sha256": gone.digest}
            ledger.append("privacy.expired", ("records", name), payload)
    return gone.rows


def _due(name: str, before: datetime) -> int:
    return due(TABLES[name], before) if name in TABLES else len(waiting_files(before))


def _files(before: datetime) -> Removed:
    return drop_waiting_files(before)
