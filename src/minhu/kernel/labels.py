"""Codes together with what people call them: one enum holds both, so that no table beside it falls behind.

The words are Chinese and marked for translation with ``_`` (``from minhu.kernel.labels import marked as _``).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Self

_translate: Callable[[str], str] = str


def marked(text: str) -> str:
    """The text itself; under the name ``_`` it is found for the catalogue."""
    return text


def speak_with(translate: Callable[[str], str]) -> None:
    """Say once how a word comes into the language of whoever reads; without it labels are Chinese."""
    global _translate
    _translate = translate


class Labelled(StrEnum):
    """A code with its word: ``RED = "red", _("已超期")``; equal to its code like any ``StrEnum``."""

    said: str

    def __new__(cls, code: str, said: str = "") -> Self:
        one = str.__new__(cls, code)
        one._value_ = code
        one.said = said
        return one

    @property
    def label(self) -> str:
        """The word in the reader's language; what is kept or sent away takes ``said``, which is always Chinese."""
        return _translate(self.said)
