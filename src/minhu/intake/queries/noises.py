"""What would make an order come back, told of words that are not yet an order (F24): nothing of it is stored."""

from __future__ import annotations

from collections.abc import Sequence

from minhu.intake import lexicon
from minhu.language.element_types import Element
from minhu.language.filling.filling import City, understood_of
from minhu.language.noise.types import Found, Marks
from minhu.language.noise.warning import noises_of


def noises_of_words(text: str, elements: Sequence[Element], marks: Marks) -> tuple[Found, ...]:
    """Warnings about the words ``text`` with their ``elements`` and what a person has set, by the city's own names."""
    words = lexicon.words_of_the_city()
    read_as = understood_of(text, City(words.home, words.gazetteer, words.index, words.model))
    return noises_of(text, elements, read_as, marks, words.gazetteer)
