"""How often a token may be used: counted in the process, summed over all processes about once a second.

Cheap on purpose: a creation costs no statement for it. A flood that is spread over N processes may pass for at most
a second's worth in each before all of them know.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from minhu.engines import prepared
from minhu.kernel.clock import now
from minhu.kernel.errors import TooMany

SYNC_SECONDS = 1.0
_ADD = """
INSERT INTO intake_tokenuse AS u (token_id, minute, used) VALUES (%s::bigint, %s::bigint, %s::int)
ON CONFLICT (token_id, minute) DO UPDATE SET used = u.used + excluded.used RETURNING used
"""
_SWEEP = "DELETE FROM intake_tokenuse WHERE token_id = %s::bigint AND minute < %s::bigint"


@dataclass
class _Window:
    """One token's present minute as this process knows it."""

    minute: int = 0
    used: int = 0
    unsent: int = 0
    sync_at: float = 0.0


_windows: dict[int, _Window] = {}
_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left of a token's minute; ``reset`` are the seconds until the next one."""

    limit: int
    remaining: int
    reset: int


def spend(token_id: int, per_minute: int) -> Rate:
    """Count one use of a token and say what is left; raises TooMany when its minute is used up."""
    moment = int(now().timestamp())
    minute, reset = moment // 60, 60 - moment % 60
    with _guard:
        window = _windows.setdefault(token_id, _Window())
        if window.minute != minute:
            window.minute, window.used, window.unsent, window.sync_at = minute, 0, 0, 0.0
        if window.used >= per_minute:
            message = f"调用过于频繁：此令牌每分钟最多 {per_minute} 次，请稍后重试。"
            raise TooMany(message, code="rate_limited", retry_after=reset)
        window.used += 1
        window.unsent += 1
        left, unsent = per_minute - window.used, 0
        if time.monotonic() >= window.sync_at or window.used >= per_minute:
            window.sync_at = time.monotonic() + SYNC_SECONDS
            unsent, window.unsent = window.unsent, 0
    if unsent:
        total = prepared.run(_ADD, (token_id, minute, unsent))[0][0]
        if total == unsent:
            prepared.run(_SWEEP, (token_id, minute - 60))
        with _guard:
            if window.minute == minute:
                window.used = max(window.used, total + window.unsent)
    return Rate(per_minute, left, reset)
