"""The category that another house names for what it hands over: ours by its crosswalk, else somebody is asked."""

from __future__ import annotations

from minhu.directory.access import as_system
from minhu.directory.queries import categories, crosswalks
from minhu.directory.services.crosswalks import note_gap
from minhu.handling import services as handling
from minhu.handling.types import Step, StepData
from minhu.kernel.errors import Conflict, Invalid


def choose(number: str, path: str, house: str) -> None:
    """Put an order into what ``path`` of ``house`` is here; unknown, it stays with what its words say and is listed as a gap.

    Part of the caller's transaction.
    """
    found = crosswalks.translated(path, house) or categories.category_by_names(tuple(path.split("/")))
    if found is None or not found.is_leaf:
        with as_system():
            note_gap(house, path)
        return
    put(number, found.id, f"按{house}所填分类“{path}”对照确定")


def put(number: str, category_id: int, why: str) -> None:
    """The category named at the door replaces the suggested one while nobody has been given the order."""
    with as_system():
        try:
            handling.take(number, Step.CORRECT, StepData(category_id=category_id, text=why[:500]))
        except (Invalid, Conflict):
            return  # it is that category already, or a rule has sent the order on
