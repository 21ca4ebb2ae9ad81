"""One question to an OpenAI-compatible endpoint (POST /chat/completions), ended within its seconds whatever happens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from minhu.engines.chat.posting import insist, post
from minhu.engines.chat.settings import ChatSettings
from minhu.engines.chat.types import Keeper, NoAnswer, Outcome, Prompt, Spent, T, Unusable

MOST_TOKENS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ChatClient:
    """Asks one endpoint; `keeper` is shared by all processes of the house."""

    settings: ChatSettings
    keeper: Keeper

    @property
    def maker(self) -> str:
        """Name for stored suggestions."""
        return f"chat/{self.settings.model}"[:64]

    def ask(self, prompt: Prompt, parse: Callable[[str], T]) -> T:
        """What ``parse`` makes of the model's words; raises NoAnswer after at most `settings.seconds`.

        ``parse`` raises Unusable for words that are of no use; they are paid for, and are no fault of the endpoint.
        """
        began = time.monotonic()
        reserved = prompt.estimate()
        self.keeper.admit(reserved)
        outcome, tokens, pause = Outcome.BROKEN, 0, 0
        try:
            words, tokens = self._answer(prompt, began + self.settings.seconds)
            tokens = tokens or reserved
            found = parse(words)
            outcome = Outcome.ANSWERED
        except NoAnswer as error:
            outcome, pause = error.outcome, error.retry_after or 0
            tokens = reserved if outcome in (Outcome.TIMEOUT, Outcome.GARBAGE) else 0
            raise
        except Unusable as error:
            outcome = error.outcome
            raise NoAnswer(outcome) from error
        finally:
            spent = Spent(outcome, tokens, round((time.monotonic() - began) * 1000), pause)
            self.keeper.settle(reserved, spent)
        return found

    def _answer(self, prompt: Prompt, deadline: float) -> tuple[str, int]:
        """The words of the first attempt that gets any, with the tokens that they cost (0: not told)."""
        body = self._body(prompt)
        return insist(lambda: _words_of(post(self.settings, "chat/completions", body, deadline)), deadline)

    def _body(self, prompt: Prompt) -> bytes:
        asked = {
            "model": self.settings.model,
            "messages": [
                {"role": "system", "content": prompt.instructions},
                {"role": "user", "content": prompt.words},
            ],
            "temperature": 0,
            "max_tokens": prompt.most_tokens,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "reading", "strict": True, "schema": dict(prompt.schema)},
            },
        }
        return json.dumps(asked, ensure_ascii=False).encode()


def _words_of(body: bytes) -> tuple[str, int]:
    """The content of the first choice, and all tokens; raises NoAnswer for what is no such answer."""
    try:
        answer = json.loads(body)
        words = answer["choices"][0]["message"]["content"]
        tokens = _tokens_of(answer.get("usage"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise NoAnswer(Outcome.GARBAGE) from error
    if not isinstance(words, str):
        raise NoAnswer(Outcome.GARBAGE)
    return words, tokens


def _tokens_of(usage: Any) -> int:
    """The tokens told, as far as they can be believed."""
    told = usage.get("total_tokens") if isinstance(usage, dict) else None
    if isinstance(told, bool) or not isinstance(told, int) or told < 0:
        return 0
    return min(told, MOST_TOKENS)
