"""Rules of access that a city sets: what the six levels share (县乡村三级数据共享), and how much may be exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from minhu.directory.domain.reading import Problems, Reader
from minhu.directory.domain.rights import Action
from minhu.directory.policy import POLICY
from minhu.directory.types import RequestType, Role, UnitKind

UPWARD: Final = "upward"
DOWNWARD: Final = "downward"
UPPER: Final = (UnitKind.HOTLINE_CENTRE, UnitKind.BUREAU, UnitKind.BRANCH, UnitKind.STREET, UnitKind.COMMUNITY)
LOWER: Final = (UnitKind.COMMUNITY, UnitKind.GRID)


def _readers(kinds: tuple[UnitKind, ...]) -> tuple[str, ...]:
    office, grid = (Role.UNIT_HEAD, Role.UNIT_HANDLER), (Role.GRID_WORKER,)
    return tuple(f"{kind.value}.{role.value}" for kind in kinds for role in (grid if kind is UnitKind.GRID else office))


READERS: Final[Mapping[str, tuple[str, ...]]] = {UPWARD: _readers(UPPER), DOWNWARD: _readers(LOWER)}
"""Who may be made a reader: kind of unit and role, 'street.unit_head'."""
OPEN_STATES: Final = (
    "dispatched", "extension_review", "in_progress", "reopened", "replied", "return_review", "suspended", "to_call_back",
)  # fmt: skip
FINISHED_STATES: Final = ("archived", "closed")
EXPORTERS: Final = tuple(
    dict.fromkeys(rule.role.value for rule in POLICY if Action.EXPORT in rule.actions if rule.role != "system")
)


@dataclass(frozen=True, slots=True)
class SharedWay:
    """One direction: which readers see, in the area of their unit, matters of which types and states."""

    enabled: bool
    readers: frozenset[str]
    types: frozenset[str]
    finished: bool

    @property
    def states(self) -> frozenset[str]:
        """The states in which a matter is shown; never before it is dispatched, never what was refused or withdrawn."""
        return frozenset(OPEN_STATES + (FINISHED_STATES if self.finished else ()))


@dataclass(frozen=True, slots=True)
class AccessRules:
    """A version of the rules of access."""

    version: str
    upward: SharedWay
    downward: SharedWay
    rows: Mapping[str, int]
    per_day: int

    def most_rows(self, roles: frozenset[str]) -> int:
        """How many rows a person with ``roles`` may export at once; 0 for one who may not."""
        return max((most for role, most in self.rows.items() if role in roles), default=0)


def parse_access(content: Mapping[str, Any], version: str) -> AccessRules:
    """Read the rules of access; raises Invalid naming each wrong entry."""
    problems = Problems()
    body = Reader(content, problems)
    up, down = _way(body, UPWARD), _way(body, DOWNWARD)
    export = body.child("export")
    limits = export.child("rows")
    rows = {role: limits.count(role, 0, 0, 100_000) for role in EXPORTERS}
    per_day = export.count("per_day", 20, 1, 1000)
    for reader in (body, export, limits):
        reader.no_other_keys()
    problems.raise_if_any("数据共享与导出规则")
    return AccessRules(version, up, down, rows, per_day)


def _way(body: Reader, name: str) -> SharedWay:
    reader = body.child(name)
    way = SharedWay(
        enabled=reader.flag("enabled"),
        readers=_names(reader, "readers", READERS[name]),
        types=_names(reader, "types", [kind.value for kind in RequestType]),
        finished=reader.flag("finished"),
    )
    reader.no_other_keys()
    return way


def _names(reader: Reader, key: str, allowed: Any) -> frozenset[str]:
    return frozenset(reader.names(key, allowed))
