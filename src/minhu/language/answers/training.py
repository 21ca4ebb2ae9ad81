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
from minhu.language.answers.answering import Eyes, place_of, read
from minhu.language.answers.choosing import CLAUSE_FEATURES, Candidate
from minhu.language.answers.clause_training import Example, Search, cell_example, clause_example, fit
from minhu.language.answers.measures import SAME_ANSWER, Asked, Copies, character_f1, reads_right
from minhu.language.answers.model import AnswerModel, Layers
from minhu.language.answers.nearness import Embed, Sight
from minhu.language.answers.nearness_training import learn_sight
from minhu.language.answers.question import understand_question
from minhu.language.answers.ranking import rank
from minhu.language.answers.refusal import SIGNS
from minhu.language.answers.spans import spans_of
from minhu.language.answers.store import MemoryStore, sheets_of
from minhu.language.answers.tables import CELL_FEATURES
from minhu.language.categories import ModelError
from minhu.language.papers.types import Paper, PassageKind

Floats = npt.NDArray[np.float32]
_LEAST: Final = 40
_ANSWERED_AT_MOST: Final = 0.1
_DOUBT: Final = 0.1
"""The threshold lets through at most such a share of questions without an answer, but for this chance of bad luck."""
_HIDDEN: Final = 16
_NETWORKS: Final = 6
_ROUNDS: Final = 8


@dataclass(frozen=True, slots=True)
class _Spans:
    """The spans of the right clauses of a question and how much of its answer each holds."""

    features: Floats
    worth: Floats


@dataclass(frozen=True, slots=True)
class Collection:
    """Papers and the questions that were asked of them; ``vectors`` of the papers by key where meaning is learnt too.

    Where meaning is learnt, a collection without vectors teaches only how much of a clause to say.
    """

    papers: Mapping[str, Paper]
    asked: Sequence[Asked]
    vectors: Mapping[str, Floats] | None = None


def train(
    collections: Sequence[Collection], *, version: str, sources: Sequence[str] = (), date: str = "",
    embed: Embed | None = None, maker: str = "",
) -> AnswerModel:  # fmt: skip
    """A model from collections. Raises ``ModelError`` for fewer than 40 questions with an answer in all of them.

    ``embed`` and the ``maker`` of its vectors: learn meaning too, from the collections that have vectors.
    """
    total = sum(bool(one.key) for each in collections for one in each.asked)
    if total < _LEAST:
        raise ModelError(f"至少要有 {_LEAST} 个有答案的问题，现有 {total} 个")
    seen = [one for one in collections if one.vectors is not None]
    sight = learn_sight(seen, embed, maker) if embed is not None else None
    rooms = [_Room(one, sight, embed) for one in collections]
    unsure = _one_layer(np.zeros(SIGNS, np.float32), np.ones(SIGNS, np.float32), np.zeros(SIGNS), 0.0)
    for fold in (0, 1):
        # The models that choose must not have seen the question that they vouch for here.
        part = AnswerModel(*_fit_choice(rooms, slice(1 - fold, None, 2)), unsure, 0.5, {}, sight)
        for room in rooms:
            if not room.blind:
                room.look(fold, part)
    sure, threshold = _fit_sure(
        *(np.vstack(rows) for rows in zip(*(room.signs() for room in rooms if not room.blind), strict=True))
    )
    card = {
        "version": version, "date": date, "sources": list(sources), "questions": total,
        "papers": sum(len(each.papers) for each in collections),
        "unanswerable": sum(not one.key for each in collections for one in each.asked), "holds": "weights only, no text",
    }  # fmt: skip
    return AnswerModel(*_fit_choice(rooms, slice(None)), sure, threshold, card, sight)


def _fit_choice(rooms: Sequence[_Room], part: slice) -> tuple[Layers, Layers, Layers]:
    """The models that choose clauses, spans and cells, from a part of each collection's questions."""
    searches = [one for room in rooms if not room.blind for one in (*room.answerable[part], *room.strange[part])]
    cells = [cell_example(one) for one in searches]
    whole = fit([one for _, one in cells], CELL_FEATURES)
    halves = [fit([one for _, one in cells[1 - fold :: 2]], CELL_FEATURES) for fold in (0, 1)]
    clauses, spans = [], []
    for at, (search, (found, example)) in enumerate(zip(searches, cells, strict=True)):
        values = halves[at % 2](example.features) if found else np.zeros(0, np.float32)
        passages, told = clause_example(search, found, values)
        clauses.append(told)
        spans += _spans(search, passages, told)
    for search in (one for room in rooms if room.blind for one in room.answerable[part]):
        spans += _spans(search, *clause_example(search, [], np.zeros(0, np.float32)))
    return fit(clauses, CLAUSE_FEATURES), _fit_spans(spans), whole


def _spans(search: Search, clauses: Sequence[Candidate], example: Example) -> list[_Spans]:
    """The spans of the right clauses that are no rows of tables."""
    found = []
    for one, right in zip(clauses, example.right, strict=True):
        if not right or one.passage.kind is PassageKind.ROW:
            continue
        spans, features = spans_of(search.query, search.rarity, [place_of(search.ranked, one, 0)])
        said = [one.passage.text[span.start : span.end] for span in spans]
        found.append(
            _Spans(features, np.array([character_f1(words, search.asked.answer) for words in said], np.float32))
        )
    return found


class _Room:
    """One collection while it is learnt from."""

    def __init__(self, collection: Collection, sight: Sight | None, embed: Embed | None) -> None:
        self.store = MemoryStore(sheets_of(collection.papers, collection.vectors))
        self.blind = embed is not None and collection.vectors is None
        self._sight, self._embed = (None, None) if self.blind else (sight, embed)
        found = [self._search(one) for one in collection.asked]
        self.answerable = [one for one in found if one.asked.key]
        self.strange = [one for one in found if not one.asked.key]
        self._copies = Copies(collection.papers)
        self._rows: tuple[list[Floats], list[Floats], list[Floats]] = ([], [], [])

    def _search(self, asked: Asked) -> Search:
        query = understand_question(asked.words)
        ranked, rarity = rank(query, self.store, sight=self._sight, embed=self._embed)
        return Search(asked, query, rarity, ranked)

    def look(self, fold: int, model: AnswerModel) -> None:
        """Note the signs of every second question, with its papers and without them."""
        answered, removed, strange = self._rows
        for one in self.answerable[fold::2]:
            answered += self._signs(one.asked, self.store, model, right=True)
            removed += self._signs(one.asked, self.store.without(self._copies.of(one.asked)), model, gone=True)
        for one in self.strange[fold::2]:
            strange += self._signs(one.asked, self.store, model)

    def signs(self) -> tuple[Floats, Floats, Floats]:
        """Signs of questions with their right clauses, of those without their papers, of those that no paper answers."""
        answered, removed, strange = (np.array(rows, np.float32).reshape(len(rows), SIGNS) for rows in self._rows)
        return answered, removed, strange

    def _signs(
        self, asked: Asked, store: MemoryStore, model: AnswerModel, gone: bool = False, right: bool = False
    ) -> list[Floats]:
        """The signs of a question; none where, its papers ``gone``, another paper says the same after all, or where only
        the ``right`` clause is to be vouched for and another was chosen."""
        eyes = Eyes(model, self._embed) if self._embed is not None else None
        reading = read(asked.words, store, model, eyes)
        if reading.evidence is None or refusal.no_question(reading.query):
            return []
        if gone and character_f1(reading.evidence.words, asked.answer) >= SAME_ANSWER:
            return []
        if right and not reads_right(asked, reading):
            return []
        return [refusal.signs(reading.query, reading.rarity, reading.evidence)]


def _fit_spans(examples: Sequence[_Spans]) -> Layers:
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


def _fit_sure(positive: Floats, negative: Floats, strangers: Floats) -> tuple[Layers, float]:
    """Logistic regression; the threshold refuses nine of ten of either sort of question without an answer (`_cut`)."""
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
    cut = max((_cut(sure(part)) for part in (negative, strangers) if len(part)), default=0.0)
    return sure, float(np.ceil(1e4 / (1.0 + np.exp(-cut))) / 1e4)


def _cut(values: Floats) -> float:
    """The value that few enough questions of one sort reach, with room for how few were seen (one-sided tolerance bound)."""
    from scipy.stats import binom

    chances = binom.cdf(np.arange(len(values)), len(values), _ANSWERED_AT_MOST)
    most = max(int((chances <= _DOUBT).sum()) - 1, 0)
    return float(np.sort(values)[::-1][most])
