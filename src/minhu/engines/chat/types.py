"""What goes to a chat model, what comes back, and what may go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")


class Outcome(StrEnum):
    """How one question to a chat model ended."""

    ANSWERED = "answered"
    CACHED = "cached"
    TIMEOUT = "timeout"
    BUSY = "busy"
    BROKEN = "broken"
    REFUSED = "refused"
    REDIRECT = "redirect"
    NO_CONNECTION = "no_connection"
    BAD_CERTIFICATE = "bad_certificate"
    FORBIDDEN_ADDRESS = "forbidden_address"
    GARBAGE = "garbage"
    WRONG_SCHEMA = "wrong_schema"
    UNSUPPORTED = "unsupported"
    """The answer has the right form, but nothing in it stands in the words of the text."""
    BREAKER_OPEN = "breaker_open"
    BUDGET_SPENT = "budget_spent"


BREAKING: Final = frozenset(
    {
        Outcome.TIMEOUT, Outcome.BUSY, Outcome.BROKEN, Outcome.REFUSED, Outcome.REDIRECT, Outcome.NO_CONNECTION,
        Outcome.BAD_CERTIFICATE, Outcome.FORBIDDEN_ADDRESS, Outcome.GARBAGE,
    }
)  # fmt: skip
"""Faults of the endpoint. What a citizen's words can make a model say is none: nobody may switch it off by writing."""


class NoAnswer(Exception):
    """Nothing usable came in time; `outcome` says why. The embedded understanding stands."""

    def __init__(self, outcome: Outcome, retry_after: int | None = None) -> None:
        super().__init__(outcome.value)
        self.outcome, self.retry_after = outcome, retry_after


class Unusable(ValueError):
    """A parser's word that an answer has the wrong form, or that nothing in it is borne out by the text."""

    def __init__(self, outcome: Outcome = Outcome.WRONG_SCHEMA) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question: instructions of the house, a citizen's fenced words, and the JSON schema of the answer."""

    instructions: str
    words: str
    schema: Mapping[str, Any]
    most_tokens: int = 900

    def estimate(self) -> int:
        """Tokens that this may cost at most; a Chinese character counts as one and a half."""
        return len((self.instructions + self.words).encode()) // 2 + self.most_tokens


@dataclass(frozen=True, slots=True)
class Spent:
    """What a question came to: its end, tokens, whole milliseconds, and for how many seconds not to ask again."""

    outcome: Outcome
    tokens: int = 0
    milliseconds: int = 0
    pause: int = 0


class ChatModel(Protocol):
    """Whoever answers prompts; the house's only implementation over a network is `client.ChatClient`."""

    @property
    def maker(self) -> str:
        """Name for stored suggestions."""

    def ask(self, prompt: Prompt, parse: Callable[[str], T]) -> T:
        """The parsed answer; raises NoAnswer."""


class Keeper(Protocol):
    """Keeps budget and breaker for all processes that ask the same endpoint."""

    def admit(self, tokens: int) -> None:
        """Reserve ``tokens`` of the day's budget; raises NoAnswer when it is spent or the breaker is open."""

    def settle(self, reserved: int, spent: Spent) -> None:
        """Give back what was not spent, count the outcome, open or close the breaker."""
