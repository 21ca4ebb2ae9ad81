"""From another house's categories to ours: proposals with a confidence and a reason, for a person to confirm.

Three things speak for a pair: names that share characters or stand near in meaning, descriptions and examples that are
read as the target, and requests that were labelled in both trees. Nothing is decided here; ``UNKNOWN`` competes with the
targets, so that a category without a counterpart gets none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.language.features import Floats, clean
from minhu.language.keywords import KeywordIndex
from minhu.language.meaning import Meaning
from minhu.language.types import Leaf

# Log-odds of the parts beside each other, fitted to every second pair of the project's own truth.
_SHARED_NAME: Final = 8.0
_SHARED_ABOVE: Final = 8.0
_NEARNESS: Final = 6.0
_READ: Final = 2.0
_NEARNESS_OF_VECTORS: Final = 15.0
_UNKNOWN: Final = 6.0
# What the words say counts as much as so many requests labelled in both trees.
_WORTH_OF_WORDS: Final = 4.0
_SPLIT_FROM: Final = 0.2
_MOST: Final = 3

Both = Mapping[tuple[str, str], int]
"""How many requests carry (category there, category here)."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One proposed pair: codes or paths, its confidence, why, and the word that leads here where one becomes many."""

    source: str
    target: str
    confidence: float
    reason: str
    keyword: str = ""


def propose(
    sources: Sequence[Leaf],
    targets: Sequence[Leaf],
    meaning: Meaning | None = None,
    both: Both | None = None,
    near: Floats | None = None,
) -> list[list[Crossing]]:
    """For each source its best targets, at most three, best first; empty where nothing of ours is likelier than nothing.

    ``near`` (sources, targets): nearness by an engine for embeddings (`directions.between`), where there is one.
    """
    index = KeywordIndex(targets, meaning)
    names = [_pairs(leaf.name) for leaf in targets]
    above = [_pairs("".join(leaf.path[:-1])) for leaf in targets]
    seen = _seen(sources, targets, both or {})
    odds = np.array([_odds(source, index, meaning, names, above) for source in sources]).reshape(len(sources), -1)
    if near is not None:
        odds += _NEARNESS_OF_VECTORS * near
    return [_proposals(source, targets, _mixed(odds[at], seen[at]), seen[at]) for at, source in enumerate(sources)]


def translate(crossings: Sequence[Crossing], source: str, text: str) -> Crossing | None:
    """The confirmed line for a category of the other house: one whose keyword is in the text, else the one without."""
    own = [one for one in crossings if one.source == source]
    said = [one for one in own if one.keyword and one.keyword in text]
    plain = [one for one in own if not one.keyword]
    return max(said or plain, key=lambda one: (len(one.keyword), one.confidence), default=None)


def _odds(
    source: Leaf, index: KeywordIndex, meaning: Meaning | None, names: list[set[str]], above: list[set[str]]
) -> npt.NDArray[np.float64]:
    """Log-odds of each target by words alone."""
    told = " ".join((source.name, *source.keywords, source.description, *source.examples))
    own, over = _pairs(source.name), _pairs("".join(source.path[:-1]))
    shared = np.array([_dice(own, one) for one in names])
    branch = np.array([_dice(over | own, one) for one in above])
    read = np.asarray(index.points(source.name, told)[0], dtype=np.float64)
    near = np.zeros(len(names))
    if meaning is not None:
        vector = meaning.vector(f"{source.name} {told}")
        near = np.array([float(np.dot(vector, one)) for one in index.name_vectors()])
    return np.asarray(_SHARED_NAME * shared + _SHARED_ABOVE * branch + _NEARNESS * near + _READ * read)


def _mixed(odds: npt.NDArray[np.float64], seen: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Chances of the targets by words and by requests labelled in both trees together."""
    whole = np.append(odds, _UNKNOWN)
    chances = np.exp(whole - whole.max())
    chances = (chances / chances.sum())[:-1]
    return np.asarray((chances * _WORTH_OF_WORDS + seen) / (_WORTH_OF_WORDS + seen.sum()))


def _seen(sources: Sequence[Leaf], targets: Sequence[Leaf], both: Both) -> npt.NDArray[np.float64]:
    found = np.zeros((len(sources), len(targets)))
    rows = {leaf.code: at for at, leaf in enumerate(sources)}
    columns = {leaf.code: at for at, leaf in enumerate(targets)}
    for (there, here), count in both.items():
        if there in rows and here in columns:
            found[rows[there], columns[here]] += count
    return found


def _proposals(
    source: Leaf, targets: Sequence[Leaf], chances: npt.NDArray[np.float64], seen: npt.NDArray[np.float64]
) -> list[Crossing]:
    if float(chances.max()) <= 1.0 - float(chances.sum()):
        return []
    order = np.argsort(-chances, kind="stable")[:_MOST].tolist()
    many = [at for at in order if chances[at] >= _SPLIT_FROM]
    found = []
    for place, at in enumerate(order):
        target = targets[at]
        words = [
            word
            for word in target.keywords
            if not any(word in targets[other].keywords for other in many if other != at)
        ]
        keyword = words[0] if place and at in many and words else ""
        found.append(Crossing(source.code, target.code, float(chances[at]), _reason(source, target, seen[at]), keyword))
    return found


def _reason(source: Leaf, target: Leaf, count: float) -> str:
    common = [sign for sign in clean(source.name) if sign in clean(target.name)]
    said = f"名称共有“{''.join(dict.fromkeys(common))}”" if common else "含义相近"
    return f"{said}；{int(count)} 件诉求在两边都这样归类" if count else said


def _pairs(text: str) -> set[str]:
    plain = clean(text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)} | set(plain)


def _dice(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / max(len(one) + len(other), 1)
