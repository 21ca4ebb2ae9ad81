"""A digest of every table, independent of the order of its rows and of the server that holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

# What a row looks like as text depends on these settings; both sides of a comparison use the same.
_SETTINGS: Final[tuple[LiteralString, ...]] = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 3",
    "SET LOCAL search_path = public",
)
_TABLES: LiteralString = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    " AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid"
    " AND deptype = 'e') ORDER BY relname"
)
_DIGEST: LiteralString = (
    "SELECT count(*), coalesce(sum(('x' || left(h, 16))::bit(64)::bigint::numeric), 0)::text,"
    " coalesce(sum(('x' || right(h, 16))::bit(64)::bigint::numeric), 0)::text"
    " FROM (SELECT md5(t::text) AS h FROM {} t) hashed"
)


@dataclass(frozen=True, slots=True)
class TableDigest:
    """How many rows a table has, and two sums over the halves of their MD5 values.

    It finds what was lost or garbled on the way, by accident; against a forger there is the ledger.
    """

    rows: int
    digest: str


def table_names(connection: Connection) -> list[str]:
    """Every table of the schema that does not belong to an extension."""
    return [str(name) for (name,) in connection.execute(_TABLES).fetchall()]


def table_digests(
    connection: Connection, progress: Callable[[str], None] = lambda _name: None
) -> dict[str, TableDigest]:
    """The digest of every table as this transaction sees it; the connection must be past row security and in one."""
    for statement in _SETTINGS:
        connection.execute(statement)
    found = {}
    for name in table_names(connection):
        progress(name)
        row = connection.execute(sql.SQL(_DIGEST).format(sql.Identifier(name))).fetchone()
        assert row is not None  # noqa: S101 - an aggregate always gives a row
        found[name] = TableDigest(int(row[0]), f"{row[1]}:{row[2]}")
    return found


def differences(expected: dict[str, TableDigest], found: dict[str, TableDigest]) -> list[str]:
    """One Chinese sentence for every table that is missing, additional or different."""
    said = []
    for name in sorted(expected.keys() | found.keys()):
        before, after = expected.get(name), found.get(name)
        if before == after:
            continue
        if before is None or after is None:
            said.append(f"{name}：{'备份中没有这张表' if before is None else '恢复后缺少这张表'}")
        elif before.rows != after.rows:
            said.append(f"{name}：备份时 {before.rows} 行，恢复后 {after.rows} 行")
        else:
            said.append(f"{name}：{before.rows} 行，内容不一致")
    return said
