"""A chat model at any OpenAI-compatible endpoint: asked within a time limit, a budget and behind a breaker.

What it says is never more than a proposal: the caller gives a parser that takes values only, and whatever goes wrong
ends as `NoAnswer` with one of few reasons, so that there is always a way on without it.
"""

from minhu.engines.chat.client import ChatClient
from minhu.engines.chat.settings import ChatSettings, chat_settings
from minhu.engines.chat.types import BREAKING, ChatModel, Keeper, NoAnswer, Outcome, Prompt, Spent, Unusable

__all__ = [
    "BREAKING",
    "ChatClient",
    "ChatModel",
    "ChatSettings",
    "Keeper",
    "NoAnswer",
    "Outcome",
    "Prompt",
    "Spent",
    "Unusable",
    "chat_settings",
]
