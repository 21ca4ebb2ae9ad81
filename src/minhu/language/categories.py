"""Categories from a trained model: hashed n-grams, one linear layer, calibrated probabilities.

A model is a folder with ``model.npz`` (numbers only) and ``card.json`` (labels, version, sources, figures, licence
note). Prediction needs numpy only and takes about a tenth of a millisecond per message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from minhu.language.features import Reading, features, join_title
from minhu.language.types import RankedLabel, Suggestion

DEFAULT_MODEL = Path(__file__).parent / "models" / "categories-default"
UNSURE = "unsure"


class ModelError(ValueError):
    """The model folder is missing, incomplete or of another format."""


@dataclass(frozen=True)
class CategoryModel:
    """Scores ``(tf·idf / norm) @ weights + bias``, then ``softmax(scores @ calibration + offset)``.

    Shapes: ``weights`` (2**18, labels) int8 with ``scale`` (labels,); ``idf`` (2**18,) float16, 0 where unseen;
    ``calibration`` (labels, labels); ``offset`` (labels,).
    """

    labels: tuple[str, ...]
    weights: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    idf: npt.NDArray[np.float16]
    calibration: npt.NDArray[np.float32]
    offset: npt.NDArray[np.float32]
    card: Mapping[str, Any]

    @property
    def maker(self) -> str:
        """Name and version for a stored suggestion."""
        return f"categories/{self.card.get('version', 'unversioned')}"

    @property
    def reading(self) -> Reading:
        """How the model reads texts; cards of earlier releases tell only whether empty words are left out."""
        said = self.card.get("reading")
        if said in ("plain", "bare", "subject"):
            return cast(Reading, said)
        return "bare" if self.card.get("without_empty_words", False) else "plain"

    @classmethod
    def load(cls, path: Path | str = DEFAULT_MODEL) -> CategoryModel:
        """Read a model folder; raises ``ModelError`` with the reason in Chinese."""
        folder = Path(path)
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
            with np.load(folder / "model.npz", allow_pickle=False) as data:
                arrays = {name: data[name] for name in ("weights", "scale", "bias", "idf", "calibration", "offset")}
            model = cls(labels=tuple(card["labels"]), card=card, **arrays)
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(f"无法读取分类模型 {folder.name}：{error}") from error
        if model.weights.shape[1] != len(model.labels):
            raise ModelError(f"分类模型 {folder.name} 的标签数与权重不一致")
        return model

    def save(self, path: Path | str) -> Path:
        """Write ``model.npz`` and ``card.json`` into a folder and return it."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / "model.npz", weights=self.weights, scale=self.scale, bias=self.bias, idf=self.idf,
            calibration=self.calibration, offset=self.offset,
        )  # fmt: skip
        text = json.dumps(dict(self.card), ensure_ascii=False, indent=2)
        (folder / "card.json").write_text(text + "\n", encoding="utf-8")
        return folder

    def scores(self, text: str) -> npt.NDArray[np.float32]:
        """Uncalibrated scores, one per label."""
        buckets, counts = features(text, self.reading)
        values = counts * self.idf[buckets].astype(np.float32)
        norm = float(np.sqrt(np.dot(values, values)))
        if norm == 0.0:
            return self.bias
        # einsum, not BLAS: no thread is woken for a handful of numbers.
        raw = np.einsum("i,ij->j", values / norm, self.weights[buckets].astype(np.float32))
        return np.asarray(raw * self.scale + self.bias, dtype=np.float32)

    def probabilities(self, text: str) -> npt.NDArray[np.float64]:
        """Calibrated probabilities, one per label, summing to 1."""
        return softmax(self.scores(text) @ self.calibration + self.offset)

    def predict(self, title: str, body: str = "") -> list[RankedLabel]:
        """All labels, most probable first."""
        probabilities = self.probabilities(join_title(title, body))
        order = np.argsort(-probabilities, kind="stable")
        return [
            RankedLabel(self.labels[at], float(probabilities[at]), tuple(self.labels[at].split("/"))) for at in order
        ]

    def suggest(self, title: str, body: str = "", floor: float = 0.5) -> Suggestion:
        """The best label as a suggestion, or 'unsure' below ``floor``."""
        return as_suggestion(self.predict(title, body), self.maker, floor)


def softmax(scores: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Numerically safe softmax over the last axis."""
    if scores.ndim == 1:
        row = np.exp(scores.astype(np.float64) - scores.max())
        return np.asarray(row / row.sum(), dtype=np.float64)
    shifted = np.exp(scores.astype(np.float64) - np.max(scores, axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float64)


def as_suggestion(ranked: Sequence[RankedLabel], maker: str, floor: float, why: str = "") -> Suggestion:
    """The first of ``ranked`` as a suggestion; its value is 'unsure' when it is not probable enough."""
    if not ranked:
        return Suggestion(UNSURE, 0.0, "没有可用的分类", (), maker)
    best = ranked[0]
    name = "/".join(best.path) or best.value
    second = f"；其次为“{'/'.join(ranked[1].path)}”（{ranked[1].probability:.0%}）" if len(ranked) > 1 else ""
    if best.probability < floor:
        return Suggestion(UNSURE, best.probability, f"把握不足，最接近“{name}”{second}", best.spans, maker)
    basis = f"{why or '用词与已分类的诉求相近'}，归入“{name}”的把握 {best.probability:.0%}{second}"
    return Suggestion(best.value, best.probability, basis, best.spans, maker)


@lru_cache(maxsize=1)
def default_model() -> CategoryModel:
    """The small model that ships with the software: seven first-level classes."""
    return CategoryModel.load(DEFAULT_MODEL)
