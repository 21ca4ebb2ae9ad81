"""The chat model of the house: the operator's endpoint, under one budget and one breaker for whatever room asks it.

The room that keeps budget and breaker says so at the start (`kept_by`); without a keeper nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from minhu.engines.chat.client import ChatClient
from minhu.engines.chat.settings import ChatSettings, chat_settings
from minhu.engines.chat.types import ChatModel, Keeper

_KEEPERS: Final[list[Callable[[ChatSettings], Keeper]]] = []


def kept_by(keeper: Callable[[ChatSettings], Keeper]) -> None:
    """From now on ``keeper`` makes who keeps budget and breaker of an endpoint."""
    _KEEPERS[:] = [keeper]


def house_model(most_seconds: float) -> ChatModel | None:
    """The model, to be waited for ``most_seconds`` at most; None without MINHU_CHAT_URL or where nobody keeps its budget."""
    settings = chat_settings()
    if settings is None or not _KEEPERS:
        return None
    limited = replace(settings, seconds=min(settings.seconds, most_seconds))
    return ChatClient(limited, _KEEPERS[0](settings))


def maker() -> str:
    """Name of the model that is set up; empty without one."""
    settings = chat_settings()
    return f"chat/{settings.model}" if settings is not None else ""
