"""What an engine for embeddings is given and gives."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from minhu.kernel.errors import MinhuError

LONGEST: Final = 1_000
"""Characters of a text that are read; what comes after them counts for nothing."""
_NO_TEXT: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]+"
)
_SPACES: Final = re.compile(r"\s+")
_WORD: Final = re.compile(r"\w")


class Purpose(StrEnum):
    """Some models read a question otherwise than what is searched in."""

    QUERY = "query"
    PASSAGE = "passage"


class Unembedded(MinhuError):
    """There are no vectors now; `code` says why. Whoever asked goes on without them."""

    default_code = "unembedded"
    default_status = 503
    title = "语义向量暂不可用"


@dataclass(frozen=True, slots=True)
class Vectors:
    """``rows`` (texts, dimension) float32, each of length 1, or all 0 for a text without a word.

    Only vectors of the same ``maker`` and dimension may be compared.
    """

    maker: str
    rows: npt.NDArray[np.float32]

    @property
    def dimension(self) -> int:
        """Columns of a vector."""
        return int(self.rows.shape[1])


class Embedder(Protocol):
    """Whoever makes vectors of texts."""

    @property
    def maker(self) -> str:
        """Name and version of the model, to be stored with every vector."""

    @property
    def stays_inside(self) -> bool:
        """Whether no word leaves the house. What is confidential is given to no other one."""

    def embed(self, texts: Sequence[str], purpose: Purpose = Purpose.PASSAGE) -> Vectors:
        """One row for each text, in order; raises Unembedded."""


def cleaned(text: str) -> str:
    """A text as a model may get it: compatibility forms resolved, no control characters or halves of characters, at
    most ``LONGEST`` characters; empty when no word is in it.

    Resolving the forms (NFKC) here is also what keeps engines safe that reserve room by the length they are given.
    """
    plain = unicodedata.normalize("NFKC", _NO_TEXT.sub(" ", text[: 2 * LONGEST]))
    found = _SPACES.sub(" ", _NO_TEXT.sub(" ", plain)).strip()[:LONGEST]
    return found if _WORD.search(found) else ""
