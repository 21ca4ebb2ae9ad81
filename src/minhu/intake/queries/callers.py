"""What a caller brought before, counted without opening anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from minhu.directory.access import elevated, require, visible_to
from minhu.directory.policy import Action
from minhu.engines import lookup
from minhu.intake import reading_limits, statements
from minhu.intake.models import Request
from minhu.intake.reading import same_caller, visible_request
from minhu.intake.store import array_of_bytes
from minhu.intake.types import CallerHistory
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now

# noise: a person confirmed that there was nothing to handle
_HISTORY = """
SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM intake_intakedecision decision
    WHERE decision.request_id = request.id AND decision.final IN ('malicious', 'no_content'))), max(received_at)
FROM intake_request request WHERE phone_index = ANY(%s::text::bytea[]) AND received_at > %s::timestamptz
"""


def caller_history(phones: Sequence[bytes]) -> CallerHistory:
    """Requests of one telephone within a year, and how many were noise; for people who decide on intake.

    Raises NotAllowed for others.
    """
    require(Action.DECIDE_INTAKE)
    if not phones:
        return CallerHistory(0, 0, None, "没有留下电话，无法查询来电历史")
    with transaction.atomic(), elevated("counts over all requests of a caller, no contents"):
        total, noise, last = statements.run(_HISTORY, (array_of_bytes(phones), now() - timedelta(days=365)))[0]
    if not total:
        return CallerHistory(0, 0, None, "近一年首次来电")
    words = f"近一年来电 {total} 次" + (f"，其中 {noise} 次为噪声" if noise else "")
    return CallerHistory(total, noise, last, words)


def is_caller_of(request_id: int, phone: str) -> bool:
    """Whether a request came from this telephone; raises NotFound for what the actor may not see, NotAllowed for others."""
    require(Action.DECIDE_INTAKE)
    with transaction.atomic():
        row = visible_request(request_id, current_actor())
        return bool(set(same_caller(row)) & set(lookup.indexes(phone, "phone"))) if phone else False


def caller_history_of_phone(phone: str) -> CallerHistory:
    """The same for a number on the line; entered in the reading log."""
    found = caller_history(phones := lookup.indexes(phone, "phone") if phone else [])
    if phones:
        reading_limits.record_search(current_actor(), phones[0])
    return found


def caller_history_of_request(request_id: int) -> CallerHistory:
    """The same for the requester of a request; raises NotFound when it may not be seen."""
    row = visible_request(request_id, current_actor())
    return caller_history(same_caller(row))


def requests_of_phone(phone: str, limit: int = 200) -> tuple[tuple[int, str, datetime], ...]:
    """Id, number and moment of what a telephone brought within a year, the newest first; for people who decide on intake.

    The caller enters the look in the reading log (``services.drafting.look_at_caller``).
    """
    require(Action.DECIDE_INTAKE)
    marks = lookup.indexes(phone, "phone") if phone else []
    if not marks:
        return ()
    rows = visible_to(
        Request.objects.filter(phone_index__in=marks, received_at__gt=now() - timedelta(days=365)), request_field="id"
    )
    return tuple(rows.order_by("-received_at").values_list("pk", "number", "received_at")[:limit])
