"""Use cases of the administrator: a WeChat official account is connected, changed, switched."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.directory.queries import rules
from minhu.directory.services.changes import change, record
from minhu.engines.channels import wechat
from minhu.exchange.models import ChannelAccount, ChannelLine
from minhu.exchange.types import AccountData
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.kernel.locks import Change

LOCK: Final = Change.WECHAT_ACCOUNTS
LONGEST_SECRET: Final = 64
WHY: Final = "it is told when the last message came, of nobody in particular"


def add(data: AccountData) -> int:
    """Connect an account; returns its id. Raises Invalid with all fields that are wrong, Conflict for one known here."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        account = ChannelAccount(created_at=now())
        _fill(account, data)
        account.save()
        record("channel_added", ("channel", account.pk), **_said(account))
        return account.pk


def edit(account_id: int, data: AccountData) -> None:
    """Change an account; keys that are left empty stay as they are."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        account = _get(account_id)
        _fill(account, data)
        account.problem = ""
        account.save()
        record("channel_changed", ("channel", account.pk), **_said(account))


def switch(account_id: int, *, active: bool) -> None:
    """Switch an account off, or on again; switched off it takes and sends nothing."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        account = _get(account_id)
        account.active = active
        account.save(update_fields=["active"])
        record("channel_switched", ("channel", account.pk), active=active)


def last_messages() -> dict[int, datetime]:
    """When the last message of each account came, by the account's id."""
    require(Action.MANAGE_TOKENS)
    with transaction.atomic(), elevated(WHY):
        rows = ChannelLine.objects.order_by().values("account_id").annotate(last=Max("last_at"))
        return {row["account_id"]: row["last"] for row in rows}


def _fill(account: ChannelAccount, data: AccountData) -> None:
    label, appid = data.label.strip(), data.appid.strip()
    token, aes_key, secret = data.token or account.token, data.aes_key or account.aes_key, data.secret or account.secret
    wrong: dict[str, str] = {}
    if not label or len(label) > 64:
        wrong["label"] = "请填写名称，不超过 64 个字。"
    if not wechat.is_appid(appid):
        wrong["appid"] = "AppID 应为 wx 开头的 18 位小写字母和数字，请从公众平台复制。"
    if not wechat.is_token(token):
        wrong["token"] = "令牌应为 3 至 32 位英文字母或数字，与公众平台中填写的一致。"
    if aes_key and not wechat.is_aes_key(aes_key):
        wrong["aes_key"] = "EncodingAESKey 应为 43 位英文字母或数字。"
    if secret and not (secret.isascii() and secret.isalnum() and len(secret) <= LONGEST_SECRET):
        wrong["secret"] = "AppSecret 只有英文字母和数字，请从公众平台复制。"
    if data.line and data.line not in rules.lines().by_code:
        wrong["line"] = "没有这条业务线，请重新选择。"
    if wrong:
        raise Invalid("公众号的设置有误，请改正后再保存。", fields=wrong)
    others = ChannelAccount.objects.exclude(pk=account.pk)
    for name, value in (("label", label), ("appid", appid)):
        if others.filter(**{name: value}).exists():
            raise Conflict("已登记过同名或同一 AppID 的公众号。", fields={name: "已被使用"})
    account.label, account.appid, account.line = label, appid, data.line
    account.token, account.aes_key, account.secret = token, aes_key, secret


def _said(account: ChannelAccount) -> dict[str, bool]:
    return {"sealed": bool(account.aes_key), "speaks": bool(account.secret)}


def _get(account_id: int) -> ChannelAccount:
    account = ChannelAccount.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotFound("没有这个公众号。", code="no_such_channel")
    return account
