"""Rows straight from and into their tables: several times cheaper than the ORM's own compiler on the hot path.

Values go as one JSON parameter of the columns (``jsonb_populate_recordset`` turns them into the column types); row
security and constraints hold as for any statement. Only for models without encrypted or computed columns.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from psycopg import sql

M = TypeVar("M", bound=models.Model)


def read(model: type[M], where: sql.SQL, params: Sequence[Any]) -> list[M]:
    """Objects of ``model`` for a condition (with order and lock) written in SQL."""
    statement, names, parsed = _reading(model)
    with connection.cursor() as cursor:
        cursor.execute(statement + where.as_string(None), params)
        rows = cursor.fetchall()
    return [model.from_db(connection.alias, names, _parsed(row, parsed)) for row in rows]


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new objects of one model in one statement and give them their ids, in order."""
    if not rows:
        return
    statement, names = _inserting(type(rows[0]))
    body = json.dumps([{column: getattr(row, name) for column, name in names} for row in rows], default=_plain)
    with connection.cursor() as cursor:
        cursor.execute(statement, [body])
        found = cursor.fetchall()
    for row, (row_id,) in zip(rows, found, strict=True):
        row.pk = row_id
        row._state.adding = False


def update(row: models.Model, names: Sequence[str]) -> None:
    """Write some fields of a stored object."""
    fields = [row._meta.get_field(name) for name in names]
    columns = [str(field.column) for field in fields if isinstance(field, models.Field)]
    body = {column: getattr(row, field.attname) for column, field in zip(columns, fields, strict=True)}  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(_updating(type(row), tuple(columns)), [json.dumps(body, default=_plain), row.pk])


@cache
def _reading(model: type[models.Model]) -> tuple[str, list[str], tuple[int, ...]]:
    fields = model._meta.concrete_fields
    columns = _listed([str(field.column) for field in fields])
    statement = sql.SQL("SELECT {} FROM {} ").format(columns, sql.Identifier(model._meta.db_table))
    parsed = tuple(n for n, field in enumerate(fields) if isinstance(field, models.JSONField))
    return statement.as_string(None), [field.attname for field in fields], parsed


@cache
def _inserting(model: type[models.Model]) -> tuple[str, list[tuple[str, str]]]:
    names = [(str(field.column), field.attname) for field in model._meta.concrete_fields if not field.primary_key]
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
        " RETURNING id"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        columns=_listed([column for column, _ in names]),
    )
    return statement.as_string(None), names


@cache
def _updating(model: type[models.Model], columns: tuple[str, ...]) -> str:
    statement = sql.SQL(
        "UPDATE {table} SET ({columns}) = (SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %s::jsonb))"
        " WHERE id = %s"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        columns=_listed(columns),
    )
    return statement.as_string(None)


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
