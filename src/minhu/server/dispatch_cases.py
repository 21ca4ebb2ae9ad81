"""Cases for measuring dispatch advice without a database: books out of files, histories as precedents, figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from minhu.directory.queries.advice import Advice, Adviser, Matter, Named, Precedent, likeness
from minhu.directory.queries.books import books_of_rows
from minhu.directory.types import CategoryInfo, UnitInfo
from minhu.knowledge.queries.graph import speaks_of
from minhu.language.likeness import fingerprint
from minhu.server.tables import BadFile

FILES: Final = {
    "areas": "areas",
    "units": "units",
    "categories": "categories",
    "catalogue": "items",
    "duties": "duties",
}
SAME_AREA, SAME_CATEGORY = 30, 60


@dataclass(frozen=True, slots=True)
class Books:
    """What the advice is made from: units, categories, and an adviser over catalogue and duties."""

    adviser: Adviser
    units: tuple[UnitInfo, ...]
    categories: Mapping[str, CategoryInfo]

    @property
    def by_id(self) -> Mapping[int, UnitInfo]:
        """Units by id."""
        return self.adviser.by_id

    def without_duties(self) -> Books:
        """The same books with an empty duty list."""
        return replace(self, adviser=self.adviser.without_duties())


@dataclass(frozen=True, slots=True)
class Case:
    """One order and who answered it in the end; ``day`` counts from any day on."""

    number: str
    text: str
    category: CategoryInfo
    area: str
    request_type: str
    unit: int
    returned_by: tuple[int, ...] = ()
    day: float = 0.0


def books_from(folder: Path) -> Books:
    """The books in a folder with areas.json, units.json, categories.json, catalogue.json and (optional) duties.json."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, key in FILES.items():
        file = folder / f"{name}.json"
        if name == "duties" and not file.exists():
            rows[name] = []
            continue
        try:
            body = json.loads(file.read_text("utf-8-sig"))
            rows[name] = body[key] if isinstance(body, dict) else body
        except (OSError, ValueError, KeyError) as error:
            raise BadFile(f"无法读取 {file.name}：应为带“{key}”列表的 JSON") from error
    try:
        units, categories, adviser = books_of_rows(rows)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadFile(f"{folder.name} 里的数据缺少字段或写法不对：{error}") from error
    if not (adviser.catalogue.areas and units and categories):
        raise BadFile(f"{folder.name} 里没有区划、单位或分类，无法测量")
    return Books(adviser, units, categories)


class History:
    """Orders in the past, found as the house finds them: the newest of category and area, and of the category."""

    def __init__(self) -> None:
        self._by_category: dict[str, list[Case]] = {}
        self._by_area: dict[tuple[str, str], list[Case]] = {}
        self._marks: dict[str, int] = {}

    def add(self, case: Case) -> None:
        """Learn one more order; cases come in the order of their days."""
        self._by_category.setdefault(case.category.code, []).append(case)
        self._by_area.setdefault((case.category.code, case.area), []).append(case)
        self._marks[case.number] = fingerprint(case.text).simhash

    def near(self, case: Case) -> list[Precedent]:
        """Precedents for a case."""
        code = case.category.code
        found = [
            *self._by_area.get((code, case.area), [])[-SAME_AREA:],
            *self._by_category.get(code, [])[-SAME_CATEGORY:],
        ]
        mine = fingerprint(case.text).simhash
        return [
            Precedent(
                one.number, one.area, one.unit, one.returned_by, (), case.day - one.day,
                likeness(mine, self._marks[one.number]),
            )
            for one in {one.number: one for one in found}.values()
        ]  # fmt: skip


def answers(
    adviser: Adviser,
    cases: Iterable[Case],
    history: History | None,
    *,
    learning: bool,
    papers: Mapping[str, Sequence[tuple[str, Named]]] = MappingProxyType({}),
) -> list[tuple[Case, Advice]]:
    """Advice for each case in turn; with ``learning`` each one's end is known before the next is asked.

    ``papers``: what papers name, by category: of which part of the matter, and the unit.
    """
    found = []
    for case in cases:
        matter = Matter(case.category, case.area, case.request_type, case.text)
        found.append((case, adviser.advise(matter, history.near(case) if history else (), _named(papers, case))))
        if history is not None and learning:
            history.add(case)
    return found


def _named(papers: Mapping[str, Sequence[tuple[str, Named]]], case: Case) -> list[Named]:
    return [one for detail, one in papers.get(case.category.code, ()) if speaks_of(detail, case.text)]


def right_at(found: Sequence[tuple[Case, Advice]], first: int) -> float:
    """The share of cases whose unit is among the ``first`` proposed."""
    right = sum(case.unit in [one.unit_id for one in said.candidates[:first]] for case, said in found)
    return right / len(found) if found else 0.0
