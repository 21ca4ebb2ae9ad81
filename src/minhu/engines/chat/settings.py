"""Where the chat model is, from the environment; the key stands there or in a file beside the other keys."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from minhu.engines.endpoints import Endpoint, read_endpoint

BUDGET: Final = 500_000
KEY_FILE: Final = "chat.key"


@dataclass(frozen=True, slots=True)
class ChatSettings(Endpoint):
    """An endpoint with the tokens that it may cost a day (0: no limit)."""

    budget: int = BUDGET

    @property
    def completions(self) -> str:
        """The address that is called."""
        return self.at("chat/completions")


def chat_settings(environ: Mapping[str, str] | None = None) -> ChatSettings | None:
    """What the operator chose; None without MINHU_CHAT_URL. Raises ValueError with a sentence that names the variable."""
    source = os.environ if environ is None else environ
    found = read_endpoint(source, "MINHU_CHAT", KEY_FILE)
    if found is None:
        return None
    return ChatSettings(found.url, found.model, found.key, found.seconds, _budget(source))


def _budget(source: Mapping[str, str]) -> int:
    text = source.get("MINHU_CHAT_BUDGET") or str(BUDGET)
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ValueError(f"MINHU_CHAT_BUDGET is a whole number of tokens a day, not {text!r}")
    return int(text)
