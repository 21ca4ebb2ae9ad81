"""Which of many patterns can match a text at all, told by its characters alone.

Of every top-level alternative of a pattern the sets of characters are derived of which any match needs at least one
member. An alternative whose sets are not all met cannot match, so that skipping it never hides a match. The test
for all patterns together costs one dictionary look-up per distinct character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

Needs = list[frozenset[str]]
Candidate = tuple[int, int]
# Characters found in most messages: a set made of them sorts nothing out.
_COMMON: Final = frozenset(
    "的一是了不在有我这个们人中上大为来到时要出会可也你对就里能他她那得着下自之年过家小没好多请把被和说都还去看想给后只天生打水门"
    "老工心行学同电业关保路车司发全公住活外开动求几流地站面楼前道区市政府街社物领导问题投诉解决希望处理部情况居民单位女男方员0123456789"
)
_WIDEST: Final = 200
# Further sets of an alternative sort little out and cost time.
_MOST: Final = 3
_parser: Any = import_module("re._parser")


class Prefilter:
    """Bit masks over the character sets of several patterns; an alternative is looked at by its rarest set only."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        bits: dict[frozenset[str], int] = {}
        anchored: dict[str, dict[Candidate, None]] = {}
        always: dict[int, None] = {}
        for at, pattern in enumerate(patterns):
            for needs in alternatives(_parser.parse(pattern.pattern)):
                if not needs:
                    always[at] = None
                    continue
                mask = 0
                for one in sorted(needs, key=_weight)[:_MOST]:
                    mask |= 1 << bits.setdefault(one, len(bits))
                for char in min(needs, key=_weight):
                    anchored.setdefault(char, {})[at, mask] = None
        self._always = frozenset(always)
        self._anchored = {char: tuple(found) for char, found in anchored.items()}
        self._of: dict[str, int] = {}
        for chars, bit in bits.items():
            for char in chars:
                self._of[char] = self._of.get(char, 0) | 1 << bit

    def candidates(self, text: str) -> list[Candidate]:
        """The alternatives that may match somewhere in ``text``: (pattern number, mask)."""
        chars = set(text)
        met = self._met(chars)
        found = [(at, 0) for at in self._always]
        for char in self._anchored.keys() & chars:
            found += [one for one in self._anchored[char] if met & one[1] == one[1]]
        return found

    def possible(self, text: str, candidates: Sequence[Candidate]) -> list[int]:
        """Numbers of the patterns that may match in ``text``, a part of the text that had these ``candidates``."""
        met = self._met(set(text))
        return sorted({at for at, mask in candidates if met & mask == mask})

    def _met(self, chars: set[str]) -> int:
        met = 0
        of = self._of
        for char in of.keys() & chars:
            met |= of[char]
        return met


def alternatives(tree: Any) -> list[Needs]:
    """One list of needed character sets per top-level alternative of a parsed pattern."""
    items = list(tree)
    for at, (name, value) in enumerate(items):
        kind = str(name)
        inner = value[1] if kind == "BRANCH" else [value[3]] if kind == "SUBPATTERN" else None
        if inner is None or (kind == "SUBPATTERN" and len(items) > 1):
            continue
        rest = [needs for other in items[:at] + items[at + 1 :] for needs in _needs_of(other)]
        return [[*rest, *needs] for one in inner for needs in alternatives(one)]
    return [[needs for item in items for needs in _needs_of(item)]]


def _needs_of(item: Any) -> Needs:
    """Character sets that one element of a pattern needs; empty when it can match without any."""
    kind, value = str(item[0]), item[1]
    if kind == "LITERAL":
        return [frozenset(chr(value))]
    if kind == "IN":
        chars = _members(value)
        return [chars] if chars else []
    if kind == "SUBPATTERN":
        return [needs for one in value[3] for needs in _needs_of(one)]
    if kind in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0:
        return [needs for one in value[2] for needs in _needs_of(one)]
    if kind == "BRANCH":
        found = [min(needs, key=_weight, default=None) for one in value[1] for needs in alternatives(one)]
        chosen = [one for one in found if one is not None]
        return [frozenset().union(*chosen)] if len(chosen) == len(found) else []
    return []


def _members(values: Any) -> frozenset[str]:
    """The characters of a class; empty for a negated, open or very wide one."""
    chars: set[str] = set()
    for name, value in values:
        kind = str(name)
        if kind == "LITERAL":
            chars.add(chr(value))
        elif kind == "RANGE" and value[1] - value[0] < _WIDEST:
            chars.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return frozenset()
    return frozenset(chars)


def _weight(chars: frozenset[str]) -> tuple[int, int]:
    """Rarer sets first."""
    return len(chars & _COMMON), len(chars)
