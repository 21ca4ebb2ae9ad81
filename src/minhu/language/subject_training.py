"""Training of subject categories: kernel ridge over hashed n-grams and head words, calibrated on folds of like texts.

Scores are those of least squares with a penalty, every label against the rest, solved for all labels at once by
conjugate gradients in the space of the rows, so that time and memory grow with the characters, not with the square
of the rows. Texts that repeat each other stay in one fold: otherwise the calibration would judge what it had seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import GroupKFold

from minhu.language.categories import CategoryModel, ModelError
from minhu.language.features import BITS, features
from minhu.language.measures import pairs_of
from minhu.language.training import LICENCE_NOTE, Rows, calibrate, inverse_frequency, matrix_of, weigh

Scores = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
# Chosen by cross-validation on the training side.
_PENALTY: Final = 0.12
_BIAS: Final = np.float32(0.05)
_FOLDS: Final = 4
_MOST_STEPS: Final = 60
_CLOSE_ENOUGH: Final = 0.02
# Two texts repeat each other when the shorter one shares this part of its character pairs.
_REPEATED: Final = 0.5
_LEAST_PAIRS: Final = 10.0
_BLOCK: Final = 256


def train_subjects(
    rows: Rows, *, version: str, sources: Sequence[str] = (), date: str = "", figures: Mapping[str, Any] | None = None
) -> CategoryModel:
    """A calibrated model from ``(text, label)`` rows; repeated texts count once.

    ``version``, ``sources`` and ``date`` (ISO) go into the card. Raises ``ModelError`` for fewer than two labels.
    """
    distinct = {text: label.strip() for text, label in rows if text.strip() and label.strip()}
    labels = tuple(sorted(set(distinct.values())))
    if len(labels) < 2:
        raise ModelError("训练数据至少要有两个类别，每行都要有文字和类别")
    position = {label: at for at, label in enumerate(labels)}
    wanted = np.array([position[label] for label in distinct.values()])
    counts = matrix_of([features(text, "subject") for text in distinct])
    idf = inverse_frequency(counts)
    weights, bias = _fit(weigh(counts, idf), wanted, len(labels))
    folded = _out_of_fold(counts, wanted, len(labels), repeated_groups(list(distinct)))
    calibration, offset = calibrate(folded, wanted, len(labels))
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127.0
    card = {
        "version": version, "date": date, "labels": list(labels), "sources": list(sources), "rows": len(distinct),
        "rows_per_label": dict(sorted(Counter(distinct.values()).items())), "reading": "subject",
        "features": f"散列字符 1–3 元组（开头另计）与开头的词，2^{BITS} 个桶，int8 权重；岭回归",
        "figures": dict(figures or {}), "licence": LICENCE_NOTE,
    }  # fmt: skip
    return CategoryModel(
        labels=labels, weights=np.rint(weights / scale).astype(np.int8), scale=scale.astype(np.float32), bias=bias,
        idf=idf.astype(np.float16), calibration=calibration, offset=offset, card=card,
    )  # fmt: skip


def repeated_groups(texts: Sequence[str]) -> Labels:
    """A group number for each text; texts that share half of their character pairs are in one group."""
    pairs = pairs_of(texts)
    sizes = np.maximum(np.asarray(pairs.sum(axis=1)).ravel(), _LEAST_PAIRS)
    near: list[sparse.coo_matrix] = []
    turned = pairs.T.tocsr()
    for start in range(0, len(texts), _BLOCK):
        common = (pairs[start : start + _BLOCK] @ turned).tocoo()
        enough = common.data >= _REPEATED * np.minimum(sizes[common.row + start], sizes[common.col])
        near.append(
            sparse.coo_matrix(
                (common.data[enough], (common.row[enough] + start, common.col[enough])), shape=(len(texts),) * 2
            )
        )
    _, groups = connected_components(sum(near[1:], near[0]), directed=False)
    return np.asarray(groups, dtype=np.int64)


def _fit(weighted: sparse.csr_matrix, wanted: Labels, size: int) -> tuple[Scores, Scores]:
    """Weights (buckets, labels) and bias (labels,); a row of a rare label counts by the root of its rarity."""
    rows = weighted.shape[0]
    target = np.full((rows, size), -1.0, dtype=np.float32)
    target[np.arange(rows), wanted] = 1.0
    often = np.maximum(np.bincount(wanted, minlength=size), 1)
    loose = (_PENALTY / np.sqrt(rows / size / often[wanted])).astype(np.float32)[:, None]
    alpha = _solve(weighted, target, loose)
    return (weighted.T @ alpha).astype(np.float32), (_BIAS * alpha.sum(axis=0)).astype(np.float32)


def _solve(weighted: sparse.csr_matrix, target: Scores, loose: Scores) -> Scores:
    """Conjugate gradients for ``(X Xᵀ + bias + diag(loose)) alpha = target``, all columns at once."""
    turned = weighted.T.tocsr()
    inverse = 1.0 / (1.0 + _BIAS + loose)
    alpha, rest = np.zeros_like(target), target.copy()
    guided = inverse * rest
    direction, size = guided.copy(), (rest * guided).sum(axis=0)
    for _ in range(_MOST_STEPS):
        image = weighted @ (turned @ direction) + _BIAS * direction.sum(axis=0) + loose * direction
        step = size / np.maximum((direction * image).sum(axis=0), 1e-12)
        alpha += step * direction
        rest -= step * image
        if float(np.abs(rest).max()) < _CLOSE_ENOUGH:
            break
        guided = inverse * rest
        following = (rest * guided).sum(axis=0)
        direction = guided + following / np.maximum(size, 1e-12) * direction
        size = following
    return alpha


def _out_of_fold(counts: sparse.csr_matrix, wanted: Labels, size: int, groups: Labels) -> Scores:
    """Scores of every row from a model that has seen neither it nor what repeats it."""
    result = np.full((len(wanted), size), -1.0, dtype=np.float32)
    folds = min(_FOLDS, len(set(groups.tolist())))
    if folds < 2:
        return result
    for learn, judge in GroupKFold(folds).split(wanted, groups=groups):
        idf = inverse_frequency(counts[learn])
        weights, bias = _fit(weigh(counts[learn], idf), wanted[learn], size)
        result[judge] = weigh(counts[judge], idf) @ weights + bias
    return result
