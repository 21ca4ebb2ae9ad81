"""Orders that hold words, newest first, at a cost that does not grow with how many there are."""

from __future__ import annotations

import re
from typing import Any, Final

from django.db import connection

from minhu.directory.policy import ScopeKind, scope_of
from minhu.handling.domain.wordmarks import SPAN, marks_of_words, newest_first
from minhu.kernel.actors import Actor

NEWEST_HITS: Final = 5000
NEWEST_ROWS: Final = 20_000
"""Orders looked through where no mark helps: words of one character."""
MOST_WORDS: Final = 6
_TITLE: Final = "lower(o.title || ' ' || o.place_hint)"
_TEXT: Final = "lower(left(r.text, 400))"
_MARKED: Final = """
WITH hits AS MATERIALIZED (
  SELECT order_id FROM handling_words WHERE {marks} ORDER BY order_id DESC LIMIT {limit}
)
SELECT o.id FROM hits JOIN handling_order o ON o.id = hits.order_id JOIN intake_request r ON r.id = o.request_id
WHERE {holds}
"""
_ROWS: Final = """
SELECT o.id FROM (SELECT id, request_id, title, place_hint FROM handling_order
  WHERE {which} ORDER BY id DESC LIMIT {limit}) o JOIN intake_request r ON r.id = o.request_id
WHERE {holds}
"""


def orders_with(text: str, actor: Actor, enough: int = NEWEST_HITS) -> tuple[list[int], bool]:
    """Ids of orders whose title and place, or whose text, hold every word; whether older ones were left out.

    Orders of the last seconds have no marks yet and are read themselves, as are all those of a unit.
    """
    words = [word.lower() for word in text.split()][:MOST_WORDS]
    scope = scope_of(actor)
    if scope.kind is not ScopeKind.ALL:
        own = "(unit_ids && %s::bigint[] OR request_id = ANY (%s::bigint[]))"
        found = _rows(own, [list(scope.unit_ids), list(scope.request_ids)], words, NEWEST_HITS)
        return found, len(found) >= NEWEST_HITS
    marks = marks_of_words(words)
    if not marks:
        return _rows("true", [], words, NEWEST_ROWS), _newest() > NEWEST_ROWS
    top = _newest()
    found = _rows("id > %s", [top], words, NEWEST_HITS)
    for places in newest_first(top):
        found += _marked("marks @> %s::integer[] AND marks && %s::integer[]", [marks, list(places)], words)
        if len(found) >= enough:
            return sorted(found, reverse=True)[:enough], True
    oldest = max(top // SPAN - 15, 0) * SPAN
    if oldest:
        found += _marked("marks @> %s::integer[] AND order_id < %s", [marks, oldest], words)
    return found, len(found) >= NEWEST_HITS


def _newest() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(order_id), 0) FROM handling_words")
        return int(cursor.fetchone()[0])


def _marked(marks: str, parameters: list[Any], words: list[str]) -> list[int]:
    return _ids(_MARKED.format(marks=marks, limit=NEWEST_HITS, holds=_holds(words)), parameters, words)


def _rows(which: str, parameters: list[Any], words: list[str], limit: int) -> list[int]:
    return _ids(_ROWS.format(which=which, limit=limit, holds=_holds(words)), parameters, words)


def _holds(words: list[str]) -> str:
    sides = (" AND ".join(f"{column} LIKE %s" for _ in words) for column in (_TITLE, _TEXT))
    return " OR ".join(f"({side})" for side in sides)


def _ids(statement: str, parameters: list[Any], words: list[str]) -> list[int]:
    patterns = ["%" + re.sub(r"([\\%_])", r"\\\1", word) + "%" for word in words]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *patterns, *patterns])
        return [row[0] for row in cursor.fetchall()]
