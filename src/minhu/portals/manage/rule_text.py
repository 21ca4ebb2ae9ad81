"""A rule set as text: one line for each rule, and for each mistake the line it stands in."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

LONGEST_LINE: Final = 600


def stamp_of(content: Mapping[str, Any]) -> str:
    """Changes with the content; a form carries it, so that nobody overwrites what somebody else saved."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def written(content: Mapping[str, Any]) -> tuple[str, dict[str, int]]:
    """The content as JSON text, and for each place ('lines[3].amount') the number of its line, from 1."""
    out: list[str] = []
    places: dict[str, int] = {}
    _emit(content, "", "", ("", ""), out, places)
    return "\n".join(out), places


def _emit(value: Any, where: str, pad: str, around: tuple[str, str], out: list[str], places: dict[str, int]) -> None:
    head, tail = around
    places[where] = len(out) + 1
    members = _members(value, where)
    if not members or (where and _flat(value)):
        out.append(f"{pad}{head}{json.dumps(value, ensure_ascii=False)}{tail}")
        places.update({place: len(out) for place, _name, _part in members})
        return
    opening, closing = ("{", "}") if isinstance(value, Mapping) else ("[", "]")
    out.append(f"{pad}{head}{opening}")
    for number, (place, name, part) in enumerate(members, 1):
        _emit(part, place, pad + "  ", (name, "" if number == len(members) else ","), out, places)
    out.append(f"{pad}{closing}{tail}")


def _members(value: Any, where: str) -> list[tuple[str, str, Any]]:
    """Place, written name and value of what is inside."""
    if isinstance(value, Mapping):
        dot = f"{where}." if where else ""
        return [(f"{dot}{name}", f"{json.dumps(name, ensure_ascii=False)}: ", part) for name, part in value.items()]
    if isinstance(value, list):
        return [(f"{where}[{number}]", "", part) for number, part in enumerate(value, 1)]
    return []


def _flat(value: Any) -> bool:
    parts = value.values() if isinstance(value, Mapping) else value
    simple = all(not isinstance(part, (Mapping, list)) for part in parts)
    return simple and len(json.dumps(value, ensure_ascii=False)) <= LONGEST_LINE


def line_of(where: str, places: Mapping[str, int]) -> int:
    """The line of a place, or of the nearest thing around it; 1 when it is the whole."""
    while where:
        if where in places:
            return places[where]
        where = re.sub(r"(\.[^.\[\]()]*|\[\d+\]|\([^)]*\)|^[^.\[(]+)$", "", where)
    return 1
