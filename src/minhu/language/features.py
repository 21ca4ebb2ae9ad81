"""Hashed character n-grams: the one bridge between raw and segmented text.

Words are joined before counting, so that a text with spaces between words and the raw text give the same features.
No feature can be turned back into text.
"""

from __future__ import annotations

import zlib
from functools import cache, lru_cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from minhu.kernel.patterns import regex

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Reading = Literal["plain", "bare", "subject"]
"""How a model reads a text: as it is; without empty words; or by its subject (see ``subject``)."""

ORDERS: Final = (1, 2, 3)
BITS: Final = 18
# The first characters are the title in every export seen; they count twice.
HEAD: Final = 25
HEAD_WEIGHT: Final = 2.0
_NOISE = regex(r"[^\u4e00-\u9fffA-Za-z0-9]+")
# Words that carry no subject. Segmented training files have lost them, so that raw text must lose them too: only then
# do the same content words stand beside each other in both.
_EMPTY_WORDS: Final = (
    "我们|他们|你们|咱们|自己|这个|那个|这些|那些|这样|什么|怎么|如何|为什么|因为|所以|但是|可是|而且|并且|如果|虽然|已经|一直"
    "|非常|以及|或者|还是|就是|不是|没有|可以|应该|希望|尊敬|领导|您好|你好|谢谢|现在|进行|请问"
)
_EMPTY_SIGNS: Final = frozenset(
    "的了是在我你他她它们也都就又还很与和及或而且但并被把对向从到于以为因所之其此该这那个着过得地吗呢吧啊呀哦让给有没不会能要请将等"
)
_EMPTY = regex(f"{_EMPTY_WORDS}|[{''.join(sorted(_EMPTY_SIGNS))}]")
_WORDS_ALONE = regex(_EMPTY_WORDS)
# What a head is cut into words: title and first sentence; cutting the whole text would cost ten times as much.
_HEAD_FOR_WORDS: Final = 60
_HEAD_WORDS: Final = 16
# Values of the three parts of a subject's features beside each other, chosen by cross-validation.
_PART_WEIGHTS: Final = (1.0, 2.0, 2.0)
_SEEN_OFTEN: Final = 20
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_MANY: Final = 4096
_STARTS: Final = np.arange(_MANY, dtype=np.int64)


def clean(text: str) -> str:
    """Han characters, letters (lower case) and digits only, joined."""
    return _NOISE.sub("", text).lower()


def content(text: str) -> str:
    """A cleaned text without its empty words."""
    return _EMPTY.sub("", clean(text))


@cache
def _kept_words() -> frozenset[str]:
    """Common words of two or three characters with an empty sign inside, such as 工地 or 反对, from the word list of jieba."""
    import jieba

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    empty = frozenset(_EMPTY_WORDS.split("|"))
    return frozenset(
        word
        for word, often in jieba.dt.FREQ.items()
        if often >= _SEEN_OFTEN and 2 <= len(word) <= 3 and word not in empty
        and not _EMPTY_SIGNS.isdisjoint(word) and not _EMPTY_SIGNS.issuperset(word)
    )  # fmt: skip


def subject(text: str) -> str:
    """A cleaned text without its empty words, but with the empty signs that are part of a common word (工地, 反对)."""
    kept, rest = _kept_words(), _WORDS_ALONE.sub("", clean(text))
    return "".join(
        sign
        for at, sign in enumerate(rest)
        if sign not in _EMPTY_SIGNS
        or rest[at : at + 2] in kept or rest[at : at + 3] in kept
        or (at > 0 and (rest[at - 1 : at + 1] in kept or rest[at - 1 : at + 2] in kept))
        or (at > 1 and rest[at - 2 : at + 1] in kept)
    )  # fmt: skip


def head_words(text: str) -> list[str]:
    """The first words of a text with a subject in them, at most 16 from its first 60 characters."""
    import jieba

    _kept_words()
    words = jieba.lcut(clean(text)[:_HEAD_FOR_WORDS])
    return [word for word in words if subject(word)][:_HEAD_WORDS]


def join_title(title: str, body: str) -> str:
    """Title and body as one text, the title once."""
    return body if body.lstrip().startswith(title.strip()) else f"{title} {body}"


def hashed(text: str, orders: tuple[int, ...] = ORDERS, bits: int = BITS) -> tuple[Ints, Ints]:
    """Bucket numbers below ``2**bits`` and start positions of all n-grams of a cleaned text."""
    values = [_values(text, order) for order in orders if len(text) >= order]
    if not values:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    buckets = np.concatenate(values) >> np.uint64(64 - bits)
    return buckets.astype(np.int64), np.concatenate([_starts(len(one)) for one in values])


def distinct(buckets: Ints) -> Ints:
    """Each bucket once, in order: `np.unique` without its overhead, which counts for short texts."""
    ordered = buckets.copy()
    ordered.sort()
    return ordered[_changes(ordered)]


def _changes(ordered: Ints) -> npt.NDArray[np.bool_]:
    """Where a sorted array begins a new value."""
    changed = np.empty(len(ordered), dtype=np.bool_)
    changed[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=changed[1:])
    return changed


@lru_cache(maxsize=16)
def _values(text: str, order: int) -> npt.NDArray[np.uint64]:
    """64-bit hashes of all n-grams of one order; several models ask for those of the same text one after the other."""
    points = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    count = len(points) - order + 1
    value = (points[:count] ^ np.uint64(order * 0x51ED27)) * _MIX
    value ^= value >> np.uint64(29)
    for shift in range(1, order):
        value = (value ^ points[shift : shift + count]) * _MIX
        value ^= value >> np.uint64(29)
    value.flags.writeable = False
    return value


def counted(text: str, bare: bool = False) -> tuple[Ints, Floats]:
    """Distinct buckets of a text, ``bare`` of empty words, and their damped, head-weighted counts ``1 + ln(n)``."""
    buckets, starts = hashed(content(text) if bare else clean(text))
    if not len(buckets):
        return buckets, np.zeros(0, np.float32)
    order = buckets.argsort(kind="stable")
    ordered = buckets[order]
    first = _changes(ordered).nonzero()[0]
    totals = np.add.reduceat(np.where(starts < HEAD, HEAD_WEIGHT, 1.0)[order], first)
    return ordered[first], (1.0 + np.log(totals)).astype(np.float32)


def features(text: str, reading: Reading) -> tuple[Ints, Floats]:
    """Distinct buckets of a text and their damped counts, as a model of this reading sees it."""
    if reading != "subject":
        return counted(text, reading == "bare")
    rest = subject(text)
    words = np.array([zlib.crc32(word.encode()) for word in head_words(text)], dtype=np.uint64)
    parts = (
        hashed(rest)[0],
        _apart(hashed(rest[:HEAD], bits=63)[0].astype(np.uint64), 1),
        _apart(words, 2),
    )
    found = [np.unique(part, return_counts=True) for part in parts]
    buckets = np.concatenate([part for part, _ in found])
    values = np.concatenate(
        [weight * (1.0 + np.log(counts)) for weight, (_, counts) in zip(_PART_WEIGHTS, found, strict=True)]
    )
    order = buckets.argsort(kind="stable")
    first = _changes(buckets[order]).nonzero()[0]
    if not len(first):
        return buckets, np.zeros(0, np.float32)
    return buckets[order][first], np.add.reduceat(values[order], first).astype(np.float32)


def _apart(values: npt.NDArray[np.uint64], part: int) -> Ints:
    """Buckets of a part of the features, unlike those of the same values in another part."""
    mixed = (values ^ np.uint64(part * 0xA5A5F00D)) * _MIX
    return ((mixed ^ (mixed >> np.uint64(31))) * _MIX >> np.uint64(64 - BITS)).astype(np.int64)


def _starts(count: int) -> Ints:
    return _STARTS[:count] if count <= _MANY else np.arange(count, dtype=np.int64)
