"""A queue's log of former calls becomes calls of the house: figures from the first day on; again changes nothing.

Nobody is called back for what such a log tells, and no talk is made: there are no words in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.db import transaction

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.engines.speech.asterisk import read_queue_log
from minhu.engines.speech.calls import MOST_EVENTS, CallEvent, CallEventKind
from minhu.intake.domain.calls import course_of
from minhu.intake.models import Call
from minhu.intake.models import CallEvent as KeptEvent
from minhu.intake.services.calling import mark_of, staff_called
from minhu.kernel.errors import Invalid
from minhu.ledger import services as ledger

MOST_LINES: Final = 5_000_000
MOST_REFUSED: Final = 1_000
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a log. ``refused``: numbers of lines with the reason, the first thousand."""

    lines: int
    calls: int
    new_events: int
    refused: tuple[tuple[int, str], ...]


def import_queue_log(lines: Iterable[str], source: str, *, line: str = "") -> Report:
    """Take in a whole `queue_log`; ``source``: the exchange, as its token is called, so that live events join in.

    Raises NotAllowed, and Invalid for more lines than a log may have.
    """
    require(Action.IMPORT)
    told: defaultdict[str, list[CallEvent]] = defaultdict(list)
    refused: list[tuple[int, str]] = []
    number = 0
    for number, text in enumerate(lines, 1):
        if number > MOST_LINES:
            raise Invalid(f"话务记录超过 {MOST_LINES} 行，请分段导入。", code="log_too_long")
        try:
            event = read_queue_log(text) if text.strip() else None
        except Invalid as error:
            refused += [(number, error.message)] if len(refused) < MOST_REFUSED else []
            continue
        if event is not None and len(told[event.call]) < MOST_EVENTS:
            told[event.call].append(event)
    calls, new = iter(told.items()), 0
    while part := list(islice(calls, BATCH)):
        new += _batch(part, source[:64], line[:32])
    with transaction.atomic():
        ledger.append("calls.imported", ("calls", source[:64]), {"lines": number, "calls": len(told), "events": new})
    return Report(number, len(told), new, tuple(refused))


def _batch(calls: Sequence[tuple[str, list[CallEvent]]], source: str, line: str) -> int:
    """One transaction; returns how many events were new."""
    with transaction.atomic():
        return sum(_one(source, line, key, events) for key, events in calls)


def _one(source: str, line: str, key: str, events: list[CallEvent]) -> int:
    first = min(one.at for one in events)
    call, _new = Call.objects.get_or_create(source=source, key=key, defaults={"arrived_at": first, "line": line})
    known = set(call.events.values_list("key", flat=True))
    fresh = {mark: one for one in events if (mark := mark_of(one)) not in known}
    KeptEvent.objects.bulk_create(
        [
            KeptEvent(call=call, at=one.at, kind=one.kind.value, detail=one.detail, key=mark)
            for mark, one in fresh.items()
        ]
    )
    if fresh:
        course = course_of([*events, *_kept(call)], by_bot=call.by_bot, complete=True)
        call.phase, call.outcome = course.phase.value, course.outcome.value if course.outcome else ""
        call.arrived_at, call.queued_at = course.arrived_at, course.queued_at
        call.answered_at, call.ended_at, call.queue = course.answered_at, course.ended_at, course.queue
        call.agent_id = (staff_called(course.agent) if course.agent else None) or call.agent_id
        call.save()
    return len(fresh)


def _kept(call: Call) -> list[CallEvent]:
    return [CallEvent(call.key, row.at, CallEventKind(row.kind), row.detail) for row in call.events.all()]
