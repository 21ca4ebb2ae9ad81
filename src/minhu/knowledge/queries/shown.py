"""What asking shows: an answer with its clauses, the papers near, a passage within its neighbours. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from minhu.knowledge.types import Hit, Outcome, Tone, Validity
from minhu.language.papers.types import Passage


@dataclass(frozen=True, slots=True)
class Clause:
    """The clause that an answer stands in: ``before`` + ``words`` + ``after`` is the passage, word for word.

    ``start`` and ``end``: where ``words`` stand in the plain text of the version.
    """

    document_id: int
    version_id: int
    title: str
    passage: int
    label: str
    path: tuple[str, ...]
    before: str
    words: str
    after: str
    context: str
    cells: tuple[tuple[str, str], ...]
    start: int
    end: int
    page: int
    document_number: str
    issuer: str
    validity: Validity
    in_force: date | None
    repealed: date | None


@dataclass(frozen=True, slots=True)
class Near:
    """A document that fits nearly as well, or may be what was meant."""

    document_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One meaning to choose; ``question`` is the complete question that it makes."""

    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Back:
    """What to ask back because several meanings fit."""

    question: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a question: an answer with its clauses, or why there is none and which papers are near.

    ``said``: in the tone asked for; ``words``: those of the paper alone. ``understood``: the question as it was looked
    for, where it leant on the one before. ``token``: by which the answer is rated; empty where nothing was recorded.
    """

    question: str
    understood: str
    outcome: Outcome
    said: str
    words: str
    clauses: tuple[Clause, ...]
    near: tuple[Near, ...]
    reason: str
    confidence: float
    engine: str
    milliseconds: int
    tones: tuple[tuple[Tone, str], ...] = ()
    """The answer in every tone; empty where nothing was found."""
    hits: tuple[Hit, ...] = ()
    """The passages that fit best, one of each paper, the best first."""
    back: Back | None = None
    token: str = ""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which papers are looked at; empty: all. ``categories``: codes, any of them is enough."""

    nature: str = ""
    categories: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.nature or self.categories)


@dataclass(frozen=True, slots=True)
class Around:
    """A passage within its neighbours; ``here`` is its place among ``passages``."""

    document_id: int
    version_id: int
    title: str
    passages: tuple[Passage, ...]
    here: int
