"""The words of the policy: what can be done, how one stands to a matter, for what purpose, and how far sharing reaches."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from minhu.directory.types import Role


class Action(StrEnum):
    """Everything that can be done; the names follow the glossary."""

    # requests and orders
    VIEW_ORDER = "view_order"
    VIEW_REQUESTER = "view_requester"
    VIEW_SHARED = "view_shared"
    """Know that a matter lies in one's area: place, kind, state, public course; no requester, no words of theirs."""
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
    GIVE_OPINION = "give_opinion"
    """Say for one's unit whether a matter of a new type is its own, in a joint decision (会商)."""
    ASK_EXCLUSION = "ask_exclusion"
    DECIDE_EXCLUSION = "decide_exclusion"
    # talks with citizens
    TALK = "talk"
    """Take a talk that waits and speak for the house."""
    WATCH_TALKS = "watch_talks"
    """Read talks of others while they are held, and the wall of queues."""
    COACH = "coach"
    """See what each agent needs training in, and keep the standard phrases of the desk."""
    # bulletins
    WRITE_BULLETIN = "write_bulletin"
    """Write a bulletin and words to those whom it concerns; both wait for another person."""
    PUBLISH_BULLETIN = "publish_bulletin"
    """Publish, withdraw and end what others wrote; in an emergency one's own, with a review afterwards."""
    # knowledge
    VIEW_KNOWLEDGE = "view_knowledge"
    """Read documents that are in force and meant for one; which these are is told by keys (``knowledge.domain.keys``)."""
    EDIT_KNOWLEDGE = "edit_knowledge"
    REVIEW_KNOWLEDGE = "review_knowledge"
    # whole lists and figures
    VIEW_FIGURES = "view_figures"
    EXPORT = "export"
    IMPORT = "import"
    # administration
    VIEW_DIRECTORY = "view_directory"
    MANAGE_DIRECTORY = "manage_directory"
    MANAGE_RULES = "manage_rules"
    SWITCH_ASSISTANTS = "switch_assistants"
    """Put an assistant of the process on or off, at once and with a reason."""
    MANAGE_STAFF = "manage_staff"
    MANAGE_TOKENS = "manage_tokens"
    CONFIRM_ADMINISTRATOR = "confirm_administrator"
    REVIEW_EMERGENCY = "review_emergency"
    VIEW_LEDGER = "view_ledger"
    VIEW_ACCESS = "view_access"
    """Ask who can see an order, and why."""


class Relation(IntEnum):
    """How the actor stands to the object."""

    OWN = 1
    """The actor is the requester (proved by number and code, or submitted it just now)."""
    UNIT = 2
    """One of the actor's units is, or was, given the matter, and was not allowed to return it."""
    AREA = 3
    """The matter lies in an area of one of the actor's units, and the sharing rules show it there."""
    ANY = 4
    """No relation needed."""


class Purpose(StrEnum):
    """What for: a right is given for purposes, and whoever uses it for another has none."""

    SERVICE = "service"
    """One's own matter (本人办事)."""
    HANDLING = "handling"
    """Receiving, dispatching, handling, answering (履职办理)."""
    OVERSIGHT = "oversight"
    """Supervision, checking, callback (监督检查)."""
    ANALYSIS = "analysis"
    """Figures and study (分析研判)."""
    SHARING = "sharing"
    """Knowing what happens in one's area, between the six levels (层级共享)."""
    EXPORT = "export"
    """Taking many matters out of the house at once (批量导出)."""
    ADMINISTRATION = "administration"
    """Running the house (系统管理)."""
    AUDIT = "audit"
    """Checking who did what (安全审计)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``role`` may do ``actions`` to objects it stands in ``relation`` to, for ``purposes``."""

    role: Role
    relation: Relation
    purposes: frozenset[Purpose]
    actions: frozenset[Action]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the policy needs to know of an object: its request, the units that have it, and what sharing looks at.

    ``guarded``: confidential or sensitive; never shared. An object that does not say so counts as guarded.
    """

    request_id: int | None = None
    unit_ids: frozenset[int] = frozenset()
    area: str = ""
    request_type: str = ""
    state: str = ""
    guarded: bool = True


@dataclass(frozen=True, slots=True)
class Beam:
    """One direction of sharing: matters in these areas, of these types, in these states."""

    areas: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()

    def shows(self, facts: Facts) -> bool:
        """Whether a matter lies in the beam; a matter without a known area lies in none."""
        return (
            bool(facts.area)
            and facts.area in self.areas
            and facts.request_type in self.types
            and facts.state in self.states
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the sharing rules in force let an actor look: up from lower levels, and down from higher ones."""

    upward: Beam = Beam()
    downward: Beam = Beam()

    def shows(self, facts: Facts) -> bool:
        """Whether a matter is within reach; what is guarded never is."""
        return not facts.guarded and (self.upward.shows(facts) or self.downward.shows(facts))


NO_REACH = Reach()


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
    AREAS = "areas"
    """Shared matters only: a few columns, to be read, never written."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows that an actor may see; mirrors the settings of row security one to one."""

    kind: ScopeKind
    unit_ids: tuple[int, ...] = ()
    request_ids: tuple[int, ...] = ()
    reach: Reach = NO_REACH
