"""Accounts locked after wrong passwords, and how the security administrator opens them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.kernel.clock import now
from minhu.ledger import services as ledger


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """A name that was tried too often: from which address, when last, and until when it stays shut."""

    username: str
    address: str
    failures: int
    at: datetime
    until: datetime


def _shut_for() -> timedelta:
    return timedelta(hours=float(settings.AXES_COOLOFF_TIME))


def locked_accounts() -> list[LockedAccount]:
    """Pairs of account and address that may not sign in now, the latest first."""
    require(Action.MANAGE_STAFF)
    rows = AccessAttempt.objects.filter(
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gt=now() - _shut_for()
    )
    return [
        LockedAccount(
            row.username,
            row.ip_address or "",
            row.failures_since_start,
            row.attempt_time,
            row.attempt_time + _shut_for(),
        )
        for row in rows.order_by("-attempt_time")
    ]


def unlock(username: str) -> int:
    """Forget the wrong passwords of an account; returns how many entries there were."""
    require(Action.MANAGE_STAFF)
    count = int(reset(username=username))
    if count:
        ledger.append("directory.account_unlocked", ("staff", username), {"entries": count})
    return count
