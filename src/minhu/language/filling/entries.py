"""What an agent makes of the readings: accepted, corrected, or not looked at yet; his word is never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from minhu.language.filling.types import Field, Reading


class Mark(StrEnum):
    """Whose word a field's value is."""

    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"


class Outcome(StrEnum):
    """What became of a field when the form was registered."""

    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    TYPED = "typed"
    """Nothing had been read; the agent wrote it."""
    LEFT = "left"
    """Registered as read, without a look."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of the form; ``newer`` is a later reading that says something else than the agent's word."""

    reading: Reading
    mark: Mark = Mark.SUGGESTED
    newer: Reading | None = None
    seen: str = ""
    """The value that was read when the agent gave his word: it is not proposed again."""

    def to_json(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "mark": self.mark.value, "seen": self.seen, **_plain(self.reading),
            "newer": _plain(self.newer) if self.newer else None,
        }  # fmt: skip


Entries = Mapping[Field, Entry]


def from_json(kept: Mapping[str, Any]) -> dict[Field, Entry]:
    """Entries from what ``to_json`` gave; fields of another release are left out."""
    known = set(Field)
    return {Field(name): _entry(Field(name), row) for name, row in kept.items() if name in known}


def merge(entries: Entries, readings: Mapping[Field, Reading]) -> dict[Field, Entry]:
    """The entries after a further reading of the conversation."""
    merged = {}
    for field in Field:
        old, new = entries.get(field), readings.get(field)
        if old is None or old.mark is Mark.SUGGESTED:
            if new is not None:
                merged[field] = Entry(new)
        elif new is None or new.value in (old.reading.value, old.seen):
            merged[field] = replace(old, newer=None)
        else:
            merged[field] = replace(old, newer=new)
    return merged


def accept(entries: Entries, field: Field) -> dict[Field, Entry]:
    """The agent takes what was read: the newer reading where there is one, else the value as it stands."""
    old = entries.get(field)
    if old is None:
        return dict(entries)
    taken = old.newer or old.reading
    mark = Mark.CORRECTED if old.mark is Mark.CORRECTED and old.newer is None else Mark.ACCEPTED
    return {**entries, field: Entry(taken, mark, None, taken.value)}


def correct(entries: Entries, field: Field, value: str) -> dict[Field, Entry]:
    """The agent's own word; the same as was read counts as accepted."""
    old = entries.get(field)
    if old is not None and old.newer is None and old.reading.value == value:
        return accept(entries, field)
    if old is not None and old.newer is not None and old.newer.value == value:
        return accept(entries, field)
    read = (old.newer or old.reading) if old else None
    seen = (read.value if read and old and old.mark is not Mark.CORRECTED else old.seen if old else "") or ""
    return {**entries, field: Entry(Reading(field, value, 1.0), Mark.CORRECTED, None, seen)}


def accept_sure(entries: Entries) -> dict[Field, Entry]:
    """All fields of the band 'sure' that nobody has looked at, at once."""
    taken: dict[Field, Entry] = dict(entries)
    for field, entry in entries.items():
        if entry.mark is Mark.SUGGESTED and entry.reading.band == "sure":
            taken = accept(taken, field)
    return taken


def outcomes(entries: Entries) -> dict[str, str]:
    """What became of each field, for the figures; without any value."""
    found = {}
    for field, entry in entries.items():
        if entry.mark is Mark.CORRECTED:
            found[field.value] = (Outcome.CORRECTED if entry.seen else Outcome.TYPED).value
        else:
            found[field.value] = (Outcome.ACCEPTED if entry.mark is Mark.ACCEPTED else Outcome.LEFT).value
    return found


def _plain(one: Reading) -> dict[str, Any]:
    return {
        "value": one.value, "confidence": one.confidence, "words": one.words, "number": one.number,
        "start": one.start, "end": one.end,
    }  # fmt: skip


def _entry(field: Field, row: Mapping[str, Any]) -> Entry:
    newer = _reading(field, row["newer"]) if row.get("newer") else None
    return Entry(_reading(field, row), Mark(row["mark"]), newer, str(row.get("seen", "")))


def _reading(field: Field, row: Mapping[str, Any]) -> Reading:
    return Reading(
        field, str(row["value"]), float(row["confidence"]), str(row["words"]), int(row["number"]),
        int(row.get("start", -1)), int(row.get("end", -1)),
    )  # fmt: skip
