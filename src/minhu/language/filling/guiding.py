"""What the agent should ask next, and what would make the form noise: two places, a missing time, a type unlike the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from minhu.language.element_types import Question
from minhu.language.filling.asked import Ask, asked_in
from minhu.language.filling.entries import Entries, Mark
from minhu.language.filling.types import Band, Field, Spoken
from minhu.language.noise.types import Found, Marks, Noise

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
_SHORT: Final = 12
"""Characters below which a matter says too little."""
_SECRET_FOR: Final = frozenset({"投诉", "举报", "complaint", "report"})
_MENDED: Final = {
    Noise.TWO_PLACES: Field.PLACE, Noise.NO_PLACE: Field.PLACE, Noise.NO_TIME: Field.WHEN, Noise.OTHER_TYPE: Field.REQUEST_TYPE,
    Noise.OTHER_CATEGORY: Field.CATEGORY, Noise.OTHER_URGENCY: Field.URGENCY, Noise.SECRET: Field.CONFIDENTIAL,
}  # fmt: skip
"""The field in which a warning about the words is mended."""


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


def marks_of(entries: Entries, types: Mapping[str, str]) -> Marks:
    """What the agent has given his word for, and what was read of place and time; ``types``: stored type → its word."""
    own = {
        field: entry.reading.value for field, entry in entries.items() if entry.mark is not Mark.SUGGESTED
    }  # fmt: skip
    wish = own.get(Field.CONFIDENTIAL)
    return Marks(
        types.get(own.get(Field.REQUEST_TYPE, ""), ""), own.get(Field.CATEGORY, ""), own.get(Field.URGENCY, ""),
        None if wish is None else wish == "1", value_of(entries, Field.PLACE) or own.get(Field.AREA, ""),
        value_of(entries, Field.WHEN), Field.PLACE in own,
    )  # fmt: skip


def warnings_of(entries: Entries, found: Sequence[Found]) -> tuple[Warned, ...]:
    """What should be looked at before the form is registered; nothing here forbids anything.

    ``found`` is what ``noise.warning.noises_of`` says of the words and of ``marks_of`` the form.
    """
    return tuple(_warnings(entries, found))


def _warnings(entries: Entries, found: Sequence[Found]) -> Iterator[Warned]:
    for one in found:
        yield Warned(one.noise, _MENDED[one.noise], one.words)
    area = entries.get(Field.AREA)
    if area is not None and area.mark is Mark.SUGGESTED and area.reading.band is Band.UNSURE:
        yield Warned(Noise.UNSURE_AREA, Field.AREA)
    if not value_of(entries, Field.PHONE):
        yield Warned(Noise.NO_PHONE, Field.PHONE)
    if len(value_of(entries, Field.MATTER)) < _SHORT:
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
