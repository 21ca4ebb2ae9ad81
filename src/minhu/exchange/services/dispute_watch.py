"""The clocks of disputes: no word in time, or an enterprise that was suspended, makes an ordinary order, by rule."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q

from minhu.directory.access import as_system
from minhu.exchange.domain.disputes import LIVE, News
from minhu.exchange.models import Dispute
from minhu.exchange.services.disputes import happen, locked
from minhu.kernel.clock import is_doubted, now
from minhu.kernel.errors import MinhuError

log = structlog.get_logger("minhu.exchange")
_AT_ONCE: Final = 100


def watch() -> int:
    """One round; returns how many disputes fell back to the government."""
    if is_doubted():
        return 0
    moment, live = now(), [phase.value for phase in LIVE]
    due = Q(phase__in=live, due_at__lt=moment) | Q(enterprise__suspended=True)
    with transaction.atomic(), as_system():
        rows = Dispute.objects.filter(due, ended_at__isnull=True).order_by("due_at")
        late = list(rows.values_list("uid", flat=True)[:_AT_ONCE])
    return sum(_fall_back(uid) for uid in late)


def _fall_back(uid: UUID) -> bool:
    """One of them, looked at again under its locks; what is wrong with it keeps no other waiting."""
    try:
        with transaction.atomic(), as_system(), locked(uid) as (row, number):
            if row.ended_at is not None:
                return False
            if row.enterprise.suspended:
                happen(row, number, News.SUSPENDED)
            elif row.due_at is not None and row.due_at < now():
                happen(row, number, News.TIME_OUT)
            else:
                return False
    except MinhuError as error:
        log.error("dispute_not_watched", dispute=str(uid), code=error.code)
        return False
    return True
