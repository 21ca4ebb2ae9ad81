"""What a partner is told of a step, when it is tried again, and when nobody tries any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from minhu.exchange.types import EventKind
from minhu.handling.types import State, Step

RETRIES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 300, 1800, 7200, 18_000, 36_000, 50_400, 86_400)
)
"""Five seconds to a day, about two and a half days in all."""
DISABLE_AFTER: Final = timedelta(days=5)
"""A partner that took nothing for so long is switched off, and the administrator is told."""
FINAL: Final = frozenset({409, 413, 422})
"""The partner has understood and will never take it: trying again is no use, and the partner is not to blame."""
GONE: Final = 410
"""'Do not come again' in the language of HTTP."""
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(days=1)
PUBLIC_REPLIES: Final = frozenset({Step.APPROVE_REPLY.value, Step.ANSWER_DIRECTLY.value, Step.TRANSFER_DONE.value})
CLOSED: Final = frozenset({State.CLOSED.value, State.ANSWERED.value})


def kinds_of(step: str, before: str, after: str) -> tuple[EventKind, ...]:
    """The events that a step is; none for a step that leaves the state as it was and tells the public nothing."""
    if step == Step.OPEN.value:
        return (EventKind.OPENED,)
    kinds = [EventKind.CHANGED] if before != after else []
    if step in PUBLIC_REPLIES:
        kinds.append(EventKind.REPLIED)
    if after in CLOSED and before not in CLOSED:
        kinds.append(EventKind.CLOSED)
    return tuple(kinds)


def next_attempt(attempts: int, moment: datetime, asked: int | None = None) -> datetime | None:
    """When a message is tried again after so many attempts; None: never. ``asked``: seconds the partner wants."""
    if attempts > len(RETRIES):
        return None
    pause = RETRIES[attempts - 1]
    if asked is not None:
        pause = min(max(pause, timedelta(seconds=asked), SHORTEST), LONGEST)
    return moment + pause


def is_hopeless(failing_since: datetime | None, moment: datetime, status: int | None) -> bool:
    """Whether a partner is switched off after this failure."""
    return status == GONE or (failing_since is not None and moment - failing_since >= DISABLE_AFTER)
