"""The life of a version as data: which step leads where, and who may take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from minhu.kernel.calendar.types import CHINA_TIME
from minhu.kernel.clock import now
from minhu.knowledge.types import LIVE, State, Validity

WARN: Final = timedelta(days=30)
"""So long before its end a document is shown as expiring."""


class Move(StrEnum):
    """What can be done to a version."""

    SUBMIT = "submit"
    SEND_BACK = "send_back"
    PUBLISH = "publish"
    WARN = "warn"
    SUPERSEDE = "supersede"
    REPEAL = "repeal"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: from where, to where."""

    move: Move
    before: frozenset[State]
    after: State
    by_another: bool = False
    """Not by who submitted or wrote it."""


_ALIVE: Final = frozenset(LIVE)
TABLE: Final = (
    Line(Move.SUBMIT, frozenset({State.DRAFT}), State.REVIEW),
    Line(Move.SEND_BACK, frozenset({State.REVIEW}), State.DRAFT, by_another=True),
    Line(Move.PUBLISH, frozenset({State.REVIEW}), State.PUBLISHED, by_another=True),
    Line(Move.WARN, frozenset({State.PUBLISHED}), State.EXPIRING),
    Line(Move.SUPERSEDE, _ALIVE, State.SUPERSEDED),
    Line(Move.REPEAL, _ALIVE, State.REPEALED),
    Line(Move.WITHDRAW, _ALIVE | {State.DRAFT, State.REVIEW}, State.WITHDRAWN),
)


def line_for(move: Move, state: State) -> Line | None:
    """The line by which a version in ``state`` may take ``move``; None when it may not."""
    return next((line for line in TABLE if line.move is move and state in line.before), None)


def today() -> date:
    """The present day in the city."""
    return now().astimezone(CHINA_TIME).date()


def validity(state: State, in_force: date | None, repealed: date | None, today: date) -> Validity:
    """Whether a version holds on a day: the last day of validity counts as valid."""
    if state not in LIVE or (repealed is not None and repealed < today):
        return Validity.ENDED
    return Validity.PENDING if in_force is not None and in_force > today else Validity.VALID
