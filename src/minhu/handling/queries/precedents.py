"""What became of orders like one: the nearest closed ones of the category, and what decided returns and corrections taught.

One statement for a whole page of orders; each part of it is a short range of an index, so it costs the same at 10⁶
orders. Reads no word: likeness comes from sim-hashes. Confidential and sensitive orders are nobody's precedent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from minhu.directory.queries import advice, categories
from minhu.directory.queries.advice import Advice, Named, Precedent
from minhu.intake.queries import simhashes
from minhu.kernel.clock import now
from minhu.knowledge.queries.graph import NamedUnit, named_units, speaks_of

SAME_AREA: Final = 30
SAME_CATEGORY: Final = 60
LESSONS: Final = 40
UNKNOWN_LIKENESS: Final = 0.4
"""For an order whose words left no mark: neither like nor unlike."""
_COLUMNS = "id, request_id, number, area_id, lead_unit_id, closed_at"
_PLAIN = "lead_unit_id IS NOT NULL AND closed_at IS NOT NULL AND NOT confidential AND NOT sensitive"
_CLOSED = f"""
SELECT key.place, found.* FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS key(category, area, place)
CROSS JOIN LATERAL (
  (SELECT {_COLUMNS} FROM handling_order WHERE category_id = key.category AND area_id = key.area AND {_PLAIN}
   ORDER BY created_at DESC, id DESC LIMIT {SAME_AREA})
  UNION
  (SELECT {_COLUMNS} FROM handling_order WHERE category_id = key.category AND {_PLAIN}
   ORDER BY closed_at DESC, id DESC LIMIT {SAME_CATEGORY})
) found
"""
_TAUGHT = f"""
SELECT key.place, found.* FROM unnest(%s::bigint[], %s::int[]) AS key(category, place)
CROSS JOIN LATERAL (
  SELECT o.id, o.request_id, o.number, o.area_id, l.right_unit_id, l.learnt_at, l.wrong_unit_id, l.upheld, l.kind
  FROM handling_lesson l JOIN handling_order o ON o.id = l.order_id
  WHERE l.category_id = key.category AND NOT o.confidential AND NOT o.sensitive
  ORDER BY l.id DESC LIMIT {LESSONS}
) found
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """An order for which advice is wanted; ``text`` only to look for the words of duties."""

    order_id: int
    request_id: int
    category_id: int | None
    area_code: str
    request_type: str
    text: str = ""


@dataclass(slots=True)
class _Case:
    request_id: int
    number: str
    area: str
    unit: int | None
    at: datetime
    returned: set[int]
    corrected: set[int]


def advise(asked: Sequence[Asked]) -> list[Advice]:
    """Advice for each order, in the same order; the actor of the transaction learns only of orders he may see."""
    cases = [_without(found, one.order_id) for found, one in zip(_cases(asked), asked, strict=True)]
    ids = {one.request_id for one in asked} | {case.request_id for found in cases for case in found}
    marks, moment = simhashes(ids), now()
    papers = _named(asked)
    answers = []
    for one, found in zip(asked, cases, strict=True):
        mine = marks.get(one.request_id)
        matter = advice.matter_of(one.category_id, one.area_code, one.request_type, one.text)
        past = [_precedent(case, mine, marks, moment) for case in found]
        answers.append(advice.advise(matter, past, _said_of(one, papers)))
    return answers


def _named(asked: Sequence[Asked]) -> dict[str, list[NamedUnit]]:
    """What papers that the actor may read name for the categories of these orders, in one question."""
    codes = {one.category_id: info.code for one in asked if (info := categories.category_info(one.category_id))}
    return named_units(codes.values())


def _said_of(one: Asked, papers: dict[str, list[NamedUnit]]) -> list[Named]:
    """The units that papers name for an order: of its category, and of the part of the matter that its words speak of."""
    info = categories.category_info(one.category_id)
    found = papers.get(info.code, []) if info is not None else []
    return [
        Named(unit.words, f"《{unit.title}》{unit.label}", unit.document_id, unit.passage)
        for unit in found
        if speaks_of(unit.detail, one.text)
    ]


def advise_one(asked: Asked) -> Advice:
    """Advice for a single order."""
    return advise([asked])[0]


def _without(found: dict[int, _Case], order_id: int) -> list[_Case]:
    """Cases of other orders; what an order's own return taught is told beside the advice."""
    return [case for key, case in found.items() if key != order_id]


def _cases(asked: Sequence[Asked]) -> list[dict[int, _Case]]:
    keys = [
        (category, one.area_code, place)
        for place, one in enumerate(asked)
        if one.category_id is not None
        for category in categories.ids_through_versions(one.category_id)
    ]
    found: list[dict[int, _Case]] = [{} for _ in asked]
    if not keys:
        return found
    ids, areas, places = map(list, zip(*keys, strict=True))
    for place, pk, request, number, area, unit, at in _rows(_CLOSED, (ids, areas, places)):
        found[place][pk] = _Case(request, number, area or "", unit, at, set(), set())
    for place, pk, request, number, area, right, at, wrong, upheld, kind in _rows(_TAUGHT, (ids, places)):
        case = found[place].setdefault(pk, _Case(request, number, area or "", right, at, set(), set()))
        if wrong is not None and upheld:
            (case.corrected if kind == "correction" else case.returned).add(wrong)
    return found


def _rows(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _precedent(case: _Case, mine: int | None, marks: dict[int, int], moment: datetime) -> Precedent:
    other = marks.get(case.request_id)
    like = advice.likeness(mine, other) if mine is not None and other is not None else UNKNOWN_LIKENESS
    days = (moment - case.at).total_seconds() / 86_400
    wrong = tuple(sorted(case.returned)), tuple(sorted(case.corrected))
    return Precedent(case.number, case.area, case.unit, *wrong, days, like)
