"""Tokens of partner programs: issued once in plain, kept only as a digest, checked without asking the database."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_noop as _

from minhu.directory.models import ApiToken
from minhu.directory.policy import Action
from minhu.directory.queries.freshness import Cached, Topic
from minhu.directory.services.changes import LOCK_STAFF, change, record
from minhu.directory.types import TokenInfo
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

SCOPES: Final = {
    "requests:write": _("提交诉求"),
    "requests:read": _("查询自己提交的诉求"),
    "orders:read": _("查询办理进度"),
    "open311": _("Open311 接口：提交和补充诉求"),
    "talks": _("为自己的用户与热线会话"),
    "webhooks": _("查看和重发发给自己的消息"),
    "transfer": _("查询转来和转出的工单"),
    "knowledge:read": _("检索知识库、提问"),
    "telephone": _("话务平台：通话声音和话务事件"),
    "mcp": _("只读查询工具（MCP）"),
}
PREFIX: Final = "mh_"
RANDOM_BYTES: Final = 32
LONGEST_DAYS: Final = 1095


def issue_token(name: str, scopes: Iterable[str], *, days: int | None = 365, per_minute: int = 6000) -> str:
    """Make a token and return it in plain: it is shown this once and never again.

    Raises Invalid for unknown scopes or a wrong duration, Conflict for a name in use.
    """
    with change(Action.MANAGE_TOKENS, lock=LOCK_STAFF):
        wanted = sorted(set(scopes))
        if not wanted or (unknown := set(wanted) - set(SCOPES)):
            listed = "、".join(sorted(unknown)) if wanted else "（空）"
            raise Invalid(f"接口权限 {listed} 不存在，可选：{'、'.join(SCOPES)}。", code="bad_scope")
        if not name.strip() or len(name) > 64:
            raise Invalid("请填写令牌名称，不超过 64 个字。", fields={"name": "请填写令牌名称。"})
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            raise Invalid(f"有效期应在 1 到 {LONGEST_DAYS} 天之间。", fields={"days": "有效期不正确。"})
        if not 1 <= per_minute <= 1_000_000:
            raise Invalid("每分钟次数应在 1 到 1000000 之间。", fields={"per_minute": "次数不正确。"})
        if ApiToken.objects.filter(name=name.strip()).exists():
            raise Conflict(f"已有名为“{name}”的令牌，请换一个名称。", code="token_name_taken")
        plain = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
        moment = now()
        ApiToken.objects.create(
            name=name.strip(), digest=_digest(plain), hint=plain[: len(PREFIX) + 4], scopes=wanted,
            created_at=moment, expires_at=moment + timedelta(days=days) if days else None, per_minute=per_minute,
        )  # fmt: skip
        record("token_issued", ("token", name.strip()), scopes=wanted, days=days)
        return plain


def revoke_token(name: str) -> None:
    """Make a token worthless within seconds everywhere; raises NotFound."""
    with change(Action.MANAGE_TOKENS, lock=LOCK_STAFF):
        found = ApiToken.objects.select_for_update().filter(name=name).first()
        if found is None:
            raise NotFound(f"没有名为“{name}”的令牌。", code="no_such_token")
        if found.revoked_at is None:
            found.revoked_at = now()
            found.save(update_fields=["revoked_at"])
            record("token_revoked", ("token", name))


def check_token(plain: str, scope: str = "") -> TokenInfo:
    """The token behind a secret; raises NotAllowed: 401 unknown, revoked or expired; 403 without ``scope``."""
    digest = _digest(plain)
    found = _valid().get(digest)
    if found is None or not hmac.compare_digest(found[0], digest) or (found[2] and found[2] <= now()):
        raise NotAllowed("访问令牌无效、已过期或已吊销，请向热线中心申请新的令牌。", code="bad_token", status=401)
    if scope and scope not in found[1].scopes:
        raise NotAllowed(f"访问令牌没有“{SCOPES.get(scope, scope)}”的权限。", code="scope_missing")
    return found[1]


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def _load() -> dict[str, tuple[str, TokenInfo, datetime | None]]:
    return {
        token.digest: (
            token.digest,
            TokenInfo(token.pk, token.name, frozenset(token.scopes), token.per_minute),
            token.expires_at,
        )
        for token in ApiToken.objects.filter(revoked_at__isnull=True)
    }


_valid = Cached(_load, Topic.TOKENS)
