"""What citizens say of the handling is kept by the room of ratings, which stands above this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from minhu.intake.types import TalkChannel

Keeper = Callable[[int, TalkChannel, tuple[str, ...]], str]
_KEEPERS: Final[list[Keeper]] = []


def kept_by(keeper: Keeper) -> None:
    """Name who keeps the answers of a survey (request, channel, code=value); the last one named does."""
    _KEEPERS[:] = [keeper]


def keep_opinion(request_id: int, channel: TalkChannel, answers: tuple[str, ...]) -> str:
    """Give the answers to their keeper; returns a word to the citizen where they cannot be kept, else nothing."""
    if not _KEEPERS:
        raise LookupError("nobody keeps ratings: evaluation is not installed")
    return _KEEPERS[0](request_id, channel, answers)
