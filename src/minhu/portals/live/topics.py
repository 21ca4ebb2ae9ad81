"""Which topics a session may follow: exactly the desks and orders of its actor's scope."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from minhu.directory.policy import Action, ScopeKind, may_ever, scope_of
from minhu.directory.types import UNIT_ROLES
from minhu.handling.queries import visible_orders
from minhu.intake.queries.talks import talk_for_staff
from minhu.kernel.actors import Actor
from minhu.kernel.errors import NotFound

MOST_ASKED: Final = 20


def allowed(actor: Actor, asked: str) -> frozenset[str]:
    """The topics among `asked` ('desk,unit,order:7'; empty: all desks of the actor) that the actor may follow.

    Must run in the actor's transaction: an order is followed only by those who see it.
    """
    everything = scope_of(actor).kind is ScopeKind.ALL
    units = frozenset(f"unit:{unit}" for unit in actor.unit_ids) if UNIT_ROLES & set(actor.roles) else frozenset()
    desks: dict[str, frozenset[str]] = {}
    if everything and (may_ever(actor, Action.DISPATCH) or may_ever(actor, Action.DECIDE_INTAKE)):
        desks["desk"] = frozenset({"desk"})
    if everything and (may_ever(actor, Action.SUPERVISE) or may_ever(actor, Action.VIEW_FIGURES)):
        desks["supervision"] = frozenset({"supervision"})
    if may_ever(actor, Action.TALK):
        desks["talks"] = frozenset({"talks"})
    if actor.staff_id is not None and may_ever(actor, Action.TALK):
        desks["seat"] = frozenset({f"seat:{actor.staff_id}"})
    if units:
        desks["unit"] = desks["grid"] = units
    if not asked:
        return frozenset().union(*desks.values())
    found: set[str] = set()
    for name in asked.split(",")[:MOST_ASKED]:
        name = name.strip()
        if name in desks:
            found |= desks[name]
        elif name in units or _may_follow(actor, name):
            found.add(name)
    return frozenset(found)


def _may_follow(actor: Actor, name: str) -> bool:
    kind, _, number = name.partition(":")
    if kind == "talk":
        return _may_read_talk(number)
    if kind != "order" or not number.isascii() or not number.isdigit() or len(number) > 18:
        return False
    return visible_orders(actor).filter(pk=int(number)).exists()


def _may_read_talk(name: str) -> bool:
    """Whether the current actor may read a talk; a look at its utterances is the price of one judgement for all."""
    try:
        talk_for_staff(UUID(name))
    except (ValueError, NotFound):
        return False
    return True
