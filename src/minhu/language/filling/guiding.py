"""What the agent should ask next, and what would make the form noise: two places, a missing time, a type unlike the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minhu.language.element_types import Question
from minhu.language.filling.asked import Ask, asked_in
from minhu.language.filling.entries import Entries, Mark
from minhu.language.filling.types import Band, Field, Reading, Spoken

NAME: Final = Question("name", "请问怎么称呼您？", 60)
PHONE: Final = Question("phone", "请问您的联系电话是多少？", 62)
SECRET: Final = Question("secret", "处理时需要为您的身份保密吗？", 64)
_FIELDS: Final = {
    "where": Field.PLACE, "facility": Field.PLACE, "where_now": Field.PLACE, "when": Field.WHEN, "noise_time": Field.WHEN,
    "outage_since": Field.WHEN, "bought_when": Field.WHEN, "smell_time": Field.WHEN, "party": Field.PARTY,
    "wages_party": Field.PARTY, "bought_party": Field.PARTY, "people": Field.PEOPLE, "name": Field.NAME, "phone": Field.PHONE,
    "secret": Field.CONFIDENTIAL,
}  # fmt: skip
"""Questions whose answer is a field: one that the agent has filled is not asked."""
_ASKS: Final = {
    Field.PLACE: Ask.PLACE, Field.WHEN: Ask.SINCE, Field.PARTY: Ask.PARTY, Field.PEOPLE: Ask.PEOPLE, Field.NAME: Ask.NAME,
    Field.PHONE: Ask.PHONE, Field.CONFIDENTIAL: Ask.SECRET,
}  # fmt: skip
_TWO_PLACES: Final = frozenset({"two_areas", "two_sites"})
_SECRET_FOR: Final = frozenset({"投诉", "举报", "complaint", "report"})
_SURE_TYPE: Final = 0.6


class Noise(StrEnum):
    """What makes an order come back."""

    TWO_PLACES = "two_places"
    NO_PLACE = "no_place"
    NO_TIME = "no_time"
    NO_PHONE = "no_phone"
    UNSURE_AREA = "unsure_area"
    OTHER_TYPE = "other_type"
    OTHER_CATEGORY = "other_category"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning; ``field`` is where it is mended, ``words`` what it is about."""

    noise: Noise
    field: Field
    words: str = ""


def questions_left(
    questions: Sequence[Question], entries: Entries, spoken: Sequence[Spoken], *, danger: bool = False
) -> tuple[Question, ...]:
    """What is still to ask, the most needed first: nothing that a field answers, nothing that was asked already.

    A question that was asked and not answered comes last. With danger to life only what a rescuer needs is asked.
    """
    asked = frozenset[Ask]().union(*(asked_in(one.text) for one in spoken if not one.citizen))
    said = "\n".join(one.text for one in spoken if not one.citizen)
    wanted = [*questions] if danger else [*questions, *_about_caller(entries)]
    if not wanted and not spoken:
        return ()
    first: list[Question] = []
    later: list[Question] = []
    for one in wanted:
        field = _FIELDS.get(one.code)
        if field is not None and _known(entries, field):
            continue
        again = one.text in said or (field is not None and _ASKS[field] in asked)
        (later if again else first).append(one)
    return tuple(first + later)


def warnings_of(entries: Entries, questions: Sequence[Question], read: Mapping[Field, Reading]) -> tuple[Warned, ...]:
    """What should be looked at before the form is registered; nothing here forbids anything."""
    return tuple(_warnings(entries, questions, read))


def _warnings(entries: Entries, questions: Sequence[Question], read: Mapping[Field, Reading]) -> Iterator[Warned]:
    settled = {field for field, entry in entries.items() if entry.mark is not Mark.SUGGESTED}
    consultation = value_of(entries, Field.REQUEST_TYPE) in ("consultation", "praise", "suggestion")
    two = next((one for one in questions if one.code in _TWO_PLACES), None)
    if two is not None and Field.PLACE not in settled:
        yield Warned(Noise.TWO_PLACES, Field.PLACE, two.text)
    if not value_of(entries, Field.PLACE) and not value_of(entries, Field.AREA) and not consultation:
        yield Warned(Noise.NO_PLACE, Field.PLACE)
    area = entries.get(Field.AREA)
    if area is not None and area.mark is Mark.SUGGESTED and area.reading.band is Band.UNSURE:
        yield Warned(Noise.UNSURE_AREA, Field.AREA)
    if not value_of(entries, Field.WHEN) and not consultation:
        yield Warned(Noise.NO_TIME, Field.WHEN)
    for field, noise in ((Field.REQUEST_TYPE, Noise.OTHER_TYPE), (Field.CATEGORY, Noise.OTHER_CATEGORY)):
        own, words = entries.get(field), read.get(field)
        if (
            own
            and words
            and own.mark is Mark.CORRECTED
            and words.value != own.reading.value
            and words.confidence >= _SURE_TYPE
        ):
            yield Warned(noise, field, words.value)
    if not value_of(entries, Field.PHONE):
        yield Warned(Noise.NO_PHONE, Field.PHONE)
    if len(value_of(entries, Field.MATTER)) < 12:
        yield Warned(Noise.SHORT, Field.MATTER)


def value_of(entries: Entries, field: Field) -> str:
    """The value of a field as it would be registered; '' for none."""
    entry = entries.get(field)
    return entry.reading.value if entry else ""


def _about_caller(entries: Entries) -> list[Question]:
    wants_secret = value_of(entries, Field.REQUEST_TYPE) in _SECRET_FOR
    return [NAME, PHONE, *([SECRET] if wants_secret else [])]


def _known(entries: Entries, field: Field) -> bool:
    entry = entries.get(field)
    return (
        entry is not None
        and bool(entry.reading.value)
        and (entry.mark is not Mark.SUGGESTED or entry.reading.band is not Band.UNSURE)
    )
