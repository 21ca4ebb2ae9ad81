"""The numbers beside the menu, for every page and for the stream."""

from __future__ import annotations

from collections.abc import Mapping

from minhu.handling.queries.unread import unread_counts
from minhu.kernel.actors import Actor
from minhu.portals.context import count_unread


@count_unread
def waiting(actor: Actor) -> Mapping[str, int]:
    """What waits on each of the actor's desks."""
    return unread_counts(actor)
