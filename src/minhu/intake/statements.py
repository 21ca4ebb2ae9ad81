"""Runs SQL as prepared statements on Django's own connection: planned once for each connection, not each time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, LiteralString

import psycopg
from django.db import connection


def run(statement: LiteralString, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Execute one statement in the present transaction and return its rows (none for a plain write).

    Errors come out as Django's, so that the edge treats them alike.
    """
    with connection.wrap_database_errors, psycopg.Cursor(_raw()) as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def run_together(statements: Sequence[tuple[LiteralString, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
    """Execute several reads in one round trip (libpq's pipeline) and return the rows of each."""
    with connection.wrap_database_errors, ExitStack() as stack:
        raw = _raw()
        stack.enter_context(raw.pipeline())
        cursors = [stack.enter_context(psycopg.Cursor(raw)) for _ in statements]
        for cursor, (statement, parameters) in zip(cursors, statements, strict=True):
            cursor.execute(statement, parameters)
        return [cursor.fetchall() for cursor in cursors]


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = 2
    return raw
