"""Which cases people are asked to label: uncertain, disputed, returned and strange ones, a mixed handful at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q

from minhu.directory.access import as_system, elevated
from minhu.directory.queries import categories
from minhu.intake import lexicon
from minhu.intake.models import Erasure, Fingerprint, LabelCase, Request, Suggestion
from minhu.intake.types import Outcome, QueueReason, SuggestedField
from minhu.kernel.clock import now
from minhu.kernel.locks import Lock
from minhu.language.learning import Candidate, choose, uncertainty
from minhu.language.understanding import LONGEST

MOST_OPEN: Final = 200
LOOKED_AT: Final = 2_000
YOUNG: Final = timedelta(days=30)
UNSURE: Final = 0.6
"""Uncertainty from which a case is worth a person's time."""
STRANGE: Final = 0.2
"""Below this chance of the best category a request may be of a new type."""
BONUS: Final = {
    QueueReason.UNCERTAIN: 0.0, QueueReason.NEW_TYPE: 0.2, QueueReason.DISPUTED: 0.4, QueueReason.RETURNED: 0.5,
}  # fmt: skip
PROPOSED: Final = 9
_LOCK: Final = f"SELECT pg_try_advisory_xact_lock({Lock.QUEUE:d})"


def fill_queue() -> int:
    """Put the most useful cases into the queue until it is full; returns how many came."""
    moment = now()
    with transaction.atomic(), as_system():
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
            if not cursor.fetchone()[0]:
                return 0  # another process is at it
        open_cases = LabelCase.objects.filter(closed_at=None)
        room = MOST_OPEN - open_cases.count()
        if room <= 0 or not categories.current().leaves:
            return 0
        found = _looked_at(moment)
        known = Fingerprint.objects.filter(pk__in=open_cases.values("pk")).values_list("marks", flat=True)
        waiting = [marks[0] for marks in known if marks]
        chosen = choose([one for one, _ in found.values()], room, waiting)
        for one in chosen:
            _put(one.key, found[one.key][1], one.priority, moment)
    return len(chosen)


def dispute(request_id: int, reason: QueueReason) -> None:
    """A case that people have come to differ about goes in front (part of the caller's transaction)."""
    with transaction.atomic(), elevated("a case is put into the queue for labels"):
        if Erasure.objects.filter(request_id=request_id).exists():
            return
        row = LabelCase.objects.filter(pk=request_id).first()
        if row is None:
            _put(request_id, reason, 1.0 + BONUS[reason], now())
        elif row.closed_at is None and BONUS[QueueReason(row.reason)] < BONUS[reason]:
            row.reason, row.priority = reason.value, 1.0 + BONUS[reason]
            row.save(update_fields=["reason", "priority"])


def _looked_at(moment: datetime) -> dict[int, tuple[Candidate, QueueReason]]:
    """Candidates among the youngest requests that are not queued yet."""
    rows = (
        Suggestion.objects.filter(field=SuggestedField.CATEGORY.value, request__received_at__gt=moment - YOUNG)
        .filter(Q(request__label_case=None))
        .select_related("request")
        .order_by("-request__received_at")[:LOOKED_AT]
    )
    found: dict[int, tuple[Candidate, QueueReason]] = {}
    marks = dict(Fingerprint.objects.filter(pk__in=[row.request_id for row in rows]).values_list("pk", "marks"))
    gone = set(Erasure.objects.filter(request_id__in=list(marks)).values_list("request_id", flat=True))
    for row in rows:
        chances = [row.confidence, *_others(row.value)]
        doubt = uncertainty(chances)
        reason = _reason(row, doubt)
        if reason is None or row.request_id in gone or row.request_id in found:
            continue
        days = (moment - row.request.received_at) / timedelta(days=1)
        mark = next(iter(marks.get(row.request_id) or ()), None)
        code = str(row.value.get("code", "")) if isinstance(row.value, dict) else ""
        found[row.request_id] = Candidate(row.request_id, doubt, days, mark, code, BONUS[reason]), reason
    return found


def _others(value: Any) -> list[float]:
    others = value.get("others", []) if isinstance(value, dict) else []
    return [float(one.get("confidence", 0.0)) for one in others if isinstance(one, dict)]


def _reason(row: Suggestion, doubt: float) -> QueueReason | None:
    if row.outcome == Outcome.CHANGED.value:
        return QueueReason.DISPUTED
    if row.confidence < STRANGE:
        return QueueReason.NEW_TYPE
    return QueueReason.UNCERTAIN if doubt >= UNSURE else None


def _put(request_id: int, reason: QueueReason, priority: float, moment: datetime) -> None:
    row = Request.objects.get(pk=request_id)
    LabelCase.objects.create(
        request_id=request_id, reason=reason.value, priority=priority, proposed=proposals(row.title, row.text),
        queued_at=moment,
    )  # fmt: skip


def proposals(title: str, text: str) -> list[list[Any]]:
    """The likeliest leaves with their chances, as many as there are digits."""
    words = lexicon.words_of_the_city()
    if words.index is None:
        return []
    ranked = words.index.predict(title, text[:LONGEST], words.model, PROPOSED)
    return [[one.value, round(one.probability, 3)] for one in ranked]
