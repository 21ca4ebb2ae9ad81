"""Types of the exchange room that may leave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _


class PartnerKind(Labelled):
    """What stands at the other end."""

    PLATFORM = "platform", _("协作平台")
    """A program that brings requests in or follows orders."""
    UNIT = "unit", _("承办单位系统")
    """A handling unit's own system: it reports on the orders of its unit."""
    HOTLINE = "hotline", _("其他热线")
    """Another hotline: orders are handed over to it and come back."""
    EMERGENCY = "emergency", _("紧急救援平台")
    """110, 119, 120, 122: dangers are handed over to it; what is none it hands over to us."""


class EventKind(Labelled):
    """What a partner can be told of an order."""

    OPENED = "order.opened", _("工单生成")
    CHANGED = "order.state_changed", _("状态变化")
    REPLIED = "order.replied", _("公开答复")
    CLOSED = "order.closed", _("办结")
    RATED = "order.rated", _("群众评价")


class Reach(Labelled):
    """Of which orders a partner is told."""

    OWN = "own", _("该平台令牌提交的诉求")
    """Those that its own token brought in."""
    UNIT = "unit", _("派给该单位的工单")
    """Those its unit has or had."""
    ALL = "all", _("全部工单（可按分类、区划限定）")
    """All orders (of the chosen categories and areas)."""


class DeliveryState(StrEnum):
    """How far a message is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class TransferState(Labelled):
    """How far an order is that was handed to another hotline, or came from one."""

    OFFERED = "offered", _("等待对方接收")
    TAKEN = "taken", _("对方已接收")
    REFUSED = "refused", _("对方已退回")
    DONE = "done", _("对方已办结")
    TAKEN_BACK = "taken_back", _("已收回")
    WITHDRAWN = "withdrawn", _("群众已撤回")


class ItemKind(Labelled):
    """What travels with a transfer besides the offer and its answers."""

    FILE = "file", _("附件")
    SUPPLEMENT = "supplement", _("群众补充")
    WITHDRAWAL = "withdrawal", _("群众撤回")


class ItemState(Labelled):
    """How far such a thing is."""

    WAITING = "waiting", _("等待送达")
    DELIVERED = "delivered", _("已送达")
    REFUSED = "refused", _("未接收")
    KEPT = "kept", _("未随转")
    FAILED = "failed", _("没有送达")


@dataclass(frozen=True, slots=True)
class PartnerData:
    """What an administrator fills in for a partner."""

    label: str
    kind: str
    url: str = ""
    events: tuple[str, ...] = ()
    reach: str = Reach.OWN.value
    token: str = ""
    unit_id: int | None = None
    account: str = ""
    category_codes: tuple[str, ...] = ()
    area_codes: tuple[str, ...] = ()
    personal: bool = False


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A partner as the administrator sees it; secrets are never part of it."""

    id: int
    uid: str
    label: str
    kind: PartnerKind
    url: str
    events: tuple[str, ...]
    reach: Reach
    token: str
    unit_id: int | None
    unit_name: str
    account: str
    category_codes: tuple[str, ...]
    area_codes: tuple[str, ...]
    personal: bool
    active: bool
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: str
    last_ok_at: datetime | None
    old_keys_until: datetime | None
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One message and what came of it; its body is not shown."""

    id: int
    message_id: str
    kind: str
    created_at: datetime
    attempts: int
    state: DeliveryState
    next_at: datetime | None
    done_at: datetime | None
    answer: int | None
    error: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """A file or a message that travels with a transfer, as staff see it."""

    kind: ItemKind
    kind_label: str
    outgoing: bool
    name: str
    state: ItemState
    label: str
    reason: str
    at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class TransferView:
    """One transfer of an order as staff see it."""

    id: int
    number: str
    partner: str
    outgoing: bool
    by_phone: bool
    state: TransferState
    label: str
    reason: str
    offered_at: datetime
    their_number: str
    taken_by: str
    taken_at: datetime | None
    ended_at: datetime | None
    note: str
    sent: str
    """How the message to the partner fares: a delivery state, empty by telephone."""
    items: tuple[ItemView, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedOrder:
    """What anybody may read of an order whose reply was approved: no person, no exact place."""

    number: str
    state: str
    open: bool
    state_words: str
    reply: str
    category_code: str
    category_name: str
    title: str
    unit_name: str
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    area_name: str
    area_code: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class PublishedUpdate:
    """One line of the timeline of a published order."""

    update_id: int
    number: str
    open: bool
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountData:
    """What an administrator fills in for a WeChat official account; empty keys of an old account stay as they are."""

    label: str
    appid: str
    token: str = ""
    aes_key: str = ""
    secret: str = ""
    line: str = ""
    """The line of business that its followers come by; empty: the main one."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """A WeChat official account as the administrator sees it; keys are never part of it."""

    id: int
    uid: str
    label: str
    appid: str
    sealed: bool
    """Messages come encrypted."""
    speaks: bool
    """It has an AppSecret: agents' words go out by themselves."""
    active: bool
    created_at: datetime
    last_in_at: datetime | None
    last_out_at: datetime | None
    problem: str
    line: str = ""
