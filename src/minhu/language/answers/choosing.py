"""Which clause answers: the passages of the best papers against each other, by words and, where there are vectors, by
meaning.

What all passages at hand share (the matter of the papers) tells none from another; so terms also weigh by how few of
these passages have them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, log1p
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.kernel.patterns import regex
from minhu.language.answers.question import plain, unit_of
from minhu.language.answers.ranking import Rarity, count, readable
from minhu.language.answers.types import Kind, Query, Ranked
from minhu.language.papers.shapes import question
from minhu.language.papers.types import Passage, PassageKind

PAPERS: Final = 8
_PASSAGES: Final = (14, 12, 10, 7, 6, 5, 5, 5)
"""How many of each paper by words, and half as many by meaning."""
_ROWS: Final = 4
_HEAD: Final = 30
_SENTENCE = regex(r"[^。；;！!？?]+[。；;！!？?]?")
_ENDED = regex(r"[。；;！!]")
_SIGN = regex(r"[^\W_]")
_WANTED: Final = {
    Kind.NUMBER: regex(r"\d|[一二三四五六七八九十百]+[个条项倍成种]"), Kind.WHEN: regex(r"\d|[期间年月日]|小时"),
    Kind.CONTACT: regex(r"\d{3,}|@|www|http|公众号|微信|APP"), Kind.WHO: regex(r"局|委|部|厅|院|会|中心|公司|集团|政府|银行|人"),
    Kind.WHERE: regex(r"[省市区县镇村路号院站厅网]|平台|公众号|APP"), Kind.MATERIALS: regex(r"证|表|材料|合同|照片|凭"),
    Kind.YES_NO: regex(r"[不可能应须]|得|免|禁|需"), Kind.CONDITIONS: regex(r"[满以符]|条件|下列|以下|的[，。；]"),
    Kind.STEPS: regex(r"申请|提交|登录|填|审核|受理|办|打|到"),
}  # fmt: skip
_OWN: Final = 33
_COMPARED: Final = 13
CLAUSE_FEATURES: Final = _OWN + _COMPARED
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage of the ranked paper number ``paper`` that may be the clause asked for."""

    paper: int
    passage: Passage


def clauses_of(
    query: Query, rarity: Rarity, ranked: Sequence[Ranked], rows: Mapping[tuple[int, int], float]
) -> tuple[list[Candidate], Floats]:
    """The passages that may answer and their features, shape (passages, CLAUSE_FEATURES).

    ``rows``: how well the best cell of a row of a table fits, by the numbers of paper and passage (`tables`).
    """
    found = _candidates(ranked, rows)
    if not found:
        return [], np.zeros((0, CLAUSE_FEATURES), np.float32)
    asked = _Asked(query, rarity, [_words(ranked[one.paper], one.passage) for one in found])
    best = max(rows.values(), default=0.0)
    features = np.array(
        [
            asked.features(at, ranked, one, rows.get((one.paper, one.passage.number)), best)
            for at, one in enumerate(found)
        ],
        np.float32,
    )
    compared = features[:, :_COMPARED]
    return found, np.hstack([features, compared - compared.max(axis=0)])


def _candidates(ranked: Sequence[Ranked], rows: Mapping[tuple[int, int], float]) -> list[Candidate]:
    """The passages of each of the best papers that score highest by words or by meaning, and the best rows of tables."""
    best = sorted(rows, key=lambda one: -rows[one])[:_ROWS]
    found: list[Candidate] = []
    for number, one in enumerate(ranked[:PAPERS]):
        chosen = [passage for passage, _ in one.passages[: _PASSAGES[number]]]
        if one.near is not None:
            near = {passage.number: float(one.near[passage.number]) for passage, _ in one.passages}
            chosen += sorted((passage for passage, _ in one.passages), key=lambda p: -near[p.number])[
                : _PASSAGES[number] // 2
            ]
        chosen += [passage for passage, _ in one.passages if (number, passage.number) in best]
        found += [
            Candidate(number, passage)
            for passage in {passage.number: passage for passage in chosen}.values()
            if not _says_nothing(one, passage)
        ]
    return found


def _says_nothing(ranked: Ranked, passage: Passage) -> bool:
    """Whether a passage is only the head of its paper (title and document number), or only asks."""
    title = ranked.sheet.paper.title
    head = passage.end <= len(title) + _HEAD and not _ENDED.search(passage.text)
    return (head and len(ranked.sheet.paper.passages) > 1) or bool(question(passage.text.strip()))


def _words(ranked: Ranked, passage: Passage) -> str:
    return plain(f"{ranked.sheet.paper.title} {readable(passage)}")


class _Asked:
    """A question against the passages at hand."""

    def __init__(self, query: Query, rarity: Rarity, texts: Sequence[str]) -> None:
        self.query, self.rarity, self.texts = query, rarity, texts
        self.wholes: dict[int, str] = {}
        import jieba

        self.words = {word for word in jieba.cut(query.focus) if len(word.strip()) > 1}
        self.unit = unit_of(query.words)
        self.wanted = _WANTED.get(query.kind)
        signs = {sign for sign in query.focus if _SIGN.match(sign)}
        self.terms = _weights(rarity.weights, texts)
        self.signs = _weights(dict.fromkeys(signs, 1.0), texts)
        self.also = {term: weight for term, weight in rarity.weights.items() if term in query.also}

    def features(
        self, at: int, ranked: Sequence[Ranked], one: Candidate, cell: float | None, best_cell: float
    ) -> list[float]:
        """What speaks for one passage; the first are also compared with the best of all."""
        paper, passage = ranked[one.paper], one.passage
        whole, text, title = self.texts[at], plain(passage.text), plain(paper.sheet.paper.title)
        around = plain(readable(passage))
        points = next((value for found, value in paper.passages if found is passage), 0.0)
        near = [0.0, 0.0, 0.0] if paper.near is None else [
            float(paper.near[passage.number]), float(paper.near[0]), float(paper.near[1:].max()),
        ]  # fmt: skip
        return [
            *near, paper.score, points, _share(self.rarity.weights, whole, self.rarity.total), _share(self.rarity.weights, around, self.rarity.total),
            _share(self.terms, whole), _share(self.terms, text), _share(self.signs, whole), _share(self.signs, text),
            self._sentence(text), _run(self.query.focus, whole),
            float(one.paper) / PAPERS, float(one.paper == 0), _share(self.rarity.weights, title, self.rarity.total),
            _run(self.query.focus, title), sum(word in whole for word in self.words) / max(len(self.words), 1),
            sum(word in text for word in self.words) / max(len(self.words), 1), min(_share(self.also, text, 1.0), 3.0) if self.also else 0.0,
            *self._answers(passage, text), self._asks(passage, text), *self._cell(passage, cell, best_cell),
            *self._bound(title, around, self._whole(one.paper, paper)),
        ]  # fmt: skip

    def _sentence(self, text: str) -> float:
        """The share of the weight of telling terms in the passage's best sentence."""
        return max((_share(self.terms, found.group()) for found in _SENTENCE.finditer(text)), default=0.0)

    def _answers(self, passage: Passage, text: str) -> list[float]:
        """Whether the passage holds the sort of thing that is asked for, and its shape."""
        unit = self.unit is not None and bool(self.unit.search(text))
        return [
            float(self.wanted is None or bool(self.wanted.search(passage.text))), float(unit), float(self.unit is not None and not unit),
            float(passage.kind is PassageKind.ITEM), log(len(text) + 1.0) / 5.0, min(passage.number, 30) / 30.0,
        ]  # fmt: skip

    def _asks(self, passage: Passage, text: str) -> float:
        """How much of the question a question of the paper has, that the passage answers."""
        questions = [one.group() for one in _SENTENCE.finditer(text) if one.group()[-1] in "？?"]
        questions += [one for one in passage.path[-1:] if question(f"{one.rstrip('？?')}？")]
        return max((_share(self.signs, plain(one)) for one in questions), default=0.0)

    def _cell(self, passage: Passage, cell: float | None, best: float) -> list[float]:
        row = passage.kind is PassageKind.ROW
        return [float(row), cell or 0.0, (cell or 0.0) - best, float(not row) * best]

    def _whole(self, number: int, paper: Ranked) -> str:
        if number not in self.wholes:
            self.wholes[number] = plain(paper.sheet.paper.text)
        return self.wholes[number]

    def _bound(self, title: str, around: str, whole: str) -> list[float]:
        """Places and years of the question that the paper does not know."""
        query = self.query
        return [
            float(any(place in title or place in around for place in query.places)),
            float(sum(place not in whole and place not in title for place in query.places) + sum(year not in whole for year in query.years)),
        ]  # fmt: skip


def _weights(terms: Mapping[str, float], texts: Sequence[str]) -> dict[str, float]:
    """Terms with their weight times how few of the texts have them; what none has weighs as little as what all have."""
    found = {}
    for term, weight in terms.items():
        having = sum(bool(count(term, text)) for text in texts)
        if having:
            found[term] = weight * log1p((len(texts) - having + 0.5) / (having + 0.5))
    return found


def _share(weights: Mapping[str, float], text: str, total: float | None = None) -> float:
    whole = sum(weights.values()) if total is None else total
    return sum(weight for term, weight in weights.items() if count(term, text)) / max(whole, 1e-6)


def _run(focus: str, text: str) -> float:
    """The longest run of the question's characters that a text has, in tens."""
    best = 0
    for piece in focus.split():
        for at in range(len(piece)):
            while at + best < len(piece) and piece[at : at + best + 1] in text:
                best += 1
    return best / 10.0
