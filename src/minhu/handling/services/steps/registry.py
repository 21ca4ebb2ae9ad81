"""Which function does what is special about a step; the rest is in the transition table."""

from __future__ import annotations

from collections.abc import Callable

from minhu.handling.services.context import Context
from minhu.handling.types import Step

Handler = Callable[[Context], None]
HANDLERS: dict[Step, Handler] = {}


def handles(*steps: Step) -> Callable[[Handler], Handler]:
    """Register the decorated function for these steps."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(steps, handler))
        return handler

    return register
