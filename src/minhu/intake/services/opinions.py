"""What citizens say of the handling is kept by the room of ratings, which stands above this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from minhu.intake.types import TalkChannel

Keeper = Callable[[int, TalkChannel, tuple[str, ...]], str]
Judge = Callable[[int], bool]
_KEEPERS: Final[list[Keeper]] = []
_JUDGES: Final[list[Judge]] = []


def kept_by(keeper: Keeper, still_asked: Judge) -> None:
    """Name who keeps the answers of a survey (request, channel, code=value) and knows whether a request is still to be
    asked about; the last ones named do."""
    _KEEPERS[:], _JUDGES[:] = [keeper], [still_asked]


def keep_opinion(request_id: int, channel: TalkChannel, answers: tuple[str, ...]) -> str:
    """Give the answers to their keeper; returns a word to the citizen where they cannot be kept, else nothing."""
    if not _KEEPERS:
        raise LookupError("nobody keeps ratings: evaluation is not installed")
    return _KEEPERS[0](request_id, channel, answers)


def still_asked(request_id: int) -> bool:
    """Whether the citizen may still be asked: there is an answer, and neither he nor an agent has said how it was."""
    if not _JUDGES:
        raise LookupError("nobody keeps ratings: evaluation is not installed")
    return _JUDGES[0](request_id)
