"""What a chat model says of a text: values of a schema only, each borne out by the text's own words, or dropped.

Nothing that the model writes is an action, and nothing that a citizen writes to it can become one: an answer is parsed
into the values below, a code must be in the list that was offered, a quotation must stand in the text, and a title or
summary may use no figure and hardly a word that the text does not have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from minhu.kernel.patterns import regex
from minhu.language.element_types import ElementKind
from minhu.language.features import clean
from minhu.language.types import IntakeClass, RequestType, Span, UrgencyLevel
from minhu.language.veil import Veiled

LONGEST_QUOTE: Final = 300
LONGEST_TITLE, LONGEST_SUMMARY = 30, 160
MOST_CONFIDENCE: Final = 0.9
"""A model's word about itself is not calibrated."""
SHARE_OF_WORDS: Final = 0.6
_FENCE: Final = regex(r"```(?:json)?\s*\n(?P<it>.*)\n```", re.DOTALL)
_CONTROL: Final = regex(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_FIGURES: Final = regex(r"\d+")

Quote = Annotated[str, Field(min_length=1, max_length=LONGEST_QUOTE, description="原文中连续的原话")]
Sure = Annotated[float, Field(ge=0, le=1)]


class BadAnswer(ValueError):
    """The answer is no JSON of the schema."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Coded(_Strict):
    code: Annotated[str, Field(max_length=64)]
    quote: Quote
    confidence: Sure


class _Urgency(_Strict):
    level: Literal["danger", "urgent", "normal"]
    quote: Quote


class _Element(_Strict):
    kind: Literal["who", "where", "when", "party", "people", "demand", "evidence", "earlier", "secrecy"]
    quote: Quote


class Answer(_Strict):
    """The answer as it is asked for; ``null`` where the text does not say."""

    category: _Coded | None
    request_type: Annotated[str, Field(max_length=8)] | None
    intake: _Coded | None
    urgency: _Urgency | None
    places: Annotated[list[Quote], Field(max_length=5)]
    elements: Annotated[list[_Element], Field(max_length=30)]
    title: Annotated[str, Field(max_length=200)] | None
    summary: Annotated[str, Field(max_length=600)] | None


@dataclass(frozen=True, slots=True)
class Advice:
    """What is left of an answer; all spans are places in the text that was given. ``dropped`` names what was not."""

    category: str = ""
    category_span: Span | None = None
    category_confidence: float = 0.0
    request_type: str = ""
    intake: str = ""
    intake_span: Span | None = None
    urgency: UrgencyLevel | None = None
    urgency_span: Span | None = None
    places: tuple[Span, ...] = ()
    elements: tuple[tuple[ElementKind, Span], ...] = ()
    title: str = ""
    summary: str = ""
    dropped: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left that anybody could use."""
        return not (self.category or self.intake or self.urgency or self.places or self.elements or self.title)


def schema() -> Mapping[str, Any]:
    """The JSON schema of an answer."""
    return Answer.model_json_schema()


def read_answer(words: str) -> Answer:
    """An answer from a model's words (bare JSON, or JSON in one fence); raises BadAnswer for anything else."""
    fenced = _FENCE.fullmatch(words.strip())
    try:
        found = json.loads(fenced["it"] if fenced else words, parse_constant=_no_number)
        answer = Answer.model_validate(found)
    except (ValidationError, ValueError, RecursionError) as error:
        raise BadAnswer("the answer does not fit the schema") from error
    if _has_control(found):
        raise BadAnswer("the answer holds signs that no text has")
    return answer


def _no_number(_: str) -> NoReturn:
    raise BadAnswer("not a number")


def _has_control(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_CONTROL.search(value))
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_has_control(one) for one in parts)


def check(answer: Answer, text: Veiled, categories: Sequence[str]) -> Advice:
    """What of an answer the text bears out: codes of ``categories`` and of the house, quotations that stand there."""
    dropped: list[str] = []

    def place(name: str, quote: str) -> Span | None:
        found = text.find(quote)
        if found is None:
            dropped.append(name)
        return found

    def coded(name: str, said: _Coded | None, known: Sequence[str]) -> tuple[str, Span | None, float]:
        if said is None:
            return "", None, 0.0
        if said.code not in known:
            dropped.append(name)
            return "", None, 0.0
        span = place(name, said.quote)
        return (said.code, span, min(said.confidence, MOST_CONFIDENCE)) if span else ("", None, 0.0)

    category, category_span, sure = coded("category", answer.category, categories)
    intake, intake_span, _ = coded("intake", answer.intake, [str(one) for one in IntakeClass])
    urgency_span = place("urgency", answer.urgency.quote) if answer.urgency else None
    places = [place("place", quote) for quote in answer.places]
    elements = [(ElementKind(one.kind), place(one.kind, one.quote)) for one in answer.elements]
    kind = answer.request_type or ""
    if kind and kind not in [str(one) for one in RequestType]:
        dropped.append("request_type")
        kind = ""
    return Advice(
        category=category, category_span=category_span, category_confidence=sure, request_type=kind,
        intake=intake, intake_span=intake_span,
        urgency=answer.urgency.level if answer.urgency and urgency_span else None, urgency_span=urgency_span,
        places=tuple(one for one in places if one), elements=tuple((name, at) for name, at in elements if at),
        title=_words("title", answer.title, text, LONGEST_TITLE, dropped),
        summary=_words("summary", answer.summary, text, LONGEST_SUMMARY, dropped),
        dropped=tuple(dropped),
    )  # fmt: skip


def _words(name: str, said: str | None, text: Veiled, most: int, dropped: list[str]) -> str:
    """A title or summary with personal values put back, '' where its words are not the text's."""
    if not said or not said.strip():
        return ""
    plain = " ".join(said.split())
    if len(plain) > most or not _borne_out(plain, text.text):
        dropped.append(name)
        return ""
    return text.unveil(plain)


def _borne_out(words: str, text: str) -> bool:
    """No figure that the text has not, no address, and most pairs of characters are the text's own."""
    if "://" in words or not set(_FIGURES.findall(words)) <= set(_FIGURES.findall(text)):
        return False
    said, known = _pairs(words), _pairs(text)
    return bool(said) and len(said & known) >= SHARE_OF_WORDS * len(said)


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"[\W_]+", "", clean(text))
    return {plain[at : at + 2] for at in range(len(plain) - 1)}
