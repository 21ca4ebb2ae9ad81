"""Types of intake that may leave the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _

MIN_TEXT = 5
MAX_TEXT = 20_000
MAX_FILES = 9
MAX_FILE_BYTES = 20 * 1024 * 1024


class Channel(Labelled):
    """How a request reached us (来源渠道)."""

    WEB = "web", _("网页")
    API = "api", _("接口")
    PHONE = "phone", _("电话")
    IMPORT = "import", _("历史导入")
    WECHAT = "wechat", _("微信")
    EMAIL = "email", _("邮箱")
    COUNTER = "counter", _("来访")
    GRID = "grid", _("网格上报")
    BOARD = "board", _("网络留言")


class TalkChannel(Labelled):
    """By which way a talk is held (会话渠道)."""

    CHAT = "chat", _("网页对话")
    PHONE = "phone", _("电话")
    WECHAT = "wechat", _("微信公众号")
    EMAIL = "email", _("电子邮件")
    SMS = "sms", _("短信")
    PARTNER = "partner", _("合作平台")


class TalkState(Labelled):
    """Who has the word in a talk."""

    BOT = "bot", _("智能助手接待")
    WAITING = "waiting", _("等待人工")
    PERSON = "person", _("人工接待")
    ENDED = "ended", _("已结束")


class TextKind(Labelled):
    """Who carries text messages."""

    SIMULATOR = "simulator", _("模拟器（不真正发出）")
    HTTP = "http", _("短信网关（签名 HTTP）")


class TextState(Labelled):
    """How far a text message is."""

    WAITING = "waiting", _("待发送")
    SENT = "sent", _("已发出")
    DELIVERED = "delivered", _("已送达")
    FAILED = "failed", _("未送达")
    HELD = "held", _("未发送")
    """The house did not send it: the number wants none, had too many, or the time was over."""


class Speaker(Labelled):
    """Who said an utterance."""

    CITIZEN = "citizen", _("群众")
    BOT = "bot", _("智能助手")
    AGENT = "agent", _("工作人员")


class CallPhase(Labelled):
    """Where a telephone call is; codes are those of `engines.speech.calls.Phase`."""

    RINGING = "ringing", _("振铃")
    WAITING = "waiting", _("排队")
    TALKING = "talking", _("通话中")
    HELD = "held", _("保持")
    OVER = "over", _("已挂断")


class CallOutcome(Labelled):
    """What became of a telephone call (通话结果)."""

    ANSWERED = "answered", _("已接听")
    BOT = "bot", _("智能助手办结")
    ABANDONED = "abandoned", _("排队中放弃")
    MISSED = "missed", _("未接")
    TRANSFERRED = "transferred", _("已转接")


class IntakeClass(Labelled):
    """The classes of the intake decision table (受理判断)."""

    ACCEPT = "accept", _("受理")
    EMERGENCY = "emergency", _("转紧急热线")
    LEGAL_ROUTE = "legal_route", _("应走法定途径")
    SECRET_OR_PRIVATE = "secret_or_private", _("涉及秘密、隐私或不当要求")
    MALICIOUS = "malicious", _("恶意来电")
    ELSEWHERE = "elsewhere", _("不属于本地或行政职权")
    REPEATED = "repeated", _("重复诉求")
    NO_CONTENT = "no_content", _("无具体内容")


class Outcome(StrEnum):
    """What became of a suggestion."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    CHANGED = "changed"
    AUTOMATIC = "automatic"


class SuggestedField(StrEnum):
    """What can be suggested for a request."""

    TITLE = "title"
    REQUEST_TYPE = "request_type"
    CATEGORY = "category"
    PLACE = "place"
    URGENCY = "urgency"
    REPEAT = "repeat"
    UNIT = "unit"


class QueueReason(StrEnum):
    """Why a case waits for a label."""

    UNCERTAIN = "uncertain"
    DISPUTED = "disputed"
    RETURNED = "returned"
    NEW_TYPE = "new_type"


class ModelState(StrEnum):
    """Where a learned model is on its way."""

    TRAINING = "training"
    FAILED = "failed"
    CANDIDATE = "candidate"
    SERVING = "serving"
    RETIRED = "retired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it came, before it is checked and stored."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A citizen's words at the door, parsed but not judged."""

    text: str
    title: str = ""
    channel: Channel = Channel.WEB
    request_type: str = ""
    place_text: str = ""
    latitude: float | None = None
    longitude: float | None = None
    happened_at: datetime | None = None
    requester_name: str = ""
    requester_phone: str = ""
    requester_phone2: str = ""
    requester_id_number: str = ""
    requester_address: str = ""
    requester_kind: str = "person"
    special_group: str = ""
    confidential: bool = False
    wants_callback: bool = True
    language: str = "zh"
    call_id: str = ""
    external_id: str = ""
    line: str = ""
    """The line of business that it came by; its branch of the categories is preferred."""
    idempotency_key: str = ""
    source: dict[str, Any] = field(default_factory=dict)
    files: tuple[UploadedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the citizen takes away: the number to quote and the code that opens it."""

    request_id: int
    number: str
    code: str
    created: bool
    received_at: datetime
    wording: str = ""
    """Plain words on what happens next and by when."""


class BulletinState(Labelled):
    """The life of a bulletin (通告); a published one that is past its end answers nobody."""

    DRAFT = "draft", _("待发布")
    PUBLISHED = "published", _("已发布")
    REPLACED = "replaced", _("已更新")
    WITHDRAWN = "withdrawn", _("已撤回")
    ENDED = "ended", _("已结束")


CALLING: Final = frozenset({"danger", "ask_danger", "danger_unanswered", "no_person", "greeting_machine_only"})
"""Phrases of the bot that name the numbers to call."""


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance as it is shown."""

    number: int
    speaker: Speaker
    text: str
    at: datetime
    code: str = ""
    sources: tuple[Mapping[str, Any], ...] = ()
    """Clauses that an answer cites: ``document``, ``version``, ``passage``, ``title``, ``label``."""

    @property
    def calls(self) -> bool:
        """Whether the house names numbers to call in it, for links that call them."""
        return self.speaker is not Speaker.CITIZEN and self.code in CALLING


@dataclass(frozen=True, slots=True)
class Begun:
    """A talk that was opened; ``secret`` is kept by the citizen's browser and opens nothing else."""

    uid: UUID
    secret: str
    said: tuple[Said, ...]


class PersonalField(StrEnum):
    """Values that are masked; each reading of one in clear is logged."""

    NAME = "name"
    PHONE = "phone"
    PHONE2 = "phone2"
    ID_NUMBER = "id_number"
    ADDRESS = "address"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class PersonalValue:
    """How one personal value looks to the present actor; `may_reveal`: a reason opens it (`queries.reveal`)."""

    field: PersonalField
    label: str
    shown: str
    masked: bool
    may_reveal: bool


@dataclass(frozen=True, slots=True)
class SupplementView:
    """Words added later."""

    id: int
    text: str
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A file of a request; open it at `/attachments/<uid>/`."""

    id: int
    uid: str
    name: str
    media_type: str
    size: int
    kind: str
    added_at: datetime

    @property
    def is_image(self) -> bool:
        """Whether a browser may show it as a picture."""
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """A suggestion with its basis and what became of it."""

    id: int
    field: SuggestedField
    value: Any
    label: str
    confidence: float
    basis: str
    maker: str
    made_at: datetime
    outcome: Outcome
    final: Any
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """The intake recommendation and the person who confirmed it (empty: waits for one)."""

    recommended: IntakeClass
    label: str
    reason_code: str
    basis: str
    wording: str
    confidence: float
    maker: str
    final: IntakeClass | None
    final_label: str
    final_reason: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestCard:
    """A request as one actor may see it."""

    request_id: int
    number: str
    channel: Channel
    channel_label: str
    received_at: datetime
    title: str
    text: str
    request_type: str
    happened_at: datetime | None
    latitude: float | None
    longitude: float | None
    requester_kind: str
    special_group: str
    confidential: bool
    requester_hidden: bool
    """Confidential and the actor belongs to a unit: nothing of the requester may be shown."""
    wants_callback: bool
    language: str
    call_id: str
    personal: tuple[PersonalValue, ...]
    supplements: tuple[SupplementView, ...]
    attachments: tuple[AttachmentView, ...]
    decision: DecisionView | None

    def value(self, field: str) -> PersonalValue | None:
        """One personal value by its name, None when it was not given or is hidden."""
        return next((one for one in self.personal if one.field == field), None)


@dataclass(frozen=True, slots=True)
class CallerHistory:
    """What one caller brought within a year."""

    requests: int
    noise: int
    last_at: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class TextSent:
    """What became of asking for a text message; ``reason`` says why one is held."""

    uid: UUID | None
    state: TextState
    reason: str = ""
