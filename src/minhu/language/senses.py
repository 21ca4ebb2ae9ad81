"""What a short text is about by its meaning: the eight intake classes from a vector and its n-grams together.

A second opinion for people beside the rules. It reaches what is said in words that no rule knows; danger to life is only
ever raised by it. A model is a folder with ``model.npz`` (numbers only) and ``card.json``; it belongs to one embedder,
whose vectors alone it can read. A text takes a few milliseconds beside its vector.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from minhu.language.categories import CategoryModel, ModelError
from minhu.language.features import Floats
from minhu.language.types import IntakeClass, Suggestion, Urgency

DEFAULT_MODEL: Final = Path(__file__).parent / "models" / "senses-default"
MAKER: Final = "senses"
WIDTH: Final = 0.5
"""Of the Gaussian over vectors, whose spread is 1."""
LONGEST: Final = 160
"""Characters of a text that is judged as one; longer ones tell several things, for which this was not trained."""
_LONGEST_INTAKE: Final = 80
# Chosen over batches left out one by one: the highest bar that leaves recall above .99, with a precision above .80.
_DANGER: Final = -0.3
# What a rule says weighs so much beside the scores, which go from -1 to 1.
_RULE_WEIGHT: Final = 0.5
_LEARNT: Final = "整体措辞"


@dataclass(frozen=True)
class Senses:
    """Kernel scores: Gaussians of vectors around the training rows plus n-grams, one column for each label.

    Shapes: ``middle`` (dimensions,) is taken off a vector, the rest divided by ``spread``; ``rows`` (rows, dimensions)
    int8 times ``step``; ``duals`` (rows, labels); ``words`` is the n-gram part with the same labels.
    """

    middle: npt.NDArray[np.float32]
    spread: float
    rows: npt.NDArray[np.int8]
    step: float
    duals: npt.NDArray[np.float32]
    words: CategoryModel

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in the order of the scores."""
        return self.words.labels

    @property
    def embedder(self) -> str:
        """The maker of the vectors that the model reads."""
        return str(self.words.card.get("embedder", ""))

    @classmethod
    def load(cls, path: Path | str = DEFAULT_MODEL) -> Senses:
        """Read a model folder; raises ``ModelError`` with the reason in Chinese."""
        folder = Path(path)
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
            with np.load(folder / "model.npz", allow_pickle=False) as data:
                size = len(card["labels"])
                words = CategoryModel(
                    tuple(card["labels"]), data["weights"], data["scale"], np.zeros(size, dtype=np.float32), data["idf"],
                    np.eye(size, dtype=np.float32), np.zeros(size, dtype=np.float32), card,
                )  # fmt: skip
                found = cls(
                    data["middle"], float(data["spread"]), data["rows"], float(data["step"]),
                    data["duals"].astype(np.float32), words,
                )  # fmt: skip
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(f"无法读取语义判断模型 {folder.name}：{error}") from error
        if found.rows.shape != (len(found.duals), len(found.middle)) or found.duals.shape[1] != size:
            raise ModelError(f"语义判断模型 {folder.name} 的形状不对")
        return found

    def save(self, path: Path | str) -> Path:
        """Write ``model.npz`` and ``card.json`` into a folder and return it."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / "model.npz", middle=self.middle, spread=np.float32(self.spread), rows=self.rows,
            step=np.float32(self.step), duals=self.duals.astype(np.float16), weights=self.words.weights,
            scale=self.words.scale, idf=self.words.idf,
        )  # fmt: skip
        card: Mapping[str, Any] = dict(self.words.card)
        (folder / "card.json").write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return folder

    def scores(self, text: str, vector: Floats) -> Floats:
        """One score for each label, about -1 (far) to 1 (near); all near 0 for what is like nothing learnt.

        ``vector`` (dimensions,) is the text's, of the embedder that the model belongs to.
        """
        place = (vector - self.middle) / self.spread
        away = self.rows.astype(np.float32) * self.step - place
        # einsum, not BLAS: no thread is woken for a few numbers.
        near = np.exp(-WIDTH * np.einsum("ij,ij->i", away, away))
        return np.asarray(np.einsum("i,ij->j", near, self.duals) + self.words.scores(text), dtype=np.float32)


@lru_cache(maxsize=1)
def default_senses() -> Senses:
    """The model that ships: learnt from sentences of our own, for the embedder inside the house."""
    return Senses.load(DEFAULT_MODEL)


@dataclass(frozen=True, slots=True)
class Opinion:
    """A second opinion; ``danger`` is never false where the first look found danger."""

    danger: bool
    raised: bool
    """Whether danger was found here and not by the first look."""
    intake: IntakeClass
    sure: float
    """Of the intake class, between 0 and 1; how far it is before the next one."""


def opinion(text: str, vector: Floats, urgency: Urgency, first: Suggestion, senses: Senses) -> Opinion:
    """What meaning says of a text beside its first look (``urgency``, ``first``: the intake class).

    Danger is only raised. A rule that found danger holds the class; other rules weigh beside the scores.
    """
    said = IntakeClass(first.value)
    if not text.strip() or len(text) > LONGEST or not vector.any():
        return Opinion(urgency.life_danger, False, said, first.confidence)
    scores = senses.scores(text, vector)
    emergency = senses.labels.index(IntakeClass.EMERGENCY)
    raised = not urgency.life_danger and float(scores[emergency]) > _DANGER
    danger = urgency.life_danger or raised
    if len(text) > _LONGEST_INTAKE or (urgency.life_danger and not _only_learnt(urgency)):
        return Opinion(danger, raised, said, first.confidence)
    if _by_a_rule(first):
        scores[senses.labels.index(said)] += _RULE_WEIGHT * first.confidence
    best, second = np.sort(scores)[::-1][:2]
    intake = IntakeClass(senses.labels[int(scores.argmax())])
    return Opinion(danger, raised, intake, float(np.clip((best - second) / 2, 0.0, 1.0)))


def _only_learnt(urgency: Urgency) -> bool:
    return all(reason.startswith(_LEARNT) for reason in urgency.reasons)


def _by_a_rule(first: Suggestion) -> bool:
    return not first.code.endswith(".learnt") and first.code != "accept.scope"
