"""How far the sharing rules let somebody look: the areas of their units and everything below these."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.directory.models import Post
from minhu.directory.policy import NO_REACH, Action, Beam, Facts, Purpose, Reach, may_ever
from minhu.directory.queries import areas, units
from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.rules import AccessRules, SharedWay, access_rules
from minhu.directory.types import UnitInfo
from minhu.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class ReaderCount:
    """How many units and people one line of a sharing rule lets look."""

    reader: str
    upward: bool
    units: int
    people: int


def reach_of(actor: Actor, rules: AccessRules | None = None) -> Reach:
    """What the rules in force (or ``rules``) share with an actor; nothing for one who stands for no unit."""
    if actor.kind != "staff" or not may_ever(actor, Action.VIEW_SHARED, Purpose.SHARING):
        return NO_REACH
    held = [unit for unit_id in actor.unit_ids if (unit := units.unit_info(unit_id)) and unit.active]
    given = rules or access_rules()
    return Reach(_beam(actor.roles, held, given.upward), _beam(actor.roles, held, given.downward))


def _beam(roles: frozenset[str], held: list[UnitInfo], way: SharedWay) -> Beam:
    roots = {unit.area_code for unit in held if unit.area_code and _reads(roles, unit, way)}
    if not roots:
        return Beam()
    codes = frozenset(area.code for area in areas.book().all if not roots.isdisjoint(area.path))
    return Beam(codes, way.types, way.states)


def _reads(roles: frozenset[str], unit: UnitInfo, way: SharedWay) -> bool:
    return way.enabled and any(f"{unit.kind.value}.{role}" in way.readers for role in roles)


def units_reached(facts: Facts, rules: AccessRules | None = None) -> dict[str, list[UnitInfo]]:
    """The units in whose area a matter is shared, by 'upward.street.unit_head' (direction and reader)."""
    area = areas.area_info(facts.area)
    given = rules or access_rules()
    if facts.guarded or area is None:
        return {}
    found: dict[str, list[UnitInfo]] = {}
    for name, way in (("upward", given.upward), ("downward", given.downward)):
        if way.enabled and facts.request_type in way.types and facts.state in way.states:
            for unit in units.book().all:
                if unit.active and unit.area_code in area.path:
                    for reader in sorted(way.readers):
                        if reader.startswith(f"{unit.kind.value}."):
                            found.setdefault(f"{name}.{reader}", []).append(unit)
    return found


def readers_under(rules: AccessRules) -> list[ReaderCount]:
    """For each reader of the rules, how many units and people look by it (a preview before publishing)."""
    today = local_day()
    held: dict[str, tuple[set[int], set[int]]] = {}
    kinds = {unit.id: unit.kind.value for unit in units.book().all if unit.active and unit.area_code}
    for staff, unit, role, begin, end in Post.objects.filter(staff__is_active=True).values_list(
        "staff_id", "unit_id", "role", "valid_from", "valid_to"
    ):
        if unit in kinds and (begin is None or begin <= today) and (end is None or end >= today):
            units_, people = held.setdefault(f"{kinds[unit]}.{role}", (set(), set()))
            units_.add(unit)
            people.add(staff)
    return [
        ReaderCount(reader, upward, *(len(part) for part in held.get(reader, (set(), set()))))
        for upward, way in ((True, rules.upward), (False, rules.downward))
        if way.enabled
        for reader in sorted(way.readers)
    ]
