"""The one table that says how a personal value looks: field × how the reader stands × where it appears (its purpose).

Cards, lists, exports and the API read it; nothing else decides. How somebody stands follows from the policy
(`directory.policy`): who may open values of any request is the hotline, whose unit holds the matter is the unit (for a
confidential requester another line), everybody else who may read an order looks on. Beside it: how many people's data
one person may read in an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minhu.directory.types import Role
from minhu.intake.types import PersonalField


class Shown(StrEnum):
    """How a value looks."""

    CLEAR = "clear"
    OPENABLE = "openable"
    """Masked; opened one by one with a reason, which is logged."""
    MASKED = "masked"
    HIDDEN = "hidden"
    """Not even that there is one."""


class Where(StrEnum):
    """Where the value would appear."""

    CARD = "card"
    LIST = "list"
    EXPORT = "export"
    API = "api"


class Standing(StrEnum):
    """How the reader stands to the request."""

    REQUESTER = "requester"
    HOTLINE = "hotline"
    UNIT = "unit"
    UNIT_CONFIDENTIAL = "unit_confidential"
    ONLOOKER = "onlooker"


F, P, S = PersonalField, Where, Shown
_Row = Mapping[PersonalField, Shown]


def _all(shown: Shown, **others: Shown) -> _Row:
    return {field: others.get(field.value, shown) for field in F}


_ON_PAPER: Final = _all(S.HIDDEN, name=S.MASKED, phone=S.MASKED)
_PLACE_ONLY: Final = _all(S.HIDDEN, place=S.CLEAR)
TABLE: Final[Mapping[Standing, Mapping[Where, _Row]]] = {
    Standing.REQUESTER: {P.CARD: _all(S.MASKED), P.LIST: _ON_PAPER, P.EXPORT: _ON_PAPER, P.API: _all(S.MASKED)},
    Standing.HOTLINE: {P.CARD: _all(S.OPENABLE), P.LIST: _ON_PAPER, P.EXPORT: _ON_PAPER, P.API: _all(S.MASKED)},
    Standing.UNIT: {
        P.CARD: _all(S.OPENABLE, name=S.CLEAR, phone=S.CLEAR, phone2=S.CLEAR, place=S.CLEAR),
        P.LIST: _ON_PAPER,
        P.EXPORT: _ON_PAPER,
        P.API: _all(S.MASKED),
    },
    # the place of a confidential matter must stay known to the unit that goes there
    Standing.UNIT_CONFIDENTIAL: {P.CARD: _PLACE_ONLY, P.LIST: _all(S.HIDDEN), P.EXPORT: _all(S.HIDDEN), P.API: _PLACE_ONLY},
    Standing.ONLOOKER: {P.CARD: _all(S.MASKED), P.LIST: _ON_PAPER, P.EXPORT: _ON_PAPER, P.API: _all(S.MASKED)},
}  # fmt: skip


def shown(field: PersonalField, standing: Standing, purpose: Where) -> Shown:
    """How the value of `field` looks to who stands so, there."""
    return TABLE[standing][purpose][field]


@dataclass(frozen=True, slots=True)
class Limit:
    """People whose data somebody may read in an hour: as the work brings it, and each with a reason beyond that."""

    free: int
    most: int


LIMITS: Final[Mapping[str, Limit]] = {
    Role.AGENT: Limit(60, 120),
    Role.DISPATCHER: Limit(60, 120),
    Role.SUPERVISOR: Limit(60, 120),
    Role.UNIT_HANDLER: Limit(100, 200),
    Role.UNIT_HEAD: Limit(100, 200),
    Role.GRID_WORKER: Limit(60, 120),
}


def limit_of(roles: Iterable[str]) -> Limit | None:
    """The widest limit of somebody's roles; None for whom there is none (the requester, the program itself)."""
    found = [LIMITS[role] for role in roles if role in LIMITS]
    return max(found, key=lambda limit: limit.most, default=None)
