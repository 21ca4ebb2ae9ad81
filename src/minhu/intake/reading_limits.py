"""How much of people's data one person reads in an hour: counted from the reading log, beyond a limit only with reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minhu.intake.domain.sight import limit_of
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import TooMany
from minhu.ledger import queries as log
from minhu.ledger import services as ledger

WINDOW: Final = timedelta(hours=1)
_AGAIN: Final = timedelta(minutes=10)


def may_read_freely(who: Actor, request_id: int) -> bool:
    """Whether a card may show values without a reason: the person is below the limit, or has just read this one.

    Going over the limit is entered in the ledger once an hour, as an alarm for the auditor.
    """
    limit = limit_of(who.roles)
    if limit is None:
        return True
    count, reported = log.readings_since(who.id, now() - WINDOW)
    if count < limit.free or log.was_read(who.id, ("request", str(request_id)), now() - WINDOW):
        return True
    _report(who, count, limit.free, reported)
    return False


def check_reason_limit(who: Actor, request_id: int) -> None:
    """Raise TooMany when somebody has opened so many people's data within an hour that a reason is not enough."""
    limit = limit_of(who.roles)
    if limit is None:
        return
    count, reported = log.readings_since(who.id, now() - WINDOW)
    if count < limit.most or log.was_read(who.id, ("request", str(request_id)), now() - WINDOW):
        return
    _report(who, count, limit.most, reported)
    raise TooMany(
        f"一小时内查看个人信息已达 {limit.most} 人，为保护群众隐私已暂停查看，请稍后再试；工作确有需要请联系安全管理员。",
        code="too_many_readings",
    )


def record_search(who: Actor, phone_index: bytes) -> None:
    """Enter a look-up by telephone in the reading log; typing on does not repeat the entry."""
    subject = ("phone", phone_index.hex())
    if not log.was_read(who.id, subject, now() - _AGAIN):
        ledger.record_access(subject, "按电话查询来电历史", ["history"])


def _report(who: Actor, count: int, limit: int, reported: bool) -> None:
    if not reported:
        ledger.record_access(("limit", who.id), "一小时内查看个人信息超过上限", ["limit"])
        ledger.append("privacy.limit_reached", ("staff", who.id), {"people": count, "limit": limit})
