"""Categories without training: a city's own tree, its keywords, descriptions and examples.

Each leaf earns points for keywords that occur (longer and rarer ones more, in the title more) and for character
n-grams shared with its name, description and examples. A constant 'unsure' competes with the leaves, so a text that
touches none of them gets low probabilities instead of a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from minhu.language.categories import CategoryModel, as_suggestion, softmax
from minhu.language.features import clean, distinct, hashed, join_title
from minhu.language.types import Leaf, RankedLabel, Span, Suggestion

MAKER = "keywords/2026.1"
_SPLIT = re.compile(r"[、/，,和与及及其（）()·\s]+")
_BITS = 20
_SHARPNESS = 3.0
_UNSURE_POINTS = 0.5
_GRAM_WEIGHT = 5.0
_TITLE_WEIGHT = 1.5
_CONTEXT_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    leaves: npt.NDArray[np.int64]
    points: npt.NDArray[np.float32]


class KeywordIndex:
    """Scores the leaves of one category tree. Building is linear in the tree's text; a prediction takes well below 1 ms."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        if not leaves:
            raise ValueError("分类目录没有末级类别")
        self.leaves = tuple(leaves)
        self._known_labels: tuple[str, ...] | None = None
        self._label_places = np.zeros(0, dtype=np.int64)
        self._index_words()
        self._index_grams()

    def _index_words(self) -> None:
        points: dict[str, dict[int, float]] = {}
        for at, leaf in enumerate(self.leaves):
            own = {word: 1.0 for word in leaf.keywords if len(word) >= 2}
            own |= {word: 0.8 for word in _SPLIT.split(leaf.name) if len(word) >= 2 and word not in own}
            for upper in leaf.path[1:-1]:
                own |= {word: 0.25 for word in _SPLIT.split(upper) if len(word) >= 2 and word not in own}
            for word, factor in own.items():
                found = points.setdefault(word, {})
                found[at] = max(found.get(at, 0.0), factor)
        heads: dict[str, list[_Word]] = {}
        total = len(self.leaves)
        for word, found in points.items():
            rarity = np.log(1.0 + total / len(found)) / np.log(1.0 + total)
            length = min(1.0 + 0.25 * (len(word) - 2), 1.75)
            values = np.array(list(found.values()), dtype=np.float32) * np.float32(rarity * length)
            heads.setdefault(word[:2], []).append(_Word(word, np.array(list(found), dtype=np.int64), values))
        self._heads = {head: sorted(words, key=lambda one: -len(one.text)) for head, words in heads.items()}

    def _index_grams(self) -> None:
        documents: list[Counter[int]] = []
        for leaf in self.leaves:
            parts = (leaf.name, leaf.name, " ".join(leaf.keywords), leaf.description, *leaf.examples)
            counter: Counter[int] = Counter()
            for part in parts:
                counter.update(hashed(clean(part), (2, 3), _BITS)[0].tolist())
            documents.append(counter)
        frequency = Counter(bucket for counter in documents for bucket in counter)
        self._buckets = np.array(sorted(frequency), dtype=np.int64)
        row = {bucket: at for at, bucket in enumerate(self._buckets.tolist())}
        table = np.zeros((len(row) + 1, len(self.leaves)), dtype=np.float32)
        idf = np.array([np.log(1.0 + len(self.leaves) / frequency[one]) for one in self._buckets.tolist()], np.float32)
        for at, counter in enumerate(documents):
            for bucket, count in counter.items():
                table[row[bucket], at] = (1.0 + np.log(count)) * idf[row[bucket]]
        table /= np.maximum(np.sqrt((table * table).sum(axis=0)), 1e-9)
        self._table = table
        self._idf = np.append(idf, np.float32(0.0))

    def points(self, title: str, body: str = "") -> tuple[npt.NDArray[np.float32], dict[int, list[Span]]]:
        """Points of every leaf and the spans of its keywords in ``title + ' ' + body`` (or the body alone when it repeats the title)."""
        text = join_title(title, body)[:_CONTEXT_CHARACTERS]
        total = self._gram_points(text)
        spans: dict[int, list[Span]] = {}
        seen: set[str] = set()
        title_end = len(title)
        heads = self._heads
        for at in range(len(text) - 1):
            words = heads.get(text[at : at + 2])
            if words is None:
                continue
            for word in words:
                if word.text in seen or not text.startswith(word.text, at):
                    continue
                seen.add(word.text)
                total[word.leaves] += word.points * np.float32(_TITLE_WEIGHT if at < title_end else 1.0)
                for leaf in word.leaves.tolist():
                    spans.setdefault(leaf, []).append((at, at + len(word.text)))
        return total, spans

    def _gram_points(self, text: str) -> npt.NDArray[np.float32]:
        buckets, _ = hashed(clean(text), (2, 3), _BITS)
        if not len(buckets):
            return np.zeros(len(self.leaves), np.float32)
        known = distinct(buckets)
        rows = np.searchsorted(self._buckets, known)
        rows[rows == len(self._buckets)] = 0
        rows = rows[self._buckets[rows] == known]
        if not len(rows):
            return np.zeros(len(self.leaves), np.float32)
        weights = self._idf[rows]
        norm = float(np.sqrt(np.dot(weights, weights)))
        return np.asarray(_GRAM_WEIGHT * np.einsum("i,ij->j", weights, self._table[rows]) / norm, dtype=np.float32)

    def predict(
        self, title: str, body: str = "", model: CategoryModel | None = None, limit: int = 5
    ) -> list[RankedLabel]:
        """The best leaves with probabilities; the rest of the mass belongs to 'unsure'.

        ``model`` may be trained on leaf codes, leaf paths ('a/b/c') or first-level names of the same tree.
        """
        points, spans = self.points(title, body)
        logits = np.append(points * _SHARPNESS, _UNSURE_POINTS * _SHARPNESS).astype(np.float64)
        if model is not None:
            logits[:-1] += self._prior(model, join_title(title, body))
        chances = softmax(logits)[:-1]
        order = np.argsort(-chances, kind="stable")[:limit]
        return [
            RankedLabel(
                self.leaves[at].code, float(chances[at]), self.leaves[at].path or (self.leaves[at].name,),
                tuple(sorted(spans.get(int(at), []))),
            )
            for at in order
        ]  # fmt: skip

    def _prior(self, model: CategoryModel, text: str) -> npt.NDArray[np.float64]:
        """Log chances of the trained model for each leaf, relative to an even guess; 0 where it knows nothing."""
        chances = model.probabilities(text)
        relative = np.append(np.log(np.maximum(chances, 1e-4) * len(chances)), 0.0)
        return np.asarray(relative[self._places_of(model.labels)], dtype=np.float64)

    def _places_of(self, labels: tuple[str, ...]) -> npt.NDArray[np.int64]:
        """For each leaf the position of its label in a model, or one past the end where the model knows nothing."""
        if self._known_labels is not labels:
            place = {label: at for at, label in enumerate(labels)}
            found = [
                next(
                    (place[key] for key in (leaf.code, "/".join(leaf.path), *leaf.path[:1]) if key in place),
                    len(labels),
                )
                for leaf in self.leaves
            ]
            self._label_places, self._known_labels = np.array(found, dtype=np.int64), labels
        return self._label_places

    def rank_and_suggest(
        self, title: str, body: str = "", model: CategoryModel | None = None, floor: float = 0.35
    ) -> tuple[list[RankedLabel], Suggestion]:
        """The best leaves and the first of them as a suggestion ('unsure' below ``floor``), quoting the keywords found."""
        ranked = self.predict(title, body, model)
        text = join_title(title, body)
        words = "、".join(dict.fromkeys(text[start:end] for start, end in ranked[0].spans[:4]))
        maker = MAKER if model is None else f"{MAKER}+{model.maker}"
        return ranked, as_suggestion(ranked, maker, floor, f"出现“{words}”" if words else "与类别说明用词相近")

    def suggest(self, title: str, body: str = "", model: CategoryModel | None = None) -> Suggestion:
        """Only the suggestion; its value is the leaf code or 'unsure'."""
        return self.rank_and_suggest(title, body, model)[1]
