"""Types of the directory that may leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _


class AreaLevel(IntEnum):
    """Six administrative levels (六级联动): province down to grid."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    STREET = 4
    COMMUNITY = 5
    GRID = 6


class UnitKind(StrEnum):
    """What a handling unit (承办单位) is."""

    HOTLINE_CENTRE = "hotline_centre"
    BUREAU = "bureau"
    BRANCH = "branch"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    ENTERPRISE = "enterprise"
    EMERGENCY = "emergency"


class Role(StrEnum):
    """Roles of people and programs; the three administrators are kept apart (三员分立)."""

    CITIZEN = "citizen"
    AGENT = "agent"
    DISPATCHER = "dispatcher"
    UNIT_HANDLER = "unit_handler"
    UNIT_HEAD = "unit_head"
    GRID_WORKER = "grid_worker"
    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"
    ANALYST = "analyst"
    LEADER = "leader"
    EDITOR = "editor"
    """Keeps the documents of a unit (知识编辑)."""
    REVIEWER = "reviewer"
    """Reviews what others wrote, for all units (知识审核)."""
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    PARTNER = "partner"
    SYSTEM = "system"


ADMINISTRATORS: frozenset[Role] = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
UNIT_ROLES: frozenset[Role] = frozenset({Role.UNIT_HANDLER, Role.UNIT_HEAD, Role.GRID_WORKER})


class RequestType(Labelled):
    """The six request types (诉求类型) of the hotline rules."""

    CONSULTATION = "consultation", _("咨询")
    HELP = "help", _("求助")
    COMPLAINT = "complaint", _("投诉")
    REPORT = "report", _("举报")
    SUGGESTION = "suggestion", _("建议")
    PRAISE = "praise", _("表扬")


class Urgency(Labelled):
    """How fast a matter must move; ``danger`` means danger to life."""

    NORMAL = "normal", _("一般")
    URGENT = "urgent", _("紧急")
    DANGER = "danger", _("危及生命安全")


class ProcessStep(Labelled):
    """The eight steps of a request's way at which an assistant helps (features: agents of the process)."""

    ACCEPT = "accept", _("受理")
    UNDERSTAND = "understand", _("理解")
    CHECK = "check", _("核对")
    DISPATCH = "dispatch", _("派单")
    URGE = "urge", _("催办")
    REVIEW = "review", _("审核")
    CALL_BACK = "call_back", _("回访")
    REPORT = "report", _("报告")


class VersionState(StrEnum):
    """Life of a versioned setting."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class RuleKind(StrEnum):
    """Versioned rule sets; the content of each is JSON parsed into types by the room that uses it."""

    CALENDAR = "calendar"
    DEADLINES = "deadlines"
    INTAKE = "intake"
    REASONS = "reasons"
    SUPERVISION = "supervision"
    AUTOMATION = "automation"
    RATES = "rates"
    ACCESS = "access"
    PUBLISHING = "publishing"
    SOURCES = "sources"
    LINES = "lines"
    ASSISTANTS = "assistants"


class FactorKind(StrEnum):
    """A second factor: a telephone app with codes, or a passkey."""

    TOTP = "totp"
    PASSKEY = "passkey"


class ProposalKind(StrEnum):
    """What needs two people, because it is about an administrator."""

    POST = "post"
    PASSWORD = "password"
    FACTORS = "factors"
    ACTIVATE = "activate"


class ProposalState(StrEnum):
    """Life of a proposal; an open one older than a week counts no more."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


EMERGENCY_ROLES: frozenset[Role] = frozenset({Role.DISPATCHER, Role.SUPERVISOR})
"""What emergency access grants: to see and move every matter; never an administrator's work."""


@dataclass(frozen=True, slots=True)
class DispatchTarget:
    """What the catalogue says for one category in one area, with the reason in words."""

    lead_unit_id: int
    lead_unit_name: str
    assist_unit_ids: tuple[int, ...]
    assist_unit_names: tuple[str, ...]
    basis: str
    explanation: str
    catalogue_item_id: int
    catalogue_version: int
    difficulty: str = "normal"
    deadline_key: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class AreaInfo:
    """One area with its full path, e.g. ``云溪市/滨江区/柳湾街道``; ``path`` are the codes, itself last."""

    code: str
    name: str
    level: AreaLevel
    path_names: tuple[str, ...] = field(default=())
    path: tuple[str, ...] = field(default=())
    parent: str = ""

    @property
    def full_name(self) -> str:
        """The names from the root down, as people write them."""
        return "".join(self.path_names)


@dataclass(frozen=True, slots=True)
class UnitInfo:
    """One handling unit as lists, buttons and the catalogue need it."""

    id: int
    code: str
    name: str
    short_name: str
    kind: UnitKind
    parent_id: int | None
    ancestor_ids: tuple[int, ...]
    area_code: str
    bureau_code: str
    unit_class: str
    grade: str
    hours: str
    phone: str
    duties: str
    active: bool

    @property
    def label(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name


@dataclass(frozen=True, slots=True)
class CategoryInfo:
    """One node of the category tree; ``path`` are codes and ``path_names`` names from the root, itself last."""

    id: int
    code: str
    name: str
    level: int
    path: tuple[str, ...]
    path_names: tuple[str, ...]
    is_leaf: bool
    active: bool
    keywords: tuple[str, ...] = ()
    description: str = ""

    @property
    def code_path(self) -> str:
        """Codes joined by '/', as the deadline table takes them."""
        return "/".join(self.path)

    @property
    def full_name(self) -> str:
        """Names joined by '/'."""
        return "/".join(self.path_names)


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """One line of the dispatch catalogue; empty area or type: everywhere, every type."""

    id: int
    category_code: str
    area_code: str
    request_type: str
    lead: str
    assist: tuple[str, ...]
    basis: str
    deadline_key: str = ""
    difficulty: str = "normal"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the catalogue says, or in plain words why it says nothing."""

    target: DispatchTarget | None
    reason: str


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row of a file; rows are numbered from 1."""

    row: int
    what: str
    text: str

    def __str__(self) -> str:
        return f"第 {self.row} 行（{self.what}）：{self.text}"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did; with problems nothing at all was stored."""

    rows: int
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    version: int | None = None

    @property
    def words(self) -> str:
        """One line for the person who loaded."""
        text = f"共 {self.rows} 行：新增 {self.created}，更新 {self.changed}，未变 {self.unchanged}"
        return f"{text}，发布为第 {self.version} 版" if self.version else text


@dataclass(frozen=True, slots=True)
class PastMatter:
    """A past order as a preview needs it: what it was about, where, and which unit led it."""

    category_code: str
    area_code: str
    request_type: str
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class CatalogueChange:
    """How many past matters would go to another unit, per category."""

    category_code: str
    category_name: str
    count: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CataloguePreview:
    """What a draft of the catalogue would change on past matters."""

    matters: int
    same: int
    unresolved_before: int
    unresolved_after: int
    changes: tuple[CatalogueChange, ...]


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A partner's valid token."""

    id: int
    name: str
    scopes: frozenset[str]
    per_minute: int
