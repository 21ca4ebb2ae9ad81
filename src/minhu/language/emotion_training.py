"""Training of the emotion model: hashed n-grams, calibrated, with offsets for macro-F1 learnt out of fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from sklearn.model_selection import KFold

from minhu.language.categories import CategoryModel
from minhu.language.emotion import balanced, prepared
from minhu.language.training import train

_FOLDS: Final = 3
_PENALTY: Final = 0.3


def train_emotion(
    rows: Sequence[tuple[str, str]], *, version: str, sources: Sequence[str] = (), date: str = "",
    figures: Mapping[str, Any] | None = None,
) -> CategoryModel:  # fmt: skip
    """A model from ``(text, emotion)`` rows. Raises ``ModelError`` for fewer than two emotions."""
    ready = [(prepared(text), label) for text, label in rows if prepared(text).strip()]
    model = train(
        ready, version=version, sources=sources, date=date, penalty=_PENALTY, figures=figures, bare=False
    )  # fmt: skip
    chances = np.zeros((len(ready), len(model.labels)))
    for learn, judge in KFold(_FOLDS, shuffle=True, random_state=0).split(ready):
        part = train([ready[at] for at in learn], version="fold", penalty=_PENALTY, bare=False)
        columns = [model.labels.index(label) for label in part.labels]
        for at in judge:
            chances[at, columns] = part.probabilities(ready[at][0])
    return balanced(model, chances, [label for _, label in ready])
