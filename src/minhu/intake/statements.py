"""Runs SQL with whole columns as parameters on Django's own connection; single rows go through `engines.prepared`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection

from minhu.engines import prepared
from minhu.engines.arrays import array


def run(statement: LiteralString, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Execute one statement in the present transaction and return its rows (none for a plain write).

    Lists are columns; the statement casts them (`%s::text[]`).

    Errors come out as Django's, so that the edge treats them alike.
    """
    prepared.flush()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, [array(value) if isinstance(value, list) else value for value in parameters])
        return cursor.fetchall() if cursor.description else []
