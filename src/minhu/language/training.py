"""Training of category models: a linear support vector machine over hashed n-grams, calibrated out of fold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from minhu.language.categories import CategoryModel, ModelError, softmax
from minhu.language.features import BITS, Floats, Ints, features

Rows = Sequence[tuple[str, str]]
_FOLDS = 4
# Chosen by cross-validation on the training side, with raw messages whose label only the training file knows.
_SHARE_OF_BAYES = 0.3
_SMOOTHING = 0.1
_MOST_LABELS_FOR_FULL_CALIBRATION = 40
LICENCE_NOTE = "模型仅含散列特征的权重，不含任何原文；训练数据的许可见来源说明。"


def train(rows: Rows, *, version: str, sources: Sequence[str] = (), date: str = "", penalty: float = 1.0,
          figures: Mapping[str, Any] | None = None, bare: bool = True) -> CategoryModel:  # fmt: skip
    """A calibrated model from ``(text, label)`` rows; repeated texts count once.

    ``bare`` leaves out empty words, which helps to tell subjects and harms where 'I', 'not' or 'now' matter.
    ``version``, ``sources`` and ``date`` (ISO) go into the card. Raises ``ModelError`` for fewer than two labels.
    """
    distinct = {text: label.strip() for text, label in rows if text.strip() and label.strip()}
    labels = tuple(sorted(set(distinct.values())))
    if len(labels) < 2:
        raise ModelError("训练数据至少要有两个类别，每行都要有文字和类别")
    position = {label: at for at, label in enumerate(labels)}
    wanted = np.array([position[label] for label in distinct.values()])
    counts = matrix(list(distinct), bare)
    idf = inverse_frequency(counts)
    weights, bias = _fit(counts, idf, wanted, len(labels), penalty)
    calibration, offset = calibrate(_out_of_fold(counts, wanted, len(labels), penalty), wanted, len(labels))
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127.0
    card = {
        "version": version, "date": date, "labels": list(labels), "sources": list(sources), "rows": len(distinct),
        "rows_per_label": dict(sorted(Counter(distinct.values()).items())),
        "features": f"散列字符 1–3 元组，2^{BITS} 个桶，int8 权重", "without_empty_words": bare, "figures": dict(figures or {}), "licence": LICENCE_NOTE,
    }  # fmt: skip
    return CategoryModel(
        labels=labels, weights=np.rint(weights / scale).astype(np.int8), scale=scale.astype(np.float32), bias=bias,
        idf=idf.astype(np.float16), calibration=calibration, offset=offset, card=card,
    )  # fmt: skip


def matrix(texts: Sequence[str], bare: bool) -> sparse.csr_matrix:
    """Damped counts, shape (texts, 2**18)."""
    return matrix_of([features(text, "bare" if bare else "plain") for text in texts])


def matrix_of(pairs: Sequence[tuple[Ints, Floats]]) -> sparse.csr_matrix:
    """Rows of (buckets, values), shape (rows, 2**18)."""
    starts = np.concatenate([[0], np.cumsum([len(buckets) for buckets, _ in pairs])])
    buckets = np.concatenate([buckets for buckets, _ in pairs])
    values = np.concatenate([values for _, values in pairs])
    return sparse.csr_matrix((values, buckets, starts), shape=(len(pairs), 1 << BITS))


def inverse_frequency(counts: sparse.csr_matrix) -> npt.NDArray[np.float32]:
    """Smoothed inverse document frequency; 0 for buckets that never occurred, so that they weigh nothing."""
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    value = np.log((counts.shape[0] + 1) / (seen + 1)) + 1.0
    return np.where(seen > 0, value, 0.0).astype(np.float32)


def weigh(counts: sparse.csr_matrix, idf: npt.NDArray[np.float32]) -> sparse.csr_matrix:
    """Rows of unit length."""
    weighted = sparse.csr_matrix(counts.multiply(idf))
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1.0 / np.maximum(norms, 1e-9)) @ weighted)


def _fit(counts: sparse.csr_matrix, idf: npt.NDArray[np.float32], wanted: npt.NDArray[np.int64], size: int,
         penalty: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:  # fmt: skip
    """Weights and bias of a support vector machine with a share of complement naive Bayes, as one linear layer."""
    weighted = weigh(counts, idf)
    machine = LinearSVC(C=penalty, class_weight="balanced", random_state=0).fit(weighted, wanted)
    weights = np.zeros((counts.shape[1], size), dtype=np.float32)
    bias = np.full(size, -1.0, dtype=np.float32)
    coefficients, intercepts = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        coefficients = np.vstack([-coefficients, coefficients])
        intercepts = np.concatenate([-intercepts, intercepts])
    else:
        bayes = ComplementNB(alpha=_SMOOTHING).fit(weighted, wanted).feature_log_prob_
        spread = np.std(weighted @ coefficients.T + intercepts) / np.std(weighted @ bayes.T)
        # Only differences between labels count; a bucket never seen says nothing.
        coefficients = coefficients + _SHARE_OF_BAYES * spread * (bayes - bayes.mean(axis=0)) * (idf > 0)
    weights[:, machine.classes_] = coefficients.T
    bias[machine.classes_] = intercepts
    return weights, bias


def _out_of_fold(
    counts: sparse.csr_matrix, wanted: npt.NDArray[np.int64], size: int, penalty: float
) -> npt.NDArray[np.float32]:
    """Scores of every row from a machine that has not seen it."""
    rows = len(wanted)
    result = np.full((rows, size), -1.0, dtype=np.float32)
    folds = KFold(min(_FOLDS, rows), shuffle=True, random_state=0)
    for learn, judge in folds.split(wanted):
        if len(set(wanted[learn])) < 2:
            continue
        idf = inverse_frequency(counts[learn])
        weights, bias = _fit(counts[learn], idf, wanted[learn], size, penalty)
        result[judge] = weigh(counts[judge], idf) @ weights + bias
    return result


def calibrate(
    scores: npt.NDArray[np.float32], wanted: npt.NDArray[np.int64], size: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Calibration (labels, labels) and offset from out-of-fold scores: a full linear map for few labels with enough rows, else one temperature."""
    fewest = int(np.bincount(wanted, minlength=size).min())
    if 2 < size <= _MOST_LABELS_FOR_FULL_CALIBRATION and fewest >= 20:
        fitted = LogisticRegression(C=1.0, max_iter=1000).fit(scores, wanted)
        return fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32)

    def loss(log_temperature: float) -> float:
        chance = softmax(scores * np.exp(log_temperature))
        return float(-np.log(np.maximum(chance[np.arange(len(wanted)), wanted], 1e-12)).mean())

    best = float(minimize_scalar(loss, bounds=(-3.0, 4.0), method="bounded").x)
    return (np.eye(size) * np.exp(best)).astype(np.float32), np.zeros(size, dtype=np.float32)
