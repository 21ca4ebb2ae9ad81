"""Many rows of one table in one statement with one parameter: several times cheaper than the ORM's bulk insert."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, models
from psycopg import sql


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new objects of one model and give them their ids, in order.

    Values go as JSON of the columns (``jsonb_populate_recordset`` turns them into the column types); row security
    and constraints hold as for any INSERT. Only for models without encrypted or other computed columns.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    names = [(field.column, field.attname) for field in fields]
    body = json.dumps([{column: getattr(row, name) for column, name in names} for row in rows], default=_plain)
    columns = sql.SQL(", ").join(sql.Identifier(column) for column, _ in names)
    table = sql.Identifier(meta.db_table)
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
        " RETURNING id"
    ).format(table=table, columns=columns)
    with connection.cursor() as cursor:
        cursor.execute(statement, [body])
        found = cursor.fetchall()
    for row, (row_id,) in zip(rows, found, strict=True):
        row.pk = row_id
        row._state.adding = False


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not go into a bulk insert")
