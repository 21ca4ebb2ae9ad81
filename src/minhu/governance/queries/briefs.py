"""Daily briefs for their pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.governance.briefing import Line
from minhu.governance.models import Brief
from minhu.kernel.errors import NotFound

MOST = 60


@dataclass(frozen=True, slots=True)
class BriefView:
    """A brief as a page shows it: the draft's sentences, and the words that were published."""

    day: date
    lines: tuple[Line, ...]
    text: str
    made_at: datetime
    published_at: datetime | None
    published_by: str

    @property
    def draft(self) -> str:
        """The sentences as one text, a line each."""
        return "\n".join(line.text for line in self.lines)


def _view(row: Brief) -> BriefView:
    lines = tuple(Line.from_json(one) for one in row.lines)
    return BriefView(row.day, lines, row.text, row.made_at, row.published_at, row.published_by)


def briefs() -> list[BriefView]:
    """The newest briefs; for whoever sees figures."""
    require(Action.VIEW_FIGURES)
    return [_view(row) for row in Brief.objects.all()[:MOST]]


def brief_of(day: date) -> BriefView:
    """The brief of a day; raises NotFound."""
    require(Action.VIEW_FIGURES)
    found = Brief.objects.filter(day=day).first()
    if found is None:
        raise NotFound("还没有这一天的简报，可以在简报列表里起草。", code="not_found")
    return _view(found)


__all__ = ["BriefView", "Line", "brief_of", "briefs"]
