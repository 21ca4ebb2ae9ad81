"""What is to be played; imports no Django, so that a new process may read it before anything is set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from minhu.server.demo.simulator.arrivals import Arrival, arrivals_on, days, parts_of_the_city, showcase


@dataclass(frozen=True, slots=True)
class Period:
    """What is to be played: from when to when, how many a day, which seed, which part of how many."""

    start: datetime
    until: datetime
    rate: float
    seed: int
    part: int = 0
    parts: int = 1

    def mine(self, arrival: Arrival) -> bool:
        """Whether this part plays it."""
        return parts_of_the_city(self.parts)[arrival.street[:6]] == self.part

    def arrivals(self) -> list[Arrival]:
        """Everybody who turns up in this part, in order."""
        found = [a for day in days(self.start, self.until) for a in arrivals_on(self.seed, day, self.rate)]
        if self.until - self.start > timedelta(days=20):
            found += showcase(self.seed, self.until)
        mine = [a for a in found if self.start <= a.moment <= self.until and self.mine(a)]
        return sorted(mine, key=lambda arrival: (arrival.moment, arrival.key))
