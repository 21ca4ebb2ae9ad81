"""English texts as they are said: telephone numbers and codes one by one; the rest is left to the voice, which reads figures."""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_HOTLINES: Final = re.compile(r"(?<![\d.,])(?:123\d\d|1[12]\d|12[01]\d\d|9[56]\d{3,4})(?![\d.,%]*\d|%)")
_LONG: Final = re.compile(r"(?<![\d.,])(?:\+?\d[\d -]{6,}\d)(?![\d.,]*\d)")
_CODE: Final = re.compile(r"\b(?=[A-Z\d-]*\d)(?=[A-Z\d-]*[A-Z])[A-Z\d-]{4,}\b")


def english(text: str) -> str:
    """Words to be said; numbers of telephones and of orders digit by digit, everything else as written."""
    plain = _CODE.sub(lambda found: _one_by_one(found[0]), text)
    plain = _LONG.sub(lambda found: _one_by_one(found[0]), plain)
    plain = _HOTLINES.sub(lambda found: _one_by_one(found[0]), plain)
    plain = plain.replace("&", " and ").replace("%", " percent").replace("@", " at ")
    return re.sub(r"\s+", " ", re.sub(r"[()\[\]{}\"“”*_`|]", " ", plain)).strip()


def _one_by_one(text: str) -> str:
    return " ".join(_DIGITS[int(sign)] if sign.isdigit() else sign for sign in text if sign.isalnum())
