"""What a version changes against another: passages taken out, put in, changed, with the words that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from minhu.language.papers.types import Passage

Kind = Literal["same", "added", "removed", "changed"]
LIKE: Final = 0.5
"""So alike two passages are that one is the other, changed."""
_MOST: Final = 2_000
"""Characters of a passage whose words are compared; longer ones are shown whole."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some words and whether they are on both sides (``same``), only in the old or only in the new version."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One passage: ``old`` or ``new`` is None where it stands on one side only; ``parts`` of a changed one."""

    kind: Kind
    old: Passage | None
    new: Passage | None
    parts: tuple[Part, ...] = ()


def differences(old: Sequence[Passage], new: Sequence[Passage]) -> list[Difference]:
    """The passages that differ, in the order of the new version; those that stayed are left out."""
    found: list[Difference] = []
    matcher = SequenceMatcher(None, [one.text for one in old], [one.text for one in new], autojunk=False)
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what != "equal":
            found.extend(_paired(old[i1:i2], new[j1:j2]))
    return found


def _paired(old: Sequence[Passage], new: Sequence[Passage]) -> Iterator[Difference]:
    """A run of passages that changed: like ones side by side, the rest taken out or put in."""
    left = list(old)
    for one in new:
        best = max(left, key=lambda other: _likeness(other, one), default=None)
        if best is None or _likeness(best, one) < LIKE:
            yield Difference("added", None, one)
            continue
        for gone in left[: left.index(best)]:
            yield Difference("removed", gone, None)
        left = left[left.index(best) + 1 :]
        yield Difference("changed", best, one, tuple(_parts(best.text, one.text)))
    for gone in left:
        yield Difference("removed", gone, None)


def _likeness(one: Passage, other: Passage) -> float:
    """How alike two passages are; the same number (第五条) makes them likelier to be one."""
    matcher = SequenceMatcher(None, one.text[:_MOST], other.text[:_MOST], autojunk=False)
    named = 0.2 if one.label and one.label == other.label else 0.0
    return named + (matcher.ratio() if matcher.quick_ratio() + named >= LIKE else 0.0)


def _parts(old: str, new: str) -> Iterator[Part]:
    if max(len(old), len(new)) > _MOST:
        yield Part("removed", old)
        yield Part("added", new)
        return
    for what, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield Part("same", old[i1:i2])
            continue
        if i2 > i1:
            yield Part("removed", old[i1:i2])
        if j2 > j1:
            yield Part("added", new[j1:j2])
