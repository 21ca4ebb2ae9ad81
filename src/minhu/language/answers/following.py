"""Whether a turn goes on with what was asked before or begins something new, judged by what the papers say of both.

A turn may name something of its own and still lean ('does the landlord have to sign?' after residence permits). Then the
paper that the question before was about says more of it than any title of another paper does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from minhu.language.answers.followups import Leaning, Rewritten, bare_of, own_words, rewrite, topic_of
from minhu.language.answers.question import plain, understand_question
from minhu.language.answers.ranking import covered, rank, rarity_of, readable
from minhu.language.answers.types import Ranked, Store
from minhu.language.papers.types import Paper

# Logistic regression on the development half of the scripted conversations and on pairs of unrelated questions of the
# demo city's development half: paper before, best paper, own words, title, same paper, 那…, …呢, constant.
_WEIGHTS: Final = np.array([9.97, -2.73, -11.06, -5.37, 1.72, 2.95, 4.97, 6.58])
_LEADING: Final = ("那", "如果", "要是")
_MOST_OWN: Final = 12
_SAID_AGAIN: Final = 4


def follow(earlier: Sequence[str], said: str, store: Store) -> Rewritten:
    """``said`` complete in itself, from the complete questions ``earlier`` (oldest first) where it leans on them."""
    found = rewrite(earlier, said)
    anchor = _best(earlier[-1], store) if earlier and said.strip() else None
    if anchor is None:
        return found
    about = anchor.sheet.key
    if found.leaning is Leaning.CHANGED:
        return replace(found, paper=about)
    if not leans(anchor, said, store):
        return found if found.leaning is Leaning.PRONOUN else Rewritten(said.strip(), Leaning.NONE)
    if found.leaning is not Leaning.NONE:
        return replace(found, paper=about)
    topic = topic_of(earlier)
    if _names(said, topic):
        return Rewritten(said.strip(), Leaning.MATTER, topic, about)
    return Rewritten(f"{topic}{bare_of(said)}", Leaning.MATTER, topic, about)


def _names(said: str, topic: str) -> bool:
    """Whether a turn says again what it is about: it needs no words of the topic before it."""
    return any(topic[at : at + _SAID_AGAIN] in said for at in range(len(topic) - _SAID_AGAIN + 1))


def leans(anchor: Ranked, said: str, store: Store) -> bool:
    """Whether ``said`` goes on about the paper ``anchor``; more likely than not."""
    return bool(_signs(anchor, said, store) @ _WEIGHTS > 0)


def _signs(anchor: Ranked, said: str, store: Store) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    query = understand_question(said)
    rarity = rarity_of(query, store)

    def best(paper: Paper) -> float:
        title = plain(paper.title)
        return max((covered(f"{title} {plain(readable(one))}", rarity) for one in paper.passages), default=0.0)

    ranked = rank(query, store)[0]
    first = ranked[0].sheet if ranked else None
    return np.array(
        [
            best(anchor.sheet.paper), best(first.paper) if first else 0.0, min(len(own_words(said)), _MOST_OWN) / 10,
            covered(plain(first.paper.title), rarity) if first else 0.0, float(first is not None and first.key == anchor.sheet.key),
            float(said.startswith(_LEADING)), float("呢" in said[-2:]), 1.0,
        ]
    )  # fmt: skip


def _best(question: str, store: Store) -> Ranked | None:
    ranked = rank(understand_question(question), store)[0]
    return ranked[0] if ranked else None
