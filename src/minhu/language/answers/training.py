"""Learning the weights of answering from questions with their answers: how much of a span is right, and when to be sure.

Questions whose paper has an answer are also asked without the papers that hold it: those are the ones to refuse. The
model is a few thousand numbers and holds no text.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from minhu.language.answers import refusal
from minhu.language.answers.answering import places_to_read, read
from minhu.language.answers.cell_training import cell_example, fit_cells
from minhu.language.answers.measures import SAME_ANSWER, Asked, Copies, character_f1
from minhu.language.answers.model import AnswerModel, Layers
from minhu.language.answers.question import understand_question
from minhu.language.answers.ranking import rank
from minhu.language.answers.refusal import SIGNS
from minhu.language.answers.spans import spans_of
from minhu.language.answers.store import MemoryStore, sheets_of
from minhu.language.categories import ModelError
from minhu.language.papers.types import Paper

Floats = npt.NDArray[np.float32]
_LEAST: Final = 40
_REFUSED_AT_LEAST: Final = 0.93
_HIDDEN: Final = 16
_NETWORKS: Final = 6
_ROUNDS: Final = 8


@dataclass(frozen=True, slots=True)
class _Example:
    features: Floats
    worth: Floats


Collection = tuple[Mapping[str, Paper], Sequence[Asked]]
"""Papers and the questions that were asked of them."""


def train(
    collections: Sequence[Collection], *, version: str, sources: Sequence[str] = (), date: str = ""
) -> AnswerModel:  # fmt: skip
    """A model from collections. Raises ``ModelError`` for fewer than 40 questions with an answer in all of them."""
    total = sum(bool(one.key) for _, asked in collections for one in asked)
    if total < _LEAST:
        raise ModelError(f"至少要有 {_LEAST} 个有答案的问题，现有 {total} 个")
    rooms = [_Room(papers, asked) for papers, asked in collections]
    unsure = _one_layer(np.zeros(SIGNS, np.float32), np.ones(SIGNS, np.float32), np.zeros(SIGNS), 0.0)
    for fold in (0, 1):
        # The models of spans and cells must not have seen the question that they vouch for here.
        part = AnswerModel(*_fit_choice(rooms, slice(1 - fold, None, 2)), unsure, 0.5, {})
        for room in rooms:
            room.look(fold, part)
    sure, threshold = _fit_sure(*(np.vstack(rows) for rows in zip(*(room.signs() for room in rooms), strict=True)))
    card = {
        "version": version, "date": date, "sources": list(sources), "questions": total,
        "papers": sum(len(papers) for papers, _ in collections),
        "unanswerable": sum(not one.key for _, asked in collections for one in asked), "holds": "weights only, no text",
    }  # fmt: skip
    return AnswerModel(*_fit_choice(rooms, slice(None)), sure, threshold, card)


def _fit_choice(rooms: Sequence[_Room], part: slice) -> tuple[Layers, Layers]:
    """The models that choose spans and cells, from a part of each collection's questions."""
    spans = _fit_spans([one for room in rooms for one in room.examples[part]])
    return spans, fit_cells([one for room in rooms for one in (*room.cells[part], *room.none[part])])


class _Room:
    """One collection while it is learnt from."""

    def __init__(self, papers: Mapping[str, Paper], asked: Sequence[Asked]) -> None:
        self.store = MemoryStore(sheets_of(papers))
        self.answerable = [one for one in asked if one.key]
        self.strange = [one for one in asked if not one.key]
        self.examples = [_example(one, self.store) for one in self.answerable]
        self.cells = [cell_example(one, self.store) for one in self.answerable]
        self.none = [cell_example(one, self.store) for one in self.strange]
        self._copies = Copies(papers)
        self._rows: tuple[list[Floats], list[Floats], list[Floats]] = ([], [], [])

    def look(self, fold: int, model: AnswerModel) -> None:
        """Note the signs of every second question, with its papers and without them."""
        answered, removed, strange = self._rows
        for one in self.answerable[fold::2]:
            answered += _signs(one.words, self.store, model)
            removed += _refused(one, self.store, self._copies, model)
        for one in self.strange[fold::2]:
            strange += _signs(one.words, self.store, model)

    def signs(self) -> tuple[Floats, Floats, Floats]:
        """Signs of answered questions, of those without their papers, of those that no paper answers."""
        answered, removed, strange = (np.array(rows, np.float32).reshape(len(rows), SIGNS) for rows in self._rows)
        return answered, removed, strange


def _example(asked: Asked, store: MemoryStore) -> _Example:
    query = understand_question(asked.words)
    ranked, rarity = rank(query, store)
    places = places_to_read(ranked)
    spans, features = spans_of(query, rarity, places)
    said = [places[span.place].passage.text[span.start : span.end] for span in spans]
    return _Example(features, np.array([character_f1(one, asked.answer) for one in said], np.float32))


def _fit_spans(examples: Sequence[_Example]) -> Layers:
    """A network that guesses the F1 of a span: several small ones beside each other, whose mean errs less than each."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor

    rows = np.vstack([one.features for one in examples if len(one.worth)])
    worth = np.concatenate([one.worth for one in examples if len(one.worth)])
    mean, scale = rows.mean(0), np.maximum(rows.std(0), 1e-3)
    parts = []
    for seed in range(_NETWORKS):
        network = MLPRegressor(
            hidden_layer_sizes=(_HIDDEN,), alpha=1.0, batch_size=512, learning_rate_init=2e-3, max_iter=_ROUNDS,
            random_state=seed,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # few rounds on purpose: more learn the rows by heart
            network.fit((rows - mean) / scale, worth)
        parts.append((network.coefs_, network.intercepts_))
    inner = np.hstack([weights[0] for weights, _ in parts]).astype(np.float32)
    outer = np.asarray(np.vstack([weights[1] for weights, _ in parts]) / _NETWORKS, np.float32)
    inner_offsets = np.concatenate([np.asarray(offsets[0], np.float32) for _, offsets in parts])
    last = np.zeros(1, np.float32)
    last[0] = np.mean([offsets[1][0] for _, offsets in parts])
    return Layers(mean.astype(np.float32), scale.astype(np.float32), (inner, outer), (inner_offsets, last))


def _one_layer(mean: Floats, scale: Floats, weights: npt.NDArray[Any], offset: float) -> Layers:
    column = np.asarray(weights, np.float32).reshape(-1, 1)
    return Layers(mean, scale, (column,), (np.array([offset], np.float32),))


def _signs(words: str, store: MemoryStore, model: AnswerModel) -> list[Floats]:
    reading = read(words, store, model)
    if reading.evidence is None or refusal.no_question(reading.query):
        return []
    return [refusal.signs(reading.query, reading.rarity, reading.evidence)]


def _refused(asked: Asked, store: MemoryStore, copies: Copies, model: AnswerModel) -> list[Floats]:
    """The signs of a question whose papers are gone; none where another paper says the same after all."""
    reading = read(asked.words, store.without(copies.of(asked)), model)
    if reading.evidence is None or character_f1(reading.evidence.words, asked.answer) >= SAME_ANSWER:
        return []
    return [refusal.signs(reading.query, reading.rarity, reading.evidence)]


def _fit_sure(positive: Floats, negative: Floats, strangers: Floats) -> tuple[Layers, float]:
    """Logistic regression; the threshold refuses 93 % of either sort of question without an answer."""
    from sklearn.linear_model import LogisticRegression

    rows = np.vstack([positive, negative, strangers])
    labels = np.r_[np.ones(len(positive)), np.zeros(len(negative) + len(strangers))]
    weights = np.r_[
        np.ones(len(positive)),
        np.ones(len(negative)),
        np.full(len(strangers), len(negative) / 2 / max(len(strangers), 1)),
    ]
    mean, scale = rows.mean(0), np.maximum(rows.std(0), 1e-3)
    fitted = LogisticRegression(C=0.3, max_iter=2000).fit((rows - mean) / scale, labels, weights)
    sure = _one_layer(mean, scale, fitted.coef_[0], float(fitted.intercept_[0]))
    cuts = [float(np.quantile(sure(part), _REFUSED_AT_LEAST)) for part in (negative, strangers) if len(part)]
    threshold = float(1.0 / (1.0 + np.exp(-max(cuts, default=0.0))))
    return sure, round(threshold, 4)
