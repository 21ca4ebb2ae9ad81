"""What words have to do with each other: n-grams that occur in the same messages point the same way.

A small space of meaning (latent semantic analysis) learnt from many messages without labels. It brings a text near to
the leaf whose name or examples it shares no word with. A model is a folder with ``model.npz`` (hashed buckets and small
numbers, no text) and ``card.json``. A text takes about a twentieth of a millisecond.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from minhu.language.categories import ModelError
from minhu.language.features import Floats, Ints, content, hashed

DEFAULT_MODEL: Final = Path(__file__).parent / "models" / "meaning-default"
BITS: Final = 16
_DIMENSIONS: Final = 96
_LONGEST: Final = 400
# Values from -7 to 7: finer ones change no ranking and make the file twice as large.
_STEPS: Final = 7.0
_LEAST_TEXTS: Final = 200
_LEAST_SEEN: Final = 4


@dataclass(frozen=True)
class Meaning:
    """``vectors`` (2**16, dimensions) int8 times ``scale`` (dimensions,); ``idf`` (2**16,), 0 where hardly ever seen."""

    vectors: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]
    idf: npt.NDArray[np.float16]
    card: Mapping[str, Any]

    @classmethod
    def load(cls, path: Path | str = DEFAULT_MODEL) -> Meaning:
        """Read a model folder; raises ``ModelError`` with the reason in Chinese."""
        folder = Path(path)
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
            with np.load(folder / "model.npz", allow_pickle=False) as data:
                found = cls(data["vectors"], data["scale"], data["idf"], card)
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(f"无法读取词义模型 {folder.name}：{error}") from error
        if found.vectors.shape != (1 << BITS, len(found.scale)) or found.idf.shape != (1 << BITS,):
            raise ModelError(f"词义模型 {folder.name} 的形状不对")
        return found

    def save(self, path: Path | str) -> Path:
        """Write ``model.npz`` and ``card.json`` into a folder and return it."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / "model.npz", vectors=self.vectors, scale=self.scale, idf=self.idf)
        text = json.dumps(dict(self.card), ensure_ascii=False, indent=2)
        (folder / "card.json").write_text(text + "\n", encoding="utf-8")
        return folder

    def vector(self, text: str) -> Floats:
        """The direction of a text, shape (dimensions,), of length 1; all 0 when nothing of it is known."""
        buckets, counts = _counted(text)
        values = counts * self.idf[buckets].astype(np.float32)
        raw = np.einsum("i,ij->j", values, self.vectors[buckets].astype(np.float32)) * self.scale
        return np.asarray(raw / max(float(np.sqrt(np.dot(raw, raw))), 1e-9), dtype=np.float32)


def learn_meaning(texts: Sequence[str], *, version: str, sources: Sequence[str] = (), date: str = "") -> Meaning:
    """A space of meaning from messages without labels. Raises ``ModelError`` for fewer than 200 different texts."""
    from scipy import sparse
    from sklearn.decomposition import TruncatedSVD

    distinct = list(dict.fromkeys(text for text in texts if text.strip()))
    if len(distinct) < _LEAST_TEXTS:
        raise ModelError(f"至少要有 {_LEAST_TEXTS} 条不同的诉求文字，现有 {len(distinct)} 条")
    pairs = [_counted(text) for text in distinct]
    starts = np.concatenate([[0], np.cumsum([len(buckets) for buckets, _ in pairs])])
    counts = sparse.csr_matrix(
        (np.concatenate([one for _, one in pairs]), np.concatenate([one for one, _ in pairs]), starts),
        shape=(len(pairs), 1 << BITS),
    )
    seen = np.bincount(counts.indices, minlength=1 << BITS)
    idf = np.where(seen >= _LEAST_SEEN, np.log(len(distinct) / (seen + 1)), 0.0).clip(min=0).astype(np.float32)
    weighted = sparse.csr_matrix(counts.multiply(idf))
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    rows = sparse.csr_matrix(sparse.diags(1.0 / np.maximum(norms, 1e-9)) @ weighted)
    found = TruncatedSVD(_DIMENSIONS, n_iter=3, random_state=0).fit(rows).components_.T
    # Most values are tiny; the few large ones may saturate.
    scale = np.maximum(3.0 * found.std(axis=0), 1e-9) / _STEPS
    vectors = np.clip(np.rint(found / scale), -_STEPS, _STEPS).astype(np.int8)
    vectors[seen < _LEAST_SEEN] = 0
    card = {
        "version": version, "date": date, "sources": list(sources), "texts": len(distinct),
        "features": f"散列字符 2–3 元组，2^{BITS} 个桶，{_DIMENSIONS} 维",
        "licence": "模型仅含散列特征的方向，不含任何原文；训练数据的许可见来源说明。",
    }  # fmt: skip
    return Meaning(vectors, scale.astype(np.float32), idf.astype(np.float16), card)


def _counted(text: str) -> tuple[Ints, Floats]:
    buckets, counts = np.unique(hashed(content(text)[:_LONGEST], (2, 3), BITS)[0], return_counts=True)
    return buckets, (1.0 + np.log(counts)).astype(np.float32)


@lru_cache(maxsize=1)
def default_meaning() -> Meaning:
    """The space of meaning that ships with the software."""
    return Meaning.load(DEFAULT_MODEL)
