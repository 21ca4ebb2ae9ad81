"""Keys by which the same matter in other words is found: a named place, or a kind of matter in a street.

They are kept beside the bands of likeness, in the same column and under the same time marks: hashes, no words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from minhu.language.matters import Told

READ: Final = 240
"""Characters that are read for keys: the matter is told at the beginning, and every creation pays for it."""
_NAMES: Final = 2
_KINDS: Final = 2
_PART: Final = 3
_STREET: Final = 9
"""Digits of the code of a street; a kind of matter in a whole county would be a key of everything."""


def keys_of(title: str, text: str, place: str, area_code: str) -> tuple[int, ...]:
    """At most ten signed 64-bit keys of a request's words."""
    told = Told(f"{title} {text}"[:READ], place=place)
    return tuple(dict.fromkeys(_hash(one) for one in _marks(told, area_code)))


def _marks(told: Told, area_code: str) -> Iterator[str]:
    for name in told.sites[:_NAMES]:
        # names begin and end differently: 东湖路华锦项目, 华锦项目; 桃园, 桃园小区
        yield f"name|{name[:_PART]}"
        yield f"name|{name[-_PART:]}"
    if len(area_code) >= _STREET:
        for kind in sorted(told.kinds)[:_KINDS]:
            yield f"kind|{kind}|{area_code[:_STREET]}"


def _hash(mark: str) -> int:
    return int.from_bytes(hashlib.blake2b(mark.encode(), digest_size=8).digest(), signed=True)
