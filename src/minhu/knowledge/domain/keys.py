"""Who reads what: every row carries keys, every reader holds keys, one in common opens it.

The keys: ``public``; ``staff``; ``u:<unit>``, ``l:<level>``, ``a:<area>`` for named readers; ``k`` and ``k:<unit>`` for
those who keep documents (all, or of a unit); ``*`` for the program itself. Row security compares the same sets.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from minhu.knowledge.types import LIVE, Audience, Rights, State

PUBLIC: Final = "public"
STAFF: Final = "staff"
KEEPERS: Final = "k"
PROGRAM: Final = "*"


def audience_keys(rights: Rights) -> frozenset[str]:
    """The keys by which readers open a live version."""
    if rights.audience is Audience.PUBLIC:
        return frozenset({PUBLIC})
    if rights.audience is Audience.STAFF:
        return frozenset({STAFF})
    named = [f"u:{unit}" for unit in rights.units] + [f"l:{level}" for level in rights.levels]
    return frozenset([*named, *(f"a:{area}" for area in rights.areas)])


def keeper_keys(owner_unit: int | None) -> frozenset[str]:
    """The keys by which a document is opened in every state."""
    own = {f"k:{owner_unit}"} if owner_unit else set()
    return frozenset({PROGRAM, KEEPERS} | own)


def row_keys(rights: Rights, owner_unit: int | None, states: Iterable[State]) -> list[str]:
    """The keys of a row that stands for versions in ``states``; sorted, so that equal sets are equal rows."""
    live = any(state in LIVE for state in states)
    return sorted(keeper_keys(owner_unit) | (audience_keys(rights) if live else frozenset()))


def opens(row: Iterable[str], reader: Iterable[str]) -> bool:
    """Whether a reader with these keys may see the row."""
    return not frozenset(row).isdisjoint(reader)
