"""What is to be played, cut into segments; imports no Django, so that a new process may read it before it is set up.

A segment is some weeks of one half of the city: its people meet nobody of another segment, so segments may be played
in any order and at the same time and give the same city. The newest come first: whoever opens a city that is still
being loaded finds today's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from minhu.kernel.calendar import CHINA_TIME
from minhu.server.demo.simulator.arrivals import HALVES, Arrival, arrivals_on, days, parts_of_the_city, showcase

FRONT = timedelta(days=4)
"""The last days are segments of their own, played before all others."""
WEEKS = 28
MOST = 150
"""Requests in a segment, which is one transaction."""
WITH_SHOWCASE = timedelta(days=20)
"""A longer period ends with something for every desk."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Arrivals that are played together, from the first of them to ``until``."""

    part: int
    until: datetime
    arrivals: tuple[Arrival, ...]
    seed: int
    front: bool = False
    showcase: bool = False

    @property
    def start(self) -> datetime:
        """When it begins."""
        return self.arrivals[0].moment


@dataclass(frozen=True, slots=True)
class Period:
    """What is to be played: from when to when, how many a day, which seed."""

    start: datetime
    until: datetime
    rate: float
    seed: int

    def arrivals(self) -> list[Arrival]:
        """Everybody who turns up, in order."""
        found = [a for day in days(self.start, self.until) for a in arrivals_on(self.seed, day, self.rate)]
        if self._shows:
            found += showcase(self.seed, self.until)
        mine = [a for a in found if self.start <= a.moment <= self.until]
        return sorted(mine, key=_order)

    def segments(self) -> list[Segment]:
        """All segments, the newest first; every arrival is in one of them."""
        halves = parts_of_the_city(HALVES)
        shown = {a.key for a in showcase(self.seed, self.until)} if self._shows else set()
        front: dict[int, list[Arrival]] = {}
        rest: dict[tuple[int, int], list[Arrival]] = {}
        for arrival in self.arrivals():
            part = halves[arrival.street[:6]]
            if arrival.key in shown or arrival.moment > self.until - FRONT:
                front.setdefault(part, []).append(arrival)
            else:
                rest.setdefault((_block(arrival.moment), part), []).append(arrival)
        made = [one for part, arrivals in sorted(front.items()) for one in self._front(part, arrivals, shown)]
        for (_, part), arrivals in sorted(rest.items(), key=lambda item: (-item[0][0], item[0][1])):
            chunks = reversed(list(_chunks(arrivals)))
            made += [Segment(part, self.until, tuple(chunk), self.seed) for chunk in chunks]
        return made

    def _front(self, part: int, arrivals: list[Arrival], shown: set[str]) -> Iterator[Segment]:
        """The last days of a half of the city; those of the showcase all in the first segment."""
        ordinary = list(_chunks(a for a in arrivals if a.key not in shown)) or [[]]
        ordinary[-1] += [a for a in arrivals if a.key in shown]
        for chunk in reversed(ordinary):
            found = tuple(sorted(chunk, key=_order))
            showcase_here = bool(shown) and chunk is ordinary[-1]
            yield Segment(part, self.until, found, self.seed, front=True, showcase=showcase_here)

    @property
    def _shows(self) -> bool:
        return self.until - self.start > WITH_SHOWCASE


def _order(arrival: Arrival) -> tuple[datetime, str]:
    return arrival.moment, arrival.key


def _block(moment: datetime) -> int:
    return moment.astimezone(CHINA_TIME).date().toordinal() // WEEKS


def _chunks(arrivals: Iterable[Arrival]) -> Iterator[list[Arrival]]:
    for _, chunk in groupby(enumerate(arrivals), key=lambda pair: pair[0] // MOST):
        yield [arrival for _, arrival in chunk]
