"""Requests that fit no category: how strange their words are beside all that people have put into one.

What is usual is learnt anew every hour from people's own decisions, masked, and kept in memory only. Until enough has
been decided nothing is called strange. The score orders cases for people and decides nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from minhu.intake import lexicon
from minhu.intake.models import Request
from minhu.intake.services.learning import taught
from minhu.intake.services.queueing import proposals
from minhu.language.categories import ModelError
from minhu.language.features import join_title
from minhu.language.meaning import default_meaning
from minhu.language.novelty import Novelty, alike
from minhu.language.personal import mask_personal
from minhu.language.understanding import LONGEST

log = structlog.get_logger("minhu.intake")
LEAST: Final = 200
MOST: Final = 3000
AGAIN: Final = 3600.0
SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Strange:
    """A request that is like nothing known: its score, the score from which it counts, codes of leaves with chances."""

    score: float
    bound: float
    nearest: tuple[tuple[str, float], ...]


class Usual:
    """What is usual in this city, learnt anew after an hour."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._learnt, self._share, self._bound = float("-inf"), 0.0, 0.0
        self._known: Novelty | None = None
        self.place = 0
        """How far whoever asks has come, by its own keys."""

    def strange(self, request_ids: Sequence[int], share: float) -> dict[int, Strange] | None:
        """Those of some requests that are stranger than all but ``share`` of the known ones; None while too little is known.

        Part of the caller's transaction, which sees every request.
        """
        known, bound = self._now(share)
        if known is None:
            return None
        found = {}
        for row in Request.objects.filter(pk__in=list(request_ids)):
            score = known.score(_words(row))
            if score > bound:
                nearest = tuple((code, chance) for code, chance in proposals(row.title, row.text)[:SHOWN])
                found[row.pk] = Strange(round(score, 4), round(bound, 4), nearest)
        return found

    def _now(self, share: float) -> tuple[Novelty | None, float]:
        with self._guard:
            if time.monotonic() - self._learnt > AGAIN or self._share != share:
                self._learnt, self._share = time.monotonic(), share
                texts = [row.text for row in taught(MOST)]
                self._known = _learn(texts)
                self._bound = self._known.bound(texts, share) if self._known is not None else 0.0
            return self._known, self._bound


def grouped(request_ids: Sequence[int]) -> list[list[int]]:
    """Requests that the actor may see, in groups that say the same, in the order given."""
    rows = Request.objects.in_bulk(list(request_ids))
    ids = [pk for pk in request_ids if pk in rows]
    meaning = default_meaning()
    return [[ids[at] for at in group] for group in alike([meaning.vector(_words(rows[pk])) for pk in ids])]


def _words(row: Request) -> str:
    return mask_personal(join_title(row.title, row.text[:LONGEST]))


def _learn(texts: Sequence[str]) -> Novelty | None:
    model = lexicon.words_of_the_city().model
    if model is None or len(texts) < LEAST:
        return None
    try:
        return Novelty.learn(model, default_meaning(), texts)
    except (ModelError, ValueError) as error:
        log.warning("new_types_not_learnt", error=str(error))
        return None
