"""A city's category tree as the house's embedder sees it, and how near a request comes to each leaf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minhu.engines.embedding.types import Embedder, Purpose, Unembedded
from minhu.language.directions import READ, Directions, Embed, between
from minhu.language.features import Floats
from minhu.language.types import Leaf


@dataclass(frozen=True)
class Seeing:
    """An embedder with the directions of the leaves that it was shown."""

    embedder: Embedder
    directions: Directions
    maker: str

    @classmethod
    def of(cls, leaves: Sequence[Leaf], embedder: Embedder) -> Seeing | None:
        """Look at a tree once; None for one that is too small. Raises Unembedded."""
        found = Directions.of(leaves, _by(embedder))
        return cls(embedder, found, embedder.maker) if found is not None else None

    def near(self, text: str) -> Floats | None:
        """Nearness of a request's beginning to each leaf, in their order; None for a text without a word.

        Raises Unembedded.
        """
        found = self.embedder.embed([text[:READ]], Purpose.QUERY)
        if found.dimension != self.directions.leaves.shape[1]:
            raise Unembedded("语义向量的维数变了，请系统管理员重新启动服务。", code="garbage")
        return self.directions.nearness(found.rows[0]) if found.rows[0].any() else None


def near_leaves(sources: Sequence[Leaf], targets: Sequence[Leaf], embedder: Embedder) -> Floats | None:
    """How near each leaf of one tree comes to each of another (`directions.between`). Raises Unembedded."""
    return between(sources, targets, _by(embedder))


def _by(embedder: Embedder) -> Embed:
    def embed(texts: Sequence[str], questions: bool) -> Floats:
        return embedder.embed(texts, Purpose.QUERY if questions else Purpose.PASSAGE).rows

    return embed
