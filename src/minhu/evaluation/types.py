"""Types of evaluation that may leave the room."""

from __future__ import annotations

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
