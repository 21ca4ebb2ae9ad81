"""News from the exchange room; the live pages listen."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.kernel.events import Event


@dataclass(frozen=True)
class HandoverChanged(Event):
    """A hand-over to an emergency service moved, or nobody answered in time (``kind``: the kind of its entry)."""

    handover_id: int
    order_id: int
    kind: str
