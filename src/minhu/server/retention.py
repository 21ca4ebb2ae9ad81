"""Records about people's work whose time is over (`kernel.keeping`): found, removed daily, each removal in the ledger.

Only here all rooms with such records are known. A clock that leapt forward removes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
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
from minhu.intake.services import recordings
from minhu.intake.services.importing import drop_waiting_files, waiting_files
from minhu.kernel.clock import is_doubted, now
from minhu.kernel.keeping import KINDS, over_before
from minhu.kernel.locks import Lock
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services.answering import ASKINGS
from minhu.knowledge.services.toolcalls import CALLS
from minhu.ledger import services as ledger
from minhu.ledger.services.access_log import ACCESSES
from minhu.server import orphans

BATCH: Final = 5_000
_LOCK: Final = f"SELECT pg_try_advisory_xact_lock({Lock.RETENTION:d})"
TABLES: Final[dict[str, Expiring]] = {
    "access": ACCESSES,
    "sign_ins": SIGN_INS,
    "attempts": Expiring(
        "axes_accessattempt", "t.attempt_time", "true", "concat_ws(' ', t.id, t.attempt_time, t.username, t.ip_address)"
    ),
    "sent": SENT,
    "received": RECEIVED,
    "askings": ASKINGS,
    "tool_calls": CALLS,
    "call_events": Expiring(
        "intake_callevent",
        "(SELECT k.arrived_at FROM intake_call k WHERE k.id = t.call_id)",
        "true",
        "concat_ws(' ', t.id, t.call_id, t.kind, t.at)",
    ),
    "calls": Expiring(
        "intake_call",
        "t.arrived_at",
        "NOT EXISTS (SELECT 1 FROM intake_callevent e WHERE e.call_id = t.id)"
        " AND NOT EXISTS (SELECT 1 FROM intake_recording r WHERE r.call_id = t.id)",
        "concat_ws(' ', t.id, t.source, t.arrived_at, t.outcome)",
    ),
    "talk_words": Expiring(
        "intake_utterance",
        "(SELECT k.last_at FROM intake_talk k WHERE k.id = t.talk_id)",
        "true",
        "concat_ws(' ', t.id, t.talk_id, t.number, t.at)",
    ),
    "whispers": Expiring(
        "intake_whisper",
        "(SELECT k.last_at FROM intake_talk k WHERE k.id = t.talk_id)",
        "true",
        "concat_ws(' ', t.id, t.talk_id, t.at)",
    ),
    "call_backs": Expiring(
        "intake_callback",
        "t.closed_at",
        "t.closed_at IS NOT NULL",
        "concat_ws(' ', t.id, t.source, t.state, t.closed_at)",
    ),
    "surveys": Expiring(
        "intake_surveycall",
        "t.closed_at",
        "t.closed_at IS NOT NULL",
        "concat_ws(' ', t.id, t.key, t.state, t.ended_as, t.closed_at)",
    ),
    "drafts": Expiring(
        "intake_draft",
        "(SELECT k.last_at FROM intake_talk k WHERE k.id = t.talk_id)",
        "true",
        "concat_ws(' ', t.id, t.talk_id, t.turn, t.registered_at)",
    ),
    "affected": Expiring("intake_affected", "t.at", "true", "concat_ws(' ', t.id, t.bulletin_id, t.at)"),
    "talks": Expiring(
        "intake_talk",
        "t.last_at",
        "NOT EXISTS (SELECT 1 FROM intake_utterance u WHERE u.talk_id = t.id)"
        " AND NOT EXISTS (SELECT 1 FROM intake_call c WHERE c.talk_id = t.id)"
        " AND NOT EXISTS (SELECT 1 FROM intake_draft d WHERE d.talk_id = t.id)",
        "concat_ws(' ', t.id, t.channel, t.last_at)",
    ),
    "care_marks": Expiring("intake_caremark", "t.given_at", "true", "concat_ws(' ', t.id, t.uid, t.given_at)"),
    "followers": Expiring(
        "exchange_channelline", "t.last_at", "true", "concat_ws(' ', t.id, t.account_id, t.talk_uid, t.last_at)"
    ),
    "mails": Expiring(
        "exchange_mailout",
        "t.created_at",
        "t.state <> 'waiting'",
        "concat_ws(' ', t.id, t.thread_id, t.created_at, t.state)",
    ),
    "mail_threads": Expiring(
        "exchange_mailthread",
        "t.last_at",
        "NOT EXISTS (SELECT 1 FROM exchange_mailout o WHERE o.thread_id = t.id)",
        "concat_ws(' ', t.id, t.mailbox_id, t.talk_uid, t.last_at)",
    ),
    "texts": Expiring(
        "intake_textmessage",
        "t.created_at",
        "t.state <> 'waiting'",
        "concat_ws(' ', t.id, t.template, t.state, t.reason, t.created_at)",
    ),
    "jobs": Expiring(
        "procrastinate_jobs",
        "(SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = t.id)",
        "t.status NOT IN ('todo', 'doing')",
        "concat_ws(' ', t.id, t.task_name, t.status)",
    ),
}
FILES: Final[dict[str, tuple[Callable[[datetime], int], Callable[[datetime, int], Removed]]]] = {
    "uploads": (lambda before: len(waiting_files(before)), lambda before, _limit: drop_waiting_files(before)),
    "call_sound": (recordings.due, recordings.drop_old),
    "orphans": (orphans.due, orphans.drop),
}
"""Kinds that are files, or rows with files: how many are over, and what removes them."""


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
        gone = remove(TABLES[name], before, BATCH) if name in TABLES else FILES[name][1](before, BATCH)
        if gone.rows:
            payload = {"rows": gone.rows, "days": days, "before": before.isoformat(), "sha256": gone.digest}
            ledger.append("privacy.expired", ("records", name), payload)
    return gone.rows


def _due(name: str, before: datetime) -> int:
    return due(TABLES[name], before) if name in TABLES else FILES[name][0](before)
