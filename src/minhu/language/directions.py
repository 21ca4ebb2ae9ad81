"""How near a request comes to each leaf of a category tree in a space of embeddings.

Such spaces put all short texts close together: leaves are therefore seen from the middle of all leaves and requests
from the middle of ordinary requests, and only then compared. Who makes the vectors is the caller's business; this room
knows no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.language.features import Floats
from minhu.language.types import Leaf

READ: Final = 120
"""Characters of a request that are read: a token costs more than a millisecond, and the matter stands at the beginning."""
_REQUESTS: Final = Path(__file__).parent / "lexicon" / "requests.txt"
_FEWEST: Final = 2

Embed = Callable[[Sequence[str], bool], Floats]
"""Vectors of texts, shape (texts, dimension), each of length 1; the flag tells questions from what is searched in."""


@dataclass(frozen=True)
class Directions:
    """``leaves`` (leaves, d) and ``examples`` (examples, d) of length 1 around their middles; ``request_middle`` (d,)."""

    leaves: Floats
    examples: Floats
    example_leaves: npt.NDArray[np.int64]
    request_middle: Floats

    @classmethod
    def of(cls, leaves: Sequence[Leaf], embed: Embed) -> Directions | None:
        """Look at a tree once; None for a tree so small that it has no middle. Takes some ten milliseconds a leaf."""
        if len(leaves) < _FEWEST:
            return None
        names = embed([_named(leaf) for leaf in leaves], False)
        middle = embed(ordinary_requests(), True).mean(axis=0)
        told = [(at, one) for at, leaf in enumerate(leaves) for one in leaf.examples]
        examples = embed([one[:READ] for _, one in told], True) if told else np.zeros((0, names.shape[1]), np.float32)
        return cls(
            _around(names, names.mean(axis=0)),
            _around(examples, middle),
            np.array([at for at, _ in told], dtype=np.int64),
            np.asarray(middle, dtype=np.float32),
        )

    def nearness(self, vector: Floats) -> Floats:
        """Cosine of a request's vector (d,) with each leaf or, where that is nearer, with its nearest example."""
        seen = _around(vector[None, :], self.request_middle)[0]
        near = np.einsum("ij,j->i", self.leaves, seen)
        if len(self.example_leaves):
            np.maximum.at(near, self.example_leaves, np.einsum("ij,j->i", self.examples, seen))
        return np.asarray(near, dtype=np.float32)


def between(sources: Sequence[Leaf], targets: Sequence[Leaf], embed: Embed) -> Floats | None:
    """Cosine of each leaf of one tree with each of another, each seen from the middle of its own tree.

    Shape (sources, targets); None where one of the trees is too small to have a middle.
    """
    if min(len(sources), len(targets)) < _FEWEST:
        return None
    one, other = (embed([_named(leaf) for leaf in leaves], False) for leaves in (sources, targets))
    cosines = np.einsum("ij,kj->ik", _around(one, one.mean(axis=0)), _around(other, other.mean(axis=0)))
    return np.asarray(cosines, dtype=np.float32)


def _named(leaf: Leaf) -> str:
    return "，".join(leaf.path or (leaf.name,))


@cache
def ordinary_requests() -> tuple[str, ...]:
    """Short requests of all kinds, written for this purpose: their middle is what every request has in common."""
    return tuple(line for line in _REQUESTS.read_text(encoding="utf-8").splitlines() if line.strip())


def _around(rows: Floats, middle: Floats) -> Floats:
    moved = rows - middle
    lengths = np.sqrt(np.einsum("ij,ij->i", moved, moved))[:, None]
    return np.asarray(moved / np.maximum(lengths, 1e-9), dtype=np.float32)
