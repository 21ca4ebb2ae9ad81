"""Learning what vectors are worth in finding papers: their middles, and how much nearness adds to the score by words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np

from minhu.language.answers.clause_training import Example, fit
from minhu.language.answers.measures import Asked
from minhu.language.answers.nearness import Embed, Floats, Middles, Sight
from minhu.language.answers.question import understand_question
from minhu.language.answers.ranking import rank
from minhu.language.answers.store import MemoryStore, sheets_of
from minhu.language.papers.types import Paper

_FEATURES: Final = 3


class Taught(Protocol):
    """Papers with their vectors and the questions asked of them."""

    @property
    def papers(self) -> Mapping[str, Paper]:
        """The papers by key."""
        ...

    @property
    def asked(self) -> Sequence[Asked]:
        """The questions."""
        ...

    @property
    def vectors(self) -> Mapping[str, Floats] | None:
        """Vectors of the papers by key."""
        ...


def learn_sight(collections: Sequence[Taught], embed: Embed, maker: str) -> Sight:
    """The sight of collections, all of which have vectors."""
    asked = [embed(one.words) for each in collections for one in each.asked]
    questions = np.vstack([one for one in asked if one is not None])
    passages = np.vstack([rows[1:] for each in collections for rows in (each.vectors or {}).values()])
    middles = Middles(
        np.asarray(questions.mean(axis=0), np.float32), np.asarray(passages.mean(axis=0, dtype=np.float64), np.float32)
    )
    blind = Sight(maker, middles, np.zeros(2, np.float32))
    examples = []
    for each in collections:
        store = MemoryStore(sheets_of(each.papers, each.vectors))
        examples += [_example(one, store, blind, embed) for one in each.asked if one.key]
    layer = fit(examples, _FEATURES, 0.1)
    words, nearest, title = (layer.weights[0][:, 0] / layer.scale).tolist()
    return Sight(maker, middles, np.array([nearest / words, title / words], np.float32))


def _example(asked: Asked, store: MemoryStore, sight: Sight, embed: Embed) -> Example:
    ranked, _ = rank(understand_question(asked.words), store, sight=sight, embed=embed)
    rows = [
        [one.score, float(one.near[1:].max(initial=-1.0)), float(one.near[0])] for one in ranked if one.near is not None
    ]
    right = [one.sheet.key == asked.key for one in ranked if one.near is not None]
    return Example(np.array(rows, np.float32).reshape(len(rows), _FEATURES), np.array(right, bool))
