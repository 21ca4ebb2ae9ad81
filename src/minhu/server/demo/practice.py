"""A year of dispatches in the demonstration city where not everything goes by the catalogue: what advice is measured on.

Who really answers is a file that the software never reads for its advice (``practice.json``): written duties the
catalogue ignores, habits and agreements, and reorganisations during the year. The centre dispatches by the catalogue,
errs now and then, and wrong units mostly give the order back. Simulated, not taken from any city.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from minhu.directory.queries.advice import Adviser, Matter
from minhu.server.demo import texts, world
from minhu.server.dispatch_cases import Books, Case

GIVES_BACK: Final = 0.9
CENTRE_ERRS: Final = 0.04
ODD: Final = 0.03
"""Orders that end with a unit that no rule explains."""
DAYS: Final = 365


def year(books: Books, orders: int, seed: int) -> list[Case]:
    """``orders`` orders over a year, the oldest first; the same seed gives the same year."""
    rng = Random(seed)  # noqa: S311 - a simulation
    days = sorted(rng.uniform(0, DAYS) for _ in range(orders))
    return [case for at, day in enumerate(days) for case in _case(books, rng, at, day)]


def _case(books: Books, rng: Random, at: int, day: float) -> Iterator[Case]:
    message = texts.compose(rng, 1 + int(day // (DAYS / 12)) % 12)
    category = books.categories[message.category_code]
    matter = Matter(category, message.area_code, message.request_type, message.text)
    named = books.adviser.advise(matter, ()).said.target
    if named is None:
        return
    right = _really(books.adviser, matter, day) or named.lead_unit_id
    near = [unit.id for unit in books.units if unit.active and unit.area_code == books.by_id[right].area_code]
    if rng.random() < ODD:
        right = rng.choice(near)
    first = rng.choice(near) if rng.random() < CENTRE_ERRS else named.lead_unit_id
    returned: tuple[int, ...] = ()
    final = right
    if first != right:
        if rng.random() < GIVES_BACK:
            returned = (first,)
        else:
            final = first
    yield Case(f"{at:06d}", message.text, category, message.area_code, message.request_type, final, returned, day)


def _really(adviser: Adviser, matter: Matter, day: float) -> int | None:
    """Who answers such a matter by the city's practice on a day of the year; None where it is as the catalogue says."""
    area = adviser.catalogue.areas.get(matter.area_code)
    path = area.path if area else ()
    for line in world.load("practice")["lines"]:
        if matter.category is None or line["category"] not in matter.category.path or day < line.get("from", 0):
            continue
        said = not line.get("words") or any(word in matter.text for word in line["words"])
        if said and (not line.get("area") or line["area"] in path):
            unit = adviser.catalogue.find(line["owner"], area).unit
            return unit.id if unit is not None else None
    return None
