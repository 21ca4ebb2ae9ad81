"""Service offices by what one wants there, from the tables of live papers that whoever asks may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from minhu.knowledge.models import Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import PaperStore
from minhu.knowledge.types import Validity
from minhu.language.answers.question import understand_question
from minhu.language.answers.ranking import rank
from minhu.language.answers.types import Ranked
from minhu.language.papers.offices import Office, office_of

MOST_TABLES: Final = 2
_AS_GOOD: Final = 0.8


@dataclass(frozen=True, slots=True)
class ListedOffice:
    """An office and the row that says so."""

    office: Office
    document_id: int
    version_id: int
    title: str
    label: str


def offices(service: str) -> list[ListedOffice]:
    """The offices of the tables that fit ``service`` best, whole tables in their order; empty where none fits."""
    query = understand_question(service)
    if not query.terms:
        return []
    with transaction.atomic(), reading() as keys:
        ranked = rank(query, PaperStore(keys, None, frozenset({Validity.VALID})))[0]
        chosen = _best_tables(ranked)
        documents = dict(Version.objects.filter(pk__in=[key for key, _ in chosen]).values_list("pk", "document_id"))
    titles = {int(one.sheet.key): one.sheet.paper.title for one in ranked}
    return [
        ListedOffice(office, documents[key], key, titles[key], label)
        for key, rows in chosen
        for label, office in rows
        if key in documents
    ]


def _best_tables(ranked: Sequence[Ranked]) -> list[tuple[int, list[tuple[str, Office]]]]:
    """Tables with offices of the papers that fit as well as the best: (version, [label, office])."""
    tables: list[tuple[float, int, list[tuple[str, Office]]]] = []
    for one in ranked:
        found: dict[str, list[tuple[str, Office]]] = {}
        for passage in one.sheet.paper.passages:
            if (office := office_of(passage)) is not None:
                found.setdefault(passage.context, []).append((passage.label, office))
        tables += [(one.score, int(one.sheet.key), rows) for rows in found.values()]
    best = max((score for score, _, _ in tables), default=0.0)
    return [(key, rows) for score, key, rows in tables if score >= _AS_GOOD * best][:MOST_TABLES]
