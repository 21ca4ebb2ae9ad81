"""What the first understanding says of a request, as it is stored and announced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minhu.intake.types import IntakeClass, SuggestedField


@dataclass(frozen=True, slots=True)
class Proposed:
    """One suggestion to be stored: value, label for people, confidence, basis in words, maker."""

    field: SuggestedField
    value: Any
    label: str
    confidence: float
    basis: str
    maker: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The recommendation of the intake table; `action` is accept, hand_over, refuse, mark, merge, ask or listen."""

    recommended: IntakeClass
    reason_code: str
    basis: str
    wording: str
    confidence: float
    maker: str
    action: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What the first understanding says of one request."""

    title: str
    request_type: str
    category_id: int | None
    category_confidence: float
    area_code: str | None
    area_name: str
    place_hint: str
    place_mark: int | None
    urgency: str
    sensitive: bool
    bands: tuple[int, ...]
    simhash: int
    suggestions: tuple[Proposed, ...]
    decision: Decision
    keys: tuple[int, ...]
    """By which the same matter in other words is found, beside the bands of likeness."""
    auto_accept: bool
    """The automation rule allows acceptance without a person (never a refusal)."""
