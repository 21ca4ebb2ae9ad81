"""A question in, an answer with its citations out, or 'not found'. The path of pages, programs and measuring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.language.answers import refusal
from minhu.language.answers.choosing import Candidate, clauses_of
from minhu.language.answers.lists import Part, with_items
from minhu.language.answers.model import AnswerModel, chances, default_model
from minhu.language.answers.nearness import Embed
from minhu.language.answers.question import understand_question
from minhu.language.answers.ranking import Rarity, foremost, rank, readable
from minhu.language.answers.refusal import Evidence, Fits
from minhu.language.answers.spans import Place, spans_of
from minhu.language.answers.support import unsupported
from minhu.language.answers.tables import Cell, cells_of, named, part_of
from minhu.language.answers.types import Answer, Citation, NotFound, Query, Ranked, Store
from minhu.language.papers.types import PassageKind

Floats = npt.NDArray[np.float32]
_CLAUSES: Final = 4
_NEARLY: Final = 0.85
_MOST_OTHERS: Final = 3


@dataclass(frozen=True, slots=True)
class Eyes:
    """What it takes to answer by meaning too: a model that was taught with vectors, and who makes those of questions."""

    model: AnswerModel
    embed: Embed


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found for a question before anybody decided whether to say it; ``model`` is the one that read."""

    query: Query
    rarity: Rarity
    ranked: tuple[Ranked, ...]
    model: AnswerModel
    evidence: Evidence | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """Words that may be the answer: the passage they stand in (its number among the candidates), and what they are worth."""

    clause: int
    start: int
    end: int
    worth: float
    value: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The passages that may answer, their values by the model of clauses (0 is none's), the cells of tables and theirs."""

    clauses: tuple[Candidate, ...]
    values: Floats
    cells: tuple[Cell, ...]
    cell_values: Floats

    def best_cell(self, clause: Candidate) -> tuple[Cell, float] | None:
        """The best cell of a row and its chance among the row's cells."""
        own = [at for at, one in enumerate(self.cells) if one.paper == clause.paper and one.passage is clause.passage]
        if not own:
            return None
        values = self.cell_values[own]
        grown = np.exp(values - values.max())
        return self.cells[own[int(np.argmax(values))]], float(grown.max() / grown.sum())


def choose(query: Query, rarity: Rarity, ranked: Sequence[Ranked], model: AnswerModel) -> Choice:
    """The clauses and cells that may answer, with their values."""
    cells, features = cells_of(query, ranked)
    values = model.cells(features) if cells else np.zeros(0, np.float32)
    clauses, told = clauses_of(query, rarity, ranked, best_of_rows(cells, values))
    return Choice(tuple(clauses), model.clauses(told) if clauses else np.zeros(0, np.float32), tuple(cells), values)


def best_of_rows(cells: Sequence[Cell], values: Floats) -> dict[tuple[int, int], float]:
    """The value of the best cell of each row, by the numbers of its paper and its passage."""
    found: dict[tuple[int, int], float] = {}
    for cell, value in zip(cells, values, strict=True):
        key = (cell.paper, cell.passage.number)
        found[key] = max(found.get(key, float(value)), float(value))
    return found


def place_of(ranked: Sequence[Ranked], clause: Candidate, rank: int) -> Place:
    """A clause as spans are looked for in it; ``rank``: how many others fit better."""
    paper = ranked[clause.paper]
    points = next((value for passage, value in paper.passages if passage is clause.passage), 0.0)
    best = max((one.passages[0][1] for one in ranked[:_CLAUSES] if one.passages), default=0.0) or 1.0
    return Place(clause.paper, clause.passage, paper.score / max(ranked[0].score, 1e-9), points / best, rank)


def read(words: str, store: Store, model: AnswerModel, eyes: Eyes | None = None, about: str = "") -> Reading:
    """Rank the papers and choose the words that answer best, whether or not they will be said.

    Where ``eyes`` see all papers at hand their model reads, else ``model``.
    """
    query = understand_question(words)
    if eyes is None or not query.terms:
        ranked, rarity = rank(query, store)
    else:
        ranked, rarity = rank(query, store, sight=eyes.model.sight, embed=eyes.embed)
        if ranked and ranked[0].near is not None:
            model = eyes.model
    ranked = foremost(ranked, about)
    choice = choose(query, rarity, ranked, model)
    if not choice.clauses:
        return Reading(query, rarity, tuple(ranked), model)
    fit = chances(choice.values)
    order = np.argsort(-fit, kind="stable")
    found = _words(query, rarity, ranked, choice, fit, order, model)
    best = max(found, key=lambda one: one.worth, default=None)
    if best is None:
        return Reading(query, rarity, tuple(ranked), model)
    clause = choice.clauses[best.clause]
    part: Part = (clause.passage, best.start, best.end)
    in_row = clause.passage.kind is PassageKind.ROW
    parts = (part,) if in_row else with_items(query, ranked[clause.paper].sheet.paper, part)
    said = " ".join(passage.text[start:end].strip() for passage, start, end in parts)
    fits = Fits(
        float(fit[best.clause]), float(choice.values[best.clause]), _rest(choice, fit, best.clause), float(1.0 - fit.sum()),
        float(in_row),
    )  # fmt: skip
    evidence = Evidence(tuple(ranked), ranked[clause.paper], clause.passage, said, best.value, fits)
    return Reading(query, rarity, _by_clause(ranked, choice, fit), model, evidence, parts)


def _words(
    query: Query, rarity: Rarity, ranked: Sequence[Ranked], choice: Choice, fit: Floats, order: npt.NDArray[np.intp], model: AnswerModel
) -> list[_Found]:  # fmt: skip
    """The best words of each of the best clauses; their worth is the chance of the clause times what they hold of the answer."""
    found: list[_Found] = []
    for rank_, at in enumerate(order[:_CLAUSES]):
        clause, chance = choice.clauses[at], float(fit[at])
        if cell := choice.best_cell(clause):
            if part := part_of(cell[0]):
                found.append(_Found(int(at), part[1], part[2], chance * cell[1], cell[1]))
            continue
        spans, features = spans_of(query, rarity, [place_of(ranked, clause, rank_)])
        if spans:
            values = model.spans(features)
            one = spans[int(np.argmax(values))]
            found.append(_Found(int(at), one.start, one.end, chance * float(values.max()), float(values.max())))
    return found


def _rest(choice: Choice, fit: Floats, chosen: int) -> float:
    """The chance of the best clause of another paper than the chosen one."""
    paper = choice.clauses[chosen].paper
    return max((float(fit[at]) for at, one in enumerate(choice.clauses) if one.paper != paper), default=0.0)


def _by_clause(ranked: Sequence[Ranked], choice: Choice, fit: Floats) -> tuple[Ranked, ...]:
    """The papers by their best clause; those that were not read keep their order behind them."""
    best: dict[int, float] = {}
    for at, one in enumerate(choice.clauses):
        best[one.paper] = max(best.get(one.paper, 0.0), float(fit[at]))
    return tuple(ranked[at] for at in sorted(range(len(ranked)), key=lambda at: (-best.get(at, -1.0), at)))


def chance_of(reading: Reading) -> float:
    """The chance that the papers hold an answer to the question, 0 … 1."""
    if reading.evidence is None:
        return 0.0
    row = refusal.signs(reading.query, reading.rarity, reading.evidence)
    return float(1.0 / (1.0 + np.exp(-reading.model.sure(row[None, :])[0])))


def answer(
    words: str,
    store: Store,
    model: AnswerModel | None = None,
    threshold: float | None = None,
    eyes: Eyes | None = None,
    about: str = "",
) -> tuple[Answer, Reading]:
    """The answer to a question from the papers of a store, and what it was read from.

    ``threshold``: below this chance the answer is 'not found'; the model's own when None. ``eyes``: answer by meaning too.
    ``about``: key of the paper that the conversation is about, which goes before others that fit nearly as well.
    """
    model = model or default_model()
    reading = read(words, store, model, eyes, about)
    query, evidence = reading.query, reading.evidence
    if refused := refusal.no_question(query):
        return Answer("", query.kind, 0.0, not_found=refused), reading
    if evidence is None:
        return Answer("", query.kind, 0.0, not_found=NotFound.NO_PAPER), reading
    chance = 0.0 if refusal.other_place(query, evidence) else chance_of(reading)
    others = tuple(
        one.sheet.key
        for one in reading.ranked[: _MOST_OTHERS + 1]
        if one is not evidence.best and one.score >= _NEARLY * evidence.best.score
    )[:_MOST_OTHERS]
    if chance < (reading.model.threshold if threshold is None else threshold):
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
    row, column = named(part, sheet.paper.passages) if passage.kind is PassageKind.ROW else ("", "")
    return Citation(
        sheet.key, sheet.paper.title, passage.number, passage.label, passage.path, begun, begun + len(words), words,
        sheet.valid, row, column,
    )  # fmt: skip
