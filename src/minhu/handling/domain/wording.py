"""What the citizen reads of a step: plain words, units by name, no person of the staff."""

from __future__ import annotations

from collections.abc import Mapping

LONGEST = 500


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def public_sentence(template: str, words: Mapping[str, str]) -> str:
    """Fill the template of a transition; a word that is not known leaves no trace. At most 500 characters."""
    filled = template.format_map(_Blank(words)).strip()
    return filled if len(filled) <= LONGEST else filled[: LONGEST - 1] + "…"
