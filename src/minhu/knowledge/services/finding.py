"""Documents by words, on the path by which questions are answered: the same statistics, candidates and scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from minhu.kernel.errors import Invalid
from minhu.kernel.storable import storable
from minhu.knowledge.models import Version
from minhu.knowledge.queries.narrowing import versions_within
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.shown import Found, FoundPaper, Narrow
from minhu.knowledge.queries.store import Chosen, PaperStore
from minhu.knowledge.services.questions import reworded
from minhu.knowledge.types import LIVE, Nature, State, Validity
from minhu.language.answers.marking import unknown_words
from minhu.language.answers.question import LONGEST_QUESTION, understand_question
from minhu.language.answers.ranking import CANDIDATES, rank
from minhu.language.answers.types import Ranked

MOST_FOUND: Final = 200
"""Documents that one search counts and turns pages through."""
MOST_PAGE: Final = 50
_PASSAGES: Final = 3
_NUMBERED: Final = 20
_EITHER: Final = frozenset({Validity.VALID, Validity.PENDING})
_NUMBER: Final = re.compile(r"[〔\[（(【]?\d{4}[〕\]）)】]?第?\d+号?$")
_BRACKETS: Final = str.maketrans("[（(【]）)】", "〔〔〔〔〕〕〕〕")


def find(
    words: str, narrow: Narrow = Narrow(), validity: Validity | None = None, start: int = 0, size: int = 10
) -> Found:
    """Live documents that the current actor may read, from the ``start``-th on, at most ``size`` (``MOST_PAGE``).

    The best `CANDIDATES` are ordered as answering orders them, those behind by the terms they have; a document whose
    number was typed comes first. Behind the end the last part is given. ``validity``: valid or pending ones only; both when None. Raises Invalid for no words or
    too many.
    """
    said = storable(words)
    if not said or len(said) > LONGEST_QUESTION:
        text = f"请输入要找的内容，不超过 {LONGEST_QUESTION} 个字。"
        raise Invalid(text, fields={"q": text})
    size = min(max(size, 1), MOST_PAGE)
    with transaction.atomic(), reading() as keys:
        query = understand_question(reworded(said))
        within = versions_within(narrow)
        store = PaperStore(keys, within, frozenset({validity}) if validity else _EITHER)
        numbered = store.valid(_numbered(said, within))
        others = store.found(query, MOST_FOUND + 1)
        found = [*numbered, *(pk for pk in others if pk not in numbered)]
        more, found = len(found) > MOST_FOUND, found[:MOST_FOUND]
        start = min(start, max(len(found) - 1, 0) // size * size)
        head = found[:CANDIDATES] if start < CANDIDATES else []
        ranked = {int(one.sheet.key): one for one in rank(query, Chosen(store, head))[0]}
        order = sorted(ranked, key=lambda pk: pk not in numbered) + found[len(head) :]
        part = order[start : start + size]
        left = [pk for pk in part if pk not in ranked]
        ranked |= {int(one.sheet.key): one for one in rank(query, Chosen(store, left), size)[0]}
        known = store.frequencies(query.terms)
        return Found(
            _papers([ranked[pk] for pk in part if pk in ranked]), start, len(found), more, (*query.terms, *query.also),
            unknown_words(query.focus, lambda term: bool(known.get(term))),
        )  # fmt: skip


def _numbered(said: str, within: QuerySet[Version] | None) -> list[int]:
    """Live versions whose document number was typed, or its end with year and number."""
    tight = re.sub(r"\s", "", said).translate(_BRACKETS)
    if not _NUMBER.search(tight):
        return []
    rows = Version.objects.filter(state__in=[state.value for state in LIVE], document_number__icontains=tight)
    if within is not None:
        rows = rows.filter(pk__in=within)
    return list(rows.order_by("-in_force", "pk").values_list("pk", flat=True)[:_NUMBERED])


def _papers(ranked: Sequence[Ranked]) -> tuple[FoundPaper, ...]:
    ids = [int(one.sheet.key) for one in ranked]
    rows = Version.objects.filter(pk__in=ids).select_related("document").defer("text", "found")
    versions = {one.pk: one for one in rows}
    return tuple(_paper(versions[pk], one) for pk, one in zip(ids, ranked, strict=True) if pk in versions)


def _paper(version: Version, ranked: Ranked) -> FoundPaper:
    best = tuple(passage for passage, score in ranked.passages[:_PASSAGES] if score > 0)
    return FoundPaper(
        document_id=version.document_id, version_id=version.pk, title=version.title,
        document_number=version.document_number, issuer=version.issuer, nature=Nature(version.document.nature),
        state=State(version.state), validity=version.validity, in_force=version.in_force, repealed=version.repealed,
        passages=best or (ranked.sheet.paper.passages[0],), score=round(ranked.score, 3),
    )  # fmt: skip
