"""What an emergency service is told (移交单), composed by code and short enough to be read aloud in ten seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

LONGEST_SECONDS: Final = 10.0
SYLLABLES_A_SECOND: Final = 5.0
"""A calm, quick reading: 300 Chinese characters a minute."""
MOST: Final = 500
_SYLLABLE: Final = re.compile(r"[\u4e00-\u9fff]|\d|[A-Za-z]+")
_BREAK: Final = re.compile(r"[，。；！,;!\s]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page for the other side; everything but ``what`` may be unknown. Texts are as people said them."""

    what: str
    danger: str = ""
    """The words that raised the alarm, joined by '、'."""
    place: str = ""
    area: str = ""
    landmark: str = ""
    position: str = ""
    """Coordinates 'latitude,longitude' in WGS 84, empty where nobody knows."""
    people: str = ""
    since: str = ""
    name: str = ""
    phone: str = ""

    def to_json(self) -> dict[str, str]:
        """What is known, as JSON keeps it."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Sheet:
        """From what ``to_json`` gave or a form; unknown names are left out, long values cut."""
        known = {one.name for one in fields(cls)}
        values = {name: " ".join(str(value).split())[:MOST] for name, value in kept.items() if name in known}
        return cls(**{"what": "", **values})


def seconds(text: str) -> float:
    """How long ``text`` takes to read aloud, in seconds."""
    return len(_SYLLABLE.findall(text)) / SYLLABLES_A_SECOND


def spoken(sheet: Sheet) -> str:
    """The sheet as one breath: danger, place, people, since, call-back number; never longer than ten seconds.

    What does not fit goes in this order: the name, the landmark, since when, the end of the matter, how many people;
    the number to call back stays whole, matter and place are cut last.
    """
    matter = _matter(sheet)
    where = sheet.place or sheet.area
    if sheet.area and sheet.place and sheet.area not in sheet.place:
        where = f"{_last_of(sheet.area)}{sheet.place}"
    tail = f"回电{sheet.phone}" if sheet.phone else ""
    more = {
        "landmark": f"{sheet.landmark}附近" if sheet.landmark and sheet.landmark not in where else "",
        "people": sheet.people,
        "since": f"{sheet.since}开始" if sheet.since else "",
        "name": f"报告人{sheet.name}" if sheet.name else "",
    }
    for dropped in (*_DROPPED, ""):
        found = _joined(matter, where, more, tail)
        if seconds(found) <= LONGEST_SECONDS:
            return found
        more.pop(dropped, None)
    for most in range(24, 5, -2):
        found = _joined(_cut(matter, most), _cut(where, most), {}, tail)
        if seconds(found) <= LONGEST_SECONDS:
            return found
    return _cut(_joined(matter, where, {}, tail), int(LONGEST_SECONDS * SYLLABLES_A_SECOND))


def _matter(sheet: Sheet) -> str:
    """The clause that begins the matter and the one in which the danger stands; the words of danger where none has them."""
    clauses = [one for one in _BREAK.split(sheet.what) if one]
    first = clauses[0] if clauses else sheet.what
    danger = sheet.danger.split("、")[0]
    with_danger = next((one for one in clauses if danger and danger in one), "")
    if not with_danger:
        return f"{danger}，{first}" if danger else first
    both = f"{first}，{with_danger}"
    return both if first != with_danger and seconds(both) <= LONGEST_SECONDS / 2 else with_danger


_DROPPED: Final = ("name", "landmark", "since", "people")


def _joined(matter: str, where: str, more: Mapping[str, str], tail: str) -> str:
    parts = (matter, where, more.get("landmark"), more.get("people"), more.get("since"), more.get("name"), tail)
    return "，".join(part for part in parts if part) + "。"


def _cut(text: str, syllables: int) -> str:
    """The first so many syllables of a text."""
    found = list(_SYLLABLE.finditer(text))
    return text if len(found) <= syllables else text[: found[syllables].start()]


def _last_of(area: str) -> str:
    """The two lowest levels of an area's full name, which is written with '/' between."""
    return "".join(area.split("/")[-2:])
