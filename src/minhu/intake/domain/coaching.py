"""What an agent needs training in (F25): his own forms against those of his colleagues, topic by topic.

Pure counting. Nothing is judged below ``LEAST`` forms, his or theirs, and a share only where chance would seldom make
it: where the lower end of its interval (E. B. Wilson, 1927) lies above the upper end of the others', with ``CASES`` or
more of them. Slow is who takes longer than the others' median so often that it is no chance either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import median
from typing import Final

LEAST: Final = 5
"""Forms of one topic below which nothing is judged."""
CASES: Final = 3
"""Cases below which a share is an accident, however large."""
SLOW: Final = 1.25
"""Times the others' median from which entering is slow."""
WARNED: Final = "warned:"
"""Before the code of a warning that stood at registration, among the outcomes of a form."""
_Z: Final = 1.645
"""Of the normal distribution, for an interval that is left at its lower end once in twenty."""


class Need(StrEnum):
    """Why a topic should be trained."""

    CORRECTED = "corrected"
    MISSING = "missing"
    SLOW = "slow"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Handled:
    """One registered form: whose, of which topic, how long it took, and what stood wrong.

    ``corrected``: fields whose suggestion was put right; ``missing``: warnings that stood at registration; ``rated`` and
    ``low``: ratings of the order that say anything, and those that say unsatisfied. ``seconds`` from the first word.
    """

    staff_id: int
    topic: str
    number: str
    seconds: int | None
    corrected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    rated: int = 0
    low: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, beside the same of the others; the numbers of the orders behind it."""

    part: int
    whole: int
    others_part: int
    others_whole: int
    numbers: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """None where there is nothing to count."""
        return self.part / self.whole if self.whole else None

    @property
    def others(self) -> float | None:
        """The same of the others."""
        return self.others_part / self.others_whole if self.others_whole else None

    @property
    def stands_out(self) -> bool:
        """Whether the share is above that of the others beyond what chance would often make; never for few."""
        if min(self.whole, self.others_whole) < LEAST or self.part < CASES:
            return False
        return lower_end(self.part, self.whole) > upper_end(self.others_part, self.others_whole)

    @property
    def too_many(self) -> float:
        """Cases more than the others' share would make."""
        return self.part - self.whole * (self.others or 0.0)


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of one agent."""

    name: str
    forms: int
    corrected: Share
    missing: Share
    low: Share
    seconds: int | None
    others_seconds: int | None
    slow_numbers: tuple[str, ...]
    enough: bool
    """Whether there are forms enough, his and theirs, to judge at all."""
    needs: tuple[Need, ...]

    @property
    def weight(self) -> float:
        """How much speaks for training it: reasons first, then cases too many."""
        return 100.0 * len(self.needs) + max(self.corrected.too_many, 0.0) + max(self.missing.too_many, 0.0)


def topics_of(staff_id: int, forms: Iterable[Handled]) -> tuple[Topic, ...]:
    """Each topic of one agent, the most needful first, then by name."""
    mine: dict[str, list[Handled]] = defaultdict(list)
    theirs: dict[str, list[Handled]] = defaultdict(list)
    for one in forms:
        (mine if one.staff_id == staff_id else theirs)[one.topic].append(one)
    found = [_topic(name, own, theirs[name]) for name, own in mine.items()]
    return tuple(sorted(found, key=lambda one: (-len(one.needs), -one.weight, one.name)))


def recommended(topics: Sequence[Topic]) -> Topic | None:
    """The topic to train first; None where nothing stands out."""
    wanted = [one for one in topics if one.needs]
    return max(wanted, key=lambda one: one.weight) if wanted else None


def lower_end(part: int, whole: int) -> float:
    """The lower end of Wilson's interval of a share, 0 for nothing."""
    if not whole or not part:
        return 0.0
    share, square = part / whole, _Z * _Z
    middle = share + square / (2 * whole)
    width = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    return (middle - width) / (1 + square / whole)


def upper_end(part: int, whole: int) -> float:
    """The upper end of the same interval, 1 for nothing."""
    return 1.0 - lower_end(whole - part, whole) if whole else 1.0


def _topic(name: str, own: Sequence[Handled], others: Sequence[Handled]) -> Topic:
    seconds, their_seconds = _median(own), _median(others)
    enough = min(len(own), len(others)) >= LEAST
    corrected = Share(*_counted(own, others, "corrected"), tuple(one.number for one in own if one.corrected))
    missing = Share(*_counted(own, others, "missing"), tuple(one.number for one in own if one.missing))
    low = Share(
        sum(one.low for one in own), sum(one.rated for one in own), sum(one.low for one in others),
        sum(one.rated for one in others), tuple(one.number for one in own if one.low),
    )  # fmt: skip
    slow = bool(enough and seconds and their_seconds and seconds >= SLOW * their_seconds) and _often_above(
        own, their_seconds
    )
    needs = tuple(
        need
        for need, holds in (
            (Need.CORRECTED, corrected.stands_out), (Need.MISSING, missing.stands_out), (Need.SLOW, slow), (Need.LOW, low.stands_out),
        ) if holds
    )  # fmt: skip
    limit = SLOW * their_seconds if their_seconds else 0
    slow_ones = tuple(one.number for one in own if limit and one.seconds and one.seconds >= limit)
    return Topic(name, len(own), corrected, missing, low, seconds, their_seconds, slow_ones, enough, needs)


def _often_above(own: Sequence[Handled], middle: int | None) -> bool:
    """Whether more than half of the forms took longer than ``middle`` beyond what chance would often make."""
    known = [one.seconds for one in own if one.seconds is not None]
    return lower_end(sum(one > (middle or 0) for one in known), len(known)) > 0.5


def _counted(own: Sequence[Handled], others: Sequence[Handled], name: str) -> tuple[int, int, int, int]:
    return (
        sum(bool(getattr(one, name)) for one in own), len(own), sum(bool(getattr(one, name)) for one in others), len(others),
    )  # fmt: skip


def _median(forms: Sequence[Handled]) -> int | None:
    known = [one.seconds for one in forms if one.seconds is not None]
    return round(median(known)) if known else None
