"""Rows whose time is over: counted, removed in small transactions, with a digest of what was removed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from django.db import connection
from psycopg import sql


@dataclass(frozen=True, slots=True)
class Expiring:
    """A table of records: the SQL of the moment a row's time counts from, of what must be true, and of its digest.

    In the SQL the row is called `t`; `shown` must not hold sealed values of persons.
    """

    table: str
    at: LiteralString
    where: LiteralString
    shown: LiteralString


@dataclass(frozen=True, slots=True)
class Removed:
    """How many rows went, and the SHA-256 over their lines in order: a copy kept elsewhere can be matched with it."""

    rows: int
    digest: str


def due(records: Expiring, before: datetime) -> int:
    """How many rows are older than ``before``. Needs a transaction that may see them."""
    statement = sql.SQL("SELECT count(*) FROM {} t WHERE {} < %s AND {}").format(
        sql.Identifier(records.table), sql.SQL(records.at), sql.SQL(records.where)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [before])
        return int(cursor.fetchone()[0])


def remove(records: Expiring, before: datetime, limit: int) -> Removed:
    """Remove up to ``limit`` rows older than ``before``; rows that somebody else holds are left for later."""
    statement = sql.SQL(
        "DELETE FROM {0} t WHERE t.ctid IN (SELECT t.ctid FROM {0} t WHERE {1} < %s AND {2} LIMIT %s"
        " FOR UPDATE OF t SKIP LOCKED) RETURNING {3}"
    ).format(sql.Identifier(records.table), sql.SQL(records.at), sql.SQL(records.where), sql.SQL(records.shown))
    with connection.cursor() as cursor:
        cursor.execute(statement, [before, limit])
        lines = sorted(str(line) for (line,) in cursor.fetchall())
    return Removed(len(lines), digest_of(lines))


def digest_of(lines: list[str]) -> str:
    """SHA-256 over lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
