"""Gives new orders their marks of words, some seconds after they came: a loop of the background work."""

from __future__ import annotations

import time

from django.db import connection, transaction

from minhu.directory.access import as_system
from minhu.handling.domain.wordmarks import marks_of

BATCH = 2000
LATE = 5000
"""Ids below the newest marked one that are looked at again: their transactions may have ended out of order."""
WHOLE_SECONDS = 3600.0
_LOCK = "SELECT pg_try_advisory_xact_lock(712350), coalesce((SELECT max(order_id) FROM handling_words), 0)"
_UNMARKED = """
SELECT o.id, o.title || ' ' || o.place_hint || ' ' || left(r.text, 400)
FROM handling_order o JOIN intake_request r ON r.id = o.request_id
WHERE o.id > %s AND NOT EXISTS (SELECT 1 FROM handling_words w WHERE w.order_id = o.id AND w.order_id > %s)
ORDER BY o.id LIMIT %s
"""
_MARK = """
INSERT INTO handling_words (order_id, marks)
SELECT u.id, u.marks::integer[] FROM unnest(%s::bigint[], %s::text[]) u (id, marks) ON CONFLICT DO NOTHING
"""
_whole_at = -WHOLE_SECONDS


def mark_words(batch: int = BATCH) -> int:
    """Mark up to ``batch`` orders; returns how many when more may wait, else 0. One process works at a time."""
    global _whole_at
    whole = time.monotonic() - _whole_at > WHOLE_SECONDS
    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")  # marks that a crash takes are made again
        cursor.execute(_LOCK)
        mine, top = cursor.fetchone()
        if not mine:
            return 0
        start = 0 if whole else max(top - LATE, 0)
        cursor.execute(_UNMARKED, (start, start, batch))
        rows = cursor.fetchall()
        if rows:
            marks = ["{" + ",".join(map(str, marks_of(order_id, text))) + "}" for order_id, text in rows]
            cursor.execute(_MARK, ([order_id for order_id, _ in rows], marks))
    if len(rows) == batch:
        return batch
    if whole:
        _whole_at = time.monotonic()
    return 0
