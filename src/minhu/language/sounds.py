"""Names that sound alike: 岳鹿区 for 岳麓区, 南诲区 for 南海区; what a recogniser or a hasty hand writes.

Only names of the home city are compared, and only where a text names no known place; a likeness is always a question,
never an answer. Readings come from pypinyin's table of single characters, its phrases are not needed.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from minhu.kernel.patterns import regex

_SUFFIXED = regex(r"(?=(?P<it>[\u4e00-\u9fff]{2,6}?(?:街道|区|县|市|镇|乡)))")
# Sounds that many speakers do not keep apart: flat and curled tongue, front and back n.
_FOLDED = regex(r"^(zh|ch|sh)|(?<=[aei])ng$")
Sound = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """Words of a text that sound like the name of an area."""

    start: int
    end: int
    name: str
    codes: tuple[str, ...]


@cache
def _table() -> dict[int, str]:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.pinyin_dict import pinyin_dict

    return dict(pinyin_dict)


@cache
def _syllable(sign: str) -> str:
    """The first reading of a character without its tone, folded; the sign itself where it has none."""
    said = _table().get(ord(sign), sign).split(",")[0]
    plain = "".join(
        one for one in unicodedata.normalize("NFD", said) if not unicodedata.combining(one) or one == "\u0308"
    )
    return _FOLDED.sub(lambda found: found.group(1)[0] if found.group(1) else "n", plain)


def sound(words: str) -> Sound:
    """How words sound, syllable by syllable."""
    return tuple(_syllable(sign) for sign in words)


class SoundIndex:
    """Full names of some areas by their sound."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        table: dict[Sound, dict[str, list[str]]] = {}
        for name, code in names:
            if 3 <= len(name) <= 8 and _SUFFIXED.match(name):
                table.setdefault(sound(name), {}).setdefault(name, []).append(code)
        self._table = table

    def find(self, text: str) -> list[Alike]:
        """Places in a text that sound like a name but are written otherwise, from the left, without overlaps."""
        found: list[Alike] = []
        for start, words in ((hit.start(), hit["it"]) for hit in _SUFFIXED.finditer(text)):
            for name, codes in self._table.get(sound(words), {}).items():
                if name != words and (not found or start >= found[-1].end):
                    found.append(Alike(start, start + len(words), name, tuple(codes)))
        return found
