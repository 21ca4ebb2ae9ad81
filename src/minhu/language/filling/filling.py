"""The whole form from a conversation: utterance by utterance for facts, the matter as a whole for what it is.

Each utterance is read once and remembered by its words and its question, so that only what is new costs time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.categories import CategoryModel
from minhu.language.circumstances import find_people
from minhu.language.element_types import Element
from minhu.language.filling.asked import ABOUT_HIMSELF, Ask, asked_in
from minhu.language.filling.located import located
from minhu.language.filling.requester import is_own_phone, of_requester
from minhu.language.filling.types import Field, Reading, Spoken
from minhu.language.filling.wording import tidy
from minhu.language.gazetteer import Gazetteer
from minhu.language.keywords import KeywordIndex
from minhu.language.parties import find_parties
from minhu.language.places import locate
from minhu.language.sites import find_sites
from minhu.language.times import find_times
from minhu.language.titles import make_title
from minhu.language.types import Understanding
from minhu.language.understanding import understand

MOST: Final = 400
"""Utterances of one talk that are read."""
_NOTHING: Final = regex(
    r"^(?:喂+|你好|您好|嗯+|对+的?|是的?|好的?|行|可以+|中+|哦|啊|没有|没|不知道|不清楚|谢谢|再见|有+|要的?|同志|请问)?[，。！!,. 啊呀吧的了]*$"
)
_HELLO: Final = regex(r"^(?:(?:喂+|你好|您好|同志你好|姑娘|闺女|12345(?:吗|嗦)?)[，,。！! 啊呀]*)+")
_BUILDING: Final = regex(
    r"^(?:[一二三四五六七八九十\d]+期)?(?:的)?(?:[0-9A-Za-z一二三四五六七八九十]{1,5}(?:号楼|号院|栋|幢|座|号)(?:[0-9一二三四五六七八九十]{1,3}单元)?(?:\d{3,4})?)?(?:[东西南北]?门口?|附近|旁边|对面|后面)?"
)


@dataclass(frozen=True, slots=True)
class City:
    """What filling needs of a city; parts are None until the directory is filled."""

    home: str = ""
    gazetteer: Gazetteer | None = None
    index: KeywordIndex | None = None
    model: CategoryModel | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as the conversation fills it, and the understanding of its matter (None while there is none)."""

    readings: dict[Field, Reading]
    matter: str
    understood: Understanding | None


_KNOWN: Final[dict[str, tuple[City, Understanding]]] = {}
_MOST_KNOWN: Final = 512


@dataclass(frozen=True, slots=True)
class _Turn:
    spoken: Spoken
    text: str
    asked: frozenset[Ask]


def fill(spoken: Sequence[Spoken], received: datetime, city: City = City(), caller: str = "") -> Filled:
    """Fill the form from all that was said; ``received`` (aware or local) is when, ``caller`` the number on the line.

    Never raises for what the words are; what was not said has no reading.
    """
    turns = _turns(spoken[-MOST:])
    found: dict[Field, list[Reading]] = {}
    for turn in turns:
        for reading in _read(turn, received, caller):
            found.setdefault(reading.field, []).append(reading)
    readings = {field: _best(field, options) for field, options in found.items()}
    if caller and Field.PHONE not in readings:
        readings[Field.PHONE] = Reading(Field.PHONE, caller, 0.9)
    if place := _place(turns, city.gazetteer):
        readings[Field.PLACE] = place
    matter = "。".join(one.text.rstrip("。，,") for one in turns if _tells(one))
    if len(matter) < 4:
        return Filled(located(readings, spoken), matter, None)
    readings[Field.MATTER] = Reading(
        Field.MATTER, matter, 0.9, "", next((one.spoken.number for one in turns if _tells(one)), 0)
    )
    understood = understood_of(matter, city)
    for reading in _of_matter(turns, matter, understood, readings.get(Field.PLACE), city):
        readings[reading.field] = reading
    return Filled(located(readings, spoken), matter, understood)


def _turns(spoken: Iterable[Spoken]) -> list[_Turn]:
    """The citizen's utterances, each with what it answers; two in a row answer the same question."""
    turns, asked = [], frozenset[Ask]()
    for one in spoken:
        if one.citizen:
            turns.append(_Turn(one, _HELLO.sub("", tidy(one.text)), asked))
        else:
            asked = asked_in(one.text)
    return turns


def _tells(turn: _Turn) -> bool:
    """Whether an utterance belongs to the matter: neither a politeness nor only an answer about the caller himself."""
    if _NOTHING.match(turn.text):
        return False
    return not turn.asked or not turn.asked <= ABOUT_HIMSELF or len(turn.text) > 24


def _read(turn: _Turn, received: datetime, caller: str) -> list[Reading]:
    found = list(_facts(turn.spoken, turn.text, turn.asked, received))
    if caller and Ask.PHONE in turn.asked and is_own_phone(turn.text):
        found.append(Reading(Field.PHONE, caller, 0.95, turn.text[:40], turn.spoken.number))
    return found


@lru_cache(maxsize=4096)
def _facts(one: Spoken, text: str, asked: frozenset[Ask], received: datetime) -> tuple[Reading, ...]:
    """Facts of one utterance; remembered, because a conversation is read again after each of its utterances."""
    of_himself = bool(asked) and asked <= ABOUT_HIMSELF
    found = list(of_requester(one, text, asked))
    if not of_himself:
        found += [_element(Field.WHEN, x, one, Ask.SINCE in asked) for x in find_times(text, received)]
        found += [_element(Field.PARTY, x, one, Ask.PARTY in asked) for x in find_parties(text, 1)]
        found += [_element(Field.PEOPLE, x, one, Ask.PEOPLE in asked) for x in find_people(text)[:1]]
    return tuple(found)


def _element(field: Field, one: Element, spoken: Spoken, answered: bool) -> Reading:
    return Reading(field, one.value, min(0.97, one.confidence + (0.15 if answered else 0.0)), one.text, spoken.number)


def _best(field: Field, options: Sequence[Reading]) -> Reading:
    """The surest; of equally sure ones the last for the caller himself (he corrects), the first for facts."""
    if field in (Field.NAME, Field.PHONE, Field.CONFIDENTIAL, Field.CALLBACK):
        return max(reversed(options), key=lambda one: (one.confidence, len(one.value) if field is Field.NAME else 0))
    return max(options, key=lambda one: one.confidence)


def _place(turns: Sequence[_Turn], gazetteer: Gazetteer | None) -> Reading | None:
    options: list[Reading] = []
    for turn in turns:
        if turn.asked and turn.asked <= ABOUT_HIMSELF:
            continue
        more = 0.15 if Ask.PLACE in turn.asked else 0.0
        options += [
            Reading(Field.PLACE, one.value, min(0.95, one.confidence + more), one.text, turn.spoken.number)
            for one in find_sites(turn.text)
        ]
        options += _landmarks(turn, gazetteer, more)
    return max(options, key=lambda one: one.confidence, default=None)


def _landmarks(turn: _Turn, gazetteer: Gazetteer | None, more: float) -> list[Reading]:
    """Estates, markets, schools that the city knows, with the building said behind them."""
    found = []
    for hit in gazetteer.hits(turn.text) if gazetteer is not None else ():
        if hit.name.landmark:
            end = _BUILDING.match(turn.text[hit.end :])
            words = hit.text + (end.group() if end else "")
            sure = 0.74 + more + (0.05 if len(words) > len(hit.text) else 0.0)
            found.append(Reading(Field.PLACE, words, min(0.97, sure), words, turn.spoken.number))
    return found


def understood_of(matter: str, city: City) -> Understanding:
    """The matter as understood; remembered as long as the city's words are the same ones."""
    known = _KNOWN.get(matter)
    if known is not None and all(one is other for one, other in zip(_parts(known[0]), _parts(city), strict=True)):
        return known[1]
    found = understand(matter, "", city.home, city.gazetteer, city.index, city.model)
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.pop(next(iter(_KNOWN)), None)
    _KNOWN[matter] = (city, found)
    return found


def _parts(city: City) -> tuple[object, ...]:
    return city.home, city.gazetteer, city.index, city.model


def _of_matter(
    turns: Sequence[_Turn], matter: str, read_as: Understanding, place: Reading | None, city: City
) -> list[Reading]:
    """What the matter as a whole says: title, type, category, area, urgency."""
    found = [Reading(Field.TITLE, make_title(matter), 0.75, read_as.title)]
    kind = read_as.request_type
    if kind.value:
        found.append(_told(turns, Field.REQUEST_TYPE, kind.value, kind.confidence, _words(matter, kind.spans)))
    if read_as.categories:
        best = read_as.categories[0]
        found.append(_told(turns, Field.CATEGORY, best.value, best.probability, _words(matter, best.spans)))
    urgency = read_as.urgency
    found.append(_told(turns, Field.URGENCY, urgency.level, urgency.confidence, _words(matter, urgency.spans)))
    if area := _area(place, read_as, city):
        found.append(area)
    return found


def _area(place: Reading | None, read_as: Understanding, city: City) -> Reading | None:
    """The area of the place; of the words as a whole where the place alone says nothing."""
    if city.gazetteer is None:
        return None
    given = locate(place.value, city.home, city.gazetteer) if place else []
    for options, number in ((given, place.number if place else 0), (read_as.places, 0)):
        if options and not options[0].ask:
            return Reading(
                Field.AREA, options[0].area_code, options[0].confidence, place.words if place and number else "", number
            )
    asked = next((one[0] for one in (given, read_as.places) if one), None)
    return Reading(Field.AREA, asked.area_code, min(asked.confidence, 0.5)) if asked else None


def _told(turns: Sequence[_Turn], field: Field, value: str, confidence: float, words: str) -> Reading:
    number = next((one.spoken.number for one in turns if words and words in one.text), 0)
    return Reading(field, value, round(confidence, 3), words, number)


def _words(text: str, spans: Sequence[tuple[int, int]]) -> str:
    return text[spans[0][0] : spans[0][1]] if spans else ""
