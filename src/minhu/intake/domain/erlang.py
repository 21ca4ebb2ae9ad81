"""How many callers a number of people can serve: Erlang's formulas B, C and A, computed without tables.

Load is in erlangs (arrivals a second × seconds of work each); patience is the mean time after which somebody gives up.
A.K. Erlang 1917; C. Palm 1946 for callers who lose patience (M/M/n+M, 'Erlang A').
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_SMALL: Final = 1e-12
_MOST: Final = 1_000_000
"""Steps of a sum that ends long before."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a number of people makes of a stream of callers."""

    waits: float
    """Share who wait at all."""
    gives_up: float
    """Share who hang up before anybody answers; 0 in Erlang C."""
    mean_wait: float
    """Seconds, over all callers."""
    in_time: float
    """Share answered within the goal, of all callers."""


def erlang_b(load: float, people: int) -> float:
    """Share of callers who find everybody busy where nobody may wait; by the recursion in the number of people."""
    blocked = 1.0
    for n in range(1, people + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, people: int) -> float:
    """Share of callers who wait where nobody gives up; 1 where the load is more than the people."""
    if people <= load:
        return 1.0
    blocked = erlang_b(load, people)
    return people * blocked / (people - load * (1 - blocked))


def patient(rate: float, work: float, people: int, goal: float) -> Served:
    """Everybody waits (Erlang C). ``rate``: arrivals a second; ``work``: mean seconds of one; ``goal``: seconds."""
    load = rate * work
    if load <= 0:
        return Served(0.0, 0.0, 0.0, 1.0)
    if people <= load:
        return Served(1.0, 0.0, math.inf, 0.0)
    waits, spare = erlang_c(load, people), (people - load) / work
    return Served(waits, 0.0, waits / spare, 1 - waits * math.exp(-spare * goal))


def impatient(rate: float, work: float, people: int, patience: float, goal: float) -> Served:
    """Callers give up after an exponential time with mean ``patience`` seconds (Erlang A), by its birth and death chain.

    ``in_time`` counts callers answered within ``goal`` seconds, by the wait of those who found ``k`` people before them.
    """
    if rate <= 0:
        return Served(0.0, 0.0, 0.0, 1.0)
    if people <= 0:
        return Served(1.0, 1.0, patience, 0.0)
    weights = _chain(rate, work, people, patience)
    total = sum(weights)
    waits = sum(weights[people:]) / total
    queue = sum((k - people) * weight for k, weight in enumerate(weights) if k > people) / total
    found = [weight / total for weight in weights[people:]]
    soon = _answered_within(len(found), people / work, 1 / patience, goal)
    in_time = sum(weights[:people]) / total + sum(share * one for share, one in zip(found, soon, strict=False))
    gives_up = min(1.0, queue / patience / rate)
    return Served(waits, gives_up, queue / rate, min(1.0, in_time))


def _chain(rate: float, work: float, people: int, patience: float) -> list[float]:
    """Weights of 0, 1, 2 … callers in the house, scaled so that the largest is near 1; cut where they vanish."""
    ratios = [rate / (min(k, people) / work + max(0, k - people) / patience) for k in range(1, people + 1)]
    logs, level = [0.0], 0.0
    for ratio in ratios:
        level += math.log(ratio)
        logs.append(level)
    top = max(logs)
    for k in range(people + 1, people + _MOST):
        level += math.log(rate / (people / work + (k - people) / patience))
        logs.append(level)
        top = max(top, level)
        if level < top + math.log(_SMALL) and rate < people / work + (k - people) / patience:
            break
    return [math.exp(one - top) for one in logs]


def _answered_within(count: int, service: float, leaving: float, goal: float) -> list[float]:
    """For a caller who finds 0, 1, 2 … others waiting: the chance to be answered within ``goal`` seconds.

    Each step ahead is exponential (somebody is served, or one of those before gives up), the caller's own patience runs
    beside it; all chances at once by uniformisation. So many before that nobody expects it are left out (chance 0).
    """
    count = min(count, math.ceil(3 * service * goal) + 50)
    fastest = service + (count + 1) * leaving
    mean = fastest * goal
    steps = [(service + before * leaving) / fastest for before in range(count)]
    stays = [1 - step - leaving / fastest for step in steps]
    answered, chances = [0.0] * count, [0.0] * count
    for n in range(math.ceil(mean + 12 * math.sqrt(mean) + 20)):
        weight = math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) if mean else float(n == 0)
        if weight > _SMALL:
            chances = [chance + weight * one for chance, one in zip(chances, answered, strict=True)]
        before = [1.0, *answered[:-1]]
        answered = [
            step * ahead + stay * own for step, ahead, stay, own in zip(steps, before, stays, answered, strict=True)
        ]
    return chances
