"""How an order stands, in the citizen's words: told by the room of orders, which stands above this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_TELLERS: Final[list[Callable[[int], str]]] = []


def told_by(teller: Callable[[int], str]) -> None:
    """Name who tells how the order of a request stands; the last one named does."""
    _TELLERS[:] = [teller]


def standing_words(request_id: int) -> str:
    """How the order of a request stands; only for whoever proved that it is his. Raises what the teller raises."""
    if not _TELLERS:
        raise LookupError("nobody tells how orders stand: handling is not installed")
    return _TELLERS[0](request_id)
