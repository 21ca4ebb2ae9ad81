"""Which words a spreadsheet would run when a file of ours is opened: decided once for every export."""

import re
from typing import Final

STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BEFORE: Final = re.compile(r"[\s\x00-\x1f\x7f-\xa0\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\u3000\ufeff]*")
"""What a spreadsheet, or a program on the way to it, may drop at the beginning of a cell."""


def runs(text: str) -> bool:
    """Whether a cell with this text might be taken for a formula (also by whoever saves the file as CSV)."""
    return text.startswith(("\t", "\r", "\n")) or text[_before(text) :].startswith(STARTS)


def harmless(text: str) -> str:
    """The text, with an apostrophe in front where it might run."""
    return f"'{text}" if runs(text) else text


def _before(text: str) -> int:
    found = _BEFORE.match(text)
    return found.end() if found else 0
