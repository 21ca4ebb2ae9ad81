"""The one table that says who may do what to which matter, and for what purpose.

``decide`` (one object), ``scope_of`` (which rows) and the row-security settings of PostgreSQL are
all derived from ``POLICY``. Default deny: what no rule grants is refused.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from minhu.directory.domain.rights import (
    NO_REACH,
    Action,
    Beam,
    Facts,
    Purpose,
    Reach,
    Relation,
    Rule,
    Scope,
    ScopeKind,
    Verdict,
)
from minhu.directory.types import Role
from minhu.kernel.actors import Actor

A, R, P = Action, Relation, Purpose
FIGURES: Final = (P.OVERSIGHT, P.ANALYSIS)


def _rule(role: Role, relation: Relation, purposes: Purpose | tuple[Purpose, ...], *actions: Action) -> Rule:
    return Rule(
        role, relation, frozenset([purposes] if isinstance(purposes, Purpose) else purposes), frozenset(actions)
    )


_UNIT_WORK: Final = (
    A.VIEW_ORDER, A.VIEW_REQUESTER, A.SIGN, A.RECORD_CONTACT, A.REPLY, A.ASK_RETURN, A.ASK_EXTENSION,
    A.ASK_SUSPENSION, A.ANSWER_WHISTLE, A.ASK_EXCLUSION, A.PASS_TO_GRID, A.WHISTLE,
)  # fmt: skip

POLICY: tuple[Rule, ...] = (
    _rule(Role.CITIZEN, R.ANY, P.SERVICE, A.SUBMIT, A.VIEW_KNOWLEDGE),
    _rule(
        Role.CITIZEN, R.OWN, P.SERVICE, A.VIEW_ORDER, A.VIEW_REQUESTER, A.SUPPLEMENT, A.WITHDRAW, A.RATE,
    ),
    _rule(Role.PARTNER, R.ANY, P.HANDLING, A.SUBMIT, A.VIEW_KNOWLEDGE),
    _rule(Role.PARTNER, R.OWN, P.HANDLING, A.VIEW_ORDER, A.SUPPLEMENT, A.WITHDRAW, A.REPORT_TRANSFER),
    _rule(
        Role.AGENT, R.ANY, P.HANDLING,
        A.SUBMIT, A.VIEW_ORDER, A.VIEW_REQUESTER, A.SUPPLEMENT, A.DECIDE_INTAKE, A.ANSWER_DIRECTLY, A.CALL_BACK,
        A.VIEW_DIRECTORY, A.VIEW_KNOWLEDGE, A.TALK, A.WRITE_BULLETIN,
    ),
    _rule(
        Role.DISPATCHER, R.ANY, P.HANDLING,
        A.SUBMIT, A.VIEW_ORDER, A.VIEW_REQUESTER, A.SUPPLEMENT, A.DECIDE_INTAKE, A.DISPATCH, A.REPORT_TRANSFER,
        A.ANSWER_DIRECTLY, A.MERGE, A.DECIDE_RETURN, A.DECIDE_EXTENSION, A.CALL_BACK, A.CLOSE, A.REOPEN, A.IMPORT,
        A.VIEW_DIRECTORY, A.PASS_TO_GRID, A.VIEW_KNOWLEDGE, A.WRITE_BULLETIN, A.PUBLISH_BULLETIN,
    ),
    _rule(Role.DISPATCHER, R.ANY, P.EXPORT, A.EXPORT),
    _rule(Role.UNIT_HANDLER, R.UNIT, P.HANDLING, *_UNIT_WORK, A.GIVE_OPINION),
    _rule(Role.UNIT_HANDLER, R.ANY, P.HANDLING, A.VIEW_DIRECTORY, A.VIEW_KNOWLEDGE),
    _rule(Role.UNIT_HANDLER, R.AREA, P.SHARING, A.VIEW_SHARED),
    _rule(Role.UNIT_HEAD, R.UNIT, P.HANDLING, *_UNIT_WORK, A.GIVE_OPINION, A.APPROVE_REPLY),
    _rule(Role.UNIT_HEAD, R.UNIT, P.EXPORT, A.EXPORT),
    _rule(Role.UNIT_HEAD, R.ANY, P.HANDLING, A.VIEW_DIRECTORY, A.VIEW_KNOWLEDGE),
    _rule(Role.UNIT_HEAD, R.AREA, P.SHARING, A.VIEW_SHARED),
    _rule(
        Role.GRID_WORKER, R.UNIT, P.HANDLING,
        A.VIEW_ORDER, A.VIEW_REQUESTER, A.SIGN, A.RECORD_CONTACT, A.REPLY, A.ASK_RETURN,
    ),
    _rule(Role.GRID_WORKER, R.ANY, P.HANDLING, A.VIEW_KNOWLEDGE),
    _rule(Role.GRID_WORKER, R.AREA, P.SHARING, A.VIEW_SHARED),
    _rule(
        Role.SUPERVISOR, R.ANY, P.OVERSIGHT,
        A.VIEW_ORDER, A.VIEW_REQUESTER, A.DECIDE_RETURN, A.DECIDE_EXTENSION, A.ARBITRATE, A.APPROVE_REPLY, A.CALL_BACK,
        A.CLOSE, A.REOPEN, A.ARCHIVE, A.SUPERVISE, A.MERGE, A.DECIDE_EXCLUSION, A.VIEW_DIRECTORY, A.DISPATCH,
        A.REPORT_TRANSFER, A.VIEW_ACCESS, A.VIEW_KNOWLEDGE, A.TALK, A.WATCH_TALKS, A.SWITCH_ASSISTANTS,
        A.WRITE_BULLETIN, A.PUBLISH_BULLETIN, A.COACH,
    ),
    _rule(Role.SUPERVISOR, R.ANY, FIGURES, A.VIEW_FIGURES),
    _rule(Role.SUPERVISOR, R.ANY, P.EXPORT, A.EXPORT),
    _rule(
        Role.INSPECTOR, R.ANY, P.OVERSIGHT,
        A.VIEW_ORDER, A.CALL_BACK, A.VIEW_DIRECTORY, A.VIEW_KNOWLEDGE, A.WATCH_TALKS,
    ),
    _rule(Role.INSPECTOR, R.ANY, FIGURES, A.VIEW_FIGURES),
    _rule(Role.ANALYST, R.ANY, P.ANALYSIS, A.VIEW_ORDER, A.VIEW_FIGURES, A.VIEW_DIRECTORY, A.VIEW_KNOWLEDGE),
    _rule(Role.ANALYST, R.ANY, P.EXPORT, A.EXPORT),
    _rule(Role.LEADER, R.ANY, P.OVERSIGHT, A.VIEW_ORDER, A.SUPERVISE, A.VIEW_DIRECTORY, A.VIEW_KNOWLEDGE),
    _rule(Role.LEADER, R.ANY, FIGURES, A.VIEW_FIGURES),
    _rule(Role.EDITOR, R.ANY, P.HANDLING, A.VIEW_KNOWLEDGE, A.VIEW_DIRECTORY),
    _rule(Role.EDITOR, R.UNIT, P.HANDLING, A.EDIT_KNOWLEDGE),
    _rule(
        Role.REVIEWER, R.ANY, P.HANDLING, A.VIEW_KNOWLEDGE, A.EDIT_KNOWLEDGE, A.REVIEW_KNOWLEDGE, A.VIEW_DIRECTORY,
    ),
    _rule(
        Role.SYSTEM_ADMIN, R.ANY, P.ADMINISTRATION,
        A.VIEW_DIRECTORY, A.MANAGE_DIRECTORY, A.MANAGE_RULES, A.CONFIRM_ADMINISTRATOR, A.SWITCH_ASSISTANTS,
    ),
    _rule(
        Role.SECURITY_ADMIN, R.ANY, P.ADMINISTRATION,
        A.VIEW_DIRECTORY, A.MANAGE_STAFF, A.MANAGE_TOKENS, A.CONFIRM_ADMINISTRATOR, A.VIEW_ACCESS,
    ),
    _rule(Role.AUDIT_ADMIN, R.ANY, P.AUDIT, A.VIEW_LEDGER, A.REVIEW_EMERGENCY, A.VIEW_ACCESS),
    _rule(Role.SYSTEM, R.ANY, tuple(Purpose), *Action),
)  # fmt: skip


def holds(relation: Relation, actor: Actor, facts: Facts, reach: Reach = NO_REACH) -> bool:
    """Whether ``actor`` stands in ``relation`` to an object."""
    if relation is Relation.ANY:
        return True
    if relation is Relation.AREA:
        return reach.shows(facts)
    if relation is Relation.UNIT:
        return bool(facts.unit_ids.intersection(actor.unit_ids))
    return facts.request_id is not None and facts.request_id in actor.own_requests


def rules_for(actor: Actor, action: Action, purpose: Purpose | None = None) -> tuple[Rule, ...]:
    """The rules that give one of the actor's roles ``action`` (for ``purpose``), whatever the object."""
    return _rules(actor.roles, action, purpose)


@lru_cache(maxsize=8192)
def _rules(roles: frozenset[str], action: Action, purpose: Purpose | None) -> tuple[Rule, ...]:
    return tuple(
        rule
        for rule in POLICY
        if rule.role in roles and action in rule.actions and (purpose is None or purpose in rule.purposes)
    )


def decide(
    actor: Actor,
    action: Action,
    facts: Facts = Facts(),
    purpose: Purpose | None = None,
    reach: Reach = NO_REACH,
) -> Verdict:
    """Say whether ``actor`` may do ``action`` to the object described by ``facts``.

    ``purpose``: the one it is done for; none given: any that the action is granted for. ``reach``: how far the sharing
    rules let the actor look (``queries.sharing.reach_of``); without it nothing is shared.
    """
    for rule in rules_for(actor, action, purpose):
        if holds(rule.relation, actor, facts, reach):
            return Verdict(True, rule)
    return Verdict(False)


def may_ever(actor: Actor, action: Action, purpose: Purpose | None = None) -> bool:
    """Whether some object exists that ``actor`` may do ``action`` to (for menus and buttons)."""
    return bool(rules_for(actor, action, purpose))


def scope_of(
    actor: Actor, action: Action = Action.VIEW_ORDER, purpose: Purpose | None = None, reach: Reach = NO_REACH
) -> Scope:
    """The rows on which ``decide(actor, action, …)`` is true; the widest relation wins.

    An action that is granted by area is granted by area only, or to all (``tests/directory/test_policy.py``).
    """
    relations = {rule.relation for rule in rules_for(actor, action, purpose)}
    if not relations:
        sees_ledger = purpose in (None, Purpose.AUDIT) and may_ever(actor, Action.VIEW_LEDGER)
        return Scope(ScopeKind.AUDIT if sees_ledger else ScopeKind.NONE)
    widest = max(relations)
    if widest is Relation.ANY:
        return Scope(ScopeKind.ALL)
    if widest is Relation.AREA:
        return Scope(ScopeKind.AREAS, reach=reach)
    if widest is Relation.UNIT:
        own = actor.own_requests if Relation.OWN in relations else ()
        return Scope(ScopeKind.UNITS, unit_ids=actor.unit_ids, request_ids=own)
    return Scope(ScopeKind.OWN, request_ids=actor.own_requests)


__all__ = [
    "NO_REACH",
    "POLICY",
    "Action",
    "Beam",
    "Facts",
    "Purpose",
    "Reach",
    "Relation",
    "Rule",
    "Scope",
    "ScopeKind",
    "Verdict",
    "decide",
    "holds",
    "may_ever",
    "rules_for",
    "scope_of",
]
