"""The authorisation matrix: every role × action × relation × purpose, written down a second time, by hand.

A right that appears or disappears must be changed here too, so that nobody gives one away by accident.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from minhu.directory.policy import (
    POLICY,
    Action,
    Beam,
    Facts,
    Purpose,
    Reach,
    Relation,
    ScopeKind,
    decide,
    may_ever,
    rules_for,
    scope_of,
)
from minhu.directory.types import ADMINISTRATORS, UNIT_ROLES, Role
from minhu.kernel.actors import SYSTEM, Actor

REQUEST, UNIT, OTHER_UNIT = 7, 3, 4
EVERYWHERE = "agent dispatcher supervisor inspector analyst leader"
UNITS = "unit_handler unit_head grid_worker"
OFFICE = "unit_handler unit_head"
# action → (roles that need no relation, roles whose unit must have the matter, roles that must be the requester)
GRANTS: dict[str, tuple[str, str, str]] = {
    "view_order": (EVERYWHERE, UNITS, "citizen partner"),
    "view_requester": ("agent dispatcher supervisor", UNITS, "citizen"),
    "submit": ("citizen partner agent dispatcher", "", ""),
    "supplement": ("agent dispatcher", "", "citizen partner"),
    "withdraw": ("", "", "citizen partner"),
    "rate": ("", "", "citizen"),
    "decide_intake": ("agent dispatcher", "", ""),
    "dispatch": ("dispatcher supervisor", "", ""),
    "answer_directly": ("agent dispatcher", "", ""),
    "merge": ("dispatcher supervisor", "", ""),
    "sign": ("", UNITS, ""),
    "record_contact": ("", UNITS, ""),
    "reply": ("", UNITS, ""),
    "ask_return": ("", UNITS, ""),
    "ask_extension": ("", OFFICE, ""),
    "ask_suspension": ("", OFFICE, ""),
    "decide_return": ("dispatcher supervisor", "", ""),
    "decide_extension": ("dispatcher supervisor", "", ""),
    "arbitrate": ("supervisor", "", ""),
    "approve_reply": ("supervisor", "unit_head", ""),
    "call_back": ("agent dispatcher supervisor inspector", "", ""),
    "close": ("dispatcher supervisor", "", ""),
    "reopen": ("dispatcher supervisor", "", ""),
    "archive": ("supervisor", "", ""),
    "supervise": ("supervisor leader", "", ""),
    "whistle": ("", OFFICE, ""),
    "answer_whistle": ("", OFFICE, ""),
    "pass_to_grid": ("dispatcher", OFFICE, ""),
    "report_transfer": ("dispatcher supervisor", "", "partner"),
    "give_opinion": ("", OFFICE, ""),
    "ask_exclusion": ("", OFFICE, ""),
    "decide_exclusion": ("supervisor", "", ""),
    "view_figures": ("supervisor inspector analyst leader", "", ""),
    "export": ("dispatcher supervisor analyst", "unit_head", ""),
    "import": ("dispatcher", "", ""),
    "view_directory": (
        EVERYWHERE + " unit_handler unit_head system_admin security_admin editor reviewer", "", "",
    ),
    "talk": ("agent supervisor", "", ""),
    "watch_talks": ("supervisor inspector", "", ""),
    "coach": ("supervisor", "", ""),
    "write_bulletin": ("agent dispatcher supervisor", "", ""),
    "publish_bulletin": ("dispatcher supervisor", "", ""),
    "switch_assistants": ("supervisor system_admin", "", ""),
    "view_knowledge": (EVERYWHERE + " " + UNITS + " editor reviewer citizen partner", "", ""),
    "edit_knowledge": ("reviewer", "editor", ""),
    "review_knowledge": ("reviewer", "", ""),
    "manage_directory": ("system_admin", "", ""),
    "manage_rules": ("system_admin", "", ""),
    "manage_staff": ("security_admin", "", ""),
    "manage_tokens": ("security_admin", "", ""),
    "view_ledger": ("audit_admin", "", ""),
    "confirm_administrator": ("system_admin security_admin", "", ""),
    "review_emergency": ("audit_admin", "", ""),
    "view_shared": ("", "", ""),
    "view_access": ("supervisor security_admin audit_admin", "", ""),
}  # fmt: skip
BY_AREA = {"view_shared": UNITS}
# what a role does its work for; some actions are for something else, whoever has them
WORK = {
    "citizen": "service", "partner": "handling", "agent": "handling", "dispatcher": "handling",
    "unit_handler": "handling", "unit_head": "handling", "grid_worker": "handling", "supervisor": "oversight",
    "inspector": "oversight", "leader": "oversight", "analyst": "analysis", "system_admin": "administration",
    "security_admin": "administration", "audit_admin": "audit", "editor": "handling", "reviewer": "handling",
}  # fmt: skip
ELSE = {"export": "export", "view_shared": "sharing"}
REACH = Reach(
    upward=Beam(frozenset({"9901"}), frozenset({"help"}), frozenset({"dispatched"})),
    downward=Beam(frozenset({"9902"}), frozenset({"suggestion"}), frozenset({"dispatched"})),
)
IN_AREA = Facts(
    REQUEST + 1, frozenset({OTHER_UNIT}), area="9901", request_type="help", state="dispatched", guarded=False
)
RELATIONS = {
    "nothing known": Facts(),
    "a stranger's": Facts(request_id=REQUEST + 1, unit_ids=frozenset({OTHER_UNIT})),
    "my unit's": Facts(request_id=REQUEST + 1, unit_ids=frozenset({UNIT, OTHER_UNIT})),
    "my own": Facts(request_id=REQUEST, unit_ids=frozenset({OTHER_UNIT})),
    "in my area": IN_AREA,
    "in my area, confidential": replace(IN_AREA, guarded=True),
    "of the other direction's type": replace(IN_AREA, request_type="suggestion"),
    "not yet dispatched": replace(IN_AREA, state="received"),
}
CELLS = list(itertools.product(Role, Action, RELATIONS, (*Purpose, None)))


def actor(*roles: str) -> Actor:
    return Actor(kind="staff", id="x", roles=frozenset(roles), unit_ids=(UNIT,), own_requests=(REQUEST,))


def purposes_of(role: Role, action: Action) -> set[str]:
    if action.value in ELSE:
        return {ELSE[action.value]}
    if action is Action.VIEW_FIGURES:
        return {"analysis"} if role is Role.ANALYST else {"oversight", "analysis"}
    return {WORK[role.value]}


def expected(role: Role, action: Action, relation: str, purpose: Purpose | None) -> bool:
    if role is Role.SYSTEM:
        return True
    if purpose is not None and purpose.value not in purposes_of(role, action):
        return False
    anywhere, unit, own = (words.split() for words in GRANTS.get(action.value, ("", "", "")))
    return (
        role.value in anywhere
        or (role.value in unit and relation == "my unit's")
        or (role.value in own and relation == "my own")
        or (role.value in BY_AREA.get(action.value, "").split() and relation == "in my area")
    )


def test_the_matrix_is_large_and_names_every_action() -> None:
    assert len(CELLS) >= 40_000
    assert set(GRANTS) == {action.value for action in Action}


def test_every_cell_of_the_matrix() -> None:
    people = {role: actor(role) for role in Role}
    wrong = [
        f"{role} {action} {relation} for {purpose}: {'granted' if granted else 'refused'}"
        for role, action, relation, purpose in CELLS
        if (granted := bool(decide(people[role], action, RELATIONS[relation], purpose, REACH)))
        is not expected(role, action, relation, purpose)
    ]
    assert wrong == []


def test_nothing_is_shared_without_rules_and_an_object_that_says_nothing_is_guarded() -> None:
    heads = actor(Role.UNIT_HEAD)
    assert not any(decide(heads, Action.VIEW_SHARED, facts) for facts in RELATIONS.values())
    assert not decide(
        heads, Action.VIEW_SHARED, Facts(area="9901", request_type="help", state="dispatched"), reach=REACH
    )
    assert scope_of(heads, Action.VIEW_SHARED, reach=REACH).kind is ScopeKind.AREAS
    assert scope_of(heads, reach=REACH).kind is ScopeKind.UNITS, "what is shared never widens what a unit may handle"


def test_an_action_by_area_is_by_area_only() -> None:
    """A list of rows has one scope: rows by unit and rows by area are never mixed in one list."""
    for action in Action:
        relations = {rule.relation for rule in POLICY if action in rule.actions and rule.role is not Role.SYSTEM}
        assert relations == {Relation.AREA} or Relation.AREA not in relations


def test_a_right_for_one_purpose_is_none_for_another() -> None:
    analyst = actor(Role.ANALYST)
    assert decide(analyst, Action.VIEW_ORDER, purpose=Purpose.ANALYSIS)
    assert not decide(analyst, Action.VIEW_ORDER, purpose=Purpose.HANDLING)
    assert not rules_for(actor(Role.DISPATCHER), Action.VIEW_ORDER, Purpose.EXPORT)
    assert scope_of(analyst, Action.VIEW_ORDER, Purpose.OVERSIGHT).kind is ScopeKind.NONE
    assert all(rule.purposes for rule in POLICY)


@pytest.mark.parametrize("roles", [(), ("emperor",), ("SYSTEM",), ("",), ("dispatcher ",)])
def test_who_has_no_known_role_may_do_nothing(roles: tuple[str, ...]) -> None:
    assert not any(decide(actor(*roles), action, facts) for action in Action for facts in RELATIONS.values())
    assert not any(may_ever(actor(*roles), action) for action in Action)
    assert scope_of(actor(*roles)).kind is ScopeKind.NONE


def test_two_roles_give_what_each_of_them_gives_and_no_more() -> None:
    for first, second in itertools.combinations(Role, 2):
        for action, facts in itertools.product(Action, RELATIONS.values()):
            both = bool(decide(actor(first, second), action, facts))
            assert both == bool(decide(actor(first), action, facts) or decide(actor(second), action, facts))


def test_a_grant_names_the_rule_that_gives_it() -> None:
    verdict = decide(actor(Role.LEADER), Action.SUPERVISE)
    assert verdict.rule is not None
    assert verdict.rule.role is Role.LEADER
    assert decide(actor(Role.LEADER), Action.DISPATCH).rule is None


def _rules_of(role: Role) -> set[Action]:
    return {action for rule in POLICY if rule.role is role for action in rule.actions}


@pytest.mark.parametrize(
    ("asks", "decides"),
    [
        (Action.ASK_RETURN, Action.DECIDE_RETURN),
        (Action.ASK_EXTENSION, Action.DECIDE_EXTENSION),
        (Action.ASK_EXCLUSION, Action.DECIDE_EXCLUSION),
    ],
)
def test_nobody_decides_what_he_asked_for(asks: Action, decides: Action) -> None:
    both = [role for role in Role if role is not Role.SYSTEM and {asks, decides} <= _rules_of(role)]
    assert both == []


@pytest.mark.parametrize("role", sorted(UNIT_ROLES))
def test_units_have_no_hand_in_their_own_rating(role: Role) -> None:
    assert not _rules_of(role) & {Action.CALL_BACK, Action.RATE, Action.CLOSE, Action.DECIDE_EXCLUSION}


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_do_not_read_citizens_matters(role: Role) -> None:
    forbidden = {Action.VIEW_ORDER, Action.VIEW_REQUESTER, Action.EXPORT, Action.VIEW_FIGURES}
    assert not _rules_of(role) & forbidden
    assert scope_of(actor(role)).kind in (ScopeKind.NONE, ScopeKind.AUDIT)


def test_every_relation_is_used_and_the_program_may_do_its_work() -> None:
    assert {rule.relation for rule in POLICY} == set(Relation)
    assert {purpose for rule in POLICY for purpose in rule.purposes if rule.role is not Role.SYSTEM} == set(Purpose)
    assert scope_of(SYSTEM).kind is ScopeKind.ALL
