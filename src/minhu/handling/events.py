"""News from handling; evaluation, the boards and live pages listen."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.kernel.events import Event


@dataclass(frozen=True)
class OrderChanged(Event):
    """A step was taken (the step's name is that of ``handling.types.Step``)."""

    order_id: int
    number: str
    step: str
    from_state: str
    to_state: str
    unit_ids: tuple[int, ...]
    version: int = 0


@dataclass(frozen=True)
class LightChanged(Event):
    """The sweeper saw a clock pass a threshold."""

    order_id: int
    number: str
    clock_id: int
    kind: str
    light: str
    unit_ids: tuple[int, ...]


@dataclass(frozen=True)
class ClosingUnanswered(Event):
    """The rules are about to close an order as unanswered; who knows an answer of the citizen raises Conflict."""

    order_id: int
    number: str
    round: int


@dataclass(frozen=True)
class JointChanged(Event):
    """A joint decision was opened, answered, decided or is late; ``unit_ids`` are those concerned."""

    case_id: int
    unit_ids: tuple[int, ...]
