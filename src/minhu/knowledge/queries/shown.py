"""What asking shows: an answer with its clauses, the papers near, a passage within its neighbours. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from minhu.knowledge.types import Hit, Nature, Outcome, State, Tone, Validity
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
    """What to ask back because several meanings fit. ``tree`` and ``at``: the step of a scenario tree that asks it."""

    question: str
    choices: tuple[Choice, ...]
    tree: int = 0
    at: int = 0


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
    emergency: tuple[str, ...] = ()
    """Numbers to call at once because the words tell of danger, the first one first; whatever else is said."""
    missed: tuple[str, ...] = ()
    """Further questions of the turn that nothing answers."""
    maker: str = ""
    """The chat model that put the papers' words together; empty where they were extracted."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which papers are looked at; empty: all.

    ``categories``: codes, any of them is enough. ``unit_id``: kept by it or a unit below. ``area``: a code; kept by units
    of the area, of those that it lies in, of those within it.
    """

    nature: str = ""
    categories: tuple[str, ...] = ()
    unit_id: int | None = None
    area: str = ""

    def __bool__(self) -> bool:
        return bool(self.nature or self.categories or self.unit_id is not None or self.area)


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A document that a search found, with its passages that fit best (at least one), the best first."""

    document_id: int
    version_id: int
    title: str
    document_number: str
    issuer: str
    nature: Nature
    state: State
    validity: Validity
    in_force: date | None
    repealed: date | None
    passages: tuple[Passage, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """A part of what a search found: of ``total`` documents ``papers`` are those from the ``start``-th on.

    ``more``: there were further ones than are counted. ``terms``: the pieces looked for, to mark them. ``unknown``: words
    of the question that no document has which the reader may see.
    """

    papers: tuple[FoundPaper, ...]
    start: int
    total: int
    more: bool
    terms: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """A passage within its neighbours; ``here`` is its place among ``passages``."""

    document_id: int
    version_id: int
    title: str
    passages: tuple[Passage, ...]
    here: int
