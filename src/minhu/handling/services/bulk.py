"""Rows straight from and into their tables: several times cheaper than the ORM's own compiler on the hot path.

Values go as one JSON parameter of the columns (``jsonb_populate_recordset`` turns them into the column types); row
security and constraints hold as for any statement. Only for models without encrypted or computed columns.
Statements are prepared once for each connection (`engines.prepared`); inside `prepared.gathering` writes wait for each
other and travel together. Rows get their ids before they are written, so that an insert needs no answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, LiteralString, TypeVar

from django.db import connection, models
from psycopg import sql

from minhu.engines import prepared
from minhu.engines.arrays import array

M = TypeVar("M", bound=models.Model)


def read(model: type[M], where: LiteralString, params: Sequence[Any]) -> list[M]:
    """Objects of ``model`` for a condition (with order and lock) written in SQL; lists become arrays."""
    return read_as(model, prepared.run(*reading(model, where, params)))


def reading(model: type[M], where: LiteralString, params: Sequence[Any]) -> prepared.Command:
    """The statement of ``read``, to be sent together with others; its rows go through ``read_as``."""
    values = [array(value) if isinstance(value, (list, tuple)) else value for value in params]
    return _reading(model)[0] + where, values


def read_as(model: type[M], rows: Sequence[tuple[Any, ...]]) -> list[M]:
    """Objects of ``model`` from the rows of ``reading``."""
    _, names, parsed = _reading(model)
    return [model.from_db(connection.alias, names, _parsed(row, parsed)) for row in rows]


def drawing(model: type[models.Model], count: int) -> prepared.Command:
    """The statement that gives new primary keys for so many rows of ``model``, one a row."""
    return _drawing(model), (count,)


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new objects of one model in one statement; those without an id get one, in order."""
    if not rows:
        return
    without = [row for row in rows if row.pk is None]
    if without:
        for row, (row_id,) in zip(without, prepared.run(*drawing(type(rows[0]), len(without))), strict=True):
            row.pk = row_id
    statement, names = _inserting(type(rows[0]))
    body = json.dumps([{column: getattr(row, name) for column, name in names} for row in rows], default=_plain)
    prepared.write(statement, (body,))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def insert_plain(like: models.Model, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that differ from ``like`` in some columns only (the same columns in each, the id among them).

    For thousands at a time: no object is made for a row, and what all rows share travels once.
    """
    if not rows:
        return
    model = type(like)
    _, names = _inserting(model)
    own = tuple(rows[0])
    shared = {column: getattr(like, name) for column, name in names if column not in own}
    body = json.dumps(rows, default=_plain, ensure_ascii=False)
    prepared.write(_inserting_plain(model, own), (body, json.dumps(shared, default=_plain, ensure_ascii=False)))


def plain(row: models.Model) -> dict[str, Any]:
    """The columns of an object, for ``insert_plain``."""
    return {column: getattr(row, name) for column, name in _inserting(type(row))[1]}


def update(row: models.Model, names: Sequence[str]) -> None:
    """Write some fields of a stored object."""
    statement, columns = _updating(type(row), tuple(names))
    body = {column: getattr(row, attname) for column, attname in columns}
    prepared.write(statement, (json.dumps(body, default=_plain), row.pk))


@cache
def _drawing(model: type[models.Model]) -> str:
    return f"SELECT nextval('{model._meta.db_table}_id_seq') FROM generate_series(1, %s::int)"  # our own tables only


@cache
def _reading(model: type[models.Model]) -> tuple[str, list[str], tuple[int, ...]]:
    fields = model._meta.concrete_fields
    columns = _listed([str(field.column) for field in fields])
    statement = sql.SQL("SELECT {} FROM {} ").format(columns, sql.Identifier(model._meta.db_table))
    parsed = tuple(n for n, field in enumerate(fields) if isinstance(field, models.JSONField))
    return statement.as_string(None), [field.attname for field in fields], parsed


@cache
def _inserting(model: type[models.Model]) -> tuple[str, list[tuple[str, str]]]:
    names = [(str(field.column), field.attname) for field in model._meta.concrete_fields]
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        columns=_listed([column for column, _ in names]),
    )
    return statement.as_string(None), names


@cache
def _inserting_plain(model: type[models.Model], own: tuple[str, ...]) -> str:
    rest = [column for column, _ in _inserting(model)[1] if column not in own]
    parts = [sql.Identifier("r", column) for column in own] + [sql.Identifier("t", column) for column in rest]
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {parts} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) r,"
        " jsonb_populate_record(NULL::{table}, %s::jsonb) t"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        columns=_listed([*own, *rest]),
        parts=sql.SQL(", ").join(parts),
    )
    return statement.as_string(None)


@cache
def _updating(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[tuple[str, str]]]:
    fields = [field for name in names if isinstance(field := model._meta.get_field(name), models.Field)]
    columns = [(str(field.column), field.attname) for field in fields]
    statement = sql.SQL(
        "UPDATE {table} SET ({columns}) = (SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %s::jsonb))"
        " WHERE id = %s"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        columns=_listed([column for column, _ in columns]),
    )
    return statement.as_string(None), columns


def _listed(columns: Sequence[str]) -> sql.Composed:
    names: list[sql.Composable] = [sql.Identifier(column) for column in columns]
    return sql.SQL(", ").join(names)


def _parsed(row: tuple[Any, ...], positions: tuple[int, ...]) -> tuple[Any, ...]:
    """Django leaves JSON columns as text for its own fields to read."""
    if not positions:
        return row
    values = list(row)
    for n in positions:
        values[n] = json.loads(values[n]) if isinstance(values[n], str) else values[n]
    return tuple(values)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not go straight into a table")
