"""Reading the ledger. Row security decides what the caller sees; only figures go past it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from minhu.ledger import signing
from minhu.ledger.database import everything_visible
from minhu.ledger.domain.kinds import BOOK_LABELS, BOOK_MEANINGS, KINDS, Book, kinds_of, label_of
from minhu.ledger.models import Access, Checkpoint, Entry
from minhu.ledger.types import (
    AccessFilter,
    AccessView,
    CheckpointView,
    EntryFilter,
    EntryPage,
    EntryView,
    RegisteredEntry,
    Status,
    Subject,
)
from minhu.ledger.witness import witness_path

_ABOUT = (
    "SELECT * FROM ledger_entry WHERE (subject_type, subject_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
    " ORDER BY id LIMIT 2000"
)
_NEWEST = (
    "SELECT found.position FROM unnest(%s::text[]) AS wanted(kind) CROSS JOIN LATERAL ("
    " SELECT entry.position FROM ledger_entry entry"
    " WHERE entry.kind = wanted.kind AND entry.position IS NOT NULL AND entry.position < %s"
    " AND (%s::timestamptz IS NULL OR entry.occurred_at >= %s) AND (%s::timestamptz IS NULL OR entry.occurred_at < %s)"
    " ORDER BY entry.position DESC LIMIT %s) found ORDER BY found.position DESC LIMIT %s"
)
_COUNTS = "SELECT kind, count(*) FROM ledger_entry WHERE position IS NOT NULL GROUP BY kind"
_PENDING = "SELECT count(*), min(occurred_at) FROM ledger_entry WHERE position IS NULL"


def entries_of(subject: Subject, limit: int = 500) -> list[EntryView]:
    """Return the entries about one subject, oldest first; empty for an actor who may not read the ledger."""
    rows = Entry.objects.filter(subject_type=subject[0], subject_id=str(subject[1])).order_by("id")
    return [view_of(entry) for entry in rows[:limit]]


def latest(limit: int = 100, kind: str = "") -> list[EntryView]:
    """Return the newest entries, newest first, of one kind if given (visibility as `entries_of`)."""
    rows = Entry.objects.filter(kind=kind) if kind else Entry.objects.all()
    return [view_of(entry) for entry in rows.order_by("-id")[:limit]]


def registered(subjects: list[Subject]) -> list[RegisteredEntry]:
    """Return all entries about `subjects`, oldest first, past row security.

    For rooms above that have made sure that the caller may know of these subjects.
    """
    names: list[Any] = [[subject[0] for subject in subjects], [str(subject[1]) for subject in subjects]]
    with everything_visible():
        ids = Entry.objects.raw(_ABOUT, names)
        return [RegisteredEntry(view_of(entry), bytes(entry.leaf_hash).hex()) for entry in ids]


def readings_of(subject: Subject) -> list[AccessView]:
    """Return who read personal data of one subject, oldest first, past row security (as `registered`)."""
    with everything_visible():
        rows = Access.objects.filter(subject_type=subject[0], subject_id=str(subject[1])).order_by("id")
        return [_access(row) for row in rows[:500]]


def count_since(subject: Subject, kinds: Collection[str], since: datetime) -> int:
    """Return how many entries of `kinds` there are about one subject since a moment, past row security (a figure only)."""
    with everything_visible():
        return Entry.objects.filter(
            subject_type=subject[0], subject_id=str(subject[1]), kind__in=list(kinds), occurred_at__gte=since
        ).count()


def page_of(narrowing: EntryFilter, size: int = 50, before: int | None = None) -> EntryPage:
    """Return integrated entries, newest first, below position `before`; empty for who may not read the ledger.

    With a ledger or kinds the index of kinds is walked for each of them, so a rare kind is found as quickly as a
    frequent one.
    """
    top = before if before is not None else 2**62
    kinds = narrowing.kinds or (kinds_of(Book(narrowing.book)) if narrowing.book else ())
    if kinds and not narrowing.subjects and not narrowing.actor_id:
        positions = _newest_of(kinds, narrowing, size + 1, top)
        rows = Entry.objects.filter(position__in=positions)
    else:
        rows = Entry.objects.filter(position__isnull=False, position__lt=top)
        rows = rows.filter(kind__in=kinds) if kinds else rows
        rows = rows.filter(actor_id=narrowing.actor_id) if narrowing.actor_id else rows
        rows = rows.filter(_any_of(narrowing.subjects)) if narrowing.subjects else rows
        rows = rows.filter(occurred_at__gte=narrowing.start) if narrowing.start else rows
        rows = rows.filter(occurred_at__lt=narrowing.end) if narrowing.end else rows
    found = [view_of(entry) for entry in rows.order_by("-position")[: size + 1]]
    more = len(found) > size
    return EntryPage(tuple(found[:size]), found[size - 1].position if more else None)


def entry_of(uid: str) -> RegisteredEntry | None:
    """Return one entry with its leaf hash; None for an unknown one or a caller who may not read the ledger."""
    try:
        entry = Entry.objects.filter(uid=UUID(uid)).first()
    except ValueError:
        return None
    return RegisteredEntry(view_of(entry), bytes(entry.leaf_hash).hex()) if entry else None


def entries_between(first: int, last: int, limit: int = 100) -> list[EntryView]:
    """Return the entries at positions `first` to `last`, in order (visibility as `entries_of`)."""
    rows = Entry.objects.filter(position__gte=first, position__lte=last).order_by("position")
    return [view_of(entry) for entry in rows[:limit]]


def book_counts() -> dict[Book, int]:
    """Return how many integrated entries each ledger has; sizes only. Estimated from an index-only count by kind."""
    with everything_visible(), connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        found = dict(cursor.fetchall())
    return {book: sum(found.get(kind, 0) for kind in kinds_of(book)) for book in Book}


def _newest_of(kinds: tuple[str, ...], narrowing: EntryFilter, size: int, top: int) -> list[int]:
    parameters: list[Any] = [
        list(kinds),
        top,
        narrowing.start,
        narrowing.start,
        narrowing.end,
        narrowing.end,
        size,
        size,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, parameters)
        return [position for (position,) in cursor.fetchall()]


def _any_of(subjects: tuple[Subject, ...]) -> Q:
    found = Q(pk__in=[])
    for kind, key in subjects:
        found |= Q(subject_type=kind, subject_id=str(key))
    return found


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
    return [checkpoint_view(row) for row in rows]


def checkpoint_view(row: Checkpoint) -> CheckpointView:
    """Return a checkpoint as it leaves the room."""
    return CheckpointView(row.size, bytes(row.root).hex(), row.at, bytes(row.signature or b"")[:4].hex())


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
    return [_access(row) for row in rows.order_by("-id")[start : start + size]], rows.count()


def readings_since(actor_id: str, since: datetime) -> tuple[int, bool]:
    """How many people's data somebody read since then (each request once, words apart), and whether that was reported."""
    with everything_visible():
        rows = Access.objects.filter(actor_id=actor_id, at__gte=since)
        people = rows.filter(subject_type="request").exclude(fields=["words"])
        return people.values("subject_id").distinct().count(), rows.filter(subject_type="limit").exists()


def was_read(actor_id: str, subject: tuple[str, str], since: datetime) -> bool:
    """Whether somebody's reading of a subject since then is already in the log."""
    with everything_visible():
        return Access.objects.filter(
            actor_id=actor_id, subject_type=subject[0], subject_id=subject[1], at__gte=since
        ).exists()


def _access(row: Access) -> AccessView:
    return AccessView(
        row.at, row.actor_kind, row.actor_id, row.subject_type, row.subject_id, tuple(row.fields), row.purpose
    )


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


__all__ = [
    "BOOK_LABELS",
    "BOOK_MEANINGS",
    "KINDS",
    "Book",
    "accesses",
    "book_counts",
    "checkpoint_view",
    "checkpoints",
    "entries_between",
    "entries_of",
    "entry_of",
    "kinds_of",
    "label_of",
    "last_note",
    "latest",
    "page_of",
    "readings_of",
    "registered",
    "status",
    "verifiers",
    "view_of",
]
