"""What a draft of a tree is made of. Frozen, plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from minhu.language.papers.types import Passage

MOST_CHOICES: Final = 7
"""More choices a step than people keep in mind while they are read out on the telephone."""
LONGEST_LABEL: Final = 40


@dataclass(frozen=True, slots=True)
class Source:
    """A paper to draft from; ``key`` is the store's name for it."""

    key: str
    title: str
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked and the passage that answered it."""

    words: str
    key: str
    passage: int


@dataclass(frozen=True, slots=True)
class Sprout:
    """A node of a draft: ``label`` is the choice that leads to it (empty at the root).

    A step has ``question`` and ``children``; an end has neither and names the passage of the paper ``key`` that answers.
    ``text``: the words of that passage that answer where it says more; empty: the whole passage.
    """

    label: str
    question: str = ""
    children: tuple[Sprout, ...] = ()
    key: str = ""
    passage: int = 0
    text: str = ""

    def ends(self) -> Iterator[Sprout]:
        """The ends below, in order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.ends()
