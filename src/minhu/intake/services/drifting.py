"""Whether suggestions still fit: what is unsure, how labels are spread and what people accept, against the weeks before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from minhu.directory.access import as_system
from minhu.directory.queries.freshness import local_day
from minhu.intake.lexicon import UNSURE_BELOW
from minhu.intake.models import Drift
from minhu.kernel.clock import is_doubted, now
from minhu.language.learning import stability
from minhu.ledger import services as ledger

RECENT, BEFORE = timedelta(weeks=2), timedelta(weeks=8)
LEAST: Final = 50
"""Cases on both sides below which nothing can be said."""
LIMITS: Final = {"unsure": 0.10, "stability": 0.20, "accepted": 0.10}
"""Points of the share of unsure suggestions, population stability index, points of the acceptance rate."""
_COUNT: Final = """
SELECT coalesce(s.value ->> 'code', ''), count(*), count(*) FILTER (WHERE s.confidence < %s),
  count(*) FILTER (WHERE s.outcome = 'accepted'), count(*) FILTER (WHERE s.outcome = 'changed')
FROM intake_request r JOIN intake_suggestion s ON s.request_id = r.id AND s.field = 'category'
WHERE r.received_at > %s AND r.received_at <= %s AND r.channel <> 'import' GROUP BY 1
"""


def watch() -> int:
    """Once a day: compare, keep the figures, and tell the ledger when an alarm begins; 0 (nothing waits)."""
    if is_doubted():
        return 0
    day, moment = local_day(), now()
    with transaction.atomic(), as_system():
        if Drift.objects.filter(day=day).exists():
            return 0
        figures, alarms = compared(moment)
        _, created = Drift.objects.get_or_create(day=day, defaults={"figures": figures, "alarms": alarms})
        before = Drift.objects.filter(day__lt=day).first()
        if created and alarms and (before is None or set(alarms) - set(before.alarms)):
            ledger.append("learning.drifted", ("day", day.isoformat()), {"alarms": alarms})
    return 0


def compared(moment: datetime) -> tuple[dict[str, Any], list[str]]:
    """Figures of the two spans, and which of them are beyond their limit."""
    recent, before = _span(moment - RECENT, moment), _span(moment - RECENT - BEFORE, moment - RECENT)
    figures: dict[str, Any] = {"recent": recent["cases"], "before": before["cases"]}
    alarms: list[str] = []
    if min(recent["cases"], before["cases"]) < LEAST:
        return figures, alarms
    figures["unsure"], figures["unsure_before"] = recent["unsure"], before["unsure"]
    if recent["unsure"] - before["unsure"] > LIMITS["unsure"]:
        alarms.append("unsure")
    figures["stability"] = round(stability(before["labels"], recent["labels"]), 4)
    if figures["stability"] > LIMITS["stability"]:
        alarms.append("stability")
    if min(recent["judged"], before["judged"]) >= LEAST:
        figures["accepted"], figures["accepted_before"] = recent["accepted"], before["accepted"]
        if before["accepted"] - recent["accepted"] > LIMITS["accepted"]:
            alarms.append("accepted")
    return figures, alarms


def _span(since: datetime, until: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [UNSURE_BELOW, since, until])
        rows = cursor.fetchall()
    cases, judged = sum(row[1] for row in rows), sum(row[3] + row[4] for row in rows)
    return {
        "cases": cases,
        "judged": judged,
        "labels": {row[0]: row[1] for row in rows},
        "unsure": round(sum(row[2] for row in rows) / cases, 4) if cases else 0.0,
        "accepted": round(sum(row[3] for row in rows) / judged, 4) if judged else 0.0,
    }
