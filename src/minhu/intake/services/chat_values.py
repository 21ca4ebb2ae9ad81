"""What a chat model advises, as this city's values: categories and areas by id, urgency only where it is higher."""

from __future__ import annotations

from typing import Any, Final

from minhu.directory.queries import categories
from minhu.intake import lexicon
from minhu.intake.models import Request
from minhu.intake.types import SuggestedField
from minhu.language import places
from minhu.language.advice import Advice
from minhu.language.personal import mask_personal
from minhu.language.types import Span
from minhu.language.veil import Veiled

LEVELS: Final = ("normal", "urgent", "danger")
HIDDEN: Final = "＊＊"


def values_of(advice: Advice, words: Veiled, request: Request) -> dict[str, Any]:
    """The values to store: what a person could take over, with the words each is from. No personal value is in it."""

    def quote(span: Span | None) -> str:
        return _shown(words.original[span[0] : span[1]] if span else "", words)

    info = categories.category_by_code(advice.category) if advice.category else None
    found: dict[str, Any] = {
        "title": _shown(advice.title, words), "summary": _shown(advice.summary, words), "request_type": advice.request_type,
        "elements": [[kind.value, quote(span)] for kind, span in advice.elements], "dropped": list(advice.dropped),
    }  # fmt: skip
    if info is not None:
        found["category"] = {
            "category_id": info.id, "label": info.full_name, "confidence": round(advice.category_confidence, 3),
            "quote": quote(advice.category_span),
        }  # fmt: skip
    if advice.urgency and LEVELS.index(advice.urgency) > LEVELS.index(level_of(request)):
        found["urgency"] = {"level": advice.urgency, "quote": quote(advice.urgency_span)}
    place = _place(advice, words)
    if place:
        found["place"] = place | {"quote": quote(advice.places[0])}
    return found


def level_of(request: Request) -> str:
    """The level of the first look at a request, which a model may raise and never lower."""
    row = request.suggestions.filter(field=SuggestedField.URGENCY.value).last()
    level = row.value.get("level") if row is not None and isinstance(row.value, dict) else None
    return level if level in LEVELS else LEVELS[0]


def _place(advice: Advice, words: Veiled) -> dict[str, Any]:
    """The area that the quoted places determine by the city's own gazetteer; a model names no area itself."""
    city = lexicon.words_of_the_city()
    if city.gazetteer is None or not advice.places:
        return {}
    said = "，".join(words.original[begin:end] for begin, end in advice.places)
    code = places.determined(places.locate(said, city.home, city.gazetteer), city.gazetteer)
    label = lexicon.area_name(code) if code else ""
    return {"area_code": code, "label": label} if label else {}


def _shown(text: str, words: Veiled) -> str:
    """Words for a page: whatever was taken out of the text is not in them."""
    for begin, end in words.spans:
        text = text.replace(words.original[begin:end], HIDDEN)
    return mask_personal(text)
