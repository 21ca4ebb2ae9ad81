"""Writing: one INSERT in the caller's transaction, with no lock and no reading back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import connection

from minhu.engines import prepared
from minhu.engines.arrays import array
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.ledger.domain.merkle import leaf_hash
from minhu.ledger.domain.record import SEPARATOR, canonical_payload, clean, microseconds
from minhu.ledger.types import Subject

_COLUMNS = (
    "INSERT INTO ledger_entry (uid, occurred_at, actor_kind, actor_id, roles, kind, subject_type, subject_id,"
    " payload, leaf_hash) VALUES"
)
_ROW = "(%s::uuid, %s::timestamptz, %s, %s, %s::text[], %s, %s, %s, %s::jsonb, %s::bytea)"
_ACCESS = (
    "INSERT INTO ledger_access (at, actor_kind, actor_id, subject_type, subject_id, fields, purpose)"
    " VALUES (%s, %s, %s, %s, %s, %s::text[], %s)"
)
_MANY = (
    "INSERT INTO ledger_entry (uid, occurred_at, actor_kind, actor_id, roles, kind, subject_type, subject_id, payload,"
    " leaf_hash) SELECT uid, at, actor_kind, actor_id, roles::text[], kind, subject_type, subject_id, payload::jsonb, hash"
    " FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
    " %s::text[], %s::bytea[]) AS u"
    " (uid, at, actor_kind, actor_id, roles, kind, subject_type, subject_id, payload, hash)"
)
_CONTROL = re.compile(r"[\x00-\x1f]")


def append(kind: str, subject: Subject, payload: Mapping[str, Any]) -> None:
    """Write down that `kind` happened to `subject`, in the name of the current actor.

    Belongs to the caller's transaction: both are kept or neither. `payload` holds what JSON can (dates and
    identifiers become text) and no personal values; telephone and identity numbers in texts are masked.
    Raises RuntimeError outside a transaction, ValueError for what cannot be written canonically.
    """
    append_many([(kind, subject, payload)])


def append_many(entries: Iterable[tuple[str, Subject, Mapping[str, Any]]]) -> None:
    """Write several entries at once (an import, a bulk action); otherwise as `append`."""
    if not connection.in_atomic_block:
        raise RuntimeError("a ledger entry belongs to the transaction of what it tells; open one first")
    rows = [_row(kind, subject, payload) for kind, subject, payload in entries]
    if len(rows) == 1:
        prepared.insert(_COLUMNS, _ROW, (*rows[0][:4], _array(rows[0][4]), *rows[0][5:]))
        return
    if rows:
        told = ((*row[:4], _array(row[4]), *row[5:]) for row in rows)
        prepared.write(_MANY, [array(column) for column in zip(*told, strict=True)])


def record_access(subject: Subject, purpose: str, fields: Sequence[str] = ()) -> None:
    """Log that the current actor read personal `fields` of `subject`, and for what `purpose`."""
    actor = current_actor()
    values = [now(), actor.kind, actor.id, subject[0], str(subject[1]), list(fields), clean(purpose)]
    with connection.cursor() as cursor:
        cursor.execute(_ACCESS, values)


def _array(texts: Sequence[str]) -> str:
    """An array as PostgreSQL writes it."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def _row(kind: str, subject: Subject, payload: Mapping[str, Any]) -> tuple[Any, ...]:
    actor, uid, at = current_actor(), str(uuid4()), now()
    roles = sorted(actor.roles)
    text = canonical_payload(payload)
    names = (actor.kind, clean(actor.id), clean(kind), clean(subject[0]), clean(str(subject[1])))
    head = SEPARATOR.join((uid, str(microseconds(at)), names[0], names[1], ",".join(roles), *names[2:]))
    if not kind or not subject[0] or _CONTROL.search(head.replace(SEPARATOR, "", 7)):
        raise ValueError(f"not a name for a ledger entry: {kind!r} {subject!r}")
    record = f"{head}{SEPARATOR}{text}".encode()
    return uid, at, names[0], names[1], roles, *names[2:], text, leaf_hash(record)
