"""Opening a shared matter: shown as levels share it, and entered in the reading log like every reading."""

from __future__ import annotations

from typing import Final

from minhu.handling.queries.shared import SharedRow, SharedStep, shared_order
from minhu.kernel.actors import Actor
from minhu.ledger import services as ledger

PURPOSE: Final = "层级共享"


def read_shared(number: str, actor: Actor | None = None) -> tuple[SharedRow, tuple[SharedStep, ...]]:
    """One shared matter with its public course, logged; raises NotFound for what is not shared with the actor."""
    row, steps = shared_order(number, actor)
    ledger.record_access(("request", row.request_id), PURPOSE, ["shared"])
    return row, steps


__all__ = ["read_shared"]
