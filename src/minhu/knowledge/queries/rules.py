"""Live documents as they are compared with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from minhu.directory.queries.units import unit_info
from minhu.kernel.actors import SYSTEM
from minhu.knowledge.models import PassageRow, Version
from minhu.knowledge.queries.reach import reader_keys
from minhu.knowledge.queries.store import PaperStore
from minhu.knowledge.types import LIVE, Validity
from minhu.language.answers.question import understand_question
from minhu.language.contradictions.types import Rule

MOST: Final = 400
"""So many documents are compared with each other whole; beyond, those that share words with what is new."""
_ASKED, _HITS = 40, 30
_LIVE: Final = [state.value for state in LIVE]


def rules(fresh: Iterable[int]) -> list[Rule]:
    """The valid documents to compare with the versions ``fresh``, these among them; the caller reads as the program."""
    wanted = set(fresh)
    whole = Version.objects.filter(state__in=_LIVE).count() <= MOST
    rows = Version.objects.filter(state__in=_LIVE).defer("text", "found").select_related("document").order_by("id")
    if not whole:
        rows = rows.filter(pk__in=wanted | _near(wanted))
    versions = [one for one in rows if one.validity is not Validity.ENDED]
    passages: dict[int, list[PassageRow]] = {}
    for row in PassageRow.objects.filter(version__in=versions).order_by("version_id", "number"):
        passages.setdefault(row.version_id, []).append(row)
    titles = {one.title: str(one.pk) for one in versions}
    return [
        Rule(
            str(one.pk), one.title, tuple(row.passage for row in passages.get(one.pk, [])), _areas(one),
            frozenset(titles[title] for title in map(_bare, one.repeals) if title in titles),
        )
        for one in versions
    ]  # fmt: skip


def _near(wanted: set[int]) -> set[int]:
    """Versions whose passages share most words with those that are new, besides enough others to weigh words by."""
    found: Counter[int] = Counter()
    store = PaperStore(reader_keys(SYSTEM), holding=frozenset({Validity.VALID, Validity.PENDING}))
    for version in Version.objects.filter(pk__in=wanted).defer("text", "found"):
        for row in version.passages.all()[:_ASKED]:
            found.update(store.found(understand_question(f"{version.title} {row.text}"[:200]), _HITS))
    some = Version.objects.filter(state__in=_LIVE).order_by("id").values_list("pk", flat=True)[: MOST // 2]
    return {pk for pk, _ in found.most_common(MOST)} | set(some)


def _areas(version: Version) -> tuple[str, ...]:
    """Where a document holds: the area of the unit that keeps it."""
    unit = unit_info(version.document.owner_unit_id) if version.document.owner_unit_id else None
    return (unit.area_code,) if unit and unit.area_code else ()


def _bare(name: str) -> str:
    """The title in 《…》, without the document number behind it."""
    return name.split("《", 1)[-1].rsplit("》", 1)[0]
