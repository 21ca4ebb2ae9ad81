"""Rows for any table: columns without a default are filled by their type."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection

from minhu.kernel.clock import now


def select(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


FILL = {
    "character varying": "x", "date": "2026-03-09", "text": "x", "timestamp with time zone": None, "jsonb": "{}", "boolean": True,
    "integer": 1, "smallint": 1, "bigint": 1, "double precision": 0.5, "ARRAY": "{}", "uuid": None, "bytea": b"",
}  # fmt: skip


@cache
def needed(table: str) -> dict[str, str]:
    """Columns that a row must give, with their types; the schema's own views are slow to ask."""
    return dict(
        select(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
            " AND column_default IS NULL AND is_identity = 'NO' AND is_nullable = 'NO'",
            table,
        )
    )


def insert_plain(table: str, known: dict[str, int]) -> None:
    columns = needed(table)
    names = [*columns] + [
        name for name in known if name not in columns and name == "order_id" and has_column(table, name)
    ]
    values: list[object] = []
    for name in names:
        kind = columns.get(name, "bigint")
        special = {"timestamp with time zone": now(), "uuid": select("SELECT gen_random_uuid()")[0][0]}
        anywhere = known.get("unit_id") if name.endswith("unit_id") else special.get(kind, FILL.get(kind))
        values.append(known.get(name, anywhere))
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values)


@cache
def has_column(table: str, name: str) -> bool:
    return bool(
        select("SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = %s", table, name)
    )
