"""Categories without training: a city's own tree, its keywords, descriptions and examples.

Each leaf earns points for keywords that occur (longer and rarer ones more, in the title more), for character
n-grams shared with its name, description and examples, and for nearness in meaning to its name or its nearest example.
A constant 'unsure' competes with the leaves, so a text that touches none of them gets low probabilities instead of a
guess. Chances of upper levels are the sums of their leaves': one may be sure of 'education' and not of the leaf.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from minhu.kernel.patterns import regex
from minhu.language.categories import UNSURE, CategoryModel, as_suggestion, softmax
from minhu.language.features import Floats, clean, distinct, hashed, join_title
from minhu.language.meaning import Meaning
from minhu.language.types import Leaf, RankedLabel, Span, Suggestion

MAKER = "keywords/2026.2"
_SPLIT = regex(r"[、/，,和与及及其（）()·\s]+")
_BITS = 20
_GRAM_WEIGHT = 5.0
_TITLE_WEIGHT = 1.5
_CONTEXT_CHARACTERS = 600
# Logits of the parts beside each other, fitted to the even rows of the project's own cases.
_SHARPNESS = 2.5
_SHARPNESS_ALONE = 3.0
_UNSURE = 1.5
_NEARNESS = 10.0
_ORDINARY_NEARNESS = 0.35
# The same beside vectors of an engine for embeddings, which then says most.
_NEARNESS_BESIDE = 4.0
_NEARNESS_OF_VECTORS = 18.0
_ORDINARY_NEARNESS_OF_VECTORS = 0.2
_ORDINARY_LEAVES = 500
# A leaf for what fits no other is seldom meant by a text that also fits another.
_REST = regex("^其[他它]")
_REST_BEHIND = 1.8
_SURE_ABOVE = 0.6
# How much the name of a leaf says about it, and the names above it.
_NAME_WEIGHTS = (1.0, 0.6, 0.3)


def deepest_sure(levels: Sequence[Sequence[RankedLabel]], least: float) -> RankedLabel | None:
    """The first node of the deepest level that reaches ``least``; None when no level does."""
    return next((ranked[0] for ranked in reversed(levels) if ranked and ranked[0].probability >= least), None)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    leaves: npt.NDArray[np.int64]
    points: npt.NDArray[np.float32]


class KeywordIndex:
    """Scores the leaves of one category tree. Building is linear in the tree's text; a prediction takes well below 1 ms."""

    def __init__(self, leaves: Sequence[Leaf], meaning: Meaning | None = None) -> None:
        if not leaves:
            raise ValueError("分类目录没有末级类别")
        self.leaves = tuple(leaves)
        self._meaning = meaning
        self._known_labels: tuple[str, ...] | None = None
        self._label_places = np.zeros(0, dtype=np.int64)
        self._index_words()
        self._index_grams()
        if meaning is not None:
            self._index_meaning(meaning)

    def size(self) -> int:
        """Bytes of the index, without the Python objects of its keywords."""
        tables: list[npt.NDArray[Any]] = [self._buckets, self._idf, self._starts, self._owners, self._values]
        if self._meaning is not None:
            tables += [self._name_vectors, self._example_vectors, self._example_leaves]
        return sum(one.nbytes for one in tables)

    def name_vectors(self) -> Floats:
        """The direction of each leaf's names, shape (leaves, dimensions); no columns without a space of meaning."""
        return self._name_vectors if self._meaning is not None else np.zeros((len(self.leaves), 0), np.float32)

    def _index_meaning(self, meaning: Meaning) -> None:
        names, examples, places = [], [], []
        for at, leaf in enumerate(self.leaves):
            upwards = [leaf.name, *reversed(leaf.path[:-1])]
            parts = [weight * meaning.vector(name) for weight, name in zip(_NAME_WEIGHTS, upwards, strict=False)]
            parts += [meaning.vector(" ".join((*leaf.keywords, leaf.description)))]
            total = np.sum(parts, axis=0)
            names.append(total / max(float(np.linalg.norm(total)), 1e-9))
            examples += [meaning.vector(one) for one in leaf.examples]
            places += [at] * len(leaf.examples)
        self._behind = np.array([_REST_BEHIND if _REST.match(leaf.name) else 0.0 for leaf in self.leaves])
        self._name_vectors = np.array(names, dtype=np.float32)
        self._example_vectors = np.array(examples, dtype=np.float32).reshape(len(examples), len(meaning.scale))
        self._example_leaves = np.array(places, dtype=np.int64)

    def _nearness(self, text: str) -> Floats:
        """Cosine of a text with each leaf's name or, where that is nearer, with its nearest example."""
        if self._meaning is None:
            return np.zeros(len(self.leaves), np.float32)
        vector = self._meaning.vector(text)
        near = np.einsum("ij,j->i", self._name_vectors, vector)
        if len(self._example_leaves):
            np.maximum.at(near, self._example_leaves, np.einsum("ij,j->i", self._example_vectors, vector))
        return np.asarray(near, dtype=np.float32)

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
        idf = np.array([np.log(1.0 + len(self.leaves) / frequency[one]) for one in self._buckets.tolist()], np.float32)
        cells: list[tuple[int, int, float]] = []
        for at, counter in enumerate(documents):
            own = [
                (row[bucket], (1.0 + float(np.log(count))) * float(idf[row[bucket]]))
                for bucket, count in counter.items()
            ]
            norm = max(sum(value * value for _, value in own) ** 0.5, 1e-9)
            cells += [(place, at, value / norm) for place, value in own]
        cells.sort()
        # By n-gram: which leaves have it and how much it counts there. Five thousand leaves would not fit a full table.
        self._starts = np.searchsorted(np.array([one for one, _, _ in cells]), np.arange(len(row) + 1))
        self._owners = np.array([at for _, at, _ in cells], dtype=np.int64)
        self._values = np.array([value for _, _, value in cells], dtype=np.float32)
        self._idf = idf

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
        sizes = self._starts[rows + 1] - self._starts[rows]
        cells = np.repeat(self._starts[rows + 1] - sizes.cumsum(), sizes) + np.arange(int(sizes.sum()))
        gained = np.bincount(
            self._owners[cells], np.repeat(weights, sizes) * self._values[cells], minlength=len(self.leaves)
        )
        return np.asarray(_GRAM_WEIGHT * gained / norm, dtype=np.float32)

    def predict(
        self, title: str, body: str = "", model: CategoryModel | None = None, limit: int = 5, near: Floats | None = None
    ) -> list[RankedLabel]:
        """The best leaves with probabilities; the rest of the mass belongs to 'unsure'.

        ``model`` may be trained on leaf codes, leaf paths ('a/b/c') or first-level names of the same tree; ``near`` as
        for `chances`.
        """
        chances, spans = self.chances(title, body, model, near)
        order = np.argsort(-chances, kind="stable")[:limit]
        return [
            RankedLabel(
                self.leaves[at].code, float(chances[at]), self.leaves[at].path or (self.leaves[at].name,),
                tuple(sorted(spans.get(int(at), []))),
            )
            for at in order
        ]  # fmt: skip

    def chances(
        self, title: str, body: str = "", model: CategoryModel | None = None, near: Floats | None = None
    ) -> tuple[npt.NDArray[np.float64], dict[int, list[Span]]]:
        """The chance of every leaf in the order of ``leaves`` (what is missing to 1 belongs to 'unsure') and the spans.

        ``near`` (leaves,): nearness by an engine for embeddings (`directions.Directions.nearness`), where there is one.
        """
        points, spans = self.points(title, body)
        text = join_title(title, body)
        alone = self._meaning is None
        # Among many leaves some always come near by chance: 'unsure' grows with their number.
        unsure = _UNSURE if alone else _UNSURE + float(np.log(len(self.leaves) / _ORDINARY_LEAVES))
        logits = np.append(points * (_SHARPNESS_ALONE if alone else _SHARPNESS), unsure).astype(np.float64)
        if not alone:
            weight = _NEARNESS if near is None else _NEARNESS_BESIDE
            logits[:-1] += weight * (self._nearness(text) - _ORDINARY_NEARNESS) - self._behind
        if near is not None:
            logits[:-1] += _NEARNESS_OF_VECTORS * (near - _ORDINARY_NEARNESS_OF_VECTORS)
        if model is not None:
            logits[:-1] += self._prior(model, text)
        return softmax(logits)[:-1], spans

    def by_level(self, chances: npt.NDArray[np.float64]) -> list[list[RankedLabel]]:
        """For each level from the first down, its nodes by falling chance; the value of a node is its path 'a/b'."""
        deepest = max(len(leaf.path) for leaf in self.leaves)
        found = []
        for level in range(1, deepest + 1):
            total: dict[tuple[str, ...], float] = {}
            for leaf, chance in zip(self.leaves, chances.tolist(), strict=True):
                total[leaf.path[:level]] = total.get(leaf.path[:level], 0.0) + chance
            ranked = sorted(total.items(), key=lambda one: -one[1])
            found.append([RankedLabel("/".join(path), min(chance, 1.0), path) for path, chance in ranked])
        return found

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
        found = as_suggestion(ranked, maker, floor, f"出现“{words}”" if words else "与类别说明用词相近")
        if found.value == UNSURE:
            upper = self._sure_of(title, body, model)
            if upper is not None:
                found = replace(found, basis=f"{found.basis}；上级可定为“{upper.value}”（{upper.probability:.0%}）")
        return ranked, found

    def _sure_of(self, title: str, body: str, model: CategoryModel | None) -> RankedLabel | None:
        """The deepest node above the leaves that is surer than not; None when not even the first level is."""
        levels = self.by_level(self.chances(title, body, model)[0])
        return deepest_sure(levels[:-1], _SURE_ABOVE)

    def suggest(self, title: str, body: str = "", model: CategoryModel | None = None) -> Suggestion:
        """Only the suggestion; its value is the leaf code or 'unsure'."""
        return self.rank_and_suggest(title, body, model)[1]
