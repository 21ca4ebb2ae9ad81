"""When the answer to a question of an evaluation set is right, and what a run says in figures. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from minhu.language.answers.measures import SAME_ANSWER, character_f1
from minhu.language.answers.support import bare

_LONG_ENOUGH: Final = 6
"""Words of a wanted answer that are at least so long count as said where another paper says them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should come of a question; ``document`` None: nothing answers it. ``clause`` and ``answer`` may be empty."""

    document: int | None
    clause: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Got:
    """What came of it: cited documents with labels and words of their passages, documents found in order, milliseconds."""

    answered: bool
    words: str = ""
    cited: tuple[tuple[int, str, str], ...] = ()
    found: tuple[int, ...] = ()
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Grade:
    """``citation``: of the document (and clause) asked about, or one that says the same; None where nothing was cited."""

    right: bool
    citation: bool | None
    place: int
    f1: float


def graded(wanted: Wanted, got: Got) -> Grade:
    """Judge one answer.

    Right: where nothing answers, that nothing was answered. Else that it was answered from the document wanted, or from
    words that are those wanted, and says it: from the clause wanted, or at least half of its letters (F1).
    """
    place = next((at for at, one in enumerate(got.found, 1) if one == wanted.document), 0) if wanted.document else 0
    if wanted.document is None:
        return Grade(not got.answered, None, 0, 0.0)
    if not got.answered:
        return Grade(False, None, place, 0.0)
    f1 = character_f1(got.words, wanted.answer) if wanted.answer else 0.0
    words = bare(wanted.answer)
    citation = any(
        document == wanted.document or (len(words) >= _LONG_ENOUGH and words in bare(text))
        for document, _label, text in got.cited
    )
    same_clause = bool(wanted.clause) and any(label == wanted.clause for _document, label, _text in got.cited)
    said = f1 >= SAME_ANSWER or (bool(words) and words in bare(got.words)) or (same_clause and not words)
    return Grade(citation and (said or not (words or wanted.clause)), citation, place, round(f1, 4))


@dataclass(frozen=True, slots=True)
class Line:
    """One result as figures count it."""

    answerable: bool
    answered: bool
    right: bool
    citation: bool | None
    place: int
    f1: float
    milliseconds: int


def figures_of(lines: Sequence[Line]) -> dict[str, float | int | None]:
    """The figures of a run, under the names of `minhu evaluate answers`; null where nothing was asked for."""
    asked = [one for one in lines if one.answerable]
    without = [one for one in lines if not one.answerable]
    cited = [one.citation for one in asked if one.citation is not None]

    def share(hits: Iterable[bool], count: int) -> float | None:
        return round(sum(hits) / count, 4) if count else None

    ordered = sorted(one.milliseconds for one in lines)
    return {
        "questions": len(lines), "right": sum(one.right for one in lines), "answerable": len(asked), "unanswerable": len(without),
        "right_share": share((one.right for one in lines), len(lines)), "answered": share((one.answered for one in asked), len(asked)),
        "recall_at_1": share((one.place == 1 for one in asked), len(asked)),
        "recall_at_5": share((0 < one.place <= 5 for one in asked), len(asked)),
        "recall_at_10": share((0 < one.place <= 10 for one in asked), len(asked)),
        "answer_f1": round(sum(one.f1 for one in asked) / len(asked), 4) if asked else None,
        "citation_of_asked_paper": share((bool(one) for one in cited), len(cited)),
        "refusal_recall": share((not one.answered for one in without), len(without)),
        "ms_p95": ordered[max(ceil(0.95 * len(ordered)) - 1, 0)] if ordered else None,
    }  # fmt: skip


def digest_of(questions: Iterable[tuple[int, str, int | None, str, str]]) -> str:
    """Of the questions of a run (id, words, document, clause, answer): another digest, other questions."""
    lines = sorted("\t".join("" if part is None else str(part) for part in one) for one in questions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def too_many_lost(lost: int, right_before: int, allowed: float) -> bool:
    """Whether more of the right answers are lost than the published rule lets a release lose."""
    return lost > allowed * right_before + 1e-9
