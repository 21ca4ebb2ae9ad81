"""The first understanding of a text: everything ``language`` can say about it, in one call."""

from __future__ import annotations

import time

from minhu.language.categories import CategoryModel, as_suggestion
from minhu.language.features import join_title
from minhu.language.gazetteer import Gazetteer
from minhu.language.intake_class import classify, request_type
from minhu.language.keywords import KeywordIndex
from minhu.language.likeness import fingerprint
from minhu.language.places import locate
from minhu.language.titles import make_title
from minhu.language.types import PlaceCandidate, RankedLabel, Suggestion, Understanding
from minhu.language.urgency import assess

# Longer texts are understood by their beginning; the rest seldom adds a new matter and must not cost time.
LONGEST = 2000


def understand(
    text: str,
    title: str = "",
    home: str = "",
    gazetteer: Gazetteer | None = None,
    category_index: KeywordIndex | None = None,
    model: CategoryModel | None = None,
) -> Understanding:
    """Title, category, places, urgency, intake class, request type and fingerprint of one message.

    ``home`` is the code of the receiving area; without a gazetteer no place is looked for, without an index or model
    no category is proposed. About 1 ms for 200 characters.
    """
    begun = time.perf_counter()
    body = text[:LONGEST]
    whole = join_title(title, body) if title else body
    urgency = assess(whole)
    places = tuple(locate(whole, home, gazetteer)) if gazetteer is not None else ()
    outside = gazetteer is not None and _is_outside(places, home, gazetteer)
    categories, category = _categorise(title, body, category_index, model)
    return Understanding(
        title=title[:30] if title else make_title(body),
        categories=tuple(categories[:5]),
        category=category,
        places=places,
        urgency=urgency,
        intake=classify(whole, urgency, places, outside),
        request_type=request_type(whole),
        fingerprint=fingerprint(whole),
        milliseconds=(time.perf_counter() - begun) * 1000.0,
    )


def _categorise(
    title: str, body: str, index: KeywordIndex | None, model: CategoryModel | None
) -> tuple[list[RankedLabel], Suggestion]:
    if index is not None:
        return index.rank_and_suggest(title, body, model)
    ranked = model.predict(title, body) if model is not None else []
    return ranked, as_suggestion(ranked, model.maker if model is not None else "categories/none", 0.5)


def _is_outside(places: tuple[PlaceCandidate, ...], home: str, gazetteer: Gazetteer) -> bool:
    """Whether the place is certain and lies outside the receiving city."""
    if not places or places[0].ask:
        return False
    _, around = gazetteer.home(home)
    return bool(around) and not gazetteer.within(places[0].area_code, around)
