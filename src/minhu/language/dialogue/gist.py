"""What a citizen wants, in one line of a list: his first words that are more than a greeting or a call for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from minhu.language.dialogue.asides import without_asides
from minhu.language.dialogue.hearing import asks_for_person, plain

_LEAST: Final = 4
"""Characters that can be a matter."""


def gist(utterances: Iterable[str]) -> str:
    """The first words of several utterances that tell of something, without greetings; else the first words at all."""
    first = ""
    for words in utterances:
        first = first or words.strip()
        told = without_asides(words.strip())
        if len(told) >= _LEAST and not asks_for_person(plain(told[:200])):
            return told
    return first
