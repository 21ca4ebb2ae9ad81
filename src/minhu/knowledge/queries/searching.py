"""Passages by words, for whoever asks: live versions only, judged by the keys of the reader."""

from __future__ import annotations

import re
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import transaction
from django.db.models import F

from minhu.kernel.actors import Actor
from minhu.knowledge.models import PassageRow
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import Hit, State
from minhu.language.papers.words import words_of

MOST_WORDS: Final = 40
_QUOTED: Final = re.compile(r"['\\]")
_DIVIDE_BY_LENGTH: Final = 1


def search(text: str, most: int = 20, actor: Actor | None = None) -> list[Hit]:
    """Up to ``most`` passages that hold words of ``text``, the best first; empty for a text without words."""
    words = list(dict.fromkeys(words_of(text)))[:MOST_WORDS]
    if not words:
        return []
    said = " | ".join(f"'{_QUOTED.sub(lambda found: found[0] * 2, word)}'" for word in words)
    query = SearchQuery(said, search_type="raw", config="simple")
    with transaction.atomic(), reading(actor) as keys:
        rows = (
            PassageRow.objects.filter(live=True, words=query, keys__overlap=sorted(keys))
            .annotate(score=SearchRank(F("words"), query, normalization=_DIVIDE_BY_LENGTH))
            .select_related("version", "version__document")
            .defer("version__text", "version__found")
            .order_by("-score", "id")[:most]
        )
        return [_hit(row) for row in rows]


def _hit(row: PassageRow) -> Hit:
    version = row.version
    return Hit(
        document_id=version.document_id, version_id=version.pk, title=version.title, passage=row.passage,
        score=float(row.score), document_number=version.document_number, issuer=version.issuer,  # type: ignore[attr-defined]
        state=State(version.state), validity=version.validity, in_force=version.in_force, repealed=version.repealed,
    )  # fmt: skip
