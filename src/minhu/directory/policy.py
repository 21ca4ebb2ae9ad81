"""The one table that says who may do what to which matter.

``decide`` (one object), ``scope_of`` (which rows) and the row-security settings of PostgreSQL are
all derived from ``POLICY``. Default deny: what no rule grants is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from minhu.directory.types import Role
from minhu.kernel.actors import Actor


class Action(StrEnum):
    """Everything that can be done; the names follow the glossary."""

    # requests and orders
    VIEW_ORDER = "view_order"
    VIEW_REQUESTER = "view_requester"
    SUBMIT = "submit"
    SUPPLEMENT = "supplement"
    WITHDRAW = "withdraw"
    RATE = "rate"
    DECIDE_INTAKE = "decide_intake"
    DISPATCH = "dispatch"
    ANSWER_DIRECTLY = "answer_directly"
    MERGE = "merge"
    SIGN = "sign"
    RECORD_CONTACT = "record_contact"
    REPLY = "reply"
    ASK_RETURN = "ask_return"
    ASK_EXTENSION = "ask_extension"
    ASK_SUSPENSION = "ask_suspension"
    DECIDE_RETURN = "decide_return"
    DECIDE_EXTENSION = "decide_extension"
    ARBITRATE = "arbitrate"
    APPROVE_REPLY = "approve_reply"
    CALL_BACK = "call_back"
    CLOSE = "close"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    SUPERVISE = "supervise"
    WHISTLE = "whistle"
    ANSWER_WHISTLE = "answer_whistle"
    PASS_TO_GRID = "pass_to_grid"
    REPORT_TRANSFER = "report_transfer"
    """Say how an order goes that was handed to another hotline."""
    ASK_EXCLUSION = "ask_exclusion"
    DECIDE_EXCLUSION = "decide_exclusion"
    # whole lists and figures
    VIEW_FIGURES = "view_figures"
    EXPORT = "export"
    IMPORT = "import"
    # administration
    VIEW_DIRECTORY = "view_directory"
    MANAGE_DIRECTORY = "manage_directory"
    MANAGE_RULES = "manage_rules"
    MANAGE_STAFF = "manage_staff"
    MANAGE_TOKENS = "manage_tokens"
    CONFIRM_ADMINISTRATOR = "confirm_administrator"
    REVIEW_EMERGENCY = "review_emergency"
    VIEW_LEDGER = "view_ledger"


class Relation(IntEnum):
    """How the actor stands to the object; a wider relation includes the narrower ones."""

    OWN = 1
    """The actor is the requester (proved by number and code, or submitted it just now)."""
    UNIT = 2
    """One of the actor's units is, or was, given the matter, and was not allowed to return it."""
    ANY = 3
    """No relation needed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``role`` may do ``actions`` to objects it stands in ``relation`` to."""

    role: Role
    relation: Relation
    actions: frozenset[Action]


def _rule(role: Role, relation: Relation, *actions: Action) -> Rule:
    return Rule(role, relation, frozenset(actions))


A, R = Action, Relation

POLICY: tuple[Rule, ...] = (
    _rule(Role.CITIZEN, R.ANY, A.SUBMIT),
    _rule(Role.CITIZEN, R.OWN, A.VIEW_ORDER, A.VIEW_REQUESTER, A.SUPPLEMENT, A.WITHDRAW, A.RATE),
    _rule(Role.PARTNER, R.ANY, A.SUBMIT),
    _rule(Role.PARTNER, R.OWN, A.VIEW_ORDER, A.SUPPLEMENT, A.WITHDRAW, A.REPORT_TRANSFER),
    _rule(
        Role.AGENT,
        R.ANY,
        A.SUBMIT,
        A.VIEW_ORDER,
        A.VIEW_REQUESTER,
        A.SUPPLEMENT,
        A.DECIDE_INTAKE,
        A.ANSWER_DIRECTLY,
        A.CALL_BACK,
        A.VIEW_DIRECTORY,
    ),
    _rule(
        Role.DISPATCHER,
        R.ANY,
        A.SUBMIT,
        A.VIEW_ORDER,
        A.VIEW_REQUESTER,
        A.SUPPLEMENT,
        A.DECIDE_INTAKE,
        A.DISPATCH,
        A.REPORT_TRANSFER,
        A.ANSWER_DIRECTLY,
        A.MERGE,
        A.DECIDE_RETURN,
        A.DECIDE_EXTENSION,
        A.CALL_BACK,
        A.CLOSE,
        A.REOPEN,
        A.EXPORT,
        A.IMPORT,
        A.VIEW_DIRECTORY,
        A.PASS_TO_GRID,
    ),
    _rule(
        Role.UNIT_HANDLER,
        R.UNIT,
        A.VIEW_ORDER,
        A.VIEW_REQUESTER,
        A.SIGN,
        A.RECORD_CONTACT,
        A.REPLY,
        A.ASK_RETURN,
        A.ASK_EXTENSION,
        A.ASK_SUSPENSION,
        A.ANSWER_WHISTLE,
        A.ASK_EXCLUSION,
        A.PASS_TO_GRID,
        A.WHISTLE,
    ),
    _rule(Role.UNIT_HANDLER, R.ANY, A.VIEW_DIRECTORY),
    _rule(
        Role.UNIT_HEAD,
        R.UNIT,
        A.VIEW_ORDER,
        A.VIEW_REQUESTER,
        A.SIGN,
        A.RECORD_CONTACT,
        A.REPLY,
        A.ASK_RETURN,
        A.ASK_EXTENSION,
        A.ASK_SUSPENSION,
        A.ANSWER_WHISTLE,
        A.ASK_EXCLUSION,
        A.PASS_TO_GRID,
        A.WHISTLE,
        A.APPROVE_REPLY,
        A.EXPORT,
    ),
    _rule(Role.UNIT_HEAD, R.ANY, A.VIEW_DIRECTORY),
    _rule(
        Role.GRID_WORKER,
        R.UNIT,
        A.VIEW_ORDER,
        A.VIEW_REQUESTER,
        A.SIGN,
        A.RECORD_CONTACT,
        A.REPLY,
        A.ASK_RETURN,
    ),
    _rule(
        Role.SUPERVISOR,
        R.ANY,
        A.VIEW_ORDER,
        A.VIEW_REQUESTER,
        A.DECIDE_RETURN,
        A.DECIDE_EXTENSION,
        A.ARBITRATE,
        A.APPROVE_REPLY,
        A.CALL_BACK,
        A.CLOSE,
        A.REOPEN,
        A.ARCHIVE,
        A.SUPERVISE,
        A.MERGE,
        A.DECIDE_EXCLUSION,
        A.VIEW_FIGURES,
        A.EXPORT,
        A.VIEW_DIRECTORY,
        A.DISPATCH,
        A.REPORT_TRANSFER,
    ),
    _rule(Role.INSPECTOR, R.ANY, A.VIEW_ORDER, A.CALL_BACK, A.VIEW_FIGURES, A.VIEW_DIRECTORY),
    _rule(Role.ANALYST, R.ANY, A.VIEW_ORDER, A.VIEW_FIGURES, A.EXPORT, A.VIEW_DIRECTORY),
    _rule(Role.LEADER, R.ANY, A.VIEW_ORDER, A.VIEW_FIGURES, A.SUPERVISE, A.VIEW_DIRECTORY),
    _rule(
        Role.SYSTEM_ADMIN,
        R.ANY,
        A.VIEW_DIRECTORY,
        A.MANAGE_DIRECTORY,
        A.MANAGE_RULES,
        A.CONFIRM_ADMINISTRATOR,
    ),
    _rule(
        Role.SECURITY_ADMIN,
        R.ANY,
        A.VIEW_DIRECTORY,
        A.MANAGE_STAFF,
        A.MANAGE_TOKENS,
        A.CONFIRM_ADMINISTRATOR,
    ),
    _rule(Role.AUDIT_ADMIN, R.ANY, A.VIEW_LEDGER, A.REVIEW_EMERGENCY),
    _rule(Role.SYSTEM, R.ANY, *Action),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the policy needs to know of an object: its request and the units that ever had it."""

    request_id: int | None = None
    unit_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to 'may this actor do that', and the rule that says so."""

    allowed: bool
    rule: Rule | None = None

    def __bool__(self) -> bool:
        return self.allowed


class ScopeKind(StrEnum):
    """Which rows an actor reaches."""

    NONE = "none"
    AUDIT = "audit"
    """No citizen's row, but the ledger."""
    OWN = "own"
    UNITS = "units"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows that an actor may see; mirrors the settings of row security one to one."""

    kind: ScopeKind
    unit_ids: tuple[int, ...] = ()
    request_ids: tuple[int, ...] = ()


def _holds(relation: Relation, actor: Actor, facts: Facts) -> bool:
    if relation is Relation.ANY:
        return True
    if relation is Relation.UNIT:
        return bool(facts.unit_ids.intersection(actor.unit_ids))
    return facts.request_id is not None and facts.request_id in actor.own_requests


def decide(actor: Actor, action: Action, facts: Facts = Facts()) -> Verdict:
    """Say whether ``actor`` may do ``action`` to the object described by ``facts``."""
    for rule in POLICY:
        if rule.role in actor.roles and action in rule.actions and _holds(rule.relation, actor, facts):
            return Verdict(True, rule)
    return Verdict(False)


def may_ever(actor: Actor, action: Action) -> bool:
    """Whether some object exists that ``actor`` may do ``action`` to (for menus and buttons)."""
    return any(rule.role in actor.roles and action in rule.actions for rule in POLICY)


def scope_of(actor: Actor, action: Action = Action.VIEW_ORDER) -> Scope:
    """The rows on which ``decide(actor, action, …)`` is true; the widest relation wins."""
    relations = {r.relation for r in POLICY if r.role in actor.roles and action in r.actions}
    if not relations:
        return Scope(ScopeKind.AUDIT if may_ever(actor, Action.VIEW_LEDGER) else ScopeKind.NONE)
    widest = max(relations)
    if widest is Relation.ANY:
        return Scope(ScopeKind.ALL)
    if widest is Relation.UNIT:
        own = actor.own_requests if Relation.OWN in relations else ()
        return Scope(ScopeKind.UNITS, unit_ids=actor.unit_ids, request_ids=own)
    return Scope(ScopeKind.OWN, request_ids=actor.own_requests)
