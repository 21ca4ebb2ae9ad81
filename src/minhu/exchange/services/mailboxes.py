"""Use cases of the administrator: a mailbox is connected, changed, switched; its password is never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.directory.services.changes import change, record
from minhu.engines import outbound
from minhu.exchange.models import Mailbox
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.kernel.locks import Change
from minhu.kernel.patterns import regex

LOCK: Final = Change.MAILBOXES
_ADDRESS = regex(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+", re.ASCII)
_HOST = regex(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,198}[A-Za-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class BoxData:
    """What an administrator fills in; an empty password of a mailbox that is reached as before stays as it is."""

    label: str
    address: str
    imap_host: str
    imap_port: int
    smtp_host: str
    smtp_port: int
    user: str
    password: str
    secure: bool = True
    server: str = ""


@dataclass(frozen=True, slots=True)
class BoxView:
    """A mailbox as the administrator sees it; its password and whoever wrote to it are never part of it."""

    id: int
    label: str
    address: str
    imap_host: str
    imap_port: int
    smtp_host: str
    smtp_port: int
    user: str
    secure: bool
    server: str
    active: bool
    last_in_at: datetime | None
    last_out_at: datetime | None
    automatic: int
    refused: int
    problem: str


def add(data: BoxData) -> int:
    """Connect a mailbox; what is in it already is not read. Raises Invalid with all fields that are wrong, Conflict."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        box = Mailbox(created_at=now())
        _fill(box, data)
        box.save()
        record("mailbox_added", ("mailbox", box.pk), secure=box.secure)
        return box.pk


def edit(box_id: int, data: BoxData) -> None:
    """Change a mailbox; another account on another server is read from its end."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        box = _get(box_id)
        before = (box.imap_host, box.user)
        _fill(box, data)
        box.problem, box.next_look = "", None
        if before != (box.imap_host, box.user):
            box.validity = box.last_uid = 0
        box.save()
        record("mailbox_changed", ("mailbox", box.pk), secure=box.secure)


def switch(box_id: int, *, active: bool) -> None:
    """Switch a mailbox off, or on again: then what came meanwhile is read."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        box = _get(box_id)
        box.active, box.next_look = active, None
        box.save(update_fields=["active", "next_look"])
        record("mailbox_switched", ("mailbox", box.pk), active=active)


def listed() -> list[BoxView]:
    """All mailboxes by name."""
    require(Action.MANAGE_TOKENS)
    return [_view(row) for row in Mailbox.objects.order_by("label")]


def card(box_id: int) -> BoxView:
    """One mailbox; raises NotFound."""
    require(Action.MANAGE_TOKENS)
    return _view(_get(box_id))


def _fill(box: Mailbox, data: BoxData) -> None:
    wrong: dict[str, str] = {}
    if not data.label.strip() or len(data.label.strip()) > 64:
        wrong["label"] = "请填写名称，不超过 64 个字。"
    if not _ADDRESS.fullmatch(data.address.strip()):
        wrong["address"] = "请填写完整的邮箱地址。"
    for name, host, port in (("imap", data.imap_host, data.imap_port), ("smtp", data.smtp_host, data.smtp_port)):
        if not _HOST.fullmatch(host.strip()):
            wrong[f"{name}_host"] = "请填写服务器的主机名。"
        elif not _may_be_called(host.strip()):
            wrong[f"{name}_host"] = "不允许内网或本机地址；确需对接时请系统管理员设置 MINHU_OUTBOUND_NETWORKS。"
        if not 0 < port < 65536:
            wrong[f"{name}_port"] = "端口应在 1 至 65535 之间。"
    password = data.password or (box.password if _reached(box) == _reached(data) else "")
    if not data.user.strip() or not password or "\n" in data.user + password or "\r" in data.user + password:
        wrong["password"] = "请填写账号和密码（多数邮箱要用客户端授权码）；改了服务器或账号要重新填写。"
    if wrong:
        raise Invalid("邮箱的设置有误，请改正后再保存。", fields=wrong)
    others = Mailbox.objects.exclude(pk=box.pk)
    for name, value in (("label", data.label.strip()), ("address", data.address.strip().lower())):
        if others.filter(**{name: value}).exists():
            raise Conflict("已登记过同名或同一地址的邮箱。", fields={name: "已被使用"})
    box.label, box.address = data.label.strip(), data.address.strip().lower()
    box.imap_host, box.imap_port = data.imap_host.strip().lower(), data.imap_port
    box.smtp_host, box.smtp_port = data.smtp_host.strip().lower(), data.smtp_port
    box.user, box.password, box.secure, box.server = data.user.strip(), password, data.secure, data.server.strip()[:200]


def _reached(box: Mailbox | BoxData) -> tuple[object, ...]:
    """Where a password goes: a kept one goes nowhere else."""
    imap, smtp = box.imap_host.strip().lower(), box.smtp_host.strip().lower()
    return imap, box.imap_port, smtp, box.smtp_port, box.user.strip(), box.secure


def _may_be_called(host: str) -> bool:
    try:
        outbound.check(f"https://[{host}]" if ":" in host else f"https://{host}")
    except Invalid:
        return False
    return True


def _get(box_id: int) -> Mailbox:
    found = Mailbox.objects.select_for_update().filter(pk=box_id).first()
    if found is None:
        raise NotFound("没有这个邮箱。", code="no_such_mailbox")
    return found


def _view(row: Mailbox) -> BoxView:
    return BoxView(
        row.pk, row.label, row.address, row.imap_host, row.imap_port, row.smtp_host, row.smtp_port, row.user, row.secure,
        row.server, row.active, row.last_in_at, row.last_out_at, row.automatic, row.refused, row.problem,
    )  # fmt: skip
