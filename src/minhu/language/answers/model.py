"""The numbers behind choosing a span and being sure of an answer: a small file of weights, no text in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from minhu.language.answers.refusal import SIGNS
from minhu.language.answers.spans import FEATURES
from minhu.language.answers.tables import CELL_FEATURES
from minhu.language.categories import ModelError

DEFAULT_MODEL: Final = Path(__file__).parents[1] / "models" / "answers-default"
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
    """``spans`` guesses how much of a span is the answer (0 … 1); ``sure`` the log odds that a question is answered.

    ``cells`` says how well each cell of a table fits, against 0 for none of them. ``threshold``: below this chance the answer is 'not found'.
    """

    spans: Layers
    cells: Layers
    sure: Layers
    threshold: float
    card: Mapping[str, Any]

    def cell_chances(self, features: Floats) -> Floats:
        """The chance of each cell to be the one that answers, shape (cells,); what is left to 1 is for none."""
        values = np.append(self.cells(features), np.float32(0.0))
        grown = np.exp(values - values.max())
        return np.asarray((grown / grown.sum())[:-1], np.float32)

    @classmethod
    def load(cls, path: Path | str = DEFAULT_MODEL) -> AnswerModel:
        """Read a model folder; raises ``ModelError`` with the reason in Chinese."""
        folder = Path(path)
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
            with np.load(folder / "model.npz", allow_pickle=False) as data:
                spans, cells, sure = (_layers(data, name) for name in ("spans", "cells", "sure"))
                found = cls(spans, cells, sure, float(card["threshold"]), card)
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(f"无法读取问答模型 {folder.name}：{error}") from error
        if [len(one.mean) for one in (found.spans, found.cells, found.sure)] != [FEATURES, CELL_FEATURES, SIGNS]:
            raise ModelError(f"问答模型 {folder.name} 的形状不对")
        return found

    def save(self, path: Path | str) -> Path:
        """Write ``model.npz`` and ``card.json`` into a folder and return it."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {}
        for name, layers in (("spans", self.spans), ("sure", self.sure), ("cells", self.cells)):
            arrays |= {f"{name}_mean": layers.mean, f"{name}_scale": layers.scale}
            for at, (weight, offset) in enumerate(zip(layers.weights, layers.offsets, strict=True)):
                arrays |= {f"{name}_w{at}": weight, f"{name}_b{at}": offset}
        np.savez_compressed(folder / "model.npz", **arrays)
        text = json.dumps({**self.card, "threshold": self.threshold}, ensure_ascii=False, indent=2)
        (folder / "card.json").write_text(text + "\n", encoding="utf-8")
        return folder


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
