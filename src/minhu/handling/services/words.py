"""Gives new orders their marks of words and units, some seconds after they came or moved: a loop of the background work."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from minhu.directory.access import as_system
from minhu.handling.domain.wordmarks import marks_of
from minhu.kernel.locks import Lock
from minhu.language.marks import find_marks

BATCH = 2000
LATE = 5000
"""Ids below the newest marked one that are looked at again: their transactions may have ended out of order."""
WHOLE_SECONDS = 3600.0
_LOCK = "SELECT pg_try_advisory_xact_lock(%s), coalesce((SELECT max(order_id) FROM handling_words), 0)"
_UNMARKED = """
SELECT o.id, o.title || ' ' || o.place_hint || ' ' || left(r.text, 400), o.unit_ids
FROM handling_order o JOIN intake_request r ON r.id = o.request_id
WHERE o.id > %s AND NOT EXISTS (SELECT 1 FROM handling_words w WHERE w.order_id = o.id AND w.order_id > %s)
ORDER BY o.id LIMIT %s
"""
_MARK = """
INSERT INTO handling_words (order_id, marks)
SELECT u.id, u.marks::integer[] FROM unnest(%s::bigint[], %s::text[]) u (id, marks) ON CONFLICT DO NOTHING
"""
# orders that came to other units since they were marked; those not yet marked get all their marks below
_NEW_UNITS = """
WITH taken AS (
  DELETE FROM handling_unmarked WHERE ctid = ANY (ARRAY(SELECT ctid FROM handling_unmarked LIMIT %s)) RETURNING order_id
), units AS (
  SELECT id, ARRAY(SELECT (unit_id - 2147483648)::integer FROM unnest(unit_ids) unit_id) AS marks
  FROM handling_order WHERE id IN (SELECT order_id FROM taken)
), changed AS (
  UPDATE handling_words w SET marks = w.marks || ARRAY(SELECT unnest(u.marks) EXCEPT SELECT unnest(w.marks))
  FROM units u WHERE w.order_id = u.id AND NOT w.marks @> u.marks
)
SELECT count(*) FROM taken
"""
_TAG = """
UPDATE handling_order o SET tags = u.tags::varchar[] FROM unnest(%s::bigint[], %s::text[]) u (id, tags)
WHERE o.id = u.id AND o.tags = '{}'
"""
_whole_at = -WHOLE_SECONDS


def mark_words(batch: int = BATCH) -> int:
    """Mark up to ``batch`` orders; returns how many when more may wait, else 0. One process works at a time."""
    global _whole_at
    whole = time.monotonic() - _whole_at > WHOLE_SECONDS
    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")  # marks that a crash takes are made again
        cursor.execute(_LOCK, [Lock.ORDER_WORDS])
        mine, top = cursor.fetchone()
        if not mine:
            return 0
        start = 0 if whole else max(top - LATE, 0)
        cursor.execute(_UNMARKED, (start, start, batch))
        rows = cursor.fetchall()
        if rows:
            marks = ["{" + ",".join(map(str, marks_of(*row))) + "}" for row in rows]
            cursor.execute(_MARK, ([row[0] for row in rows], marks))
            _tag(cursor, rows)
        cursor.execute(_NEW_UNITS, (batch,))
        moved = cursor.fetchone()[0]
    if batch in (len(rows), moved):
        return batch
    if whole:
        _whole_at = time.monotonic()
    return 0


def _tag(cursor: CursorWrapper, rows: Sequence[tuple[int, str, list[int]]]) -> None:
    """What the words say of people and groups becomes tags of the order, so that the list finds it."""
    said = {pk: [one.kind.value for one in find_marks(text)] for pk, text, _ in rows}
    found = {pk: kinds for pk, kinds in said.items() if kinds}
    if found:
        cursor.execute(_TAG, (list(found), ["{" + ",".join(kinds) + "}" for kinds in found.values()]))
