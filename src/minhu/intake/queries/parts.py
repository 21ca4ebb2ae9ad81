"""Whose matter a part of a text is, when several matters were told in one."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.directory.queries import dispatch
from minhu.directory.queries.categories import category_info
from minhu.intake.types import NewRequest
from minhu.intake.understanding import understand


@dataclass(frozen=True, slots=True)
class PartUnit:
    """The unit that the catalogue names for a part, the category its words were read as, and why."""

    unit_id: int
    unit_name: str
    category_name: str
    basis: str


def part_unit(words: str, area_code: str, request_type: str) -> PartUnit | None:
    """The unit for some words of a request; a place they do not name is that of the whole. None: nothing is sure enough."""
    read_as = understand(NewRequest(text=words))
    category = category_info(read_as.category_id)
    target = dispatch.resolve(read_as.category_id, read_as.area_code or area_code, read_as.request_type or request_type)
    if category is None or target is None:
        return None
    return PartUnit(target.lead_unit_id, target.lead_unit_name, category.full_name, target.explanation)
