"""Trees from questions that were asked: those of one matter that differ in one condition become its choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from minhu.language.papers.words import pieces_of
from minhu.language.trees.types import LONGEST_LABEL, MOST_CHOICES, Asked, Sprout

_LEAST_SHARED: Final = 4
_SHARE: Final = 0.4
_MOST_COMPARED: Final = 400


@dataclass(frozen=True, slots=True)
class Family:
    """Questions that are the same but for one condition: the tree that they make, and the words that all of them say."""

    tree: Sprout
    shared: tuple[str, ...]
    asked: int


def families(asked: Sequence[Asked]) -> list[Family]:
    """The families among questions, the largest first; each question stands in the largest that it fits."""
    by_paper: dict[str, list[tuple[tuple[str, ...], Asked]]] = {}
    for one in asked:
        by_paper.setdefault(one.key, []).append((tuple(pieces_of(one.words)), one))
    found: list[Family] = []
    for members in by_paper.values():
        found.extend(_of_paper(members[:_MOST_COMPARED]))
    return sorted(found, key=lambda one: -one.asked)


def _of_paper(members: Sequence[tuple[tuple[str, ...], Asked]]) -> Iterator[Family]:
    frames: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, Asked]] = {}
    for at, (words, one) in enumerate(members):
        for others, other in members[:at]:
            if frame := _frame(words, others):
                before, after, conditions = frame
                kept = frames.setdefault((before, after), {})
                for condition, question in zip(conditions, (one, other), strict=True):
                    kept.setdefault(condition, question)
    used: set[str] = set()
    for (before, after), cases in sorted(frames.items(), key=lambda one: -len(one[1])):
        left = {condition: one for condition, one in cases.items() if one.words not in used}
        if len(left) > 1 and len({one.passage for one in left.values()}) > 1:
            used |= {one.words for one in left.values()}
            yield Family(_tree(left), tuple(word for word in (*before, *after) if len(word) > 1), len(left))


def _frame(one: Sequence[str], other: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, str]] | None:
    """What two questions share before and after the one place where they differ, and what each has there."""
    shortest = min(len(one), len(other))
    begin = next((at for at in range(shortest) if one[at] != other[at]), shortest)
    finish = next((at for at in range(shortest - begin) if one[-1 - at] != other[-1 - at]), shortest - begin)
    middles = "".join(one[begin : len(one) - finish]), "".join(other[begin : len(other) - finish])
    shared = len("".join(one[:begin])) + len("".join(one[len(one) - finish :]))
    if not all(middles) or max(map(len, middles)) > LONGEST_LABEL:
        return None
    if shared < _LEAST_SHARED or shared < _SHARE * (shared + max(map(len, middles))):
        return None
    return tuple(one[:begin]), tuple(one[len(one) - finish :]), middles


def _tree(cases: dict[str, Asked]) -> Sprout:
    ends = [Sprout(condition, key=one.key, passage=one.passage) for condition, one in cases.items()]
    return Sprout("", "请问是哪一种情形？", tuple(ends[:MOST_CHOICES]))
