"""A draft of the catalogue or of the duty list tried beside the books in force, without touching them."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.directory.domain.advising import Adviser, Matter
from minhu.directory.queries import advice, dispatch, duties, units, versions


@dataclass(frozen=True, slots=True)
class Trial:
    """Two answers to the same matter: the books in force, and the same with one draft in its place."""

    before: Adviser
    after: Adviser
    number: int

    @property
    def reads_words(self) -> bool:
        """Whether a duty of either side depends on what is said."""
        return any(line.words for book in (self.before, self.after) for line in book.duties.lines)

    def leads(self, matter: Matter) -> tuple[int | None, int | None]:
        """The unit by the books in force and by the draft; like orders are not asked, they would hide the change."""
        first, second = self.before.advise(matter, ()).best, self.after.advise(matter, ()).best
        return first.unit_id if first else None, second.unit_id if second else None


def trial_of(kind: str, version_id: int) -> Trial:
    """The trial of a version: ``kind`` is 'catalogue' or 'duties'; raises NotFound."""
    before = advice.adviser()
    if kind == versions.CATALOGUE:
        number = versions.catalogue_version(version_id).number
        after = Adviser(dispatch.catalogue_of(version_id, number), before.duties, units.book().all)
    else:
        number = versions.duty_version(version_id).number
        after = Adviser(before.catalogue, duties.duties_of(version_id, number), units.book().all)
    return Trial(before, after, number)
