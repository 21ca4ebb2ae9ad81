"""Vectors that were made lately: the same words are asked for again when a page is shown twice."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.engines.embedding.types import Embedder, Purpose, Vectors, cleaned

MOST_BYTES: Final = 8 * 1024 * 1024


@dataclass(eq=False)
class Remembering:
    """An embedder that keeps what it made, by a digest of the words, up to ``most`` bytes; the oldest goes first."""

    inner: Embedder
    most: int = MOST_BYTES
    _kept: OrderedDict[bytes, npt.NDArray[np.float32]] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def maker(self) -> str:
        """That of the embedder inside."""
        return self.inner.maker

    @property
    def stays_inside(self) -> bool:
        """That of the embedder inside."""
        return self.inner.stays_inside

    def embed(self, texts: Sequence[str], purpose: Purpose = Purpose.PASSAGE) -> Vectors:
        """One row for each text; only those that are not known, each once, are made. Raises Unembedded."""
        ready = [cleaned(one) for one in texts]
        keys = {one: hashlib.blake2b(f"{purpose}\n{one}".encode(), digest_size=16).digest() for one in ready if one}
        found = self._known(keys)
        missing = [one for one in keys if one not in found]
        if missing or not keys:
            made = self.inner.embed(missing, purpose)
            if not keys:
                return Vectors(made.maker, np.zeros((len(ready), made.dimension), dtype=np.float32))
            found |= dict(zip(missing, made.rows, strict=True))
            self._keep({keys[one]: found[one] for one in missing})
        nothing = np.zeros_like(next(iter(found.values())))
        return Vectors(self.maker, np.stack([found.get(one, nothing) for one in ready]))

    def _known(self, keys: Mapping[str, bytes]) -> dict[str, npt.NDArray[np.float32]]:
        with self._guard:
            found = {text: self._kept[key] for text, key in keys.items() if key in self._kept}
            for text in found:
                self._kept.move_to_end(keys[text])
            return found

    def _keep(self, made: dict[bytes, npt.NDArray[np.float32]]) -> None:
        with self._guard:
            for key, row in made.items():
                if key not in self._kept:
                    self._kept[key] = row.copy()
                    self._bytes += row.nbytes
            while self._bytes > self.most and self._kept:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes
