"""One body to the endpoint of a model, tried again within its time; every fault is one of few outcomes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Final

from minhu.engines import outbound
from minhu.engines.chat.types import NoAnswer, Outcome, T
from minhu.engines.endpoints import Endpoint

ATTEMPTS: Final = 3
FIRST_PAUSE: Final = 0.15
LEAST_LEFT: Final = 0.2
"""Seconds below which another attempt is not worth its cost."""
_AGAIN: Final = frozenset({Outcome.BUSY, Outcome.BROKEN, Outcome.NO_CONNECTION})
_REASONS: Final = {
    "timeout": Outcome.TIMEOUT,
    "bad_certificate": Outcome.BAD_CERTIFICATE,
    "forbidden_address": Outcome.FORBIDDEN_ADDRESS,
}
_CHANCE = secrets.SystemRandom()


def insist(once: Callable[[], T], deadline: float) -> T:
    """What the first attempt that succeeds gives; raises NoAnswer of the last one, before ``deadline`` (monotonic)."""
    for attempt in range(ATTEMPTS):
        try:
            return once()
        except NoAnswer as error:
            pause = max(error.retry_after or 0, FIRST_PAUSE * 2**attempt * _CHANCE.uniform(0.5, 1.5))
            in_time = time.monotonic() + pause + LEAST_LEFT < deadline
            if error.outcome not in _AGAIN or attempt + 1 == ATTEMPTS or not in_time:
                raise
            time.sleep(pause)
    raise NoAnswer(Outcome.BROKEN)


def post(
    endpoint: Endpoint,
    path: str,
    body: bytes,
    deadline: float,
    most: int = outbound.MOST_ANSWER,
    media_type: str = "application/json",
) -> bytes:
    """The body of an answer with status 200, at most ``most`` bytes of it; raises NoAnswer."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise NoAnswer(Outcome.TIMEOUT)
    headers = {"Accept": "application/json", "Content-Type": media_type}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    try:
        answer = outbound.post(endpoint.at(path), body, headers, seconds=left, permit=endpoint.permits, most=most)
    except outbound.Unsent as error:
        raise NoAnswer(_REASONS.get(error.code, Outcome.NO_CONNECTION)) from error
    if answer.status == 200:
        return answer.body
    raise NoAnswer(_reason_of(answer.status), answer.retry_after)


def _reason_of(status: int) -> Outcome:
    if status == 429:
        return Outcome.BUSY
    if status >= 500:
        return Outcome.BROKEN
    return Outcome.REDIRECT if 300 <= status < 400 else Outcome.REFUSED
