"""The elements of a request: each value with the words it came from, and the questions that are still open.

Spans are half-open character offsets into the text that was given; nothing here is ever guessed without a span.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from minhu.language.types import Span


class ElementKind(StrEnum):
    """What a request is made of (诉求要素)."""

    WHO = "who"
    WHERE = "where"
    WHEN = "when"
    PARTY = "party"
    PEOPLE = "people"
    DEMAND = "demand"
    EVIDENCE = "evidence"
    EARLIER = "earlier"
    SECRECY = "secrecy"


@dataclass(frozen=True, slots=True)
class Element:
    """One value read from a text.

    ``value`` is normalised: WHEN is an ISO date of the precision said (``2026-03``, ``2026-03-02``,
    ``2026-03-02T22:00``), ``~15D`` for how long it has lasted (D, W, M, Y, H) or ``@daily``, ``@weekly`` with an hour
    where one was said, the words themselves for hours of no known day; its ``text`` is the whole span ('昨天夜里到现在'); PEOPLE is a number with 人 or 户; EARLIER is one of hotline, asked, answered, police, number;
    the others are the words themselves. ``confidence`` is between 0 and 1.
    """

    kind: ElementKind
    value: str
    text: str
    spans: tuple[Span, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Matter:
    """One of several demands in a text; ``spans`` are the sentences that belong to it."""

    title: str
    spans: tuple[Span, ...]
    demand: Element | None = None

    def words(self, text: str) -> str:
        """The matter's own words, for the one who opens an order for it."""
        return "".join(text[start:end] for start, end in self.spans).strip()


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask the caller; the smaller ``rank``, the more important."""

    code: str
    text: str
    rank: int


@dataclass(frozen=True, slots=True)
class Elements:
    """Everything read from one text. ``summary`` has at most two lines; more than one matter means: may be split."""

    title: str
    summary: str
    elements: tuple[Element, ...]
    matters: tuple[Matter, ...]
    questions: tuple[Question, ...]

    def of(self, kind: ElementKind) -> tuple[Element, ...]:
        """The elements of one kind, in the order of the text."""
        return tuple(one for one in self.elements if one.kind is kind)
