"""Whether a question is about a tree's matter, and which of a step's choices it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.question import plain

_PARTS: Final = regex(r"[、，,/|；;（）()：:\s]+|或者?|以及|和")
_LEAST: Final = 2
_CHOSEN: Final = regex(r"（([^（）]{1,80})）")


def meant(names: Sequence[str], question: str) -> bool:
    """Whether the question holds all words of one of the names (a name is words with spaces between)."""
    said = plain(question)
    return any(words and all(plain(word) in said for word in words) for words in (name.split() for name in names))


def picked(labels: Sequence[str], question: str) -> int | None:
    """The place of the choice that was taken before: its whole label in brackets behind the question."""
    taken = set(_CHOSEN.findall(question))
    return next((at for at, label in enumerate(labels) if label.replace("（", "(").replace("）", ")") in taken), None)


def with_choice(question: str, label: str) -> str:
    """The question with a choice taken; `picked` knows it again."""
    whole = question.rstrip("？?。！! ")
    return f"{whole}（{label.replace('（', '(').replace('）', ')')}）"


def named(labels: Sequence[Sequence[str]], question: str) -> int | None:
    """The place of the one choice of which the question names a part of the label or another word for it.

    ``labels``: for each choice its label and other words. The longest word decides; None where none is named, or two
    are by words of the same length.
    """
    said = plain(question)
    scores = [max((len(word) for word in _words(group) if word in said), default=0) for group in labels]
    best = max(scores, default=0)
    return scores.index(best) if best >= _LEAST and scores.count(best) == 1 else None


def _words(group: Sequence[str]) -> list[str]:
    return [word for text in group for word in (plain(text), *_PARTS.split(plain(text))) if len(word) >= _LEAST]
