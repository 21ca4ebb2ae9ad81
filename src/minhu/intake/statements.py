"""Runs SQL as prepared statements on Django's own connection: planned once for each connection, not each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection


def run(statement: LiteralString, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Execute one statement in the present transaction and return its rows (none for a plain write).

    Errors come out as Django's, so that the edge treats them alike.
    """
    connection.ensure_connection()
    raw = connection.connection
    with connection.wrap_database_errors:
        if raw.prepare_threshold is None:
            raw.prepare_threshold = 2
        with psycopg.Cursor(raw) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []
