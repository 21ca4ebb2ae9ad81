"""Running incidents beside a call: those that a new report may belong to, the nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.directory.queries.areas import area_info
from minhu.handling.models import Incident

MOST: Final = 100
_STREET: Final = 9


@dataclass(frozen=True, slots=True)
class Running:
    """An open incident; ``fits`` says that its kind and its place are those of the call."""

    id: int
    title: str
    wording: str
    main_number: str
    began_at: datetime
    expected_end: datetime | None
    area_names: tuple[str, ...]
    same_kind: bool
    same_place: bool

    @property
    def fits(self) -> bool:
        """Whether the call is most likely about it."""
        return self.same_kind and self.same_place


def running_near(category_id: int | None, area_code: str, limit: int = 3) -> tuple[Running, ...]:
    """Open incidents of the same kind or place as a matter that is being told; for people who decide on intake."""
    require(Action.DECIDE_INTAKE)
    if category_id is None and not area_code:
        return ()
    rows = Incident.objects.filter(closed_at=None).select_related("main").order_by("-began_at")[:MOST]
    found = [
        Running(
            row.pk, row.title, row.wording, row.main.number, row.began_at, row.expected_end,
            tuple(info.name for code in row.area_codes if (info := area_info(code))),
            category_id is not None and row.category_id == category_id, _within(area_code, row.area_codes),
        )
        for row in rows
    ]  # fmt: skip
    likely = [one for one in found if one.same_kind or one.same_place]
    return tuple(sorted(likely, key=lambda one: (not one.fits, not one.same_kind))[:limit])


def _within(area_code: str, codes: list[str]) -> bool:
    own = area_code[:_STREET]
    return bool(own) and any(own.startswith(code[:_STREET]) or code.startswith(own) for code in codes)
