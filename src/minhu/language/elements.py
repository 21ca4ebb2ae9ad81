"""The elements of a request read from its words in one call: who, where, when, whom about, how many, wanted, shown, tried.

Rules only; each value points to its words. About 1 ms for 200 characters, read when a page shows them, not on the way
of a creation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from minhu.language.circumstances import find_earlier, find_evidence, find_people, find_secrecy
from minhu.language.demands import find_demands, split_matters
from minhu.language.element_types import Element, ElementKind, Elements
from minhu.language.parties import find_parties, find_who
from minhu.language.questions import questions_for
from minhu.language.sites import find_sites
from minhu.language.times import find_times
from minhu.language.titles import make_title
from minhu.language.types import PlaceCandidate
from minhu.language.urgency import assess

MAKER = "elements/2026.2"
# The rest of longer texts is seldom anything but repetition.
LONGEST = 4000


def read_elements(
    text: str, received: datetime, places: Sequence[PlaceCandidate] = (), *, title: str = "",
    wants_callback: bool | None = None,
) -> Elements:  # fmt: skip
    """Everything that ``text`` says, read at ``received`` (aware or local; its date is what 昨天 counts from).

    ``places`` are the areas that ``places.locate`` found: they answer 'where' and show contradictions. Never raises
    for what the words are; an empty text has no elements and no questions.
    """
    body = text[:LONGEST]
    if not body.strip():
        return Elements("", "", (), (), ())
    demands = find_demands(body)
    times = tuple(one for one in find_times(body, received) if not _inside(one, demands))
    parties = find_parties(body)
    elements: tuple[Element, ...] = (
        *find_who(body), *_sites(body, parties), *times, *parties, *find_people(body), *demands,
        *find_evidence(body), *find_earlier(body), *find_secrecy(body),
    )  # fmt: skip
    matters = split_matters(body, demands)
    return Elements(
        title=title[:30] if title else make_title(body),
        summary=summarise(body, elements),
        elements=elements,
        matters=matters,
        questions=questions_for(body, elements, places, wants_callback=wants_callback, danger=assess(body).life_danger),
    )


def _sites(text: str, parties: Sequence[Element]) -> tuple[Element, ...]:
    """Places, without those that are just the name of the party: 育才小学 is a place only as 育才小学门口."""
    sites = find_sites(text)
    names = [party.value for party in parties if not party.value.endswith("工地")]
    return tuple(one for one in sites if not any(one.value in name for name in names))


def _inside(one: Element, demands: Sequence[Element]) -> bool:
    start, end = one.spans[0]
    return any(begin <= start and end <= stop for demand in demands for begin, stop in demand.spans)


def summarise(text: str, elements: Sequence[Element]) -> str:
    """Two lines: what happened, with its time, place and party; and what is wanted. Each at most 60 characters."""
    first: dict[ElementKind, str] = {}
    for one in elements:
        first.setdefault(one.kind, one.text)
    title = make_title(text)
    facts = [
        word for kind in (ElementKind.WHEN, ElementKind.WHERE, ElementKind.PARTY)
        if (word := first.get(kind, "")) and word not in title
    ]  # fmt: skip
    top = "，".join([*facts, title])
    wanted = first.get(ElementKind.DEMAND, "")
    bottom = f"诉求：{wanted}" if wanted and wanted not in top else ""
    return "\n".join(_short(line) for line in (top, bottom) if line)


def _short(line: str) -> str:
    return line if len(line) <= 60 else line[:59] + "…"
