"""Budget and breaker of one process: for commands that measure, where no database is needed."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from minhu.engines.chat.types import BREAKING, NoAnswer, Outcome, Spent

FAILURES: Final = 5


@dataclass
class OwnKeeper:
    """A `chat.Keeper` that forgets with the process; an open breaker stays open."""

    budget: int
    tokens: int = 0
    counted: Counter[Outcome] = field(default_factory=Counter)
    _failures: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, tokens: int) -> None:
        """Reserve tokens; raises NoAnswer."""
        with self._guard:
            refused = Outcome.BREAKER_OPEN if self._failures >= FAILURES else None
            if refused is None and self.budget and self.tokens + tokens > self.budget:
                refused = Outcome.BUDGET_SPENT
            if refused is not None:
                self.counted[refused] += 1
                raise NoAnswer(refused)
            self.tokens += tokens

    def settle(self, reserved: int, spent: Spent) -> None:
        """Give back what was not spent and count the outcome."""
        with self._guard:
            self.tokens += spent.tokens - reserved
            self.counted[spent.outcome] += 1
            self._failures = self._failures + 1 if spent.outcome in BREAKING else 0
