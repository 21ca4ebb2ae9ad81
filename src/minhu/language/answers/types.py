"""What goes in and comes out of answering: a question as understood, papers as ranked, an answer with its citations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from minhu.language.papers.types import Paper, Passage
from minhu.language.types import Span


class Kind(StrEnum):
    """What sort of answer a question wants."""

    WHO = "who"
    NUMBER = "number"
    WHEN = "when"
    WHERE = "where"
    CONTACT = "contact"
    CONDITIONS = "conditions"
    MATERIALS = "materials"
    STEPS = "steps"
    YES_NO = "yes_no"
    REASON = "reason"
    WHAT = "what"


class NotFound(StrEnum):
    """Why a question got no answer."""

    EMPTY = "empty"
    NOT_A_QUESTION = "not_a_question"
    NO_PAPER = "no_paper"
    OTHER_PLACE = "other_place"
    OTHER_YEAR = "other_year"
    UNSUPPORTED = "unsupported"
    CONDITION = "condition"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Query:
    """A question as understood.

    ``focus``: its words in lower case without phrases of asking. ``terms``: the pieces that are looked for, each once,
    in order. ``places`` and ``years``: what it names; both bind the answer. ``also``: terms of other words
    for the same things, which count less.
    """

    words: str
    focus: str
    terms: tuple[str, ...]
    kind: Kind
    places: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper in a store: ``key`` is the store's name for it, ``valid`` whether its rules hold today.

    ``vectors`` (passages + 1, dimension) of its title and its passages in order, None where they are not made (`nearness`).
    """

    key: str
    paper: Paper
    valid: bool = True
    vectors: npt.NDArray[np.floating] | None = field(default=None, compare=False, repr=False)


class Statistics(Protocol):
    """What scoring needs to know of all papers of a store, whoever asks."""

    @property
    def papers(self) -> int:
        """How many papers there are."""
        ...

    @property
    def paper_length(self) -> float:
        """Characters of an average paper, at least 1."""
        ...

    @property
    def passage_length(self) -> float:
        """Characters of an average passage, at least 1."""
        ...

    def frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """In how many papers each term occurs."""
        ...


class Store(Statistics, Protocol):
    """Papers that one asker may read. In memory for measuring, in the database for the house: both score alike,
    because scoring (`ranking`) reads only what they hand over."""

    def candidates(self, query: Query, limit: int) -> Sequence[Sheet]:
        """At most ``limit`` papers that have most of the query's rare terms, in any order, nothing the asker may not see."""
        ...


@dataclass(frozen=True, slots=True)
class Ranked:
    """A paper with its score for a query (0 … about 2) and its passages by falling score.

    ``near`` (passages + 1,): how near the question comes to its title and to each passage in order, None without vectors.
    """

    sheet: Sheet
    score: float
    passages: tuple[tuple[Passage, float], ...]
    near: npt.NDArray[np.float32] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence of an answer stands: ``start`` and ``end`` in the paper's plain text, half-open.

    Of a cell of a table, ``row`` and ``column`` name where it stands in words of the table; empty elsewhere.
    """

    key: str
    title: str
    passage: int
    label: str
    path: tuple[str, ...]
    start: int
    end: int
    words: str
    valid: bool = True
    row: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or 'not found' (``text`` empty, ``not_found`` says why).

    ``citations``: at least one where there is a text. ``confidence``: the chance that the papers hold an answer,
    0 … 1. ``others``: further papers that fit nearly as well, best first.
    """

    text: str
    kind: Kind
    confidence: float
    citations: tuple[Citation, ...] = ()
    not_found: NotFound | None = None
    others: tuple[str, ...] = ()


Clause = Span
