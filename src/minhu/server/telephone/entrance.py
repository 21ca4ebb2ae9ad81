"""How many sockets may stand before the door: open, but not yet known to bring a call. Pure; for one event loop."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import Final

from minhu.kernel.errors import TooMany

ROOM_IN_ALL: Final = 64
ROOM_FOR_ONE: Final = 32
"""Beside as many as calls may run: an exchange that comes back after a break brings all of its calls at once."""
MOST_WRONG: Final = 30
"""Wrong tokens of one address in a minute; then it is refused before the database is asked."""
_MINUTE: Final = 60.0
_MOST_KNOWN: Final = 10_000
EARS_OF_ONE: Final = 4
"""Calls that one person listens to at once."""


class Entrance:
    """Counts who stands before the door, in all and by address, and who came with wrong tokens.

    ``calls``: how many calls may run. One address never fills the room of all others.
    """

    def __init__(self, calls: int, seconds: Callable[[], float]) -> None:
        self._in_all, self._for_one = 2 * calls + ROOM_IN_ALL, calls + ROOM_FOR_ONE
        self._seconds = seconds
        self._waiting: Counter[str] = Counter()
        self._wrong: dict[str, deque[float]] = {}

    def come(self, address: str) -> Place:
        """A place before the door; raises TooMany."""
        wrong = self._wrong.get(address)
        while wrong and wrong[0] < self._seconds() - _MINUTE:
            wrong.popleft()
        if wrong and len(wrong) >= MOST_WRONG:
            raise TooMany("这个地址的错误令牌过多，请一分钟后再试。", code="too_many_wrong_tokens")
        if self._waiting[address] >= self._for_one or self._waiting.total() >= self._in_all:
            raise TooMany("等待接入的连接过多，请稍后再试。", code="too_many_waiting")
        self._waiting[address] += 1
        return Place(self, address)

    def wrong_token(self, address: str) -> None:
        """Somebody there had no valid token."""
        if len(self._wrong) >= _MOST_KNOWN:
            self._wrong.clear()
        self._wrong.setdefault(address, deque(maxlen=MOST_WRONG)).append(self._seconds())

    def leave(self, address: str) -> None:
        """One place is free again."""
        self._waiting[address] -= 1
        if self._waiting[address] <= 0:
            del self._waiting[address]


class Place:
    """Held until the socket is known to bring a call, or is gone; to leave twice does nothing."""

    def __init__(self, entrance: Entrance, address: str) -> None:
        self._entrance: Entrance | None = entrance
        self._address = address

    def leave(self) -> None:
        """Give it back."""
        if self._entrance is not None:
            self._entrance.leave(self._address)
            self._entrance = None


class Ears:
    """Who listens to how many calls."""

    def __init__(self) -> None:
        self._of: Counter[str] = Counter()

    def lend(self, staff: str) -> None:
        """One more; raises TooMany."""
        if self._of[staff] >= EARS_OF_ONE:
            raise TooMany(f"同时最多旁听 {EARS_OF_ONE} 通电话，请先关掉一通。", code="too_many_ears")
        self._of[staff] += 1

    def back(self, staff: str) -> None:
        """One fewer."""
        self._of[staff] -= 1
        if self._of[staff] <= 0:
            del self._of[staff]
