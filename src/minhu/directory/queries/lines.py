"""The lines of business in force: what a number leads to, and how the bot works on a line at a moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from minhu.directory.domain.lines import HOUSE, MOST_NUMBERS, Line, Lines, OldNumber
from minhu.directory.queries import rules
from minhu.directory.queries.freshness import local_day
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.language.dialogue.types import Policy


@dataclass(frozen=True, slots=True)
class Standing:
    """A line at a moment: open or not, and the bot's policy then."""

    line: Line
    open: bool
    policy: Policy
    number: OldNumber | None = None
    """What led there, where a number did and is known."""


def standing(line: Line, moment: datetime | None = None) -> Standing:
    """The line at a moment (now): outside its hours another mode may hold, and the words for that are said."""
    at = moment or now()
    if not line.hours or rules.working_calendar(line.hours).is_working(at):
        return Standing(line, True, line.policy)
    welcome = " ".join(one for one in (line.policy.welcome, line.closed) if one)
    return Standing(line, False, replace(line.policy, mode=line.outside, welcome=welcome))


def policy_of(code: str, moment: datetime | None = None) -> Policy:
    """The bot's policy on a line at a moment (now); of the main line for a code that is none."""
    return standing(rules.lines().line(code), moment).policy


def line(code: str) -> Line:
    """The line with a code; the main one for a code that is none."""
    return rules.lines().line(code)


def line_of(number: str) -> Line:
    """The line that a telephone number leads to today, with the number's own queue and category."""
    return rules.lines().line_of(number, local_day())


def called(number: str, moment: datetime, lines: Lines | None = None) -> Standing:
    """What a call to ``number`` at a moment meets, in force or in another version; for the preview."""
    known, day = lines or rules.lines(), moment.astimezone(CHINA_TIME).date()
    found = standing(known.line_of(number, day), moment)
    return replace(found, number=known.numbered(number, day))


def offered() -> tuple[Line, ...]:
    """The lines that citizens may choose, the main one first."""
    known = rules.lines()
    return (known.main, *(one for one in known.by_code.values() if one.offered and one.code != known.main.code))


__all__ = [
    "HOUSE", "MOST_NUMBERS", "Line", "Lines", "OldNumber", "Standing", "called", "line", "line_of", "offered", "policy_of",
    "standing",
]  # fmt: skip
