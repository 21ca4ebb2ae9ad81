"""The numbers behind choosing a clause and a span and being sure of an answer: a small file of weights, no text in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from minhu.language.answers.choosing import CLAUSE_FEATURES
from minhu.language.answers.nearness import Middles, Sight
from minhu.language.answers.refusal import SIGNS
from minhu.language.answers.spans import FEATURES
from minhu.language.answers.tables import CELL_FEATURES
from minhu.language.categories import ModelError

DEFAULT_MODEL: Final = Path(__file__).parents[1] / "models" / "answers-default"
SEEING_MODEL: Final = DEFAULT_MODEL.with_name("answers-seeing")
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Layers:
    """A small network: ``mean`` and ``scale`` of the features (n,), then weights (n, m) and offsets (m,) of each layer.

    Between layers negative values become 0; the last layer has one column.
    """

    mean: Floats
    scale: Floats
    weights: tuple[Floats, ...]
    offsets: tuple[Floats, ...]

    def __call__(self, rows: Floats) -> Floats:
        """One value for each row of features, shape (rows,)."""
        values = (rows - self.mean) / self.scale
        for at, (weight, offset) in enumerate(zip(self.weights, self.offsets, strict=True)):
            values = values @ weight + offset
            if at < len(self.weights) - 1:
                values = np.maximum(values, 0.0)
        return np.asarray(values[:, 0], np.float32)


@dataclass(frozen=True)
class AnswerModel:
    """``clauses`` and ``cells`` say how well each passage and each cell of a table fits, against 0 for none of them.

    ``spans`` guesses how much of a span of the right passage is the answer (0 … 1); ``sure`` gives the log odds that a
    question is answered. ``threshold``: below this chance the answer is 'not found'. ``sight``: of the vectors that the
    model was taught with, None for one that goes by words alone.
    """

    clauses: Layers
    spans: Layers
    cells: Layers
    sure: Layers
    threshold: float
    card: Mapping[str, Any]
    sight: Sight | None = None

    @classmethod
    def load(cls, path: Path | str = DEFAULT_MODEL) -> AnswerModel:
        """Read a model folder; raises ``ModelError`` with the reason in Chinese."""
        folder = Path(path)
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
            with np.load(folder / "model.npz", allow_pickle=False) as data:
                clauses, spans, cells, sure = (_layers(data, name) for name in ("clauses", "spans", "cells", "sure"))
                found = cls(clauses, spans, cells, sure, float(card["threshold"]), card, _sight(data, card))
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(f"无法读取问答模型 {folder.name}：{error}") from error
        shapes = [len(one.mean) for one in (found.clauses, found.spans, found.cells, found.sure)]
        if shapes != [CLAUSE_FEATURES, FEATURES, CELL_FEATURES, SIGNS]:
            raise ModelError(f"问答模型 {folder.name} 的形状不对")
        return found

    def save(self, path: Path | str) -> Path:
        """Write ``model.npz`` and ``card.json`` into a folder and return it."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {}
        for name in ("clauses", "spans", "cells", "sure"):
            layers: Layers = getattr(self, name)
            arrays |= {f"{name}_mean": layers.mean, f"{name}_scale": layers.scale}
            for at, (weight, offset) in enumerate(zip(layers.weights, layers.offsets, strict=True)):
                arrays |= {f"{name}_w{at}": weight, f"{name}_b{at}": offset}
        card = {**self.card, "threshold": self.threshold}
        if self.sight is not None:
            middles = self.sight.middles
            arrays |= {
                "sight_questions": middles.questions, "sight_passages": middles.passages, "sight_weights": self.sight.weights,
            }  # fmt: skip
            card["embedder"] = self.sight.maker
        np.savez_compressed(folder / "model.npz", **arrays)
        text = json.dumps(card, ensure_ascii=False, indent=2)
        (folder / "card.json").write_text(text + "\n", encoding="utf-8")
        return folder


def chances(values: Floats) -> Floats:
    """The chance of each of several values to be the one meant, shape (values,); what is left to 1 is for none of them."""
    grown = np.append(values, np.float32(0.0))
    grown = np.exp(grown - grown.max())
    return np.asarray((grown / grown.sum())[:-1], np.float32)


def _sight(data: Mapping[str, Any], card: Mapping[str, Any]) -> Sight | None:
    if "embedder" not in card:
        return None
    return Sight(str(card["embedder"]), Middles(data["sight_questions"], data["sight_passages"]), data["sight_weights"])


def _layers(data: Mapping[str, Any], name: str) -> Layers:
    count = sum(key.startswith(f"{name}_w") for key in data)
    if not count:
        raise KeyError(f"{name}_w0")
    weights = tuple(data[f"{name}_w{at}"] for at in range(count))
    return Layers(
        data[f"{name}_mean"], data[f"{name}_scale"], weights, tuple(data[f"{name}_b{at}"] for at in range(count))
    )


@lru_cache(maxsize=1)
def default_model() -> AnswerModel:
    """The model that ships with the house."""
    return AnswerModel.load()


@lru_cache(maxsize=1)
def seeing_model() -> AnswerModel:
    """The model that ships for the embedder inside the house; it reads no other's vectors."""
    return AnswerModel.load(SEEING_MODEL)
