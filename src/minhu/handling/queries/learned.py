"""What closed orders teach about places: an estate that was always handled in one street is probably there.

Reads words to find names of estates and gives names and counts only; a name needs several orders that agree, so that
nobody's single home becomes a landmark.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.directory.queries.areas import ancestor, gazetteer_data
from minhu.directory.types import AreaLevel
from minhu.handling.models import Order
from minhu.handling.types import State
from minhu.language.sites import estate_names

FEWEST: Final = 5
SHARE: Final = 0.95
_DONE: Final = (State.CLOSED.value, State.ARCHIVED.value)
_MOST_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class PlaceLesson:
    """An estate that nobody registered, the street its orders ended in, how many there were and which share agreed."""

    name: str
    area_code: str
    orders: int
    share: float

    @property
    def basis(self) -> str:
        """The reason in words."""
        return f"办结工单 {self.orders} 件提到“{self.name}”，{self.share:.0%} 在同一街道办理"


def place_lessons(since: datetime, *, fewest: int = FEWEST, share: float = SHARE) -> tuple[PlaceLesson, ...]:
    """Lessons of orders closed since a moment, the best founded first; for who manages the directory.

    Raises NotAllowed. ``fewest`` orders are needed, never under three, and ``share`` of them must agree.
    """
    require(Action.MANAGE_DIRECTORY)
    known = gazetteer_data()
    taken = {name for mark in known.landmarks for name in (mark.name, *mark.aliases)}
    taken |= {name for area in known.areas for name in (area.name, *area.aliases)}
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    with elevated("names of estates are counted over closed orders; no request is shown"):
        rows = Order.objects.filter(state__in=_DONE, closed_at__gte=since, area__isnull=False, confidential=False)
        for area, text in rows.values_list("area_id", "request__text").iterator(chunk_size=2000):
            street = ancestor(area, AreaLevel.STREET)
            if street is not None:
                for name in estate_names(text[:_MOST_WORDS]):
                    seen[name][street.code] += 1
    lessons = []
    for name, streets in seen.items():
        total = sum(streets.values())
        code, agreed = streets.most_common(1)[0]
        if name not in taken and total >= max(fewest, 3) and agreed / total >= share:
            lessons.append(PlaceLesson(name, code, total, agreed / total))
    return tuple(sorted(lessons, key=lambda one: (-one.orders, one.name)))
