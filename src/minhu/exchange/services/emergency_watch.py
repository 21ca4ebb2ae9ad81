"""The clocks of hand-overs: an alarm where nobody answered in time; undecided too long, it stays here by rule."""

from __future__ import annotations

from typing import Final

import structlog
from django.db import transaction

from minhu.directory.access import as_system
from minhu.exchange.domain.handovers import HandoverState
from minhu.exchange.models import Handover
from minhu.exchange.services import emergency, emergency_calls
from minhu.kernel.clock import is_doubted, now
from minhu.kernel.errors import MinhuError

log = structlog.get_logger("minhu.exchange")
_AT_ONCE: Final = 50
BY_RULE: Final = "超过时限没有部门受理，也没有人决定：按规则由首先接到的平台受理"


def watch() -> int:
    """One round; returns how many alarms were raised and how many hand-overs stay here now."""
    emergency_calls.follow_open()
    if is_doubted():
        return 0
    with transaction.atomic(), as_system():
        due = Handover.objects.filter(ended_at__isnull=True, due_at__lte=now())
        late = [row for row in due.select_for_update(skip_locked=True)[:_AT_ONCE] if _is_new(row)]
        return sum(_looked_at(row) for row in late)


def _looked_at(row: Handover) -> bool:
    """One of them; what is wrong with it silences the alarm of no other."""
    try:
        with transaction.atomic():
            if row.state == HandoverState.UNDECIDED.value:
                emergency.keep(row, BY_RULE)
            else:
                emergency.alarm(row)
    except MinhuError as error:
        log.error("handover_not_watched", handover=str(row.uid), code=error.code)
        return False
    return True


def _is_new(row: Handover) -> bool:
    return row.state == HandoverState.UNDECIDED.value or row.alarmed_at is None
