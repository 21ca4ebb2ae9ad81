"""Who can see an order, and why: every person and program to whom the policy shows it, with the rule that does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from minhu.directory.access import elevated, require
from minhu.directory.policy import POLICY, Action, Facts, Relation, Rule
from minhu.directory.queries.sharing import units_reached
from minhu.directory.queries.staff import PostHeld, posts_in_force
from minhu.directory.queries.units import book, unit_name
from minhu.directory.types import Role
from minhu.handling.models import Assignment, Order
from minhu.handling.types import AssignmentState, State
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.errors import NotFound
from minhu.kernel.numbers import normalise_number
from minhu.ledger import queries as entries
from minhu.ledger import services as ledger

SEEING: Final = (Action.VIEW_ORDER, Action.VIEW_SHARED)


class Shown(StrEnum):
    """How much of the requester and the words a reader is shown."""

    OWN = "own"
    """The requester: everything of their own, masked."""
    CONTACT = "contact"
    """Name, telephones and place in clear, each reading logged."""
    REVEAL = "reveal"
    """Masked; a single value in clear for a reason that is logged."""
    MASKED = "masked"
    """Masked, never in clear."""
    HIDDEN = "hidden"
    """Nothing of the requester: confidential."""
    SHARED = "shared"
    """Kind, place, state and public course; no requester, no words of theirs."""
    RECORD = "record"
    """A returned share: what the unit did itself, nothing else."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One person by whom a rule lets the order be seen; ``why`` is the post's unit."""

    username: str
    name: str
    unit: str
    until: date | None = None
    standing_in: bool = False
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class SightLine:
    """One rule of the policy that shows the order, and to whom it does today."""

    role: Role
    relation: Relation
    action: Action
    rule: Rule | None
    shown: Shown
    units: tuple[str, ...]
    people: tuple[Reader, ...]
    direction: str = ""


@dataclass(frozen=True, slots=True)
class ActualReading:
    """Somebody who has read personal values of the request, or the shared matter."""

    at: datetime
    who: str
    fields: tuple[str, ...]
    purpose: str


@dataclass(frozen=True, slots=True)
class Sight:
    """The answer to 'who can see this order, and why'; ``title`` is empty for who may not see it themselves."""

    number: str
    title: str
    state_label: str
    confidential: bool
    sensitive: bool
    lines: tuple[SightLine, ...]
    readings: tuple[ActualReading, ...]

    @property
    def people(self) -> frozenset[str]:
        """The user names of everybody listed."""
        return frozenset(reader.username for line in self.lines for reader in line.people)


def who_can_see(number: str, actor: Actor | None = None) -> Sight:
    """Everybody who can see an order and by which rule, and who has read it; asking is entered in the ledger.

    Raises NotAllowed (supervisors, security and audit administrators may ask) and NotFound.
    """
    who = actor or current_actor()
    require(Action.VIEW_ACCESS, actor=who)
    with elevated("who can see an order is told without its words to those who watch over access"):
        order = Order.objects.filter(number=normalise_number(number)).first()
        if order is None:
            raise NotFound("没有找到这张工单，请核对编号。", code="order_not_found")
        left = list(
            Assignment.objects.filter(order=order, state=AssignmentState.RETURNED.value)
            .exclude(unit_id__in=order.unit_ids).values_list("unit_id", flat=True)
        )  # fmt: skip
    posts = posts_in_force()
    lines = [*_by_policy(order.facts(), order.confidential, posts), *_by_record(left, posts)]
    found = entries.readings_of(("request", order.request_id))
    readings = tuple(ActualReading(row.at, row.actor_id, row.fields, row.purpose) for row in found)
    told = {reader.username for line in lines for reader in line.people}
    ledger.append("order.access_asked", ("order", order.number), {"people": len(told)})
    sees = bool({rule.role.value for rule in POLICY if Action.VIEW_ORDER in rule.actions} & who.roles)
    return Sight(
        order.number, order.title if sees else "", State(order.state).label, order.confidential,
        order.sensitive, tuple(lines), readings,
    )  # fmt: skip


def _by_policy(facts: Facts, confidential: bool, posts: list[PostHeld]) -> list[SightLine]:
    lines = []
    for rule in POLICY:
        for action in SEEING:
            if action in rule.actions and rule.role is not Role.SYSTEM:
                lines += _lines(rule, action, facts, confidential, posts)
    return lines


def _lines(rule: Rule, action: Action, facts: Facts, confidential: bool, posts: list[PostHeld]) -> list[SightLine]:
    shown = shown_by(rule.role, rule.relation, confidential)
    if rule.relation is Relation.OWN:
        return [SightLine(rule.role, rule.relation, action, rule, shown, (), ())]
    if rule.relation is Relation.ANY:
        return [SightLine(rule.role, rule.relation, action, rule, shown, (), _people(posts, rule.role, None))]
    if rule.relation is Relation.UNIT:
        near = with_above(facts.unit_ids)
        people = _people(posts, rule.role, near)
        return (
            [SightLine(rule.role, rule.relation, action, rule, shown, _names(facts.unit_ids), people)] if near else []
        )
    found = []
    for key, units in units_reached(facts).items():
        direction, _, role = key.split(".")
        if role == rule.role.value:
            near = with_above({unit.id for unit in units})
            people = _people(posts, rule.role, near)
            names = tuple(unit.label for unit in units)
            found.append(SightLine(rule.role, rule.relation, action, rule, shown, names, people, direction))
    return found


def _by_record(left: list[int], posts: list[PostHeld]) -> list[SightLine]:
    if not left:
        return []
    near = with_above(left)
    return [
        SightLine(role, Relation.UNIT, Action.VIEW_ORDER, None, Shown.RECORD, _names(left), _people(posts, role, near))
        for role in (Role.UNIT_HANDLER, Role.UNIT_HEAD, Role.GRID_WORKER)
        if _people(posts, role, near)
    ]


def shown_by(role: Role, relation: Relation, confidential: bool) -> Shown:
    """How much a role is shown in a relation (the rules of ``intake.queries.request_card``, said once more)."""
    if relation is Relation.AREA:
        return Shown.SHARED
    if relation is Relation.OWN:
        return Shown.OWN if role is Role.CITIZEN else Shown.MASKED
    clear = any(
        Action.VIEW_REQUESTER in rule.actions for rule in POLICY if rule.role is role and rule.relation is relation
    )
    if relation is Relation.UNIT:
        return Shown.HIDDEN if confidential else Shown.CONTACT
    return Shown.REVEAL if clear else Shown.MASKED


def with_above(unit_ids: Iterable[int]) -> frozenset[int]:
    """Units and all units above them: a post at any of these reaches what the units have."""
    found = book().by_id
    near = {unit_id for unit_id in unit_ids if unit_id in found}
    return frozenset(near.union(*(found[unit_id].ancestor_ids for unit_id in near)))


def _people(posts: list[PostHeld], role: Role, near: frozenset[int] | None) -> tuple[Reader, ...]:
    # what somebody may do follows from all their posts: the role from one, the unit from another
    held = {post.username for post in posts if post.role == role.value}
    found: dict[str, Reader] = {}
    for post in posts:
        fits = post.role == role.value if near is None else post.username in held and post.unit_id in near
        if fits:
            reader = Reader(
                post.username, post.name, unit_name(post.unit_id), post.until, post.standing_in, post.emergency
            )
            found.setdefault(post.username, reader)
    return tuple(found[name] for name in sorted(found))


def _names(unit_ids: Iterable[int]) -> tuple[str, ...]:
    return tuple(name for unit_id in sorted(set(unit_ids)) if (name := unit_name(unit_id)))
