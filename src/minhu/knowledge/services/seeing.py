"""Meaning beside words: vectors of live papers are made in the background and counted when somebody asks.

Only a model inside the house sees papers, since what is confidential leaves it for no endpoint. Whatever is missing - the
model, a paper's vectors - is answered without.
"""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from django.db import transaction

from minhu.directory.access import as_system
from minhu.engines.embedding.choosing import house_embedder
from minhu.engines.embedding.types import Embedder, Purpose, Unembedded
from minhu.knowledge.models import Version, VersionVectors
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import paper_of
from minhu.knowledge.queries.vectors import FORMAT
from minhu.knowledge.types import LIVE
from minhu.language.answers.answering import Eyes
from minhu.language.answers.model import seeing_model
from minhu.language.answers.nearness import Floats, seen_as

SECONDS: Final = 2.0
"""A round of the background takes about so long, so that nobody waits for the end of a long one."""
_LIVE: Final = [state.value for state in LIVE]


def house_eyes() -> Eyes | None:
    """What answers by meaning here; None where no model of the house reads its embedder's vectors."""
    embedder = _embedder()
    return None if embedder is None else Eyes(seeing_model(), lambda words: _of_question(embedder, words))


def maker_of(eyes: Eyes | None) -> str:
    """Of whom the vectors are that eyes read; empty without eyes."""
    return eyes.model.sight.maker if eyes is not None and eyes.model.sight is not None else ""


def _embedder() -> Embedder | None:
    embedder = house_embedder()
    if embedder is None or not embedder.stays_inside:
        return None
    sight = seeing_model().sight
    return embedder if sight is not None and sight.maker == embedder.maker else None


def _of_question(embedder: Embedder, words: str) -> Floats | None:
    try:
        rows: Floats = embedder.embed([words], Purpose.QUERY).rows
    except Unembedded:
        return None
    return np.asarray(rows[0], np.float32)


def make_vectors() -> int:
    """Make the vectors of live versions that have none by the present maker, for some seconds; how many. For the loop."""
    embedder = _embedder()
    if embedder is None:
        return 0
    begun, done = time.monotonic(), 0
    while time.monotonic() - begun < SECONDS and _one(embedder):
        done += 1
    return done


def _one(embedder: Embedder) -> bool:
    """The vectors of one more version; nothing is locked while they are made."""
    with transaction.atomic(), as_system(), reading():
        left = Version.objects.filter(state__in=_LIVE).exclude(vectors__maker=embedder.maker).order_by("-id")
        version = left.values_list("pk", flat=True).first()
        paper = paper_of(version) if version is not None else None
    if version is None or paper is None:
        return False
    made = embedder.embed(seen_as(paper))
    with transaction.atomic(), as_system(), reading():
        if Version.objects.select_for_update().filter(pk=version, state__in=_LIVE).exists():
            VersionVectors.objects.update_or_create(
                version_id=version,
                defaults={
                    "maker": made.maker, "dimension": made.dimension, "rows": made.rows.astype(np.dtype(FORMAT)).tobytes(),
                },
            )  # fmt: skip
    return True
