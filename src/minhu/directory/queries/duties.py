"""The duty graph (权责清单) in force and other versions of it: lines, contradictions, gaps."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.directory.domain.duties import Contradiction, DutyBook, DutyLine
from minhu.directory.models import Duty
from minhu.directory.queries import categories, dispatch
from minhu.directory.queries.freshness import Cached, Topic
from minhu.directory.types import CategoryInfo, VersionState

__all__ = ["Contradiction", "DutyBook", "DutyLine", "Findings", "duties", "duties_of", "findings", "lines_of"]
_FIELDS = ("id", "owner", "category_code", "area_code", "duty", "basis", "words")


@dataclass(frozen=True, slots=True)
class Findings:
    """What does not fit in a version: duties against each other, against the catalogue, and leaves nobody has."""

    among: tuple[Contradiction, ...]
    against_catalogue: tuple[Contradiction, ...]
    gaps: tuple[CategoryInfo, ...]


def lines_of(version_id: int) -> tuple[DutyLine, ...]:
    """The duties of a version, as they are in the database now."""
    rows = Duty.objects.filter(version_id=version_id).values(*_FIELDS)
    return tuple(DutyLine(**{**row, "words": tuple(row["words"])}) for row in rows)


def duties_of(version_id: int, number: int) -> DutyBook:
    """Any version of the list (for previews)."""
    return DutyBook(number, lines_of(version_id))


def _load() -> DutyBook:
    found = Duty.objects.filter(version__state=VersionState.PUBLISHED.value).values_list(
        "version_id", "version__number"
    )
    first = found.first()
    return duties_of(*first) if first else DutyBook(0, ())


duties = Cached(_load, Topic.CATALOGUE)
"""The list in force; empty (version 0) when none is published."""


def findings(book: DutyBook) -> Findings:
    """Contradictions and gaps of a version beside the catalogue and the category tree in force."""
    general = {
        line.category_code: (line.lead, line.basis)
        for line in dispatch.catalogue().lines
        if not line.area_code and not line.request_type
    }
    return Findings(
        tuple(book.contradictions()),
        tuple(book.against(general.get)),
        tuple(book.gaps(categories.current().leaves)),
    )
