"""Training of the second opinion by meaning: kernel ridge regression over vectors and n-grams together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve

from minhu.language.categories import CategoryModel, ModelError
from minhu.language.features import BITS, Floats
from minhu.language.senses import WIDTH, Senses
from minhu.language.training import LICENCE_NOTE, inverse_frequency, matrix, weigh
from minhu.language.types import IntakeClass

_RIDGE: Final = 0.3
# Values from -7 to 7 change no score that matters and make the file a third as large.
_STEPS: Final = 7.0
_LEAST_ROWS: Final = 20


def learn_senses(
    rows: Sequence[tuple[str, str]], vectors: Floats, middle: Floats, *, embedder: str, version: str,
    sources: Sequence[str] = (), date: str = "",
) -> Senses:  # fmt: skip
    """A model from ``(text, class)`` rows, each text once, and their ``vectors`` (rows, dimensions).

    ``middle`` (dimensions,) is the mean of ordinary messages. A class of few rows counts for more, by the root of how
    few it has. Raises ``ModelError`` for fewer than 20 rows, two classes, an unknown one, or none of emergencies.
    """
    texts, said = [text for text, _ in rows], np.array([label for _, label in rows])
    labels = tuple(sorted(set(said)))
    if len(texts) < _LEAST_ROWS or len(labels) < 2:
        raise ModelError(f"至少要有 {_LEAST_ROWS} 条、两个类别的训练文字")
    if IntakeClass.EMERGENCY not in labels or set(labels) - set(IntakeClass):
        raise ModelError(f"类别只能是 {'、'.join(IntakeClass)}，且必须有 emergency")
    moved = vectors - middle
    spread = float(np.linalg.norm(moved, axis=1).mean())
    step = 3.0 * float((moved / spread).std()) / _STEPS
    kept = np.clip(np.rint(moved / spread / step), -_STEPS, _STEPS).astype(np.int8)
    counts = matrix(texts, False)
    idf = inverse_frequency(counts)
    grams = weigh(counts, idf)
    kernel = _gaussian(kept.astype(np.float32) * step) + (grams @ grams.T).toarray()
    wanted = np.where(said[:, None] == np.array(labels), 1.0, -1.0)
    duals = solve(kernel + np.diag(_RIDGE / _counting(said)), wanted, assume_a="pos").astype(np.float32)
    weights = np.asarray(grams.T @ duals, dtype=np.float32)
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127.0
    size = len(labels)
    card = {
        "version": version, "date": date, "labels": list(labels), "embedder": embedder, "sources": list(sources),
        "rows": len(texts), "rows_per_label": dict(sorted(Counter(said.tolist()).items())),
        "features": f"{vectors.shape[1]} 维语义向量的高斯核与散列字符 1–3 元组（2^{BITS} 个桶）", "licence": LICENCE_NOTE,
    }  # fmt: skip
    words = CategoryModel(
        labels, np.rint(weights / scale).astype(np.int8), scale.astype(np.float32), np.zeros(size, dtype=np.float32),
        idf.astype(np.float16), np.eye(size, dtype=np.float32), np.zeros(size, dtype=np.float32), card,
    )  # fmt: skip
    return Senses(middle.astype(np.float32), spread, kept, step, duals, words)


def _gaussian(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    squares = (rows.astype(np.float64) ** 2).sum(axis=1)
    away = squares[:, None] + squares - 2.0 * (rows @ rows.T)
    return np.asarray(np.exp(-WIDTH * np.maximum(away, 0.0)), dtype=np.float64)


def _counting(said: npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
    """How much each row counts: the root of how few rows its class has, 1 on the average class."""
    _, at, size = np.unique(said, return_inverse=True, return_counts=True)
    return np.asarray(np.sqrt(size.mean() / size[at]), dtype=np.float64)
