"""The seam between a request and what the `language` and `directory` rooms make of its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minhu.intake.domain.titles import title_of
from minhu.intake.types import IntakeClass, NewRequest, SuggestedField


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
    auto_accept: bool
    """The automation rule allows acceptance without a person (never a refusal)."""


ACCEPTED_WORDING = "您的诉求已收到，我们会尽快办理并答复您。"


def understand(new: NewRequest) -> Understood:
    """Understand one checked request; never fails for what the words say, only returns less."""
    title = new.title or title_of(new.text)
    return Understood(
        title=title,
        request_type=new.request_type,
        category_id=None,
        category_confidence=0.0,
        area_code=None,
        area_name="",
        place_hint="",
        place_mark=None,
        urgency="normal",
        sensitive=False,
        bands=(),
        simhash=0,
        suggestions=(Proposed(SuggestedField.TITLE, title, title, 0.5, "取正文首句", "title/first-sentence"),),
        decision=Decision(IntakeClass.ACCEPT, "accept", "属于受理范围", ACCEPTED_WORDING, 0.5, "intake/rules", "accept"),
        auto_accept=False,
    )
