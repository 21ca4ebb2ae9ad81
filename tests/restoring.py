"""A database as it was before a test that really commits: only what the test changed is put back.

Copying the template anew costs the server up to half a second of work and 17 MB of writing; such a test writes into a
handful of tables. What is more than rows (a new index, a trigger that is off) is left to a new copy.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

_WRITTEN = "SELECT relid::bigint, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables"
_SEQUENCES = "SELECT schemaname, sequencename, start_value, last_value FROM pg_sequences"
_GUESTS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_CATALOGUES = (
    "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_policy", "pg_proc", "pg_trigger",
    "pg_db_role_setting",
)  # fmt: skip
_SHAPE = " UNION ALL ".join(f"SELECT count(*), sum(xmin::text::bigint) FROM {name}" for name in _CATALOGUES)
_LEAVE_SECONDS = 5.0


@dataclass(frozen=True)
class Original:
    """What a new copy holds: rows by table, where sequences stand, the shape of tables, what was written so far."""

    rows: dict[int, bytes]
    sequences: dict[tuple[str, str], int | None]
    shape: list[tuple[Any, ...]]
    written: dict[int, int]


def original(connection: psycopg.Connection[Any]) -> Original:
    """Look at a copy that nobody has used yet; the connection must be a superuser's, with autocommit."""
    written = dict(connection.execute(_WRITTEN).fetchall())
    rows = {}
    for table in written:
        with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(_name(connection, table))) as parts:
            if content := b"".join(bytes(part) for part in parts):
                rows[table] = content
    return Original(rows, _sequences(connection), connection.execute(_SHAPE).fetchall(), written)


def restored(connection: psycopg.Connection[Any], before: Original) -> Original | None:
    """Put back every table that was written into; None when more than rows has changed and a new copy is needed.

    Others' connections are ended first: what they wrote is counted when they are gone.
    """
    end = time.monotonic() + _LEAVE_SECONDS
    while connection.execute(_GUESTS).fetchone() != (0,):
        if time.monotonic() > end:
            return None
        time.sleep(0.01)
    if connection.execute(_SHAPE).fetchall() != before.shape:
        return None
    written = dict(connection.execute(_WRITTEN).fetchall())
    connection.execute("SET session_replication_role = replica")  # no trigger guards a row from its test's end
    for table in (table for table, count in written.items() if count != before.written.get(table)):
        name = _name(connection, table)
        connection.execute(sql.SQL("DELETE FROM {}").format(name))
        if table in before.rows:
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(name)) as copy:
                copy.write(before.rows[table])
    for (schema, name), _ in _sequences(connection).items() - before.sequences.items():
        wanted = before.sequences[schema, name]
        connection.execute(
            "SELECT setval(format('%%I.%%I', %s::text, %s::text)::regclass, %s, %s)",
            [schema, name, wanted or 1, wanted is not None],
        )
    connection.execute("SELECT pg_stat_force_next_flush()")
    return Original(before.rows, before.sequences, before.shape, dict(connection.execute(_WRITTEN).fetchall()))


def _name(connection: psycopg.Connection[Any], table: int) -> sql.Identifier:
    found = connection.execute(
        "SELECT relnamespace::regnamespace::text, relname FROM pg_class WHERE oid = %s", [table]
    ).fetchone()
    assert found is not None
    return sql.Identifier(*found)


def _sequences(connection: psycopg.Connection[Any]) -> dict[tuple[str, str], int | None]:
    """Last values; None where nothing was drawn, which then begins at 1, as all sequences here do."""
    found = connection.execute(_SEQUENCES).fetchall()
    assert all(start == 1 for _, _, start, _ in found)
    return {(schema, name): last for schema, name, _, last in found}
