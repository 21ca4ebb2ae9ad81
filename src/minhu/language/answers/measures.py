"""Figures of answering: how much of an answer is right, whether its citation holds, which papers say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from minhu.kernel.patterns import regex
from minhu.language.answers.answering import Reading
from minhu.language.answers.question import plain
from minhu.language.answers.ranking import Rarity, bm25, readable
from minhu.language.answers.support import bare, unsupported
from minhu.language.answers.types import Answer, Ranked
from minhu.language.papers.types import Paper, Passage

_SENTENCE = regex(r"[^。！？!?\n]+[。！？!?]?")
_LONG_ENOUGH: Final = 6
_PART: Final = 15
_ROW: Final = "表"
_COPY: Final = 0.5
SAME_ANSWER: Final = 0.5
"""From this F1 on another paper is taken to say what was asked for."""
TABLE_CELL: Final = "table_cell"
"""The kind of a question whose answer is one cell of a table."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an evaluation set; ``key`` is empty where no paper answers it.

    ``kind`` of question and ``clause`` (label of the passage that answers) may be empty.
    """

    words: str
    key: str = ""
    answer: str = ""
    kind: str = ""
    clause: str = ""


def character_f1(said: str, wanted: str) -> float:
    """F1 of the letters and digits of two answers, each counted as often as it occurs; 0 when nothing is shared."""
    own, other = Counter(bare(said)), Counter(bare(wanted))
    shared = sum((own & other).values())
    return 2 * shared / (sum(own.values()) + sum(other.values())) if shared else 0.0


def rank_of(key: str, ranked: Sequence[Ranked]) -> int:
    """The place of a paper, from 1; 0 where it is not among them."""
    return next((place for place, one in enumerate(ranked, 1) if one.sheet.key == key), 0)


def baselines(ranked: Sequence[Ranked], rarity: Rarity) -> tuple[str, str]:
    """What simple systems would say: the first sentence of the best passage, and its sentence with the highest BM25."""
    if not ranked or not ranked[0].passages:
        return "", ""
    sentences = [found.group() for found in _SENTENCE.finditer(ranked[0].passages[0][0].text)] or [""]
    return sentences[0], max(sentences, key=lambda one: bm25(plain(one), rarity.weights, 40.0, 1.2, 0.5))


def citations_hold(answer: Answer, papers: Mapping[str, Paper]) -> bool:
    """Whether each cited range reads as quoted in the paper and the cited passages support every sentence of the answer."""
    held: list[str] = []
    for one in answer.citations:
        paper = papers.get(one.key)
        if paper is None or paper.text[one.start : one.end] != one.words:
            return False
        passage = next((found for found in paper.passages if found.number == one.passage), None)
        if passage is None or not passage.start <= one.start <= one.end <= passage.end:
            return False
        held.append(readable(passage))
    return bool(held) and not unsupported(answer.text, "\n".join(held))


def cites_right(answer: Answer, asked: Asked, papers: Mapping[str, Paper]) -> bool:
    """Whether a citation is of the paper that was asked about, or of a passage that holds the wanted answer's words."""
    wanted = bare(asked.answer)
    for one in answer.citations:
        if one.key == asked.key:
            return True
        passage = next((found for found in papers[one.key].passages if found.number == one.passage), None)
        if passage and len(wanted) >= _LONG_ENOUGH and wanted in bare(passage.text):
            return True
    return False


def says_it(asked: Asked, key: str, passage: Passage) -> bool:
    """Whether a passage is the clause that answers: the row that was asked for, or words that hold the wanted answer.

    Long answers may go over several passages; short ones count only in the paper that was asked about.
    """
    if not asked.key:
        return False
    if asked.clause.startswith(_ROW):
        return key == asked.key and passage.label == asked.clause
    wanted, held = bare(asked.answer), bare(passage.text)
    if not wanted:
        return key == asked.key and passage.label == asked.clause
    whole = wanted in held or (len(held) >= _PART and held in wanted)
    return whole and (key == asked.key or len(wanted) >= _LONG_ENOUGH)


def reads_right(asked: Asked, reading: Reading) -> bool:
    """Whether the right clause was chosen, said or not; of a table's cell, whether it is that cell."""
    if reading.evidence is None:
        return False
    key = reading.evidence.best.sheet.key
    right = any(says_it(asked, key, passage) for passage, _, _ in reading.parts)
    return right and (not asked.clause.startswith(_ROW) or bare(asked.answer) == bare(reading.evidence.words))


def answers_right(answer: Answer, asked: Asked, reading: Reading) -> bool:
    """Whether an answer was given, and from the right clause."""
    return answer.not_found is None and reads_right(asked, reading)


def row_and_cell(asked: Asked, reading: Reading) -> tuple[bool, bool]:
    """Of a question about a table's cell: whether its row was found, and whether its cell and nothing else was read."""
    if reading.evidence is None or reading.evidence.best.sheet.key != asked.key:
        return False, False
    row = all(passage.label == asked.clause for passage, _, _ in reading.parts)
    return row, row and bare(reading.evidence.words) == bare(asked.answer)


class Copies:
    """Which papers say what a question's paper says: near copies, and papers that hold the wanted answer's words."""

    def __init__(self, papers: Mapping[str, Paper]) -> None:
        self._bare = {key: bare(paper.text) for key, paper in papers.items()}
        self._grams = {key: _grams(text) for key, text in self._bare.items()}

    def of(self, asked: Asked) -> list[str]:
        """The keys to take away so that nothing answers the question any more."""
        wanted, own = bare(asked.answer), self._grams[asked.key]
        return [
            key
            for key, text in self._bare.items()
            if key == asked.key
            or (len(wanted) >= _LONG_ENOUGH and wanted in text)
            or len(own & self._grams[key]) >= _COPY * min(len(own), len(self._grams[key]))
        ]


def _grams(text: str) -> set[str]:
    return {text[at : at + 8] for at in range(len(text) - 7)}


def roc_area(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive scores above a negative (ties count half); 0.5 when one side is empty."""
    if not positive or not negative:
        return 0.5
    values = np.array(negative)
    above = [float((values < one).mean() + 0.5 * (values == one).mean()) for one in positive]
    return float(np.mean(above))
