"""Drawing a sample by rule: so many of each stratum, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final

LEAST: Final = 2
"""So many of each stratum at least, where it has them and the size allows it."""


def allotted(populations: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each stratum: at least `LEAST`, the rest in proportion by largest remainders; in all ``size`` or everything.

    Where the size is too small for `LEAST` of each, the largest strata come first.
    """
    left = min(size, sum(populations.values()))
    given = dict.fromkeys(populations, 0)
    for _ in range(LEAST):
        for name in sorted(populations, key=lambda one: (-populations[one], one)):
            if left and given[name] < populations[name]:
                given[name], left = given[name] + 1, left - 1
    room = {name: populations[name] - given[name] for name in populations}
    total = sum(room.values())
    if not left or not total:
        return given
    exact = {name: left * room[name] / total for name in populations}
    for name, wanted in exact.items():
        given[name] += int(wanted)
    rest = left - sum(int(wanted) for wanted in exact.values())
    by_remainder = sorted(exact, key=lambda one: (int(exact[one]) - exact[one], one))
    for name in [one for one in by_remainder if given[one] < populations[one]][:rest]:
        given[name] += 1
    return given


def drawn(members: Mapping[str, Sequence[int]], size: int, seed: int) -> list[tuple[str, int]]:
    """Strata with members of theirs, in an order that the seed gives too; equal input and seed, equal sample."""
    counts = allotted({name: len(ids) for name, ids in members.items()}, size)
    chance = random.Random(seed)  # noqa: S311 - chosen to be repeated, not to be secret
    found = [(name, one) for name in sorted(members) for one in chance.sample(sorted(members[name]), counts[name])]
    chance.shuffle(found)
    return found
