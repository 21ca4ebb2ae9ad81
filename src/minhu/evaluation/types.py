"""Types of evaluation that may leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Satisfaction(StrEnum):
    """How content the citizen is (满意度)."""

    SATISFIED = "satisfied"
    MOSTLY = "mostly"
    SO_SO = "so_so"
    DISSATISFIED = "dissatisfied"


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
