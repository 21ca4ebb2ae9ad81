"""How near a question comes to the passages of a paper in a space of embeddings.

Such spaces put all short texts close together, so questions are seen from the middle of ordinary questions and passages
from the middle of ordinary passages before they are compared. Who makes the vectors is the caller's business; without
them answering goes by words alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.language.answers.types import Sheet
from minhu.language.papers.types import Paper, Passage

Floats = npt.NDArray[np.float32]
Embed = Callable[[str], Floats | None]
"""The vector of a question, shape (dimension,), of length 1; None where it cannot be made now."""
_TITLE: Final = 40
_ABOVE: Final = 40
_TEXT: Final = 140


def seen_as(paper: Paper) -> list[str]:
    """What of a paper is made into vectors: its title, then each passage with what makes it readable alone."""
    return [paper.title[:_TITLE], *(_told(paper.title, one) for one in paper.passages)]


def _told(title: str, passage: Passage) -> str:
    above = passage.path[-1][:_ABOVE] if passage.path else passage.context[:_ABOVE]
    text = "，".join(f"{header}{value}" for header, value in passage.cells) or passage.text
    return f"{title[:_TITLE]} {above} {text[:_TEXT]}"


@dataclass(frozen=True, slots=True)
class Middles:
    """The middles of ordinary ``questions`` and ``passages``, each of shape (dimension,)."""

    questions: Floats
    passages: Floats

    def near(self, question: Floats, rows: Floats) -> Floats:
        """Cosines around the middles of a question's vector (dimension,) with rows (n, dimension), shape (n,)."""
        asked = question - self.questions
        seen = rows.astype(np.float32) - self.passages
        lengths = np.linalg.norm(seen, axis=1) * float(np.linalg.norm(asked))
        return np.asarray(seen @ asked / np.maximum(lengths, 1e-6), np.float32)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a model learnt of one maker's vectors: their middles, and how much nearness adds to a paper's score.

    ``weights`` (2,): of the nearest passage and of the title.
    """

    maker: str
    middles: Middles
    weights: Floats

    def near(self, words: str, embed: Embed, sheets: Sequence[Sheet]) -> list[Floats] | None:
        """How near a question comes to each paper (`Ranked.near`); None where one of them has no vectors yet.

        The question's own vector is made only where it can be compared.
        """
        rows = [one.vectors for one in sheets if one.vectors is not None]
        if len(rows) < len(sheets):
            return None
        question = embed(words) if rows else None
        if question is None or any(one.shape[1] != len(question) for one in rows):
            return None
        return [self.middles.near(question, np.asarray(one, np.float32)) for one in rows]

    def points(self, near: Floats) -> float:
        """What nearness adds to the score of a paper."""
        return float(self.weights @ np.array([near[1:].max(initial=-1.0), near[0]], np.float32))
