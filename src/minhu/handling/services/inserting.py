"""Writes a new order with its first clock and step in one prepared statement: the busiest moment of the hotline.

The columns are read from the models once, so a new field needs no change here.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql

from minhu.handling.models import Clock, Order, OrderStep


def insert_opened(order: Order, clock: Clock, step: OrderStep) -> None:
    """Insert all three and give them their primary keys; clock and step must belong to `order`.

    Same effect as three saves, at a third of their cost. Raises what Django raises for a failed insert.
    """
    connection.ensure_connection()
    raw = connection.connection
    values = [*_values(order), *_values(clock), *_values(step)]
    with connection.wrap_database_errors:
        if raw.prepare_threshold is None:
            raw.prepare_threshold = 2
        with psycopg.Cursor(raw) as cursor:
            row = cursor.execute(_statement(), values).fetchone()
    assert row is not None  # noqa: S101 - three inserts return one row or raise
    order.pk, clock.pk, step.pk = row
    for one in (order, clock, step):
        one._state.adding, one._state.db = False, connection.alias
    clock.order = step.order = order


@cache
def _fields(model: type[models.Model]) -> tuple[tuple[models.Field[Any, Any], str], ...]:
    """The columns to write with their SQL types: all but the primary key and the link to the order."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and field.name != "order"]
    # without its length: a cast to varchar(20) would cut silently where an insert refuses
    return tuple((field, re.sub(r"\(\d+\)", "", str(field.db_type(connection)))) for field in fields)


@cache
def _statement() -> sql.Composed:
    parts = [
        sql.SQL("o AS (INSERT INTO {table} ({columns}) VALUES ({values}) RETURNING id)").format(**_parts(Order)),
        sql.SQL("c AS (INSERT INTO {table} (order_id, {columns}) SELECT o.id, {values} FROM o RETURNING id)").format(
            **_parts(Clock)
        ),
        sql.SQL("s AS (INSERT INTO {table} (order_id, {columns}) SELECT o.id, {values} FROM o RETURNING id)").format(
            **_parts(OrderStep)
        ),
    ]
    return sql.SQL("WITH {} SELECT o.id, c.id, s.id FROM o, c, s").format(sql.SQL(", ").join(parts))


def _parts(model: type[models.Model]) -> dict[str, sql.Composable]:
    fields = _fields(model)
    typed = [sql.SQL("%s::{}").format(sql.SQL(kind)) for _, kind in fields]
    return {
        "table": sql.Identifier(model._meta.db_table),
        "columns": sql.SQL(", ").join(sql.Identifier(str(field.column)) for field, _ in fields),
        "values": sql.SQL(", ").join(typed),
    }


def _values(one: models.Model) -> list[Any]:
    return [_plain(field, getattr(one, field.attname)) for field, _ in _fields(type(one))]


def _plain(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, models.JSONField):
        return None if value is None else json.dumps(value, ensure_ascii=False)
    return list(value) if isinstance(field, ArrayField) and value is not None else value
