"""All that would make an order come back, found in its words and in what a person has set: one call, about a millisecond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from minhu.language.element_types import Element
from minhu.language.gazetteer import Gazetteer
from minhu.language.noise.apart import places_apart
from minhu.language.noise.needed import needs_place, needs_time
from minhu.language.noise.types import Found, Marks, Noise
from minhu.language.noise.unlike import unlike
from minhu.language.types import RequestType, Understanding

_NOTHING_HAPPENED: Final = frozenset(
    {RequestType.CONSULTATION.value, RequestType.PRAISE.value, RequestType.SUGGESTION.value}
)
LONGEST: Final = 2000


def noises_of(
    text: str, elements: Sequence[Element], read_as: Understanding, marks: Marks = Marks(),
    gazetteer: Gazetteer | None = None,
) -> tuple[Found, ...]:  # fmt: skip
    """Warnings about ``text`` and the ``marks`` a person gave it, the gravest first.

    ``elements`` and ``read_as`` are what was read of the same words. With danger to life nobody is asked for more than a
    place; of a consultation, praise or suggestion neither time nor place is asked. Never raises for what the words are.
    """
    return tuple(_found(text[:LONGEST], elements, read_as, marks, gazetteer))


def _found(
    text: str, elements: Sequence[Element], read_as: Understanding, marks: Marks, gazetteer: Gazetteer | None
) -> Iterator[Found]:
    wrong = list(unlike(text, read_as, marks))
    danger = read_as.urgency.level == "danger"
    yield from sorted(wrong, key=lambda one: one.noise is not Noise.OTHER_URGENCY)
    apart = () if marks.settled else places_apart(text, gazetteer)
    if apart:
        yield Found(Noise.TWO_PLACES, "、".join(apart))
    kind = next((one.value for one in wrong if one.noise is Noise.OTHER_TYPE), "")
    if (kind or marks.request_type or read_as.request_type.value) in _NOTHING_HAPPENED and not danger:
        return
    if not marks.place and needs_place(text, elements, gazetteer, danger=danger):
        yield Found(Noise.NO_PLACE)
    if not danger and not marks.time and needs_time(text):
        yield Found(Noise.NO_TIME)
