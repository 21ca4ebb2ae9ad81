"""Types of evaluation that may leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Satisfaction(StrEnum):
    """How content the citizen is (满意度)."""

    SATISFIED = "satisfied"
    MOSTLY = "mostly"
    SO_SO = "so_so"
    DISSATISFIED = "dissatisfied"


SATISFACTION_LABELS: dict[Satisfaction, str] = {
    Satisfaction.SATISFIED: "满意",
    Satisfaction.MOSTLY: "基本满意",
    Satisfaction.SO_SO: "一般",
    Satisfaction.DISSATISFIED: "不满意",
}


class RatingChannel(StrEnum):
    """How the rating was asked for."""

    WEB = "web"
    CALLBACK = "callback"
    SMS = "sms"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a citizen says of one handling; ``None`` or empty: not answered."""

    responded: bool | None = None
    solved: bool | None = None
    satisfaction: str = ""
    comment: str = ""
    reached: bool = True


@dataclass(frozen=True, slots=True)
class RatingView:
    """One rating as pages show it."""

    id: int
    round: int
    channel: str
    reached: bool
    responded: bool | None
    solved: bool | None
    satisfaction: str
    satisfaction_label: str
    comment: str
    rated_at: datetime
    excluded: bool
    exclusion_reason: str
    joint: bool = False
    """Given by somebody whose order was merged into another, about the joint result."""
