"""The words of a question marked where they stand in a text, and those that stand nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from minhu.language.answers.question import plain, terms_of
from minhu.language.answers.ranking import places

MOST: Final = 320
"""Characters of a text that are shown around what is marked."""
_BEFORE: Final = 30
_AUXILIARY: Final = "要能可需会该还都去"


def marked(text: str, terms: Iterable[str], most: int = MOST) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, each with whether it is words of the question; a long one from where most of these stand.

    The pieces together are the text, or a part of it between ``…``.
    """
    spans = _spans(text, terms)
    start, end = _window(text, spans, most)
    pieces: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for begun, done in spans:
        if begun < start or done > end:
            continue
        pieces += [(text[at:begun], False), (text[begun:done], True)]
        at = done
    pieces += [(text[at:end], False), ("…" if end < len(text) else "", False)]
    return tuple((words, found) for words, found in pieces if words)


def _spans(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Where the terms stand, those that touch as one."""
    low = plain(text)
    found: list[tuple[int, int]] = []
    for begun, done in sorted((at, at + len(term)) for term in set(terms) for at in places(term, low)):
        if found and begun <= found[-1][1]:
            found[-1] = (found[-1][0], max(done, found[-1][1]))
        else:
            found.append((begun, done))
    return found


def _window(text: str, spans: Sequence[tuple[int, int]], most: int) -> tuple[int, int]:
    """The part of a long text that holds most marked characters."""
    if len(text) <= most or not spans:
        return 0, min(len(text), most)
    begins = [max(begun - _BEFORE, 0) for begun, _ in spans]
    best = max(begins, key=lambda at: (sum(min(d, at + most) - b for b, d in spans if at <= b < at + most), -at))
    return best, min(best + most, len(text))


def unknown_words(focus: str, known: Callable[[str], bool]) -> tuple[str, ...]:
    """Words of a question that no paper has: whole numbers, Latin words, runs of characters.

    A run of unknown pairs beside a known one ends in a pair that crosses two words; the known word's sign is cut off.
    """
    terms = terms_of(focus)
    found: list[str] = []
    run, behind_known = "", False
    for before, term in zip(["", *terms], [*terms, ""], strict=True):
        joins = _joins(before, term)
        if run and joins and not known(term):
            run += term[1]
            continue
        if run:
            found.append(run[behind_known : len(run) - joins])
        run = term if term and not known(term) else ""
        behind_known = joins
    words = (word.rstrip(_AUXILIARY) for word in found)
    return tuple(dict.fromkeys(word for word in words if len(word) > 1))


def _joins(before: str, term: str) -> bool:
    """Whether two terms are pairs of characters that overlap."""
    return len(before) == len(term) == 2 and before[1] == term[0] and "一" <= term[0] <= "鿿"
