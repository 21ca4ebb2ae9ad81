"""The papers that one reader may read, as answering asks for them: the same scoring as in memory, over the database.

The rarest terms of a question name the papers that can answer it (on a public set of 599 papers and 400 questions the
right paper is among the best 30 for 99.5 %, as with all terms); these are read and scored in full.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from math import log1p
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from minhu.knowledge.domain.states import today, validity
from minhu.knowledge.models import Circle, PassageRow, Version
from minhu.knowledge.queries.vectors import forget_vectors, vectors_of
from minhu.knowledge.types import State, Validity
from minhu.language.answers.types import Query, Sheet
from minhu.language.papers.types import Paper

LOOKED_AT: Final = 20_000
"""Postings read for one question at most, beyond those of its rarest term."""
_SPARE: Final = 10
_MOST_KEPT: Final = 40_000_000
_FREQUENCIES: Final = (
    "SELECT term, sum(papers)::bigint FROM knowledge_termcount WHERE term = ANY(%s) AND circle_id = ANY(%s) GROUP BY 1"
)
# Okapi BM25 with k = 1.2 and b = 0.75, as `language.answers.store` scores whole papers in memory.
_BEST: Final = """
SELECT p.version_id, sum(t.weight * p.count * 2.2 / (p.count + 1.2 * (0.25 + 0.75 * p.length / %s)))::float8 AS score
FROM unnest(%s::text[], %s::float8[]) AS t(term, weight)
JOIN knowledge_posting p ON p.term = t.term AND p.circle_id = ANY(%s) {within}
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
"""
_HELD: Final = "SELECT id, state, in_force, repealed FROM knowledge_version WHERE id = ANY(%s)"
HOLDING: Final = frozenset({Validity.VALID})


class PaperStore:
    """A `Store` of live papers for whoever holds ``keys``; made and used within `reach.reading`.

    ``within``: look only at these versions (filters of a page); frequencies stay those of all. ``holding``: papers whose
    validity is another are left out. ``maker``: of the vectors that papers are handed over with; none where it is empty.
    """

    def __init__(
        self,
        keys: frozenset[str],
        within: QuerySet[Version] | None = None,
        holding: frozenset[Validity] = HOLDING,
        maker: str = "",
    ) -> None:
        rows = Circle.objects.filter(keys__overlap=sorted(keys), papers__gt=0)
        self._circles = list(rows.values_list("id", "papers", "characters", "passages", "passage_characters"))
        self._ids = [row[0] for row in self._circles]
        self._within = within
        self._holding = holding
        self._maker = maker
        self._known: dict[str, int] = {}
        self.papers, self._characters, self._passages, self._passage_characters = (
            sum(row[at] for row in self._circles) for at in range(1, 5)
        )

    @property
    def paper_length(self) -> float:
        """Characters of an average paper."""
        return max(self._characters / max(self.papers, 1), 1.0)

    @property
    def passage_length(self) -> float:
        """Characters of an average passage."""
        return max(self._passage_characters / max(self._passages, 1), 1.0)

    def frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """In how many papers that the reader may see each term occurs."""
        left = [term for term in terms if term not in self._known]
        if left and self._ids:
            with connection.cursor() as cursor:
                cursor.execute(_FREQUENCIES, [left, self._ids])
                self._known.update(cursor.fetchall())
        return {term: self._known.get(term, 0) for term in terms}

    def candidates(self, query: Query, limit: int) -> Sequence[Sheet]:
        """The papers that score highest by the rarest terms of the question."""
        return sheets(self.found(query, limit), self._maker)

    def found(self, query: Query, most: int) -> list[int]:
        """The versions that `candidates` would read, the best first."""
        weights = self._rarest((*query.terms, *query.also))
        if not weights:
            return []
        within, given = ("", ()) if self._within is None else self._within.values("pk").query.sql_with_params()
        statement = _BEST.format(within=f"AND p.version_id IN ({within})" if within else "")
        with connection.cursor() as cursor:
            cursor.execute(
                statement,
                [self.paper_length, list(weights), list(weights.values()), self._ids, *given, 2 * most + _SPARE],
            )
            best = [row[0] for row in cursor.fetchall()]
        return self.valid(best)[:most]

    def _rarest(self, terms: Sequence[str]) -> dict[str, float]:
        known = self.frequencies(terms)
        chosen: dict[str, float] = {}
        total = 0
        for term in sorted((one for one in terms if known[one]), key=lambda one: known[one]):
            total += known[term]
            if chosen and total > LOOKED_AT:
                break
            chosen[term] = log1p((self.papers - known[term] + 0.5) / (known[term] + 0.5))
        return chosen

    def valid(self, versions: Sequence[int]) -> list[int]:
        """Those of the versions, in their order, that hold as was asked for today."""
        if not versions:
            return []
        with connection.cursor() as cursor:
            cursor.execute(_HELD, [list(versions)])
            rows = cursor.fetchall()
        day = today()
        held = {pk for pk, state, begun, over in rows if validity(State(state), begun, over, day) in self._holding}
        return [pk for pk in versions if pk in held]


class Chosen:
    """The same statistics over papers that were found before, for ranking a part of a list."""

    def __init__(self, store: PaperStore, versions: Sequence[int]) -> None:
        self._store, self._versions = store, versions
        self.papers, self.paper_length, self.passage_length = store.papers, store.paper_length, store.passage_length

    def frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """As the store has them."""
        return self._store.frequencies(terms)

    def candidates(self, query: Query, limit: int) -> Sequence[Sheet]:
        """The papers themselves, whatever is asked."""
        return sheets(self._versions[:limit])


def sheets(versions: Sequence[int], maker: str = "") -> list[Sheet]:
    """Live versions as sheets, keyed by the version's id; what a reader may not see has been left out before.

    ``maker``: give them this maker's vectors, where they are made.
    """
    papers = _papers(versions)
    vectors = vectors_of(list(papers), maker) if maker else {}
    day = today()
    begun = dict(Version.objects.filter(pk__in=versions).values_list("pk", "in_force"))
    return [
        Sheet(str(pk), papers[pk], (begun.get(pk) or day) <= day, vectors.get(pk)) for pk in versions if pk in papers
    ]


def paper_of(version_id: int) -> Paper | None:
    """One version as a paper; None where the reader does not see it."""
    return _papers([version_id]).get(version_id)


# Words of live versions never change, so a process keeps the papers it read last; who may read them is asked anew.
_kept: OrderedDict[int, Paper] = OrderedDict()
_size = [0]
_guard = threading.Lock()


def _papers(ids: Sequence[int]) -> dict[int, Paper]:
    with _guard:
        found = {key: _kept[key] for key in ids if key in _kept}
        for key in found:
            _kept.move_to_end(key)
    missing = [key for key in ids if key not in found]
    if not missing:
        return found
    passages: dict[int, list[PassageRow]] = {key: [] for key in missing}
    for row in PassageRow.objects.filter(version_id__in=missing).order_by("version_id", "number").defer("keys"):
        passages[row.version_id].append(row)
    for key, title, text in Version.objects.filter(pk__in=missing).values_list("pk", "title", "text"):
        found[key] = Paper(title, text, tuple(row.passage for row in passages[key]))
        _keep(key, found[key])
    return found


def _keep(key: int, paper: Paper) -> None:
    with _guard:
        if key in _kept:
            return
        _kept[key] = paper
        _size[0] += len(paper.text)
        while _size[0] > _MOST_KEPT and len(_kept) > 1:
            _size[0] -= len(_kept.popitem(last=False)[1].text)


def forget_papers() -> None:
    """Drop what this process keeps (tests, whose databases number anew)."""
    with _guard:
        _kept.clear()
        _size[0] = 0
    forget_vectors()
