"""Types of intake that may leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


MIN_TEXT = 5
MAX_TEXT = 20_000
MAX_FILES = 9
MAX_FILE_BYTES = 20 * 1024 * 1024


class Channel(StrEnum):
    """How a request reached us (来源渠道)."""

    WEB = "web"
    API = "api"
    PHONE = "phone"
    IMPORT = "import"
    WECHAT = "wechat"
    EMAIL = "email"
    COUNTER = "counter"
    GRID = "grid"


class IntakeClass(StrEnum):
    """The classes of the intake decision table (受理判断)."""

    ACCEPT = "accept"
    EMERGENCY = "emergency"
    LEGAL_ROUTE = "legal_route"
    SECRET_OR_PRIVATE = "secret_or_private"
    MALICIOUS = "malicious"
    ELSEWHERE = "elsewhere"
    REPEATED = "repeated"
    NO_CONTENT = "no_content"


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
