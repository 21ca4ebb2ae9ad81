"""What the query-and-trace contract answers: who did what, from source to present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Viewer(StrEnum):
    """For whom a trace is told; each sees what they may."""

    CITIZEN = "citizen"
    UNIT = "unit"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One thing that happened. `position` and `leaf` name its entry; `state` says how it stands in the ledger."""

    at: datetime
    kind: str
    label: str
    book: str
    who: str
    text: str
    position: int | None
    leaf: str
    state: str
    """registered, pending, missing (a step without its entry) or batch (one entry for a whole import)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody read personal data of the requester; `who` and `purpose` are empty where the viewer may not know."""

    at: datetime
    who: str
    fields: tuple[str, ...]
    purpose: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The way of one order, oldest first."""

    number: str
    title: str
    viewer: Viewer
    lines: tuple[TraceLine, ...]
    readings: tuple[Reading, ...]
    sealed: int
    """How often its evidence was sealed."""

    @property
    def whole(self) -> bool:
        """Whether every step has its entry."""
        return all(line.state != "missing" for line in self.lines)
