"""Numbers in words: 一千零五, 二点五, 幺三八."""

from __future__ import annotations

from typing import Final

_SIGNS: Final = "零一二三四五六七八九"
_PLACES: Final = ("", "十", "百", "千")
_MYRIADS: Final = ("", "万", "亿", "万亿")
MOST_DIGITS: Final = 16


def by_digits(digits: str, *, one: str = "幺") -> str:
    """Digit after digit; 1 is 幺 on the telephone, 一 in years."""
    return "".join(one if sign == "1" else _SIGNS[int(sign)] for sign in digits if sign.isdigit())


def amount(number: int) -> str:
    """How many: 0 零, 10 十, 105 一百零五, 20300 二万零三百; digits one by one from 10¹⁶ on."""
    digits = str(number)
    if len(digits) > MOST_DIGITS:
        return by_digits(digits, one="一")
    if number == 0:
        return "零"
    groups = []
    while number:
        number, low = divmod(number, 10_000)
        groups.append(low)
    said, gap = "", False
    for at in range(len(groups) - 1, -1, -1):
        group = groups[at]
        if group == 0:
            gap = bool(said)
            continue
        said += ("零" if said and (gap or group < 1000) else "") + _group(group) + _MYRIADS[at]
        gap = False
    return said.removeprefix("一") if said.startswith("一十") else said


def _group(number: int) -> str:
    said, gap = "", False
    for at in (3, 2, 1, 0):
        digit = number // 10**at % 10
        if digit:
            said += ("零" if gap else "") + _SIGNS[digit] + _PLACES[at]
            gap = False
        else:
            gap = bool(said)
    return said


def decimal(text: str) -> str:
    """Digits with at most one point: '3.50' 三点五零, '12' 十二."""
    whole, _, part = text.partition(".")
    said = amount(int(whole or "0"))
    return f"{said}点{by_digits(part, one='一')}" if part else said
