"""The elements of a request's words: read when a page shows them, from the words as the reader sees them.

Only what a person confirmed is stored. So they cannot tell more than the words do, cost nothing on the way of a creation, and are read by today's rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from minhu.directory.queries.staff import staff_names
from minhu.intake import lexicon
from minhu.intake.models import KeptElement
from minhu.intake.queries.cards import standing_of, words_for
from minhu.intake.reading import visible_request
from minhu.intake.types import RequestCard
from minhu.kernel.actors import current_actor
from minhu.language.element_types import ElementKind, Elements
from minhu.language.elements import read_elements
from minhu.language.places import locate


def elements_of(card: RequestCard, *, area_settled: bool = False) -> Elements:
    """Elements of the words on a card, with spans into ``card.text``; a settled area raises no question of place."""
    return elements_of_words(
        card.text, card.received_at, area_settled=area_settled, title=card.title, wants_callback=card.wants_callback
    )


def elements_of_words(
    text: str, received: datetime, *, area_settled: bool = False, title: str = "", wants_callback: bool | None = None
) -> Elements:
    """Elements of words that came at ``received`` (aware), also of words that are still being typed."""
    words = lexicon.words_of_the_city()
    places = (
        locate(text[:2000], words.home, words.gazetteer) if words.gazetteer is not None and not area_settled else []
    )
    return read_elements(text, timezone.localtime(received), places, title=title, wants_callback=wants_callback)


@dataclass(frozen=True, slots=True)
class KeptView:
    """An element that a person confirmed: its value, the words it came from, who and when."""

    id: int
    kind: ElementKind
    value: str
    words: str
    corrected: bool
    kept_at: datetime
    kept_by: str


def kept_of(request_id: int) -> tuple[KeptView, ...]:
    """The confirmed elements of a request, the oldest first, as the reader sees its words; raises NotFound when it may not be seen."""
    who = current_actor()
    request = visible_request(request_id, who)
    words = words_for(request, who, standing_of(request, who))
    rows = list(KeptElement.objects.filter(request_id=request_id))
    names = staff_names(row.kept_by for row in rows)
    return tuple(
        KeptView(
            row.pk,
            ElementKind(row.kind),
            words(row.value),
            words(row.words),
            row.corrected,
            row.kept_at,
            names.get(row.kept_by, ""),
        )
        for row in rows
    )
