"""The authorisation matrix: every role × action × relation, written down a second time, by hand.

A right that appears or disappears must be changed here too, so that nobody gives one away by accident.
"""

from __future__ import annotations

import itertools

import pytest

from minhu.directory.policy import POLICY, Action, Facts, Relation, ScopeKind, decide, may_ever, scope_of
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
    "ask_exclusion": ("", OFFICE, ""),
    "decide_exclusion": ("supervisor", "", ""),
    "view_figures": ("supervisor inspector analyst leader", "", ""),
    "export": ("dispatcher supervisor analyst", "unit_head", ""),
    "import": ("dispatcher", "", ""),
    "view_directory": (
        EVERYWHERE + " unit_handler unit_head system_admin security_admin", "", "",
    ),
    "manage_directory": ("system_admin", "", ""),
    "manage_rules": ("system_admin", "", ""),
    "manage_staff": ("security_admin", "", ""),
    "manage_tokens": ("security_admin", "", ""),
    "view_ledger": ("audit_admin", "", ""),
    "confirm_administrator": ("system_admin security_admin", "", ""),
    "review_emergency": ("audit_admin", "", ""),
}  # fmt: skip
RELATIONS = {
    "nothing known": Facts(),
    "a stranger's": Facts(request_id=REQUEST + 1, unit_ids=frozenset({OTHER_UNIT})),
    "my unit's": Facts(request_id=REQUEST + 1, unit_ids=frozenset({UNIT, OTHER_UNIT})),
    "my own": Facts(request_id=REQUEST, unit_ids=frozenset({OTHER_UNIT})),
}
CELLS = list(itertools.product(Role, Action, RELATIONS))


def actor(*roles: str) -> Actor:
    return Actor(kind="staff", id="x", roles=frozenset(roles), unit_ids=(UNIT,), own_requests=(REQUEST,))


def expected(role: Role, action: Action, relation: str) -> bool:
    if role is Role.SYSTEM:
        return True
    anywhere, unit, own = (words.split() for words in GRANTS.get(action.value, ("", "", "")))
    return (
        role.value in anywhere
        or (role.value in unit and relation == "my unit's")
        or (role.value in own and relation == "my own")
    )


def test_the_matrix_is_large_and_names_every_action() -> None:
    assert len(CELLS) >= 2000
    assert set(GRANTS) == {action.value for action in Action}


def test_every_cell_of_the_matrix() -> None:
    wrong = [
        f"{role} {action} {relation}: {'granted' if granted else 'refused'}"
        for role, action, relation in CELLS
        if (granted := bool(decide(actor(role), action, RELATIONS[relation]))) is not expected(role, action, relation)
    ]
    assert wrong == []


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
    assert scope_of(SYSTEM).kind is ScopeKind.ALL
