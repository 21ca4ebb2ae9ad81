"""When somebody calls, and why: the hours, weekdays and months of a hotline, and the city's bad days."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from minhu.kernel.calendar import CHINA_TIME
from minhu.server.demo import world

HALVES = 2
"""The city is played in so many parts, each by one process at most."""
KINDS: Mapping[str, float] = {
    "matter": 90.0, "out_of_scope": 2.0, "emergency": 0.9, "abuse": 0.5, "empty": 1.2, "gibberish": 0.6,
    "self_made": 0.8, "repeat": 4.0,
}  # fmt: skip
"""What kinds of requests come, in percent."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody turns up: ``key`` names it for ever, ``story`` is the incident it belongs to, ``street`` where it plays."""

    moment: datetime
    key: str
    kind: str
    story: str = ""
    street: str = ""


def arrivals_on(seed: int, day: date, rate: float, factor: float = 1.0) -> list[Arrival]:
    """Everybody who turns up on a day in China, in order; ``rate`` is the mean number a day over the year."""
    rng = Random(f"{seed}/{day}")
    profile = world.load("profiles")
    mean = rate * factor * profile["months"][day.month - 1] * profile["weekdays"][day.weekday()]
    found = [
        Arrival(
            _moment(rng, day),
            f"sim{seed}-{day:%y%m%d}-{number}",
            rng.choices(list(KINDS), list(KINDS.values()))[0],
            street=_street(rng),
        )
        for number in range(_poisson(rng, mean))
    ]
    for story, strength in _stories_on(seed, day):
        share = min(1.0, rate / 9.0)
        for number in range(max(2, round(story["surge"] * strength * share))):
            moment = _moment(rng, day)
            found.append(
                Arrival(
                    moment, f"sim{seed}-{day:%y%m%d}-{story['code']}{number}", "story", story["code"], story["area"]
                )
            )
    return sorted(found, key=lambda arrival: (arrival.moment, arrival.key))


def showcase(seed: int, until: datetime) -> list[Arrival]:
    """Some more in the last days where the accounts of the demonstration work, and fresh ones before the end."""
    rng = Random(f"{seed}/show/{until:%y%m%d%H}")
    near = [until - timedelta(days=rng.uniform(0.05, 9)) for _ in range(26)]
    fresh = [until - timedelta(minutes=rng.uniform(2, 200)) for _ in range(9)]
    found = [
        Arrival(moment, f"sim{seed}-{until:%y%m%d}-show{n}", "show", street=_shown(rng))
        for n, moment in enumerate(near)
    ]
    found += [
        Arrival(moment, f"sim{seed}-{until:%y%m%d}-fresh{n}", "matter", street=_street(rng))
        for n, moment in enumerate(fresh)
    ]
    return found


def _street(rng: Random) -> str:
    streets = world.streets()
    weights = world.load("profiles")["area_weights"]
    return rng.choices(streets, [weights[x.code] for x in streets])[0].code


def _shown(rng: Random) -> str:
    """Where the accounts of the demonstration work: 清江区, and half of it in the street of the grid worker."""
    near = [x.code for x in world.streets() if x.code.startswith("990102")]
    return "990102002" if rng.random() < 0.5 else rng.choice(near)


@cache
def parts_of_the_city(parts: int) -> Mapping[str, int]:
    """Counties shared out so that every part has about as much to do; a matter and its repeats stay together."""
    weights: dict[str, float] = {}
    for code, weight in world.load("profiles")["area_weights"].items():
        weights[code[:6]] = weights.get(code[:6], 0.0) + weight
    load = [0.0] * parts
    found = {}
    for county in sorted(weights, key=lambda code: (-weights[code], code)):
        found[county] = load.index(min(load))
        load[found[county]] += weights[county]
    return found


def _moment(rng: Random, day: date) -> datetime:
    hour = rng.choices(range(24), world.load("profiles")["hours"])[0]
    local = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), CHINA_TIME)
    return local.astimezone(UTC)


def _poisson(rng: Random, mean: float) -> int:
    if mean > 60:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


@cache
def _calendar(seed: int, year: int) -> tuple[tuple[date, Mapping[str, Any]], ...]:
    """The first day of each incident of a year."""
    found = []
    for story in world.load("incidents")["incidents"]:
        rng = Random(f"{seed}/{year}/{story['code']}")
        found.append((date(year, rng.choice(story["months"]), rng.randint(2, 25)), story))
    return tuple(found)


def _stories_on(seed: int, day: date) -> Iterator[tuple[Mapping[str, Any], float]]:
    for first, story in _calendar(seed, day.year):
        passed = (day - first).days
        if 0 <= passed < story["days"]:
            yield story, (1.0, 0.5, 0.3, 0.2)[min(passed, 3)]


def days(start: datetime, end: datetime) -> Iterator[date]:
    """The days in China from ``start`` to ``end``, both included."""
    day, last = start.astimezone(CHINA_TIME).date(), end.astimezone(CHINA_TIME).date()
    while day <= last:
        yield day
        day += timedelta(days=1)
