"""News between rooms: a lower room announces, higher rooms subscribe; same thread, same transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True)
class Event:
    """Base of all events: subclasses are frozen dataclasses that carry ids, not model objects."""


E = TypeVar("E", bound=Event)
_Handler = Callable[[Any], None]
_handlers: dict[type[Event], dict[str, _Handler]] = {}


def subscribe(event_type: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register the decorated function for `event_type` and its subclasses.

    Handlers run in the order of registration; registering the same function again (a module imported
    twice) replaces it in place, so that no effect happens twice.
    """

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        name = f"{handler.__module__}.{handler.__qualname__}"
        _handlers.setdefault(event_type, {})[name] = handler
        return handler

    return register


def publish(event: Event) -> None:
    """Call every subscriber now, in order. An error in one ends the caller's transaction with it.

    Subscribers of the exact type run first, then those of its base classes.
    """
    for kind in type(event).__mro__:
        for handler in tuple(_handlers.get(kind, {}).values()):
            handler(event)
