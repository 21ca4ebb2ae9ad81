"""Does a text fit nothing that is known? How sure the surest label is, and how near what was learnt comes in meaning.

The score only orders texts for people to look at: a high one is no decision and makes no new category.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.language.categories import CategoryModel
from minhu.language.meaning import Meaning

# Chosen by leaving whole categories out of the training side.
_NEAREST: Final = 10
_WEIGHT_OF_NEARNESS: Final = 0.5
_MOST_KEPT: Final = 4000
_LEAST: Final = 30
# On 119 own messages of 40 kinds: 71 % of the pairs in a group are of one kind, 72 % of the pairs of one kind are in a group.
_ALIKE: Final = 0.55


@dataclass(frozen=True)
class Novelty:
    """What a model's training texts look like: their meanings (rows, dimensions) and the usual scores beside them."""

    model: CategoryModel
    meaning: Meaning
    known: npt.NDArray[np.float32]
    usual: tuple[float, float]
    spread: tuple[float, float]

    @classmethod
    def learn(cls, model: CategoryModel, meaning: Meaning, texts: Sequence[str]) -> Novelty:
        """Keep at most 4,000 meanings of what the model was trained on. Raises ``ValueError`` below 30 texts."""
        chosen = list(texts[:: max(1, -(-len(texts) // _MOST_KEPT))])
        if len(chosen) < _LEAST:
            raise ValueError(f"至少要有 {_LEAST} 条已分类的文字才能判断是否为新类型")
        known = np.array([meaning.vector(text) for text in chosen], dtype=np.float32)
        plain = cls(model, meaning, known, (0.0, 0.0), (1.0, 1.0))
        # Every text is its own nearest neighbour: the next ones count.
        parts = np.array([plain.parts(text, skip=1) for text in chosen[:: max(1, len(chosen) // 500)]])
        spread = np.maximum(parts.std(axis=0), 1e-6)
        usual = parts.mean(axis=0)
        return cls(model, meaning, known, (float(usual[0]), float(usual[1])), (float(spread[0]), float(spread[1])))

    def parts(self, text: str, skip: int = 0) -> tuple[float, float]:
        """The highest uncalibrated score, and the mean cosine with the nearest known texts but the first ``skip``."""
        near = np.einsum("ij,j->i", self.known, self.meaning.vector(text))
        nearest = np.sort(np.partition(near, -min(_NEAREST + skip, len(near)))[-(_NEAREST + skip) :])
        return float(self.model.scores(text).max()), float(nearest[: len(nearest) - skip].mean())

    def score(self, text: str, skip: int = 0) -> float:
        """Above 0: less like anything known than usual texts are; the higher, the stranger."""
        values = [
            (value - usual) / spread
            for value, usual, spread in zip(self.parts(text, skip), self.usual, self.spread, strict=True)
        ]
        return -(values[0] + _WEIGHT_OF_NEARNESS * values[1]) / (1.0 + _WEIGHT_OF_NEARNESS)

    def bound(self, texts: Sequence[str], share: float) -> float:
        """The score that only ``share`` (0 to 1) of ``texts`` reach, each of which was learnt from."""
        scores = [self.score(text, skip=1) for text in texts[:: max(1, len(texts) // 500)]]
        return float(np.quantile(scores, 1.0 - share))


def alike(vectors: Sequence[npt.NDArray[np.float32]], least: float = _ALIKE) -> list[list[int]]:
    """Places of vectors (length 1 each) that say the same: each joins the nearest group it is near enough to.

    Groups come in the order of their first member; ``least`` is the cosine with the middle of a group.
    """
    groups: list[list[int]] = []
    middles: list[npt.NDArray[np.float32]] = []
    for place, vector in enumerate(vectors):
        near = [float(np.dot(vector, middle) / max(float(np.linalg.norm(middle)), 1e-9)) for middle in middles]
        best = int(np.argmax(near)) if near else -1
        if best >= 0 and near[best] >= least:
            groups[best].append(place)
            middles[best] = middles[best] + vector
        else:
            groups.append([place])
            middles.append(vector)
    return groups


def auroc(strange: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> float:
    """The chance that a strange text scores above a usual one, ties half; .5 when one of the kinds is missing."""
    high, low = scores[strange], scores[~strange]
    if not len(high) or not len(low):
        return 0.5
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, side="left")
    upto = np.searchsorted(ordered, high, side="right")
    return float(((below + upto) / 2).mean() / len(low))
