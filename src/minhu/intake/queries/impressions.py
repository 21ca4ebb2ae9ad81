"""What to notice beside the matter itself: marks, four type, emotion, language, emergency services.

Like the elements it is read when a page shows the words, from the words as the reader sees them, and never stored.
"""

from __future__ import annotations

from minhu.intake.types import RequestCard
from minhu.language.types import Impression
from minhu.language.understanding import impression


def impression_of(card: RequestCard, repeats: int = 0) -> Impression:
    """The impression of a card's words, spans into ``card.text``; ``repeats``: how often the caller asked this year."""
    return impression(card.text, repeats)


def impression_of_words(text: str) -> Impression:
    """The same for words that are still being typed."""
    return impression(text)
