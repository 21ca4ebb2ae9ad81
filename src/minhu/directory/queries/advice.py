"""Whose matter is it, and why not another unit's: catalogue, duties and precedents of the house in one answer."""

from __future__ import annotations

from collections.abc import Iterable

from minhu.directory.domain.advising import (
    CORRECTED,
    HISTORY,
    PAPER,
    RETURNED,
    Advice,
    Adviser,
    Candidate,
    Matter,
    Named,
    Precedent,
    Reason,
    likeness,
)
from minhu.directory.queries import categories, dispatch, duties, units
from minhu.directory.queries.freshness import Cached, Topic
from minhu.directory.queries.rules import assistants
from minhu.directory.types import ProcessStep, Resolution

__all__ = [
    "Advice",
    "Adviser",
    "Candidate",
    "Matter",
    "Named",
    "Precedent",
    "Reason",
    "advise",
    "likeness",
    "matter_of",
    "why_not",
]


_SILENT = Advice((), (), Resolution(None, "派单助手已停用，请人工选择承办单位。"), 0)


def _load() -> Adviser:
    return Adviser(dispatch.catalogue(), duties.duties(), units.book().all)


adviser = Cached(_load, Topic.CATALOGUE, Topic.UNITS, Topic.AREAS, Topic.DAY)
"""The books in force, ready to be asked."""


def matter_of(category_id: int | None, area_code: str | None, request_type: str, text: str = "") -> Matter:
    """A matter as an order has it."""
    return Matter(categories.category_info(category_id), area_code or "", request_type, text)


def advise(matter: Matter, precedents: Iterable[Precedent] = (), named: Iterable[Named] = ()) -> Advice:
    """Rank the units for a matter by the books in force and what became of like orders; papers decide between equals.

    Proposes nobody while the assistant of dispatch is switched off.
    """
    if not assistants().on(ProcessStep.DISPATCH):
        return _SILENT
    return adviser().advise(matter, precedents, named)


def why_not(unit_id: int, matter: Matter, advice: Advice) -> tuple[Reason, ...]:
    """Why a unit is not the first choice (or that it is), from the same evidence as the advice; the catalogue first."""
    unit = units.unit_info(unit_id)
    known = advice.of(unit_id)
    if advice.best is not None and advice.best.unit_id == unit_id and unit is not None:
        return (Reason("best", f"{unit.name}就是推荐的主办单位。", 0.0), *advice.best.reasons)
    category_id = matter.category.id if matter.category else None
    said = dispatch.why_not(unit_id, category_id, matter.area_code or None, matter.request_type)
    found = [Reason("catalogue", said, 0.0)]
    if unit is None or not unit.active or matter.category is None:
        return tuple(found)
    book, area = adviser(), adviser().catalogue.areas.get(matter.area_code)
    if book.duties.lines and not any(
        book.catalogue.find(line.owner, area).unit == unit
        for line in book.duties.matching(matter.category.path, area.path if area else (), matter.text)
    ):
        found.append(Reason("duty", f"权责清单里{unit.label}没有“{matter.category.full_name}”的职责。", 0.0))
    if known is not None:
        found += [one for one in known.reasons if one.kind in (RETURNED, CORRECTED, HISTORY, PAPER, "level", "duty")]
    elif advice.looked_at:
        found.append(Reason(HISTORY, f"最近 {advice.looked_at} 件类似工单没有一件由{unit.label}办理。", 0.0))
    return tuple(found)
