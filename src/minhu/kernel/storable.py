"""Words from outside as a database can keep them; JSON can carry characters that no text column holds."""

from __future__ import annotations


def storable(text: str) -> str:
    """The text without NUL and lone surrogates, and without space around it."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8").strip()
