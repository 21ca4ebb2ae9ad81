"""Budget and breaker of the chat model in the database: what one process learns, all of them know."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import connection, transaction

from minhu.engines.chat import BREAKING, ChatSettings, NoAnswer, Outcome, Spent
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now

FAILURES: Final = 5
"""Faults one after another that open the breaker."""
FIRST_REST, LONGEST_REST, LONGEST_ASKED_REST = 30, 600, 3600
"""Seconds it stays open at first and at most, and at most when the endpoint asked for it."""
_PROBE: Final = timedelta(seconds=90)
_BUDGET: Final = """
INSERT INTO intake_chatday AS d (day, tokens) VALUES (%s, %s)
ON CONFLICT (day) DO UPDATE SET tokens = d.tokens + excluded.tokens WHERE %s = 0 OR d.tokens + excluded.tokens <= %s
RETURNING d.tokens
"""
_ENDPOINT: Final = """
INSERT INTO intake_chatstate (endpoint, failures, opened) VALUES (%s, 0, 0) ON CONFLICT DO NOTHING
"""
_ADMIT: Final = """
UPDATE intake_chatstate SET probe_until = CASE WHEN open_until IS NULL THEN NULL ELSE %s::timestamptz END
WHERE endpoint = %s
  AND (open_until IS NULL OR (open_until <= %s AND (probe_until IS NULL OR probe_until <= %s))) RETURNING 1
"""
_GIVE_BACK: Final = "UPDATE intake_chatday SET tokens = greatest(tokens + %s, 0) WHERE day = %s"
_COUNT: Final = """
INSERT INTO intake_chatcount AS c (day, outcome, questions, tokens, milliseconds) VALUES (%s, %s, 1, %s, %s)
ON CONFLICT (day, outcome) DO UPDATE SET questions = c.questions + 1, tokens = c.tokens + excluded.tokens,
  milliseconds = c.milliseconds + excluded.milliseconds
"""
_CLOSE: Final = """
UPDATE intake_chatstate SET failures = 0, opened = 0, open_until = NULL, probe_until = NULL WHERE endpoint = %s
"""
_FAULT: Final = """
UPDATE intake_chatstate SET failures = failures + 1, probe_until = NULL,
  opened = opened + CASE WHEN failures + 1 >= %(most)s OR %(pause)s > 0 THEN 1 ELSE 0 END,
  open_until = CASE WHEN failures + 1 >= %(most)s OR %(pause)s > 0
    THEN %(now)s::timestamptz + make_interval(secs => greatest(%(pause)s,
      least(%(first)s * power(2, least(opened, 10)), %(longest)s)))
    ELSE open_until END
WHERE endpoint = %(endpoint)s
"""


def today() -> date:
    """The day that a budget is for."""
    return now().astimezone(CHINA_TIME).date()


@dataclass(frozen=True, slots=True)
class SharedKeeper:
    """A `chat.Keeper`; each call is a transaction of its own."""

    settings: ChatSettings

    @property
    def endpoint(self) -> str:
        """The row of this endpoint."""
        return hashlib.sha256(f"{self.settings.completions}\n{self.settings.model}".encode()).hexdigest()

    def admit(self, tokens: int) -> None:
        """Reserve tokens; raises NoAnswer. After a rest only one process at a time tries whether it works again."""
        moment, most = now(), self.settings.budget
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ENDPOINT, [self.endpoint])
            cursor.execute(_ADMIT, [moment + _PROBE, self.endpoint, moment, moment])
            if cursor.fetchone() is None:
                refused = Outcome.BREAKER_OPEN
            else:
                cursor.execute(_BUDGET, [today(), tokens, most, most])
                refused = Outcome.BUDGET_SPENT
                if cursor.fetchone() is not None and (not most or tokens <= most):
                    return
                transaction.set_rollback(True)
        self.count(Spent(refused))
        raise NoAnswer(refused)

    def settle(self, reserved: int, spent: Spent) -> None:
        """Give back what was not spent, count, and open or close the breaker."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, [spent.tokens - reserved, today()])
            if spent.outcome in BREAKING:
                cursor.execute(
                    _FAULT,
                    {
                        "most": FAILURES, "pause": min(spent.pause, LONGEST_ASKED_REST), "now": now(), "first": FIRST_REST,
                        "longest": LONGEST_REST, "endpoint": self.endpoint,
                    },
                )  # fmt: skip
            else:
                cursor.execute(_CLOSE, [self.endpoint])
        self.count(spent)

    def count(self, spent: Spent) -> None:
        """Count how a question ended."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [today(), spent.outcome.value, spent.tokens, spent.milliseconds])
