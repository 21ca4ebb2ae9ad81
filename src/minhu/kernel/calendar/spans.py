"""Stretches of time that count: working time minus pauses, and how far an amount of it reaches."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from minhu.kernel.calendar.types import CHINA_TIME, Pause

Span = tuple[datetime, datetime]


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Return pauses in China time, in order, joined where they touch; empty ones are dropped.

    Raises ValueError for a naive moment or a pause that ends before it begins.
    """
    joined: list[Pause] = []
    for first, last in sorted((aware(first), aware(last)) for first, last in pauses):
        if last < first:
            raise ValueError("a pause ends before it begins")
        if last == first:
            continue
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def aware(moment: datetime) -> datetime:
    """Return a moment in China time; raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("the calendar needs aware moments")
    return moment.astimezone(CHINA_TIME)


def without(spans: Iterable[Span], pauses: Sequence[Pause]) -> Iterator[Span]:
    """Yield what is left of ordered spans after taking out merged pauses."""
    if not pauses:
        yield from spans
        return
    next_pause = 0
    for span_start, end in spans:
        start = span_start
        while next_pause < len(pauses) and pauses[next_pause][1] <= start:
            next_pause += 1
        at = next_pause
        while start < end and at < len(pauses) and pauses[at][0] < end:
            if start < pauses[at][0]:
                yield start, pauses[at][0]
            start = pauses[at][1]
            at += 1
        if start < end:
            yield start, end


def reach(spans: Iterable[Span], amount: timedelta) -> datetime:
    """Return the first moment by which `amount` (> 0) of the spans' time has gone by."""
    left = amount
    for start, end in spans:
        if end - start >= left:
            return start + left
        left -= end - start
    raise ValueError("the calendar has too little working time for this duration")


def total(spans: Iterable[Span], until: datetime) -> timedelta:
    """Return how much of the ordered spans' time lies before `until`."""
    summed = timedelta(0)
    for start, end in spans:
        if start >= until:
            break
        summed += min(end, until) - start
    return summed
