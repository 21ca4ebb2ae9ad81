"""Likeness of texts: a fingerprint for finding candidates in a database, a score and the shared words for judging.

Fingerprints use hashed character n-grams only; nothing of the text can be read from them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.kernel.patterns import regex
from minhu.language.features import Ints, clean, distinct, hashed
from minhu.language.types import Fingerprint, Likeness

MAKER = "likeness/2026.1"
BANDS: Final = 16
ROWS: Final = 2
_BITS = 32
_POWERS: Final = (np.uint64(1) << np.arange(64, dtype=np.uint64)).astype(np.uint64)
_SEEDS: Final = np.array(
    [(0x9E3779B97F4A7C15 * (2 * at + 1)) & 0xFFFFFFFFFFFFFFFF for at in range(BANDS * ROWS)], dtype=np.uint64
)
_PHRASE = regex(r"[\u4e00-\u9fffA-Za-z0-9]+")
_COURTESY = regex(
    r"尊敬的?|领导|您好|你好|谢谢|感谢|希望|请问|有关部门|相关部门|书记|市长|解决|反映|投诉|我们|我是|的|了|吗|呢|吧"
)


def fingerprint(text: str) -> Fingerprint:
    """Sim-hash and min-hash bands; texts of the same matter share a band with high probability from about 0.4 overlap."""
    grams = _grams(text)
    if not len(grams):
        return Fingerprint(0, ())
    mixed = _mix(grams.astype(np.uint64))
    bits = np.unpackbits(mixed.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    majority = bits.sum(axis=0, dtype=np.int64) * 2 > len(mixed)
    simhash = int((_POWERS[majority]).sum(dtype=np.uint64)) if majority.any() else 0
    minima = _mix(mixed[:, None] ^ _SEEDS[None, :]).min(axis=0).reshape(BANDS, ROWS)
    keys = _mix(minima[:, 0] ^ (minima[:, 1] * np.uint64(3)) ^ np.arange(BANDS, dtype=np.uint64))
    return Fingerprint(_signed(simhash), tuple(keys.view(np.int64).tolist()))


class Compared:
    """A text to be compared with several others: its n-grams are made once, at the first comparison."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: Ints | None = None

    def score(self, other: str) -> float:
        """Overlap of n-grams between 0 and 1 (the smaller text counts more); 0 when one has no words."""
        if self._known is None:
            self._known = _grams(self._text)
        return _overlap(self._known, _grams(other))


def similarity(first: str, second: str) -> Likeness:
    """Overlap of n-grams between 0 and 1 (the smaller text counts more), with the longest shared words as the reason."""
    left, right = _grams(first), _grams(second)
    if not len(left) or not len(right):
        return Likeness(0.0, (), "至少一方没有可比的文字")
    score = _overlap(left, right)
    shared = shared_words(first, second)
    quoted = "、".join(shared[:5])
    return Likeness(float(score), shared, f"两段文字相近度 {score:.0%}" + (f"，都提到“{quoted}”" if quoted else ""))


def distance(first: int, second: int) -> int:
    """Number of differing bits of two sim-hashes (0–64)."""
    return ((first ^ second) & 0xFFFFFFFFFFFFFFFF).bit_count()


def shared_words(first: str, second: str, limit: int = 8) -> tuple[str, ...]:
    """The longest runs of characters that both texts contain, without courtesies, longest first."""
    found: list[str] = []
    for phrase in _PHRASE.findall(_COURTESY.sub(" ", first[:2000])):
        at = 0
        while at < len(phrase) - 1:
            end = at + 2
            if phrase[at:end] not in second:
                at += 1
                continue
            while end < len(phrase) and phrase[at : end + 1] in second:
                end += 1
            found.append(phrase[at:end])
            at = end
    distinct = sorted(dict.fromkeys(found), key=lambda word: (-len(word), first.find(word)))
    return tuple(word for word in distinct if len(word) >= 2)[:limit]


def _overlap(left: Ints, right: Ints) -> float:
    if not len(left) or not len(right):
        return 0.0
    both = np.concatenate((left, right))
    both.sort()
    common = int(np.count_nonzero(both[1:] == both[:-1]))
    jaccard = common / (len(left) + len(right) - common)
    contained = common / min(len(left), len(right))
    return 0.5 * jaccard + 0.5 * contained * min(1.0, min(len(left), len(right)) / 12)


def _grams(text: str) -> Ints:
    return distinct(hashed(clean(_COURTESY.sub("", text)), (2, 3), _BITS)[0])


def _mix(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A 64-bit finaliser: every input bit moves every output bit."""
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(value ^ (value >> np.uint64(33)), dtype=np.uint64)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value
