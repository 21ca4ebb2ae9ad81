"""In which pieces a text is said: what was made ahead as far as it goes, the rest short at first, so that sound comes early."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from minhu.language.spoken import Tongue, clauses, pieces, spoken

FIRST: Final = 8
"""Signs of the first piece that must be made while somebody waits; it may be longer where there is no pause."""
MOST: Final = 40
_FOREIGN: Final = re.compile(r"[A-Za-z]{2,}(?:['’ ,.-]+[A-Za-z]+){2,}")
_BETWEEN: Final = re.compile(r"(?<=[。！？!?；\n])|(?<=[a-z]\.)\s+")
_SLOT: Final = re.compile(r"\{\w+\}")
_HOLE: Final = "\ue000"


@dataclass(frozen=True, slots=True)
class Piece:
    """Spoken words that are made at once, and the rest after them in seconds."""

    said: str
    tongue: Tongue
    rest: float


Known = Callable[[Piece], bool]


def planned(text: str, cantonese: bool = False, known: Known | None = None, lead: str = "") -> list[Piece]:
    """Pieces of a text as written, sentence by sentence in its own tongue.

    ``known``: whether a piece was made ahead; of those the longest run of clauses is taken. ``lead``: a word that goes
    before a text whose beginning is not known, if the word itself is.
    """
    found: list[Piece] = []
    fresh = True
    for sentence in _BETWEEN.split(text):
        tongue = _tongue(sentence, cantonese)
        for parts in clauses(spoken(sentence, tongue)):
            for run, is_known in _runs(parts, tongue, known):
                found += [
                    _piece(one, tongue) for one in ([run] if is_known else pieces(run, first=FIRST if fresh else MOST))
                ]
                fresh = fresh and is_known
    before = _piece(lead, Tongue.MANDARIN) if lead and not cantonese else None
    if before and known and found and found[0].tongue is Tongue.MANDARIN and not known(found[0]) and known(before):
        return [before, *found]
    return found


def fixed_pieces(template: str, cantonese: bool = False) -> list[Piece]:
    """Pieces of what is the same in every text made of a template with ``{slots}``; of a text without any, all of it."""
    found: list[Piece] = []
    for sentence in _BETWEEN.split(_SLOT.sub(_HOLE, template)):
        tongue = _tongue(sentence, cantonese)
        for parts in clauses(spoken(sentence, tongue)):
            run = ""
            for part in [*parts, _HOLE]:
                if _HOLE in part:
                    found += [_piece(one, tongue) for one in pieces(run, first=MOST)]
                    run = ""
                else:
                    run += part
    return found


def _tongue(sentence: str, cantonese: bool) -> Tongue:
    if _FOREIGN.search(sentence) and not re.search("[\u4e00-\u9fff]", sentence):
        return Tongue.ENGLISH
    return Tongue.CANTONESE if cantonese else Tongue.MANDARIN


def _runs(parts: list[str], tongue: Tongue, known: Known | None) -> list[tuple[str, bool]]:
    """A sentence's clauses as runs that were made ahead, and those between them that were not."""
    if known is None:
        return [("".join(parts), False)]
    found: list[tuple[str, bool]] = []
    at = 0
    while at < len(parts):
        joined = ("".join(parts[at:end]) for end in range(len(parts), at, -1))
        run = next((one for one in joined if known(_piece(one, tongue))), "")
        if run:
            found.append((run, True))
            at += next(end for end in range(len(parts), at, -1) if "".join(parts[at:end]) == run) - at
            continue
        if found and not found[-1][1]:
            found[-1] = (found[-1][0] + parts[at], False)
        else:
            found.append((parts[at], False))
        at += 1
    return found


def _piece(said: str, tongue: Tongue) -> Piece:
    return Piece(said, tongue, 0.3 if said[-1] in "。！？!?.；" else 0.12)
