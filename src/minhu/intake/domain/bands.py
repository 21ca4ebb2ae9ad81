"""Likeness bands with the time they were said in: a search reads only the marks of the weeks it asks for.

Without the time, the same words of ten years stand under one key of the index, and every search would read all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

SPAN_SECONDS: Final = 32 * 86_400
_SHIFT: Final = 40


def _span(moment: datetime) -> int:
    return int(moment.timestamp() // SPAN_SECONDS)


def dated(bands: Iterable[int], moment: datetime) -> tuple[int, ...]:
    """The bands (64 bits) of words said at ``moment``, as they are stored; dating them twice gives them back."""
    mark = _span(moment) << _SHIFT
    return tuple(band ^ mark for band in bands)


def dated_between(bands: Iterable[int], since: datetime, until: datetime) -> tuple[int, ...]:
    """The stored bands of the same words, whenever between two moments they were said."""
    spans = [span << _SHIFT for span in range(_span(since), _span(until) + 1)]
    return tuple(band ^ mark for band in bands for mark in spans)
