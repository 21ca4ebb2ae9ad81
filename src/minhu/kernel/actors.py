"""Who is acting: the person or program in whose name the present code runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["staff", "citizen", "partner", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """One acting party. `id` is stable and never a personal value; `name` is only for display.

    `unit_ids` are the units a member of staff works for, `own_requests` the requests that a citizen
    has proved to be theirs, `staff_id` the primary key of the account (staff only).
    """

    kind: ActorKind
    id: str
    name: str = ""
    roles: frozenset[str] = frozenset()
    unit_ids: tuple[int, ...] = ()
    own_requests: tuple[int, ...] = ()
    staff_id: int | None = None


SYSTEM = Actor(kind="system", id="system", name="系统", roles=frozenset({"system"}))
ANONYMOUS = Actor(kind="citizen", id="anonymous", name="群众")

_current: ContextVar[Actor] = ContextVar("minhu_actor", default=SYSTEM)


def current_actor() -> Actor:
    """Return who acts now: `SYSTEM` for background work unless `use_actor` says otherwise."""
    return _current.get()


@contextmanager
def use_actor(actor: Actor) -> Iterator[Actor]:
    """Within the block `current_actor()` answers `actor`; blocks may be nested."""
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)
