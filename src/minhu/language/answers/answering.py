"""A question in, an answer with its citations out, or 'not found'. The path of pages, programs and measuring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from minhu.language.answers import refusal
from minhu.language.answers.model import AnswerModel, default_model
from minhu.language.answers.question import understand_question
from minhu.language.answers.ranking import Rarity, rank, readable
from minhu.language.answers.refusal import Evidence
from minhu.language.answers.spans import Place, spans_of
from minhu.language.answers.support import unsupported
from minhu.language.answers.types import Answer, Citation, NotFound, Query, Ranked, Store

_PAPERS: Final = 3
_PASSAGES: Final = 6
_NEARLY: Final = 0.85
_MOST_OTHERS: Final = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found for a question before anybody decided whether to say it."""

    query: Query
    rarity: Rarity
    ranked: tuple[Ranked, ...]
    evidence: Evidence | None = None
    start: int = 0
    end: int = 0


def places_to_read(ranked: Sequence[Ranked]) -> list[Place]:
    """The passages that are read for the answer: the best few of the best papers."""
    if not ranked:
        return []
    first = max(ranked[0].score, 1e-9)
    best = max((one.passages[0][1] for one in ranked[:_PAPERS] if one.passages), default=0.0) or 1.0
    found = [
        (one.score + points, at, passage, points)
        for at, one in enumerate(ranked[:_PAPERS])
        for passage, points in one.passages[:_PASSAGES]
    ]
    found.sort(key=lambda one: (-one[0], one[1], one[2].number))
    return [
        Place(at, passage, ranked[at].score / first, points / best, number)
        for number, (_, at, passage, points) in enumerate(found[:_PASSAGES])
    ]


def read(words: str, store: Store, model: AnswerModel) -> Reading:
    """Rank the papers and choose the words that answer best, whether or not they will be said."""
    query = understand_question(words)
    ranked, rarity = rank(query, store)
    places = places_to_read(ranked)
    spans, features = spans_of(query, rarity, places)
    if not spans:
        return Reading(query, rarity, tuple(ranked))
    values = model.spans(features)
    at = int(np.argmax(values))
    span, place = spans[at], places[spans[at].place]
    said = place.passage.text[span.start : span.end]
    evidence = Evidence(ranked, ranked[place.paper], place.passage, said, float(values[at]))
    return Reading(query, rarity, tuple(ranked), evidence, span.start, span.end)


def chance_of(reading: Reading, model: AnswerModel) -> float:
    """The chance that the papers hold an answer to the question, 0 … 1."""
    if reading.evidence is None:
        return 0.0
    row = refusal.signs(reading.query, reading.rarity, reading.evidence)
    return float(1.0 / (1.0 + np.exp(-model.sure(row[None, :])[0])))


def answer(
    words: str, store: Store, model: AnswerModel | None = None, threshold: float | None = None
) -> tuple[Answer, Reading]:
    """The answer to a question from the papers of a store, and what it was read from.

    ``threshold``: below this chance the answer is 'not found'; the model's own when None.
    """
    model = model or default_model()
    reading = read(words, store, model)
    query, evidence = reading.query, reading.evidence
    if refused := refusal.no_question(query):
        return Answer("", query.kind, 0.0, not_found=refused), reading
    if evidence is None:
        return Answer("", query.kind, 0.0, not_found=NotFound.NO_PAPER), reading
    chance = chance_of(reading, model)
    others = tuple(
        one.sheet.key
        for one in reading.ranked[: _MOST_OTHERS + 1]
        if one is not evidence.best and one.score >= _NEARLY * evidence.best.score
    )[:_MOST_OTHERS]
    if chance < (model.threshold if threshold is None else threshold):
        return Answer("", query.kind, chance, not_found=refusal.reason_of(query, evidence), others=others), reading
    if unsupported(evidence.words, readable(evidence.passage)):
        return Answer("", query.kind, chance, not_found=NotFound.UNSUPPORTED, others=others), reading
    return Answer(evidence.words, query.kind, chance, (_cite(reading, evidence),), others=others), reading


def _cite(reading: Reading, evidence: Evidence) -> Citation:
    sheet, passage = evidence.best.sheet, evidence.passage
    start = passage.start + reading.start
    return Citation(
        sheet.key, sheet.paper.title, passage.number, passage.label, passage.path, start,
        start + reading.end - reading.start, evidence.words, sheet.valid,
    )  # fmt: skip
