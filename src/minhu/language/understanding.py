"""The first understanding of a text: everything ``language`` can say about it, in one call."""

from __future__ import annotations

import time
from dataclasses import replace

from minhu.language.categories import CategoryModel, as_suggestion
from minhu.language.emotion import feel
from minhu.language.features import join_title
from minhu.language.gazetteer import Gazetteer
from minhu.language.intake_class import classify, request_type
from minhu.language.keywords import KeywordIndex
from minhu.language.likeness import fingerprint
from minhu.language.marks import find_marks, priority
from minhu.language.places import locate
from minhu.language.plain import Plain, normalise
from minhu.language.speech import recognise
from minhu.language.titles import make_title
from minhu.language.types import (
    Impression,
    PlaceCandidate,
    RankedLabel,
    Span,
    Suggestion,
    Understanding,
    Urgency,
)
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
    no category is proposed. Dialect and traditional characters are read as standard Chinese; spans point into the words
    as given. About 1 ms for 200 characters.
    """
    begun = time.perf_counter()
    body = text[:LONGEST]
    whole = join_title(title, body) if title else body
    speech = recognise(whole)
    plain = normalise(whole, speech) if speech.dialect or speech.traditional else None
    reading = plain.text if plain is not None else whole
    urgency = _urgency(whole, plain)
    places = tuple(locate(reading, home, gazetteer)) if gazetteer is not None else ()
    if plain is not None:
        places = tuple(replace(one, spans=_original(plain, one.spans)) for one in places)
    outside = gazetteer is not None and _is_outside(places, home, gazetteer)
    head, rest = (title, body) if plain is None else ("", reading)
    categories, category = _categorise(head, rest, category_index, model)
    if plain is not None:
        categories = [replace(one, spans=_original(plain, one.spans)) for one in categories]
        category = replace(category, spans=_original(plain, category.spans))
    return Understanding(
        title=title[:30] if title else make_title(body),
        categories=tuple(categories[:5]),
        category=category,
        places=places,
        urgency=urgency,
        intake=_intake(classify(reading, urgency, places, outside), plain, urgency),
        request_type=request_type(whole),
        fingerprint=fingerprint(whole),
        speech=speech,
        milliseconds=(time.perf_counter() - begun) * 1000.0,
    )


def impression(text: str, repeats: int = 0) -> Impression:
    """Marks, four type, emotion, language and emergency services of a text; about half a millisecond for 200 characters."""
    body = text[:LONGEST]
    speech = recognise(body)
    plain = normalise(body, speech) if speech.dialect or speech.traditional else None
    reading = plain.text if plain is not None else body
    urgency = _urgency(body, plain)
    marks, feeling = find_marks(reading), feel(reading)
    found = Impression(marks, priority(reading, urgency, marks, repeats), feeling, speech, urgency.services)
    if plain is None:
        return found
    spans = _original(plain, feeling.spans)
    shown = tuple(body[start:end] for start, end in spans)
    back = tuple(replace(one, span=plain.original(one.span), words=_words(body, plain, one.span)) for one in marks)
    return replace(found, marks=back, feeling=replace(feeling, spans=spans, words=shown))


def _words(body: str, plain: Plain, span: Span) -> str:
    start, end = plain.original(span)
    return body[start:end]


def _original(plain: Plain, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple(plain.original(span) for span in spans)


def _urgency(words: str, plain: Plain | None) -> Urgency:
    """Danger in the words as given or in what they mean in standard Chinese; the graver of the two."""
    said = assess(words)
    if plain is None or plain.text == words:
        return said
    meant = assess(plain.text)
    if meant.life_danger or (not said.life_danger and meant.level == "urgent"):
        return replace(meant, spans=_original(plain, meant.spans))
    return said


def _intake(found: Suggestion, plain: Plain | None, urgency: Urgency) -> Suggestion:
    """Spans of the intake class in the words as given; those of a danger are already there."""
    if plain is None or found.spans == urgency.spans:
        return found
    return replace(found, spans=_original(plain, found.spans))


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
