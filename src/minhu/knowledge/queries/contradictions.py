"""Contradictions as pages and answers show them: only between versions that are valid and that the reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from minhu.directory.policy import Action, decide
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.errors import NotFound
from minhu.knowledge.models import Contradiction, PassageRow, Version
from minhu.knowledge.queries.made import ContradictionView, Quoted
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import LIVE, Verdict
from minhu.language.contradictions.types import Sort

_LIVE: Final = [state.value for state in LIVE]


def listed(*, decided: bool = False, start: int = 0, size: int = 20) -> tuple[list[ContradictionView], int]:
    """Contradictions of documents in use that the current actor may see, open ones by how sure they are."""
    with transaction.atomic(), reading():
        rows = _shown(decided)
        return _views(rows[start : start + size]), rows.count()


def waiting(actor: Actor) -> int:
    """How many wait for a word of this person; for the number in the menu."""
    with transaction.atomic(), reading(actor):
        return _shown(decided=False).count()


def one(pk: int) -> ContradictionView:
    """One of them; raises NotFound for what does not exist or may not be seen."""
    with transaction.atomic(), reading():
        found = _views(_all().filter(pk=pk))
    if not found:
        raise NotFound("没有找到这处矛盾，或者您无权查看。", code="no_such_contradiction")
    return found[0]


def disputed(places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Which passages, as (version, number of the passage), are contradicted by another valid document: with its id.

    For answers that cite them. A contradiction with a document that the reader may not see is not told.
    """
    wanted = set(places)
    versions = {version for version, _ in wanted}
    with transaction.atomic(), reading():
        rows = _shown(decided=False).filter(Q(first__in=versions) | Q(second__in=versions))
        found: dict[tuple[int, int], int] = {}
        for row in rows:
            for place in ((row.first_id, row.first_passage), (row.second_id, row.second_passage)):
                if place in wanted:
                    found.setdefault(place, row.pk)
        return found


def _all() -> QuerySet[Contradiction]:
    return Contradiction.objects.select_related("first__document", "second__document").defer(
        "first__text", "first__found", "second__text", "second__found"
    )


def _shown(decided: bool) -> QuerySet[Contradiction]:
    rows = _all().filter(first__state__in=_LIVE, second__state__in=_LIVE)
    if decided:
        return rows.exclude(verdict=Verdict.OPEN.value).order_by("-decided_at")
    return rows.filter(verdict=Verdict.OPEN.value)


def _views(rows: QuerySet[Contradiction]) -> list[ContradictionView]:
    found = list(rows)
    sides = [Q(version=row.first_id, number=row.first_passage) for row in found]
    sides += [Q(version=row.second_id, number=row.second_passage) for row in found]
    wanted = Q(pk__in=[])
    for side in sides:
        wanted |= side
    passages = {(row.version_id, row.number): row for row in PassageRow.objects.filter(wanted)}
    return [_view(row, passages) for row in found]


def _view(row: Contradiction, passages: dict[tuple[int, int], PassageRow]) -> ContradictionView:
    actor = current_actor()
    keeping = any(
        decide(actor, action, version.document.facts())
        for version in (row.first, row.second)
        for action in (Action.EDIT_KNOWLEDGE, Action.REVIEW_KNOWLEDGE)
    )
    return ContradictionView(
        row.pk, Sort(row.sort), row.score,
        _quoted(row.first, passages[row.first_id, row.first_passage], row.first_start, row.first_end),
        _quoted(row.second, passages[row.second_id, row.second_passage], row.second_start, row.second_end),
        Verdict(row.verdict), row.reason, row.found_at, row.decided_by, row.decided_at, keeping,
    )  # fmt: skip


def _quoted(version: Version, row: PassageRow, start: int, end: int) -> Quoted:
    text = row.text
    return Quoted(
        version.document_id, version.pk, version.number, version.title, version.document_number, version.issuer,
        version.issued, row.passage, text[:start], text[start:end], text[end:],
    )  # fmt: skip
