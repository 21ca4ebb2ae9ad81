"""WeChat official accounts as the administrator sees them; no key and no follower is among it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from minhu.exchange.models import ChannelAccount
from minhu.exchange.types import AccountView
from minhu.kernel.errors import NotFound


def listed(last: Mapping[int, datetime]) -> list[AccountView]:
    """All accounts by name; ``last``: when the last message of each came."""
    return [_view(row, last.get(row.pk)) for row in ChannelAccount.objects.order_by("label")]


def card(account_id: int, last: Mapping[int, datetime]) -> AccountView:
    """One account; raises NotFound."""
    row = ChannelAccount.objects.filter(pk=account_id).first()
    if row is None:
        raise NotFound("没有这个公众号。", code="no_such_channel")
    return _view(row, last.get(row.pk))


def _view(row: ChannelAccount, last: datetime | None) -> AccountView:
    return AccountView(
        row.pk, str(row.uid), row.label, row.appid, bool(row.aes_key), bool(row.secret), row.active, row.created_at,
        last, row.last_out_at, row.problem, row.line,
    )  # fmt: skip
