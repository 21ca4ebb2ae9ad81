"""The exchange of this house, by its settings."""

from __future__ import annotations

from minhu.engines.speech.exchange.ari import AriExchange
from minhu.engines.speech.exchange.esl import EslExchange
from minhu.engines.speech.exchange.settings import ExchangeSettings, exchange_settings


def house_exchange(settings: ExchangeSettings | None = None) -> AriExchange | EslExchange | None:
    """Who speaks with the exchange that the operator named; None without one."""
    chosen = settings or exchange_settings()
    if chosen is None:
        return None
    return EslExchange(chosen) if chosen.kind == "esl" else AriExchange(chosen)
