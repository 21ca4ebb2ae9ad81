"""What leaves the knowledge room: codes with their words, and frozen views of documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _
from minhu.language.papers.types import Passage


class State(Labelled):
    """Life of a version."""

    DRAFT = "draft", _("草稿")
    REVIEW = "review", _("待审核")
    PUBLISHED = "published", _("已发布")
    EXPIRING = "expiring", _("即将到期")
    SUPERSEDED = "superseded", _("已被取代")
    REPEALED = "repealed", _("已失效")
    WITHDRAWN = "withdrawn", _("已撤下")


LIVE: frozenset[State] = frozenset({State.PUBLISHED, State.EXPIRING})
"""States in which a version is found and answered from."""


class Nature(Labelled):
    """What a document is for (knowledge entries of the hotline's data standard)."""

    GUIDE = "guide", _("办事指南")
    LAW = "law", _("政策法规")
    HOT = "hot", _("热点问题")
    DAILY = "daily", _("日常咨询")
    NOTICE = "notice", _("通知公告")
    BUSINESS = "business", _("业务指导")
    APPROVAL = "approval", _("审批事项")


class Audience(Labelled):
    """Whom a document is for."""

    PUBLIC = "public", _("公开（群众可见）")
    STAFF = "staff", _("全体工作人员")
    NAMED = "named", _("指定单位、层级或区域")


class FindingKind(Labelled):
    """What the publishing check looks for."""

    SECRET = "secret", _("密级或内部标志")
    PERSONAL = "personal", _("个人信息")
    WORD = "word", _("不宜发布的用语")


class ItemState(Labelled):
    """Course of one uploaded file."""

    WAITING = "waiting", _("等待读取")
    READING = "reading", _("正在读取")
    DONE = "done", _("已读取")
    SAME = "same", _("已有相同文件")
    FAILED = "failed", _("未能读取")


class Validity(Labelled):
    """Whether a live version holds today."""

    VALID = "valid", _("有效")
    PENDING = "pending", _("尚未施行")
    ENDED = "ended", _("已失效")


class NoticeKind(Labelled):
    """What the program tells the keepers of a document."""

    EXPIRING = "expiring", _("即将到期")
    EXPIRED = "expired", _("已到期失效")
    REPEALED = "repealed", _("被其他文件废止")
    CHANGED = "changed", _("来源有变化")
    GONE = "gone", _("来源已不存在")
    FAILED = "failed", _("来源无法读取")
    DIFFERS = "differs", _("与其他文件不一致")
    WORDS = "words", _("含新列入的用语")
    HELD = "held", _("来源内容存疑")
    TREE = "tree", _("情景树引用的条款有变化")


class Verdict(Labelled):
    """What a person said of two sentences that look like a contradiction."""

    OPEN = "open", _("待判断")
    FIRST = "first", _("前一份正确")
    SECOND = "second", _("后一份正确")
    BOTH = "both", _("两份都正确")
    OTHER = "other", _("说的不是同一件事")


class PairState(Labelled):
    """Course of a question made from a document."""

    NEW = "new", _("待审阅")
    ACCEPTED = "accepted", _("已采用")
    REJECTED = "rejected", _("不采用")
    STALE = "stale", _("条款已变化")
    ENDED = "ended", _("已由新版本取代")


class SourceKind(Labelled):
    """Where documents come from by themselves."""

    FOLDER = "folder", _("文件夹")
    PAGE = "page", _("网页")
    FEED = "feed", _("订阅源")


class Door(Labelled):
    """By which way a question came."""

    DESK = "desk", _("坐席检索")
    SEARCH = "search", _("正文检索")
    PAGE = "page", _("问答网页")
    WINDOW = "window", _("网页浮窗")
    API = "api", _("程序接口")
    TOOL = "tool", _("智能体工具")
    TALK = "talk", _("热线对话")


class Outcome(Labelled):
    """What came of a question."""

    ANSWERED = "answered", _("已答复")
    NOT_FOUND = "not_found", _("未找到依据")


class Trouble(Labelled):
    """Why a question waits for a person."""

    UNANSWERED = "unanswered", _("没有答上来")
    UNHELPFUL = "unhelpful", _("答复没帮助")
    WRONG = "wrong", _("答复有错误")
    OUTDATED = "outdated", _("答复已过时")
    INCOMPLETE = "incomplete", _("答复不完整")


class Settled(Labelled):
    """How a person settled such a question."""

    DOCUMENT = "document", _("已有或新增文件可答")
    CORRECTED = "corrected", _("已更正文件")
    WORDING = "wording", _("已补充说法")
    NOT_OURS = "not_ours", _("不属于我们")


class Tone(Labelled):
    """How an answer is worded around the words of the paper."""

    SHORT = "short", _("简短")
    SPOKEN = "spoken", _("口语")
    FORMAL = "formal", _("正式")


@dataclass(frozen=True, slots=True)
class Rights:
    """Whom a document is for; units, levels (of areas) and areas count for ``NAMED``, any of them is enough."""

    audience: Audience = Audience.PUBLIC
    units: tuple[int, ...] = ()
    levels: tuple[int, ...] = ()
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FactValues:
    """The facts of a version as a person confirms them; dates or None."""

    title: str
    document_number: str = ""
    issuer: str = ""
    issued: date | None = None
    in_force: date | None = None
    repealed: date | None = None
    repeals: tuple[str, ...] = ()
    applies_areas: tuple[str, ...] = ()
    applies_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryData:
    """What people say of a document beside its facts."""

    nature: Nature = Nature.GUIDE
    category_code: str = ""
    keywords: tuple[str, ...] = ()
    address: str = ""
    """Where the original stands."""


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding of the publishing check and what a person said to it."""

    id: int
    kind: FindingKind
    words: str
    around: str
    passage: int
    answer: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a document."""

    id: int
    number: int
    state: State
    validity: Validity
    file_name: str
    media_type: str
    size: int
    pages: int
    scanned: bool
    facts: FactValues
    found: Mapping[str, object]
    confirmed_by: str
    confirmed_at: datetime | None
    created_by: str
    created_at: datetime
    submitted_by: str
    reviewed_by: str
    reviewed_at: datetime | None
    review_note: str
    published_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    origin: str


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """A document as its page shows it: the version looked at, all versions, rights, what may be done."""

    id: int
    title: str
    entry: EntryData
    rights: Rights
    owner_unit_id: int | None
    owner_unit: str
    version: VersionView
    versions: tuple[VersionView, ...]
    passages: tuple[Passage, ...]
    findings: tuple[FindingView, ...]
    may_edit: bool
    may_review: bool
    cited: int = 0
    reports: int = 0


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in a list."""

    id: int
    title: str
    nature: Nature
    state: State
    audience: Audience
    document_number: str
    issuer: str
    owner_unit: str
    issued: date | None
    repealed: date | None
    versions: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents a list shows; empty: all."""

    text: str = ""
    state: str = ""
    nature: str = ""
    audience: str = ""
    unit_id: int | None = None
    category_code: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found by a search, with its document and how well it fits (larger is better)."""

    document_id: int
    version_id: int
    title: str
    passage: Passage
    score: float
    document_number: str
    issuer: str
    state: State
    validity: Validity
    in_force: date | None
    repealed: date | None
