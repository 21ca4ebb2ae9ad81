"""Numbers as people say them in Chinese: 32, 三百多, 两, 十几, 半."""

from __future__ import annotations

import re

from minhu.kernel.patterns import regex

_DIGITS = {sign: at for at, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "廿": 20}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
NUMBER = r"(?:\d+(?:\.\d+)?万?|[零〇一二两三四五六七八九十百千万]+)"
_ABOUT = regex(r"(?:多|余|来|几|数|左右)+")


def parse_number(words: str) -> float | None:
    """The value of digits or Chinese numerals; ``多``, ``余``, ``来``, ``几`` are dropped, 半 is a half; None otherwise."""
    plain = _ABOUT.sub("", words.strip().translate(str.maketrans("０１２３４５６７８９", "0123456789")))
    if not plain:
        return None
    if plain == "半":
        return 0.5
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([十百千万]?)", plain)
    if found:
        return float(found.group(1)) * _UNITS.get(found.group(2), 1)
    if any(sign not in _DIGITS and sign not in _UNITS for sign in plain):
        return None
    return float(_chinese(plain))


def _chinese(words: str) -> int:
    if "万" in words:
        high, low = words.split("万", 1)
        return (_chinese(high) if high else 1) * 10_000 + (_chinese(low) if low else 0)
    if not any(sign in _UNITS for sign in words):
        return int("".join(str(_DIGITS[sign]) for sign in words))
    total, digit = 0, 0
    for sign in words:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit
