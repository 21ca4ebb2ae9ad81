"""Types of the warnings: what is wrong, and what a person has set in the form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Noise(StrEnum):
    """What makes an order come back."""

    TWO_PLACES = "two_places"
    NO_PLACE = "no_place"
    NO_TIME = "no_time"
    NO_PHONE = "no_phone"
    UNSURE_AREA = "unsure_area"
    OTHER_TYPE = "other_type"
    OTHER_CATEGORY = "other_category"
    OTHER_URGENCY = "other_urgency"
    SECRET = "secret"  # a code, no password
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Marks:
    """What a person has set in the form; '' or None where nobody has.

    ``request_type`` is one of the six words (投诉), ``category`` the code of a leaf, ``urgency`` a level, ``place`` and
    ``time`` the words of their fields; ``settled`` says that a person has decided where it is.
    """

    request_type: str = ""
    category: str = ""
    urgency: str = ""
    confidential: bool | None = None
    place: str = ""
    time: str = ""
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One warning about words; ``words`` says what it is about: the places, the type or category that was read."""

    noise: Noise
    words: str = ""
    value: str = ""
    """What the words say instead, where there is one value: a type, a code of a category, a level."""
