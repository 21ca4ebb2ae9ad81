"""Which registered enterprise a consumer complains about, by rule, and whether a credit code can be one.

The longest name, brand or alias that stands in the words decides; an alias of two characters alone is not enough. What
only denies or compares ('不是在…买的') names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from minhu.exchange.domain.buying import speaks_of_buying

_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CODE: Final = re.compile(r"[0-9ABCDEFGHJKLMNPQRTUWXY]{2}\d{6}[0-9ABCDEFGHJKLMNPQRTUWXY]{10}")
_DENIED: Final = re.compile(r"(?:不是|并非|没有?在|不像|比)[^，。！？；]{0,3}$")
SHORTEST: Final = 2
"""Characters of a name that counts at all."""
ALONE: Final = 3
"""Characters of a name that counts without a word of buying beside it."""


@dataclass(frozen=True, slots=True)
class Known:
    """An enterprise as the rule needs it: where it works (empty: everywhere) and what it is called."""

    id: int
    names: tuple[str, ...]
    area_codes: tuple[str, ...] = ()
    category_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The enterprise that is meant, how sure that is, and the words it rests on."""

    id: int
    confidence: float
    words: str


def is_credit_code(code: str) -> bool:
    """Whether ``code`` is a unified social credit code with its right check sign (GB 32100-2015, annex A)."""
    if not _CODE.fullmatch(code):
        return False
    total = sum(_SIGNS.index(sign) * weight for sign, weight in zip(code[:17], _WEIGHTS, strict=True))
    return _SIGNS[(31 - total % 31) % 31] == code[17]


def meant(
    text: str, enterprises: Iterable[Known], areas: Iterable[str] = (), categories: Iterable[str] = ()
) -> Found | None:
    """The enterprise that ``text`` complains about, or None where none or several are as likely.

    ``areas`` and ``categories``: the codes from the root to those of the matter; empty where they are not known yet.
    """
    there, kinds = set(areas), set(categories)
    found: dict[int, tuple[int, str]] = {}
    for one in enterprises:
        if (one.area_codes and there and not there & set(one.area_codes)) or (
            one.category_codes and kinds and not kinds & set(one.category_codes)
        ):
            continue
        names = [name for name in one.names if len(name) >= SHORTEST and _stands(name, text)]
        if names:
            longest = max(names, key=len)
            found[one.id] = (len(longest), longest)
    if not found:
        return None
    ranked = sorted(found.items(), key=lambda item: -item[1][0])
    (first, (length, words)), rest = ranked[0], ranked[1:]
    bought = speaks_of_buying(text.replace(words, "＿"))
    if any(other[1][0] == length for other in rest) or (length < ALONE and not bought):
        return None
    sure = 0.95 if length >= 2 * ALONE else 0.85 if length >= ALONE else 0.7
    return Found(first, sure if bought else sure - 0.15, words)


def _stands(name: str, text: str) -> bool:
    at = text.find(name)
    while at >= 0:
        if not _DENIED.search(text[:at]):
            return True
        at = text.find(name, at + 1)
    return False
