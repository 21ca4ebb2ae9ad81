"""A question in, an answer with its citations out, or 'not found'. The path of pages, programs and measuring."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from minhu.language.answers import refusal
from minhu.language.answers.lists import Part, with_items
from minhu.language.answers.model import AnswerModel, default_model
from minhu.language.answers.question import understand_question
from minhu.language.answers.ranking import Rarity, rank, readable
from minhu.language.answers.refusal import Evidence
from minhu.language.answers.spans import Place, spans_of
from minhu.language.answers.support import unsupported
from minhu.language.answers.tables import cells_of, part_of
from minhu.language.answers.types import Answer, Citation, NotFound, Query, Ranked, Store
from minhu.language.papers.types import Passage, PassageKind

_PAPERS: Final = 3
_PASSAGES: Final = 6
_NEARLY: Final = 0.85
# A cell is the whole answer or none of it, a span often a part; chosen on the development half of the demo city.
_CELL_WEIGHT: Final = 2.0
_MOST_OTHERS: Final = 3
_HEAD: Final = 30
_SENTENCE_END = re.compile(r"[。；;！!]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found for a question before anybody decided whether to say it."""

    query: Query
    rarity: Rarity
    ranked: tuple[Ranked, ...]
    evidence: Evidence | None = None
    parts: tuple[Part, ...] = ()


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
        if not _heading_only(one, passage)
    ]
    found.sort(key=lambda one: (-one[0], one[1], one[2].number))
    return [
        Place(at, passage, ranked[at].score / first, points / best, number)
        for number, (_, at, passage, points) in enumerate(found[:_PASSAGES])
    ]


def _heading_only(ranked: Ranked, passage: Passage) -> bool:
    """Whether a passage is only the head of its paper: title and document number, no sentence."""
    title = ranked.sheet.paper.title
    return passage.end <= len(title) + _HEAD and not _SENTENCE_END.search(passage.text)


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
    paper, value, cell = places[spans[at].place].paper, float(values[at]), _cell(query, ranked, model)
    parts: tuple[Part, ...]
    in_table = places[spans[at].place].passage.kind is PassageKind.ROW
    if cell and (in_table or _CELL_WEIGHT * cell[2] >= value):
        part, paper, chance = cell
        parts = (part,)
    else:
        span = spans[at]
        part, chance = (places[span.place].passage, span.start, span.end), cell[2] if cell else 0.0
        parts = with_items(query, ranked[paper].sheet.paper, part)
    said = " ".join(passage.text[start:end].strip() for passage, start, end in parts)
    evidence = Evidence(ranked, ranked[paper], part[0], said, value, chance)
    return Reading(query, rarity, tuple(ranked), evidence, parts)


def _cell(query: Query, ranked: Sequence[Ranked], model: AnswerModel) -> tuple[Part, int, float] | None:
    """The cell of a table that fits best: where it stands, the number of its paper, its chance."""
    cells, features = cells_of(query, ranked)
    if not cells:
        return None
    chances = model.cell_chances(features)
    at = int(np.argmax(chances))
    part = part_of(cells[at])
    return None if part is None else (part, cells[at].paper, float(chances[at]))


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
    chance = 0.0 if refusal.other_place(query, evidence) else chance_of(reading, model)
    others = tuple(
        one.sheet.key
        for one in reading.ranked[: _MOST_OTHERS + 1]
        if one is not evidence.best and one.score >= _NEARLY * evidence.best.score
    )[:_MOST_OTHERS]
    if chance < (model.threshold if threshold is None else threshold):
        return Answer("", query.kind, chance, not_found=refusal.reason_of(query, evidence), others=others), reading
    read_from = "\n".join(readable(passage) for passage, _, _ in reading.parts)
    if unsupported(evidence.words, read_from):
        return Answer("", query.kind, chance, not_found=NotFound.UNSUPPORTED, others=others), reading
    cited = tuple(_cite(evidence.best, part) for part in reading.parts)
    return Answer(evidence.words, query.kind, chance, cited, others=others), reading


def _cite(ranked: Ranked, part: Part) -> Citation:
    sheet, (passage, start, end) = ranked.sheet, part
    words = passage.text[start:end].strip()
    begun = passage.start + passage.text.index(words, start)
    return Citation(
        sheet.key, sheet.paper.title, passage.number, passage.label, passage.path, begun, begun + len(words), words,
        sheet.valid,
    )  # fmt: skip
