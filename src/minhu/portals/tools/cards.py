"""What tools answer: frozen cards, with where each line stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from minhu.portals.tools.maps import Map


@dataclass(frozen=True, slots=True)
class Basis:
    """The clause that says so."""

    document_id: int
    version_id: int
    title: str
    label: str
    passage: int = 0


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """An office: how far as the crow flies (None: not known), whether it is open now (None: not known)."""

    name: str
    address: str
    telephone: str
    hours: str
    also: tuple[tuple[str, str], ...]
    kilometres: float | None
    open_now: bool | None
    until: datetime | None
    opens: datetime | None
    basis: Basis | None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """Offices, the nearest first. ``asked_back``: names of places among which somebody has to choose."""

    service: str
    near: str
    offices: tuple[OfficeLine, ...]
    others: int
    asked_back: tuple[str, ...] = ()
    unknown_place: bool = False
    map: Map | None = None


@dataclass(frozen=True, slots=True)
class FactLine:
    """Something that a matter needs: of which part, in which words, where that stands; ``disputed``: papers differ."""

    detail: str
    words: str
    bases: tuple[Basis, ...]
    disputed: bool


@dataclass(frozen=True, slots=True)
class FactCard:
    """What papers say of a matter, by kind (code and word)."""

    matter: str
    key: str
    groups: tuple[tuple[str, str, tuple[FactLine, ...]], ...]
    papers: int


@dataclass(frozen=True, slots=True)
class ProgressCard:
    """How an order stands, as its citizen sees it."""

    number: str
    title: str
    state: str
    words: str
    unit: str
    due_at: datetime | None
    reply: str
    events: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class DaysCard:
    """Working days between two days; ``holidays``: weekdays that are free, ``worked``: days of weekends that are worked.

    ``assumed``: years whose holidays are not announced yet and count as plain weeks.
    """

    start: date
    end: date
    days: int
    holidays: tuple[date, ...]
    worked: tuple[date, ...]
    assumed: tuple[int, ...]


Card = OfficeCard | FactCard | ProgressCard | DaysCard
