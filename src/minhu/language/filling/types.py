"""Types of filling: what was said, and what a form's field reads from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Field(StrEnum):
    """A field of the order form, in the order of the form."""

    TITLE = "title"
    MATTER = "matter"
    REQUEST_TYPE = "request_type"
    CATEGORY = "category"
    PLACE = "place"
    AREA = "area"
    WHEN = "when"
    PARTY = "party"
    PEOPLE = "people"
    NAME = "name"
    PHONE = "phone"
    URGENCY = "urgency"
    SPECIAL = "special"
    CONFIDENTIAL = "confidential"
    CALLBACK = "callback"


class Band(StrEnum):
    """How far a value can be relied on: may be accepted at a glance, is to be looked at, is to be asked."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


SURE: Final = 0.8
LIKELY: Final = 0.55


def band_of(confidence: float) -> Band:
    """The band of a confidence between 0 and 1."""
    return Band.SURE if confidence >= SURE else Band.LIKELY if confidence >= LIKELY else Band.UNSURE


@dataclass(frozen=True, slots=True)
class Spoken:
    """One utterance of a talk; ``number`` is its place in the talk."""

    number: int
    citizen: bool
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A value for a field.

    ``value`` is what is stored: a code of the type, category, area or level; an ISO date of the precision said for
    WHEN (see ``element_types.Element``); ``elderly`` or ``disabled``; ``1`` or ``0`` for wishes; else the words.
    ``words`` are those it was read from, in the utterance ``number`` (0: from the whole conversation), at the half-open
    span ``start``–``end`` of its characters (-1: not in one utterance).
    """

    field: Field
    value: str
    confidence: float
    words: str = ""
    number: int = 0
    start: int = -1
    end: int = -1

    @property
    def band(self) -> Band:
        """How far it can be relied on."""
        return band_of(self.confidence)
