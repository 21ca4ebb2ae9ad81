"""Orders that hold words, newest first, at a cost that does not grow with how many there are."""

from __future__ import annotations

import re
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet

from minhu.directory.policy import Scope, ScopeKind, scope_of
from minhu.handling.domain.wordmarks import SPAN, marks_of_words, newest_first, unit_mark
from minhu.handling.models import Order
from minhu.kernel.actors import Actor

NEWEST_HITS: Final = 5000
NEWEST_ROWS: Final = 20_000
"""Orders looked through where marks do not help: words of one character, frequent words under further filters."""
MOST_WORDS: Final = 6
_TITLE: Final = "lower(o.title || ' ' || o.place_hint)"
_TEXT: Final = "lower(left(r.text, 400))"
_MARKED: Final = """
WITH hits AS MATERIALIZED (
  SELECT order_id FROM handling_words WHERE {marks} ORDER BY order_id DESC LIMIT {limit}
)
SELECT ARRAY(SELECT o.id FROM hits JOIN handling_order o ON o.id = hits.order_id
  JOIN intake_request r ON r.id = o.request_id WHERE {which} ({holds})), (SELECT count(*) FROM hits)
"""
_ROWS: Final = """
SELECT o.id FROM ({rows}) o JOIN intake_request r ON r.id = o.request_id WHERE {holds} ORDER BY o.id DESC LIMIT {limit}
"""
_STATE: Final = f"""
SELECT coalesce(max(order_id), 0), ARRAY(SELECT order_id FROM handling_unmarked LIMIT {NEWEST_HITS}) FROM handling_words
"""


def orders_with(
    text: str, actor: Actor, rows: QuerySet[Order], *, filtered: bool, enough: int = NEWEST_HITS
) -> tuple[list[int], bool]:
    """Ids of orders whose title and place, or whose text, hold every word; whether older ones were left out.

    ``rows`` are the orders meant, ``filtered`` whether they are fewer than all that ``actor`` may see. Whoever takes the
    ids must still ask ``rows`` for them. Orders of the last seconds have no (whole) marks yet and are read themselves.
    """
    words = [word.lower() for word in text.split()][:MOST_WORDS]
    marks, scope = marks_of_words(words), scope_of(actor)
    if not marks or not _marked_for(scope):
        return _read(rows, words, enough)
    top, moved = _state()
    which, values = "marks @> %s::integer[]", [marks]
    if scope.kind is ScopeKind.UNITS:
        which, values = f"{which} AND marks && %s::integer[]", [marks, [unit_mark(unit) for unit in scope.unit_ids]]
    only = rows if filtered else None
    found = set(_ids(rows.filter(Q(pk__gt=top) | Q(pk__in=moved)), words, NEWEST_HITS, NEWEST_HITS))
    for places in newest_first(top):
        part, looked = _marked(f"{which} AND marks && %s::integer[]", [*values, list(places)], words, only)
        found.update(part)
        if len(found) >= enough:
            return sorted(found, reverse=True)[:enough], True
        if filtered and looked >= NEWEST_HITS:  # a frequent word: the filters leave fewer orders than it does
            return _read(rows, words, enough)
    oldest, looked = max(top // SPAN - 15, 0) * SPAN, 0
    if oldest:
        part, looked = _marked(f"{which} AND order_id < %s", [*values, oldest], words, only)
        found.update(part)
    return sorted(found, reverse=True), looked >= NEWEST_HITS


def _marked_for(scope: Scope) -> bool:
    """Whether marks say all about who may see an order: everybody's, or units' (not single requests)."""
    return scope.kind is ScopeKind.ALL or (scope.kind is ScopeKind.UNITS and not scope.request_ids)


def _state() -> tuple[int, list[int]]:
    """The newest order that has marks, and orders that came to other units since they were marked."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        top, moved = cursor.fetchone()
    return top, moved


def _read(rows: QuerySet[Order], words: list[str], enough: int) -> tuple[list[int], bool]:
    found = _ids(rows, words, NEWEST_ROWS, enough)
    return found, len(found) >= enough or _state()[0] > NEWEST_ROWS


def _marked(marks: str, values: list[Any], words: list[str], only: QuerySet[Order] | None) -> tuple[list[int], int]:
    """Orders that hold the words among the newest hits of some marks, and how many hits there were."""
    which = ""
    if only is not None:
        inner, parameters = only.order_by().values("pk").query.sql_with_params()
        which, values = f"o.id IN ({inner}) AND", [*values, *parameters]
    statement = _MARKED.format(marks=marks, limit=NEWEST_HITS, which=which, holds=_holds(words))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *_patterns(words)])
        found, looked = cursor.fetchone()
    return found, looked


def _ids(rows: QuerySet[Order], words: list[str], most: int, enough: int) -> list[int]:
    """Orders that hold the words among the ``most`` newest of ``rows``."""
    newest = rows.order_by("-id").values("id", "request_id", "title", "place_hint")[:most]
    inner, parameters = newest.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(rows=inner, holds=_holds(words), limit=enough), [*parameters, *_patterns(words)])
        return [row[0] for row in cursor.fetchall()]


def _holds(words: list[str]) -> str:
    sides = (" AND ".join(f"{column} LIKE %s" for _ in words) for column in (_TITLE, _TEXT))
    return " OR ".join(f"({side})" for side in sides)


def _patterns(words: list[str]) -> list[str]:
    patterns = ["%" + re.sub(r"([\\%_])", r"\\\1", word) + "%" for word in words]
    return [*patterns, *patterns]
