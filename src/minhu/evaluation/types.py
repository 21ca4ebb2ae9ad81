"""Types of evaluation that may leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _


class Satisfaction(Labelled):
    """How content the citizen is (满意度)."""

    SATISFIED = "satisfied", _("满意")
    MOSTLY = "mostly", _("基本满意")
    SO_SO = "so_so", _("一般")
    DISSATISFIED = "dissatisfied", _("不满意")


class RatingChannel(StrEnum):
    """How the rating was asked for."""

    WEB = "web"
    CALLBACK = "callback"
    SMS = "sms"
    VOICE = "voice"
    """Told to the machine that called."""
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
