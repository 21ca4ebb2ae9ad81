"""Papers in memory: an inverted index over terms, added to one by one. For measuring and for small collections."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.language.answers.question import terms_of
from minhu.language.answers.types import Query, Sheet
from minhu.language.papers.types import Paper

_SATURATION: Final = 1.2
_LENGTH_WEIGHT: Final = 0.75
_PASSAGE_WEIGHT: Final = 0.7


class _Postings:
    """For each term the numbers of the texts that have it and how often."""

    def __init__(self) -> None:
        self.numbers: dict[str, array[int]] = {}
        self.counts: dict[str, array[float]] = {}
        self.lengths: array[float] = array("f")
        self.total = 0.0

    def add(self, counted: Mapping[str, int]) -> None:
        number = len(self.lengths)
        length = float(sum(counted.values()))
        self.lengths.append(length)
        self.total += length
        for term, count in counted.items():
            if term not in self.numbers:
                self.numbers[term], self.counts[term] = array("i"), array("f")
            self.numbers[term].append(number)
            self.counts[term].append(count)

    def scores(self, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """BM25 of every text, shape (texts,)."""
        size = len(self.lengths)
        found = np.zeros(size, np.float32)
        mean = max(self.total / max(size, 1), 1.0)
        lengths = np.frombuffer(self.lengths, np.float32)
        for term in terms:
            if term not in self.numbers:
                continue
            numbers = np.frombuffer(self.numbers[term], np.int32)
            counts = np.frombuffer(self.counts[term], np.float32)
            rarity = float(np.log1p((size - len(numbers) + 0.5) / (len(numbers) + 0.5)))
            norm = _SATURATION * (1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT / mean * lengths[numbers])
            found[numbers] += rarity * counts * (1 + _SATURATION) / (counts + norm)
        return found


class MemoryStore:
    """A `Store` without rights: everything in it may be read. Adding a paper costs about a millisecond a page."""

    def __init__(self, sheets: Sequence[Sheet] = ()) -> None:
        self._sheets: list[Sheet] = []
        self._hidden: set[int] = set()
        self._papers, self._passages = _Postings(), _Postings()
        self._owners: array[int] = array("i")
        self._characters = self._passage_characters = 0
        for sheet in sheets:
            self.add(sheet)

    def add(self, sheet: Sheet) -> None:
        """Put a paper in; it is found from now on."""
        number = len(self._sheets)
        self._sheets.append(sheet)
        whole: Counter[str] = Counter(terms_of(sheet.paper.title))
        for passage in sheet.paper.passages:
            own = Counter(terms_of(passage.text))
            whole.update(own)
            own.update(terms_of(f"{' '.join(passage.path)} {passage.context}"))
            self._passages.add(own)
            self._owners.append(number)
            self._passage_characters += len(passage.text)
        self._papers.add(whole)
        self._characters += len(sheet.paper.text)

    def without(self, keys: Sequence[str]) -> MemoryStore:
        """The same papers without some: nothing of them is found, and frequencies stay as they are."""
        other = object.__new__(MemoryStore)
        other.__dict__.update(self.__dict__)
        gone = set(keys)
        other._hidden = {at for at, sheet in enumerate(self._sheets) if sheet.key in gone}
        return other

    @property
    def papers(self) -> int:
        """How many papers there are."""
        return len(self._sheets)

    @property
    def passages(self) -> int:
        """How many passages there are."""
        return len(self._owners)

    @property
    def paper_length(self) -> float:
        """Characters of an average paper."""
        return max(self._characters / max(len(self._sheets), 1), 1.0)

    @property
    def passage_length(self) -> float:
        """Characters of an average passage."""
        return max(self._passage_characters / max(len(self._owners), 1), 1.0)

    def frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """In how many papers each term occurs."""
        return {term: len(self._papers.numbers.get(term, ())) for term in terms}

    def candidates(self, query: Query, limit: int) -> Sequence[Sheet]:
        """The papers that score highest as a whole and by their best passage."""
        if not self._sheets:
            return ()
        terms = (*query.terms, *query.also)
        scores = self._papers.scores(terms)
        best = np.zeros_like(scores)
        np.maximum.at(best, np.frombuffer(self._owners, np.int32), self._passages.scores(terms))
        scores = scores + _PASSAGE_WEIGHT * best
        scores[list(self._hidden)] = 0.0
        order = np.argsort(-scores, kind="stable")[:limit]
        return [self._sheets[at] for at in order if scores[at] > 0]


def sheets_of(
    papers: Mapping[str, Paper], vectors: Mapping[str, npt.NDArray[np.floating]] | None = None
) -> list[Sheet]:
    """Papers by key as sheets of a store, with their vectors where there are any."""
    return [Sheet(key, paper, vectors=(vectors or {}).get(key)) for key, paper in papers.items()]
