"""The clocks of disputes: no word in time, or an enterprise that was suspended, makes an ordinary order, by rule."""

from __future__ import annotations

from datetime import datetime
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
    """One round over all that are due, page after page; returns how many disputes fell back to the government.

    The next page begins behind the last one whatever became of it: those that cannot be moved keep no other waiting.
    """
    if is_doubted():
        return 0
    moment, after, done = now(), 0, 0
    while late := _due(moment, after):
        done += sum(_fall_back(uid) for _, uid in late)
        after = late[-1][0]
    return done


def _due(moment: datetime, after: int) -> list[tuple[int, UUID]]:
    """The next disputes whose time is over, or whose enterprise was suspended, by id."""
    due = Q(phase__in=[phase.value for phase in LIVE], due_at__lt=moment) | Q(enterprise__suspended=True)
    with transaction.atomic(), as_system():
        rows = Dispute.objects.filter(due, ended_at__isnull=True, pk__gt=after).order_by("pk")
        return list(rows.values_list("pk", "uid")[:_AT_ONCE])


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
