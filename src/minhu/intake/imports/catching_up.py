"""The first understanding of requests that an import has stored: suggestions, recommendation, what the order lacks.

What the source said (category, area) is never replaced; what the language model says stands beside it as a suggestion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from minhu.directory.access import elevated
from minhu.intake import statements
from minhu.intake.domain.bands import dated
from minhu.intake.events import RequestsUnderstood, UnderstoodRow
from minhu.intake.imports.processes import Workers, understandings
from minhu.intake.models import Fingerprint, ImportBatch, ImportedRow, IntakeDecision, Request, Suggestion
from minhu.intake.store import array_of
from minhu.intake.types import Channel, NewRequest, SuggestedField
from minhu.intake.understood import Understood
from minhu.kernel.clock import now
from minhu.kernel.events import publish
from minhu.ledger import services as ledger

BATCH: Final = 200
State = ImportBatch.State
_FOR_CLOSED: Final = frozenset({SuggestedField.CATEGORY, SuggestedField.PLACE, SuggestedField.URGENCY})
_MARKS = """
UPDATE intake_fingerprint f SET area_code = coalesce(nullif(f.area_code, ''), u.area),
  category_id = coalesce(f.category_id, u.category_id), place_mark = u.place_mark,
  bands = f.bands || u.keys::bigint[]
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::text[]) AS u (id, area, category_id, place_mark, keys)
WHERE f.request_id = u.id
"""
Waiting = tuple[int, bool, NewRequest]


def unread_rows(batch: ImportBatch) -> QuerySet[ImportedRow]:
    """What a run has to read: its own rows, earlier ones from the same file, and what ended runs have left."""
    ended = Q(batch__state__in=[State.DONE, State.STOPPED, State.FAILED], batch__understand=True)
    mine = Q(batch=batch) | Q(batch__file_digest=batch.file_digest)
    return ImportedRow.objects.filter(mine | ended, understood=False)


def waiting(batch: ImportBatch, after: int, limit: int = BATCH) -> list[Waiting]:
    """The next requests that nobody has read yet: id, answered, words."""
    with transaction.atomic(), elevated("an import reads what it has stored"):
        rows = list(
            unread_rows(batch)
            .filter(request_id__gt=after)
            .order_by("request_id")
            .values_list("request_id", "answered")[:limit]
        )
        known = {one.pk: one for one in Request.objects.filter(pk__in=[pk for pk, _ in rows])}
        return [(pk, answered, _as_new(known[pk])) for pk, answered in rows if pk in known]


def catch_up(batch: ImportBatch, workers: Workers, on_done: Callable[[int], None], stop: Callable[[], bool]) -> int:
    """Understand everything that is stored and unread, in batches of one transaction each; return how many.

    Reading of the next batch goes on while one is written. `stop` is asked between batches.
    """
    total = 0
    for rows, read in _ahead(batch, workers):
        _write(batch.pk, rows, read())
        total += len(rows)
        on_done(len(rows))
        if stop():
            break
    return total


def _ahead(batch: ImportBatch, workers: Workers) -> Iterator[tuple[list[Waiting], Callable[[], list[Understood]]]]:
    rows = waiting(batch, 0)
    read = workers.start(understandings, [new for _, _, new in rows]) if rows else None
    while rows and read:
        following = waiting(batch, rows[-1][0])
        next_read = workers.start(understandings, [new for _, _, new in following]) if following else None
        yield rows, read
        rows, read = following, next_read


def _as_new(one: Request) -> NewRequest:
    return NewRequest(
        text=one.text,
        title=one.title,
        channel=Channel.IMPORT,
        request_type=one.request_type,
        place_text=one.place_text,
    )


def _write(batch_id: int, rows: Sequence[Waiting], understood: Sequence[Understood]) -> None:
    moment = now()
    with transaction.atomic(), elevated("an import keeps what it understood of its requests"):
        open_rows = ImportedRow.objects.select_for_update().filter(
            request_id__in=[pk for pk, _, _ in rows], understood=False
        )
        mine = set(open_rows.values_list("request_id", flat=True))  # another run may have read some meanwhile
        pairs = [(row, one) for row, one in zip(rows, understood, strict=True) if row[0] in mine]
        if not pairs:
            return
        ids, understood = [row[0] for row, _ in pairs], [one for _, one in pairs]
        marks = Fingerprint.objects.filter(pk__in=ids).values_list("request_id", "category_id", "received_at")
        said, received = {pk: known for pk, known, _ in marks}, {pk: at for pk, _, at in marks}
        Suggestion.objects.bulk_create(
            Suggestion(
                request_id=pk, field=p.field.value, value=p.value, label=p.label[:255], confidence=p.confidence,
                basis=p.basis[:500], maker=p.maker, made_at=moment,
            )
            for (pk, answered, _), one in pairs
            for p in one.suggestions
            if (not answered or p.field in _FOR_CLOSED) and not (p.field is SuggestedField.CATEGORY and said.get(pk))
        )  # fmt: skip
        IntakeDecision.objects.bulk_create(
            _decision(pk, one, moment) for (pk, answered, _), one in pairs if not answered
        )
        columns = (
            ids, [u.area_code or "" for u in understood], [u.category_id for u in understood],
            [u.place_mark for u in understood],
            [array_of(dated(u.keys, received[pk])) if pk in received else "{}" for pk, u in zip(ids, understood, strict=True)],
        )  # fmt: skip
        statements.run(_MARKS, columns)
        ImportedRow.objects.filter(request_id__in=ids).update(understood=True)
        ImportBatch.objects.filter(pk=batch_id).update(understood=F("understood") + len(ids))
        publish(RequestsUnderstood(batch_id, tuple(_row(pk, one) for (pk, _, _), one in pairs)))
        ledger.append(
            "requests.understood", ("import", batch_id), {"first": ids[0], "last": ids[-1], "requests": len(ids)}
        )


def _decision(request_id: int, one: Understood, moment: datetime) -> IntakeDecision:
    decision = one.decision
    return IntakeDecision(
        request_id=request_id,
        recommended=decision.recommended.value,
        reason_code=decision.reason_code,
        basis=decision.basis[:500],
        wording=decision.wording,
        confidence=decision.confidence,
        maker=decision.maker,
        made_at=moment,
    )


def _row(request_id: int, one: Understood) -> UnderstoodRow:
    return UnderstoodRow(
        request_id=request_id,
        request_type=one.request_type,
        category_id=one.category_id,
        area_code=one.area_code,
        place_hint=one.place_hint,
        urgency=one.urgency,
        sensitive=one.sensitive,
    )
