"""What pages show of what was made from documents: contradictions, questions, interpretations. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from minhu.knowledge.types import PairState, Verdict
from minhu.language.contradictions.types import Sort
from minhu.language.papers.interpreting import Said
from minhu.language.papers.types import Passage


@dataclass(frozen=True, slots=True)
class Quoted:
    """One side of a contradiction: the document, and the passage in three pieces with the figure in the middle."""

    document_id: int
    version_id: int
    version: int
    title: str
    document_number: str
    issuer: str
    issued: date | None
    passage: Passage
    before: str
    figure: str
    after: str


@dataclass(frozen=True, slots=True)
class ContradictionView:
    """Two sentences of two valid documents that give one matter differently, and what a person said to it."""

    id: int
    sort: Sort
    score: float
    first: Quoted
    second: Quoted
    verdict: Verdict
    reason: str
    found_at: datetime
    decided_by: str
    decided_at: datetime | None
    may_decide: bool

    @property
    def sides(self) -> tuple[Quoted, Quoted]:
        """Both, in order."""
        return self.first, self.second


@dataclass(frozen=True, slots=True)
class PairView:
    """A question made from a document, with its answer and where that stands."""

    id: int
    document_id: int
    version_id: int
    title: str
    labels: str
    passages: tuple[int, ...]
    questions: tuple[str, ...]
    answer: str
    state: PairState
    reviewed_by: str
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a document means, told in its own words; signed by a person or still the machine's alone."""

    document_id: int
    version_id: int
    title: str
    document_number: str
    issuer: str
    in_force: date | None
    repealed: date | None
    before: str
    """The title of what it takes the place of; empty where nothing or where the reader may not see it."""
    said: tuple[tuple[Said, str], ...]
    """Each sentence with the names of its clauses."""
    signed_by: str
    signed_at: datetime | None
    may_sign: bool
