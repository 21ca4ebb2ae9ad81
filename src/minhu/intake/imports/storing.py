"""One batch of drafts becomes requests: a few statements in one transaction, kept whole or not at all."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from minhu.directory.access import elevated
from minhu.engines import lookup
from minhu.engines.secrets import seal
from minhu.intake import statements
from minhu.intake.domain.bands import dated
from minhu.intake.events import HistoricRow, RequestsImported
from minhu.intake.imports.matching import Found
from minhu.intake.imports.rows import Draft, index_phone
from minhu.intake.models import ImportBatch, ImportedRow, ImportReject
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import Unavailable
from minhu.kernel.events import publish
from minhu.kernel.locks import Lock
from minhu.kernel.numbers import make_number
from minhu.ledger import services as ledger

CHANGED: Final = "这一行的编号以前导入过，但内容与当时不同。已登记的诉求不改动，如需更正请在工单中补充说明。"
_TAKE = "SELECT nextval('intake_request_id_seq'), nextval('intake_number') FROM generate_series(1, %s::int)"
_TAKEN = "SELECT number FROM intake_request WHERE number = ANY(%s::text[])"
_SEALED: Final = ("requester_name", "requester_phone", "requester_phone2", "requester_id_number", "requester_address")
_REQUESTS = """
INSERT INTO intake_request (id, uid, number, code_digest, channel, received_at, title, text, request_type, happened_at,
  place_text, requester_name, requester_phone, requester_phone2, requester_id_number, requester_address, phone_index,
  content_digest, source, requester_kind, special_group, confidential, wants_callback, language, call_id, unit_ids)
SELECT id, uid, number, '', 'import', received_at, title, text, request_type, happened_at, place_text, name, phone,
  phone2, id_number, address, phone_index, digest, source::jsonb, 'person', '', false, false, 'zh', '',
  CASE WHEN unit_id IS NULL THEN '{}' ELSE ARRAY[unit_id] END
FROM unnest(%s::bigint[], %s::uuid[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[],
  %s::timestamptz[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[],
  %s::text[], %s::text[], %s::bigint[])
  AS u (id, uid, number, received_at, title, text, request_type, happened_at, place_text, name, phone, phone2,
    id_number, address, phone_index, digest, source, unit_id)
"""
_MARKS = """
INSERT INTO intake_fingerprint (request_id, received_at, area_code, category_id, place_mark, bands, marks)
SELECT id, received_at, area, category_id, NULL, bands::bigint[], marks::bigint[]
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::bigint[], %s::text[], %s::text[])
  AS u (id, received_at, area, category_id, bands, marks)
"""
_ROWS = """
INSERT INTO intake_importedrow (source_key, row_digest, request_id, batch_id, answered, understood)
SELECT key, digest, id, %s::bigint, answered, false
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::boolean[]) AS u (key, digest, id, answered)
"""


@dataclass(frozen=True, slots=True)
class Marked:
    """A draft with what its names mean and its likeness marks: (simhash, bands)."""

    draft: Draft
    found: Found
    simhash: int
    bands: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of a batch."""

    stored: int = 0
    unchanged: int = 0
    rejected: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.stored + other.stored, self.unchanged + other.unchanged, self.rejected + other.rejected)


def known_rows(keys: Sequence[str]) -> dict[str, str]:
    """Digests of rows that are in already, by source key."""
    rows = statements.run(
        "SELECT source_key, row_digest FROM intake_importedrow WHERE source_key = ANY(%s::text[])", (list(keys),)
    )
    return dict(rows)


def store_batch(batch_id: int, marked: Sequence[Marked], refused: Sequence[tuple[int, str]], unchanged: int) -> Counted:
    """Store what is new, note what is refused, count the rest; the batch's counters move in the same transaction.

    Raises Unavailable when no free order numbers are left for a day.
    """
    with transaction.atomic(), elevated("an import stores history that no one may see yet"):
        statements.run("SELECT pg_advisory_xact_lock(%s)", (Lock.IMPORTS,))
        fresh, more_refused, more_unchanged = _sift(marked)
        rejects = [*refused, *more_refused]
        if fresh:
            _store(batch_id, fresh)
        ImportReject.objects.bulk_create(
            ImportReject(batch_id=batch_id, row=row, reason=why[:255]) for row, why in rejects
        )
        counted = Counted(len(fresh), unchanged + more_unchanged, len(rejects))
        ImportBatch.objects.filter(pk=batch_id).update(
            done=F("done") + counted.stored + counted.unchanged + counted.rejected,
            stored=F("stored") + counted.stored,
            unchanged=F("unchanged") + counted.unchanged,
            rejected=F("rejected") + counted.rejected,
        )
    return counted


def _sift(marked: Sequence[Marked]) -> tuple[list[Marked], list[tuple[int, str]], int]:
    """Look again under the lock: another import may have stored the same rows; a file may repeat a number."""
    known = known_rows([one.draft.source_key for one in marked])
    fresh: list[Marked] = []
    changed: list[tuple[int, str]] = []
    same = 0
    for one in marked:
        digest = known.get(one.draft.source_key)
        if digest is None:
            known[one.draft.source_key] = one.draft.digest
            fresh.append(one)
        elif digest == one.draft.digest:
            same += 1
        else:
            changed.append((one.draft.row, CHANGED))
    return fresh, changed, same


def _store(batch_id: int, fresh: Sequence[Marked]) -> None:
    ids, numbers = _numbers([one.draft.received_at for one in fresh])
    statements.run(_REQUESTS, _request_columns(fresh, ids, numbers))
    statements.run(_MARKS, _mark_columns(fresh, ids))
    drafts = [one.draft for one in fresh]
    answered = [draft.replied_at is not None for draft in drafts]
    statements.run(_ROWS, (batch_id, [d.source_key for d in drafts], [d.digest for d in drafts], ids, answered))
    publish(
        RequestsImported(
            batch_id, tuple(_historic(one, at, no) for one, at, no in zip(fresh, ids, numbers, strict=True))
        )
    )
    ledger.append_many(
        ("request.imported", ("request", at), {"number": number, "digest": one.draft.digest, "batch": batch_id})
        for one, at, number in zip(fresh, ids, numbers, strict=True)
    )


def _numbers(moments: Sequence[datetime]) -> tuple[list[int], list[str]]:
    """New ids, and free order numbers of the days on which the requests came."""
    taken = statements.run(_TAKE, (len(moments),))
    days = [moment.astimezone(CHINA_TIME).date() for moment in moments]
    numbers = [make_number(day, sequence) for day, (_, sequence) in zip(days, taken, strict=True)]
    for _ in range(20):
        seen = {row[0] for row in statements.run(_TAKEN, (numbers,))}
        if not seen and len(set(numbers)) == len(numbers):
            return [row[0] for row in taken], numbers
        again = [at for at, number in enumerate(numbers) if number in seen or numbers.index(number) != at]
        for at, (_, sequence) in zip(again, statements.run(_TAKE, (len(again),)), strict=True):
            numbers[at] = make_number(days[at], sequence)
    raise Unavailable("当日编号暂时用尽，本批未登记，请稍后继续导入。", code="numbers_exhausted")


def _request_columns(fresh: Sequence[Marked], ids: list[int], numbers: list[str]) -> tuple[Any, ...]:
    drafts = [one.draft for one in fresh]
    uids = [uuid.uuid4() for _ in drafts]
    rows, phones = list(map(str, uids)), [index_phone(draft) for draft in drafts]
    sealed = {
        name: [seal(said, f"intake_request.{name}", row) for said, row in zip(values, rows, strict=True)]
        for name, values in (
            ("place_text", [d.place for d in drafts]),
            ("requester_name", [d.name for d in drafts]),
            ("requester_phone", [d.phone for d in drafts]),
            ("requester_phone2", [d.phone2 for d in drafts]),
            ("requester_id_number", [d.id_number for d in drafts]),
            ("requester_address", [d.address for d in drafts]),
        )
    }
    return (
        ids, uids, numbers, [d.received_at for d in drafts], [d.title for d in drafts],
        [d.text for d in drafts], [d.request_type for d in drafts], [d.happened_at for d in drafts],
        sealed["place_text"], *(sealed[name] for name in _SEALED),
        [lookup.index(phone, "phone") if phone else None for phone in phones], [d.digest for d in drafts],
        [json.dumps(d.source, ensure_ascii=False) for d in drafts],
        [one.found.unit_id if one.draft.replied_at else None for one in fresh],
    )  # fmt: skip


def _mark_columns(fresh: Sequence[Marked], ids: list[int]) -> tuple[Any, ...]:
    return (
        ids,
        [one.draft.received_at for one in fresh],
        [one.found.area_code or "" for one in fresh],
        [one.found.category_id for one in fresh],
        ["{" + ",".join(map(str, dated(one.bands, one.draft.received_at))) + "}" for one in fresh],
        ["{" + (str(one.simhash) if one.bands else "") + "}" for one in fresh],
    )


def _historic(one: Marked, request_id: int, number: str) -> HistoricRow:
    draft, found = one.draft, one.found
    return HistoricRow(
        request_id=request_id,
        number=number,
        received_at=draft.received_at,
        title=draft.title,
        request_type=draft.request_type,
        category_id=found.category_id,
        area_code=found.area_code,
        place_hint=found.place_hint,
        urgency="normal",
        unit_id=found.unit_id,
        reply=draft.reply,
        replied_at=draft.replied_at,
        satisfaction=draft.satisfaction,
        solved=draft.solved,
    )


def rows_of(batch_id: int) -> int:
    """How many rows of a run are in."""
    return ImportedRow.objects.filter(batch_id=batch_id).count()
