"""Reading the ledger. Row security decides what the caller sees; only figures go past it."""

from django.db import connection

from minhu.ledger import signing
from minhu.ledger.database import everything_visible
from minhu.ledger.models import Access, Checkpoint, Entry
from minhu.ledger.types import AccessFilter, AccessView, CheckpointView, EntryView, Status, Subject
from minhu.ledger.witness import witness_path

_PENDING = "SELECT count(*), min(occurred_at) FROM ledger_entry WHERE position IS NULL"


def entries_of(subject: Subject, limit: int = 500) -> list[EntryView]:
    """Return the entries about one subject, oldest first; empty for an actor who may not read the ledger."""
    rows = Entry.objects.filter(subject_type=subject[0], subject_id=str(subject[1])).order_by("id")
    return [view_of(entry) for entry in rows[:limit]]


def latest(limit: int = 100, kind: str = "") -> list[EntryView]:
    """Return the newest entries, newest first, of one kind if given (visibility as `entries_of`)."""
    rows = Entry.objects.filter(kind=kind) if kind else Entry.objects.all()
    return [view_of(entry) for entry in rows.order_by("-id")[:limit]]


def status() -> Status:
    """Return how the ledger stands: sizes and times only, so anybody may ask."""
    with everything_visible(), connection.cursor() as cursor:
        cursor.execute(_PENDING)
        pending, oldest = cursor.fetchone()
        last = Checkpoint.objects.order_by("-size").first()
        count = Checkpoint.objects.count()
    return Status(
        size=last.size if last else 0,
        root=bytes(last.root).hex() if last else "",
        checkpoints=count,
        last_checkpoint_at=last.at if last else None,
        pending=pending,
        oldest_pending=oldest,
        witness=str(witness_path()),
    )


def checkpoints(limit: int = 20) -> list[CheckpointView]:
    """Return the newest checkpoints, newest first: sizes and roots only."""
    with everything_visible():
        rows = list(Checkpoint.objects.order_by("-size")[:limit])
    return [
        CheckpointView(row.size, bytes(row.root).hex(), row.at, bytes(row.signature or b"")[:4].hex()) for row in rows
    ]


def last_note() -> str:
    """Return the newest checkpoint as a signed note; empty when nothing is signed yet. Anybody may have it."""
    with everything_visible():
        last = Checkpoint.objects.order_by("-size").first()
    return signing.note_of(last) if last else ""


def verifiers() -> tuple[str, ...]:
    """Return the printable public keys of this ledger, oldest first."""
    return tuple(key.verifier for key in signing.all_keys())


def accesses(narrowing: AccessFilter, start: int = 0, size: int = 50) -> tuple[list[AccessView], int]:
    """Return readings of personal data, newest first, and how many fit (nothing for whom row security stops)."""
    rows = Access.objects.all()
    if narrowing.actor_id:
        rows = rows.filter(actor_id=narrowing.actor_id)
    if narrowing.subject_type:
        rows = rows.filter(subject_type=narrowing.subject_type)
    if narrowing.subject_ids is not None:
        rows = rows.filter(subject_id__in=narrowing.subject_ids)
    if narrowing.purpose:
        rows = rows.filter(purpose__icontains=narrowing.purpose)
    if narrowing.start:
        rows = rows.filter(at__gte=narrowing.start)
    if narrowing.end:
        rows = rows.filter(at__lt=narrowing.end)
    found = [
        AccessView(
            row.at, row.actor_kind, row.actor_id, row.subject_type, row.subject_id, tuple(row.fields), row.purpose
        )
        for row in rows.order_by("-id")[start : start + size]
    ]
    return found, rows.count()


def view_of(entry: Entry) -> EntryView:
    """Return an entry as it leaves the room."""
    return EntryView(
        uid=str(entry.uid),
        position=entry.position,
        occurred_at=entry.occurred_at,
        actor_kind=entry.actor_kind,
        actor_id=entry.actor_id,
        roles=tuple(entry.roles),
        kind=entry.kind,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        payload=entry.payload,
    )
