"""One small module for each family of steps."""

from minhu.handling.services.steps import (
    dispatching,
    ending,
    enterprises,
    exclusions,
    extensions,
    front,
    merging,
    replies,
    returns,
    supervising,
    together,
    transferring,
    whistling,
    work,
)
from minhu.handling.services.steps.registry import HANDLERS

__all__ = [
    "HANDLERS",
    "dispatching",
    "ending",
    "enterprises",
    "exclusions",
    "extensions",
    "front",
    "merging",
    "replies",
    "returns",
    "supervising",
    "together",
    "transferring",
    "whistling",
    "work",
]
