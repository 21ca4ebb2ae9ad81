"""Plays of drafts on past orders, as their page and their file show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.directory.queries.units import unit_name
from minhu.handling.models import Simulation
from minhu.kernel.errors import NotFound

UNDECIDED = "（需人工确定）"


@dataclass(frozen=True, slots=True)
class Move:
    """Orders that would go from one unit to another."""

    before: str
    after: str
    count: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """Orders of a unit by the books in force and by the draft."""

    unit: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """More or fewer."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class SimulationView:
    """One play; without a result (still running, stopped) the lists are empty."""

    id: int
    kind: str
    version_id: int
    number: int
    since: datetime
    until: datetime
    state: str
    state_label: str
    running: bool
    done: int
    total: int
    asked_by: str
    asked_at: datetime
    result: dict[str, Any]
    moves: tuple[Move, ...]
    loads: tuple[Load, ...]

    @property
    def moved(self) -> int:
        """Orders that would go elsewhere."""
        return sum(move.count for move in self.moves)


def simulation(simulation_id: int) -> SimulationView:
    """One play; raises NotAllowed, NotFound."""
    require(Action.MANAGE_RULES)
    row = Simulation.objects.filter(pk=simulation_id).first()
    if row is None:
        raise NotFound("没有找到这次推演。", code="no_such_simulation")
    return _view(row)


def last_simulations(kind: str, version_id: int, most: int = 5) -> list[SimulationView]:
    """The last plays of a version, the newest first."""
    require(Action.MANAGE_RULES)
    return [_view(row) for row in Simulation.objects.filter(kind=kind, version_id=version_id).order_by("-id")[:most]]


def _view(row: Simulation) -> SimulationView:
    state = Simulation.State(row.state)
    running = state in (Simulation.State.QUEUED, Simulation.State.RUNNING, Simulation.State.STOPPING)
    result = row.result or {}
    return SimulationView(
        row.pk, row.kind, row.version_id, row.number, row.since, row.until, row.state, str(state.label), running, row.done,
        row.total, row.asked_by, row.asked_at, result,
        tuple(Move(_name(a), _name(b), count, tuple(numbers)) for a, b, count, numbers in result.get("moves", ())),
        tuple(Load(_name(unit), before, after) for unit, before, after in result.get("load", ())),
    )  # fmt: skip


def _name(unit_id: int) -> str:
    return unit_name(unit_id) or UNDECIDED
