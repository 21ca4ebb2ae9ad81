"""Every place where sealed values lie: the columns of all models, found by themselves, for re-sealing and counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from psycopg import sql

from minhu.engines.secrets import EncryptedTextField, current_header, seal, unseal
from minhu.kernel.errors import Unavailable


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column of sealed text: the context of its values, and the column that names the row ('' : not bound)."""

    name: str
    context: str
    row: str


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns; `key` is its primary key, of the database type `key_type`."""

    name: str
    key: str
    key_type: str
    columns: tuple[SealedColumn, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch did: fields sealed anew, fields that would not open, key of the last row looked at."""

    resealed: int
    failed: int
    last: str


def tables() -> tuple[SealedTable, ...]:
    """All tables with sealed columns, by name."""
    found = []
    for model in apps.get_models():
        fields = [field for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]
        if fields and model._meta.managed and model._meta.pk is not None:
            columns = tuple(
                SealedColumn(str(one.column), one.sealing_context(), _column_of(model, one.row)) for one in fields
            )
            key = model._meta.pk
            kind = str(key.rel_db_type(connection) or "text")
            found.append(SealedTable(model._meta.db_table, str(key.column), kind, columns))
    return tuple(sorted(found, key=lambda table: table.name))


def _column_of(model: Any, attribute: str) -> str:
    return str(model._meta.get_field(attribute).column) if attribute else ""


def _stale(table: SealedTable) -> tuple[sql.Composable, list[Any]]:
    """The condition that some value of a row is not sealed as it would be today."""
    parts = [
        sql.SQL("substring({} FROM 1 FOR 3) <> %s::bytea").format(sql.Identifier(one.name)) for one in table.columns
    ]
    return sql.SQL("(") + sql.SQL(" OR ").join(parts) + sql.SQL(")"), [
        current_header(row=bool(one.row)) for one in table.columns
    ]


def reseal_batch(table: SealedTable, after: str, limit: int) -> Batch:
    """Seal the values of up to `limit` rows behind the key `after` ('' : from the start) with the current key.

    Rows that somebody else holds are passed by. Needs a transaction that may see all rows; the plain text of a value
    never changes, and a value that does not open is left as it is.
    """
    wanted, headers = _stale(table)
    rows = sorted({one.row for one in table.columns if one.row})
    shown: list[sql.Composable] = [sql.SQL("{}::text").format(sql.Identifier(name)) for name in (table.key, *rows)]
    shown += [sql.Identifier(one.name) for one in table.columns]
    behind = (
        sql.SQL("AND {} > %s::{}").format(sql.Identifier(table.key), sql.SQL(table.key_type)) if after else sql.SQL("")
    )
    statement = sql.SQL("SELECT {} FROM {} WHERE {} {} ORDER BY {} LIMIT %s FOR NO KEY UPDATE SKIP LOCKED").format(
        sql.SQL(", ").join(shown), sql.Identifier(table.name), wanted, behind, sql.Identifier(table.key)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*headers, *([after] if after else []), limit])
        found = cursor.fetchall()
    resealed = failed = 0
    for at, row in enumerate(found):
        names = dict(zip(rows, row[1:], strict=False))
        fresh, done, lost = _resealed(table, names, row[1 + len(rows) :], headers)
        found[at] = (row[0], *fresh)
        resealed, failed = resealed + done, failed + lost
    if resealed:
        _write(table, found)
    return Batch(resealed, failed, str(found[-1][0]) if found else "")


def _resealed(
    table: SealedTable, names: dict[str, str], values: Sequence[Any], headers: Sequence[bytes]
) -> tuple[list[bytes | None], int, int]:
    fresh: list[bytes | None] = []
    done = lost = 0
    for one, value, header in zip(table.columns, values, headers, strict=True):
        old = None if value is None else bytes(value)
        if old is None or old[:3] == header:
            fresh.append(old)
            continue
        row = names.get(one.row, "")
        try:
            fresh.append(seal(unseal(old, one.context, row), one.context, row))
            done += 1
        except Unavailable:
            fresh.append(old)
            lost += 1
    return fresh, done, lost


def _write(table: SealedTable, rows: Sequence[Sequence[Any]]) -> None:
    """Write all columns of the rows in one statement; allowed by the tables' triggers only as a re-sealing."""
    names = [sql.Identifier(one.name) for one in table.columns]
    key = sql.Identifier(table.key)
    statement = sql.SQL("UPDATE {} t SET {} FROM unnest({}) AS u (key, {}) WHERE t.{} = u.key").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(sql.SQL("{} = u.{}").format(name, name) for name in names),
        sql.SQL(", ").join(
            [sql.SQL("%s::{}[]").format(sql.SQL(table.key_type)), *[sql.SQL("%s::bytea[]")] * len(names)]
        ),
        sql.SQL(", ").join(names),
        key,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('minhu.resealing', 'on', true)")
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
        cursor.execute("SELECT set_config('minhu.resealing', '', true)")


def stale_fields(table: SealedTable) -> int:
    """How many values of a table are not sealed as they would be today (reads the table)."""
    parts = [
        sql.SQL("count(*) FILTER (WHERE substring({} FROM 1 FOR 3) <> %s::bytea)").format(sql.Identifier(one.name))
        for one in table.columns
    ]
    statement = sql.SQL("SELECT {} FROM {}").format(sql.SQL(" + ").join(parts), sql.Identifier(table.name))
    with connection.cursor() as cursor:
        cursor.execute(statement, _stale(table)[1])
        return int(cursor.fetchone()[0])


def versions_in(table: SealedTable) -> Counter[tuple[int, int]]:
    """How many values a table holds of each (format, key version) (reads the table)."""
    found: Counter[tuple[int, int]] = Counter()
    for one in table.columns:
        name = sql.Identifier(one.name)
        statement = sql.SQL(
            "SELECT get_byte({0}, 0), get_byte({0}, 1) * 256 + get_byte({0}, 2), count(*) FROM {1}"
            " WHERE octet_length({0}) > 2 GROUP BY 1, 2"
        ).format(name, sql.Identifier(table.name))
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for form, version, count in cursor.fetchall():
                found[form, version] += count
    return found
