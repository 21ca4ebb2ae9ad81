"""News from evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.kernel.events import Event


@dataclass(frozen=True)
class OrderRated(Event):
    """A citizen answered how it went."""

    order_id: int
    number: str
    rating_id: int
    solved: bool | None
