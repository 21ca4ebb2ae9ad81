"""The second opinion by meaning as the house's embedder allows it (`language.senses`)."""

from __future__ import annotations

from minhu.engines.embedding.types import Embedder, Purpose, Unembedded
from minhu.language.senses import LONGEST, Opinion, Senses, default_senses, opinion
from minhu.language.types import Suggestion, Urgency


def senses_of(embedder: Embedder | None) -> Senses | None:
    """The model that ships where it can read this embedder's vectors; None elsewhere."""
    if embedder is None or not embedder.stays_inside:
        return None
    found = default_senses()
    return found if found.embedder == embedder.maker else None


def judged(text: str, urgency: Urgency, first: Suggestion, embedder: Embedder, senses: Senses) -> Opinion:
    """What meaning says of a text beside its first look. Raises Unembedded."""
    rows = embedder.embed([text if len(text) <= LONGEST else ""], Purpose.QUERY)
    if rows.dimension != len(senses.middle):
        raise Unembedded("语义向量的维数变了，请系统管理员重新启动服务。", code="garbage")
    return opinion(text, rows.rows[0], urgency, first, senses)
