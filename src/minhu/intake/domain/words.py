"""Words as they came, minus what no person typed: control characters and marks that turn text around."""

from __future__ import annotations

import re
import unicodedata

_NEWLINES = re.compile(r"\r\n?|[\u2028\u2029\x85]")
# C0 and C1 controls except tab and newline, lone surrogates, marks that reverse the reading order, BOM,
# and code points that Unicode reserves as non-characters
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff]"
)


def clean(text: str) -> str:
    """Return `text` without control characters; words, spaces inside and HTML stay as they came."""
    return _UNWANTED.sub("", _NEWLINES.sub("\n", text)).strip()


def clean_line(text: str) -> str:
    """`clean` for a value of one line: line breaks and tabs become single spaces."""
    return re.sub(r"\s+", " ", clean(text))


def plain(text: str) -> str:
    """A value of digits and letters as typed on any keyboard: full width becomes half width."""
    return unicodedata.normalize("NFKC", clean_line(text))


def clean_json(value: object, depth: int = 0) -> object:
    """Clean every string inside a JSON value so that PostgreSQL can store it (no NUL, no lone surrogate).

    Raises ValueError when it is nested deeper than eight levels.
    """
    if depth > 8:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean_line(str(key)): clean_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item, depth + 1) for item in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value if isinstance(value, bool | int | float) or value is None else clean(str(value))
