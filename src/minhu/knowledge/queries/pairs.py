"""Questions made from documents: those that wait for a person, those that were taken, the one that somebody means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.contrib.postgres.search import SearchQuery
from django.db import transaction
from django.db.models import QuerySet

from minhu.kernel.actors import Actor
from minhu.knowledge.models import MadePair, PassageRow
from minhu.knowledge.queries.made import PairView
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import LIVE, PairState
from minhu.language.contradictions.statements import terms_of
from minhu.language.papers.words import words_of

_LIVE: Final = [state.value for state in LIVE]
_OPEN: Final = [PairState.NEW.value, PairState.STALE.value]
_CANDIDATES: Final = 40
LIKE: Final = 0.6
"""So much of the pairs of characters of question and wording must be the same."""


def listed(*, state: PairState | None = None, document: int | None = None, start: int = 0, size: int = 20) -> tuple[list[PairView], int]:  # fmt: skip
    """Pairs of documents in use that the current actor may see; without a state those that wait, changed ones first."""
    with transaction.atomic(), reading():
        rows = _all().filter(state__in=_OPEN if state is None else [state.value]).order_by("-state", "version_id", "id")
        if document:
            rows = rows.filter(version__document_id=document)
        return _views(rows[start : start + size]), rows.count()


def waiting(actor: Actor) -> int:
    """How many wait, for the number in the menu."""
    with transaction.atomic(), reading(actor):
        return _all().filter(state__in=_OPEN).count()


def meant(question: str, actor: Actor | None = None) -> PairView | None:
    """The accepted pair of which some wording is nearly what was asked; None where none is near enough."""
    asked, words = terms_of(question), list(dict.fromkeys(words_of(question)))[:40]
    if not asked or not words:
        return None
    query = SearchQuery(" | ".join("'{}'".format(word.replace("\\", "\\\\").replace("'", "''")) for word in words), search_type="raw", config="simple")  # fmt: skip
    with transaction.atomic(), reading(actor):
        rows = list(_all().filter(state=PairState.ACCEPTED.value, words=query)[:_CANDIDATES])
        best = max(rows, key=lambda row: _like(asked, row.questions), default=None)
        if best is None or _like(asked, best.questions) < LIKE:
            return None
        return _views([best])[0]


def _like(asked: frozenset[str], questions: Iterable[str]) -> float:
    return max((2 * len(asked & own) / (len(asked) + len(own) or 1) for own in map(terms_of, questions)), default=0.0)


def _all() -> QuerySet[MadePair]:
    rows = MadePair.objects.filter(version__state__in=_LIVE).select_related("version")
    return rows.defer("words", "version__text", "version__found")


def _views(rows: Iterable[MadePair]) -> list[PairView]:
    found = list(rows)
    wanted = {(row.version_id, number) for row in found for number in row.passages}
    passages = PassageRow.objects.filter(version__in={version for version, _ in wanted}, number__in={number for _, number in wanted})  # fmt: skip
    labels = {(row.version_id, row.number): row.label for row in passages}
    return [
        PairView(
            row.pk, row.version.document_id, row.version_id, row.version.title,
            "、".join(dict.fromkeys(label for number in row.passages if (label := labels.get((row.version_id, number), "")))),
            tuple(row.passages), tuple(row.questions), row.answer, PairState(row.state), row.reviewed_by, row.reviewed_at,
        )
        for row in found
    ]  # fmt: skip
