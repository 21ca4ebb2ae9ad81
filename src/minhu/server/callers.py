"""Whose address is counted: the one rule about proxies, for pages, API and telephone alike."""

from __future__ import annotations

from django.conf import settings


def caller(peer: str, forwarded: str) -> str:
    """The address of who calls: ``peer``, or behind MINHU_PROXIES trusted proxies what the outermost of them saw.

    Each proxy appends the address of its own caller to X-Forwarded-For (``forwarded``, all of its lines joined by commas),
    so the n-th entry from the right is true and everything further left may be invented. Without proxies the header is
    never believed; with fewer entries than proxies somebody came round them, and ``peer`` counts.
    """
    told = [part.strip() for part in forwarded.split(",") if part.strip()]
    return told[-settings.TRUSTED_PROXIES] if 0 < settings.TRUSTED_PROXIES <= len(told) else peer
