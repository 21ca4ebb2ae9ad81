"""Scoring of the papers that a store hands over: the one path of the page, of programs and of measuring.

BM25 (Robertson and Zaragoza 2009) of the whole paper and of its best passage, in units of what a perfect match of the
question's terms would earn; the title and the share of rare terms that occur at all add to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log1p
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.nearness import Embed, Sight
from minhu.language.answers.question import plain
from minhu.language.answers.types import Query, Ranked, Sheet, Statistics, Store
from minhu.language.papers.types import Passage

CANDIDATES: Final = 30
# Weights fitted by pairs (right paper against another candidate) on the development half of a public question set.
_PAPER, _PASSAGE, _TITLE, _COVERED = 1.0, 0.6, 0.1, 0.8
_ALSO: Final = 0.3
_ABOUT: Final = 0.5
_UNKNOWN: Final = 0.5
_TITLE_LENGTH: Final = 40.0
_NUMBER = regex(r"\d")


@dataclass(frozen=True, slots=True)
class Rarity:
    """Weights of a query's terms: ``weights`` by term, ``total`` of its own words, ``unknown`` their share in no paper."""

    weights: Mapping[str, float]
    total: float
    unknown: float


def rarity_of(query: Query, statistics: Statistics) -> Rarity:
    """Rare terms weigh more: log(1 + (N - n + ½) / (n + ½)) for n of N papers; those of other words less."""
    known, size = statistics.frequencies((*query.terms, *query.also)), statistics.papers
    weights = {term: log1p((size - known[term] + 0.5) / (known[term] + 0.5)) for term in known}
    # What no paper says is rare by accident of wording more often than by matter.
    weights |= {term: weight * _UNKNOWN for term, weight in weights.items() if not known[term]}
    own = sum(weights[term] for term in query.terms) or 1.0
    unknown = sum(weights[term] for term in query.terms if not known[term]) / own
    return Rarity(
        {term: weight * (1.0 if term in query.terms else _ALSO) for term, weight in weights.items()}, own, unknown
    )


@lru_cache(maxsize=512)
def _whole_number(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.]){re.escape(term)}(?!\d)")


def count(term: str, text: str) -> int:
    """How often a term stands in a plain text; numbers count as whole numbers only."""
    return len(_whole_number(term).findall(text)) if _NUMBER.match(term) else text.count(term)


def places(term: str, text: str) -> list[int]:
    """Where a term stands in a plain text, as `count` counts it (signs that overlap once)."""
    pattern = _whole_number(term) if _NUMBER.match(term) else re.compile(re.escape(term))
    return [found.start() for found in pattern.finditer(text)]


def bm25(text: str, weights: Mapping[str, float], mean: float, saturation: float, by_length: float) -> float:
    """BM25 of a plain text for weighted terms; ``mean`` is the length of an average text."""
    norm = saturation * (1 - by_length + by_length * len(text) / mean)
    found = 0.0
    for term, weight in weights.items():
        if often := count(term, text):
            found += weight * often * (saturation + 1) / (often + norm)
    return found


def readable(passage: Passage) -> str:
    """A passage with what makes it readable alone: the headings above it and its context."""
    return " ".join((*passage.path, passage.context, passage.text))


def covered(text: str, rarity: Rarity) -> float:
    """The share of the query's weight whose terms stand in a plain text, 0 … 1."""
    found = sum(weight for term, weight in rarity.weights.items() if count(term, text))
    return min(found / rarity.total, 1.0)


def score(sheet: Sheet, rarity: Rarity, statistics: Statistics) -> Ranked:
    """One paper with its score and its passages by theirs."""
    paper = sheet.paper
    whole, title = plain(paper.text), plain(paper.title)
    present = {term: weight for term, weight in rarity.weights.items() if term in whole or term in title}
    share = sum(present.values()) / rarity.total
    mean = statistics.passage_length
    passages = [
        (passage, bm25(plain(readable(passage)), present, mean, 1.2, 0.5) / rarity.total) for passage in paper.passages
    ]
    passages.sort(key=lambda one: (-one[1], one[0].number))
    total = (
        _PAPER * bm25(whole, present, statistics.paper_length, 1.2, 0.85) / rarity.total
        + _PASSAGE * (passages[0][1] if passages else 0.0)
        + _TITLE * bm25(title, present, _TITLE_LENGTH, 1.0, 0.3) / rarity.total
        + _COVERED * share
    )
    return Ranked(sheet, total, tuple(passages))


def rank(
    query: Query, store: Store, limit: int = CANDIDATES, sight: Sight | None = None, embed: Embed | None = None
) -> tuple[list[Ranked], Rarity]:
    """The papers of a store by falling score, at most ``limit``; nothing for a question without terms.

    Nearness counts where there is a ``sight``, somebody to ``embed`` the question, and vectors of all these papers.
    """
    rarity = rarity_of(query, store)
    if not query.terms:
        return [], rarity
    sheets = store.candidates(query, limit)
    found = [score(sheet, rarity, store) for sheet in sheets]
    near = sight.near(query.words, embed, sheets) if sight is not None and embed is not None else None
    if sight is not None and near is not None:
        found = [
            replace(one, score=one.score + sight.points(own), near=own) for one, own in zip(found, near, strict=True)
        ]
    return sorted(found, key=lambda one: (-one.score, one.sheet.key)), rarity


def foremost(ranked: Sequence[Ranked], about: str) -> list[Ranked]:
    """``ranked`` with the paper that a conversation is about on top, where it fits nearly as well as the best."""
    found = next((one for one in ranked if one.sheet.key == about), None)
    if found is None or found.score < ranked[0].score - _ABOUT:
        return list(ranked)
    first = replace(found, score=ranked[0].score)
    return [first, *(one for one in ranked if one is not found)]


def keys(ranked: Sequence[Ranked]) -> list[str]:
    """The keys of ranked papers."""
    return [one.sheet.key for one in ranked]
