"""Writes a request with everything understood of it: one statement to look, one to write."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from minhu.engines import prepared
from minhu.engines.secrets import blind_index, seal
from minhu.intake import codes
from minhu.intake.domain.validation import BEIJING, content_digest
from minhu.intake.events import RESERVED
from minhu.intake.types import NewRequest
from minhu.intake.understood import Proposed, Understood
from minhu.kernel.errors import Unavailable
from minhu.kernel.numbers import make_number

_LOOK = """
SELECT nextval('intake_number'), {reserved}
  (SELECT count(*) FROM intake_request WHERE phone_index = %s::bytea AND received_at > %s::timestamptz),
  (SELECT count(*) FROM intake_request WHERE phone_index = %s::bytea AND received_at > %s::timestamptz),
  (SELECT count(*) FROM intake_fingerprint
    WHERE category_id = %s::bigint AND place_mark = %s::bigint AND received_at > %s::timestamptz),
  (SELECT count(*) FROM intake_fingerprint
    WHERE category_id = %s::bigint AND place_mark = %s::bigint AND received_at > %s::timestamptz)
"""
# one round trip: the request, its decision, its fingerprint, all its suggestions
_WRITE = """
WITH request AS (
  INSERT INTO intake_request (uid, number, code_digest, channel, received_at, title, text, request_type,
    happened_at, place_text, latitude, longitude, requester_name, requester_phone, requester_phone2,
    requester_id_number, requester_address, phone_index, requester_kind, special_group, confidential,
    wants_callback, language, call_id, agent_id, token_id, idempotency_key, content_digest, source, unit_ids)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::timestamptz, %s, %s::float8, %s::float8, %s, %s, %s, %s, %s, %s::bytea,
    %s, %s, %s, %s, %s, %s, %s::bigint, %s::bigint, %s::text, %s, %s::jsonb, '{}')
  ON CONFLICT DO NOTHING RETURNING id, received_at
), decision AS (
  INSERT INTO intake_intakedecision (request_id, recommended, reason_code, basis, wording, confidence, maker, made_at,
    final, final_reason, decided_by)
  SELECT id, %s, %s, %s, %s, %s::float8, %s, received_at, '', '', '' FROM request
), fingerprint AS (
  INSERT INTO intake_fingerprint (request_id, received_at, area_code, category_id, place_mark, bands, marks)
  SELECT id, received_at, %s, %s::bigint, %s::bigint, %s::text::bigint[], %s::text::bigint[] FROM request
), suggestions AS (
  INSERT INTO intake_suggestion (request_id, field, value, label, confidence, basis, maker, made_at, outcome, decided_by)
  SELECT request.id, u.field, u.value, u.label, u.confidence, u.basis, u.maker, received_at, 'pending', ''
  FROM request, jsonb_to_recordset(%s::text::jsonb)
    AS u (place int, field text, value jsonb, label text, confidence float8, basis text, maker text) ORDER BY u.place
)
SELECT id FROM request
"""
_BY_KEY = """
SELECT id, uid, number, received_at, content_digest FROM intake_request
WHERE channel = %s AND idempotency_key = %s::text
"""
MOST_TRIES = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """Repeat counters (月次, 年次), this request included."""

    caller_month: int
    caller_year: int
    place_month: int
    place_year: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored request: `created` is False when the same key had stored it before."""

    request_id: int
    uid: uuid.UUID
    number: str
    received_at: datetime
    content_digest: str
    created: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Who brought the request in: account of the agent, token of the program, scoped idempotency key."""

    agent_id: int | None
    token_id: int | None
    key: str | None


def phone_index_of(phone: str) -> bytes | None:
    """Blind index by which requests of one telephone are found again; None without a number."""
    return blind_index(phone, "phone") if phone else None


@cache
def _look(reserved: tuple[str, ...]) -> str:
    return _LOOK.format(reserved="".join(f"nextval('{name}'), " for name in reserved))


def looking(phone: bytes | None, understood: Understood, moment: datetime) -> prepared.Command:
    """The statement that draws the next sequence number and counts what this caller and this place brought before."""
    month, year = moment - timedelta(days=30), moment - timedelta(days=365)
    place = (understood.category_id, understood.place_mark)
    return _look(tuple(RESERVED)), (phone, month, phone, year, *place, month, *place, year)


def looked(row: tuple[int, ...], phone: bytes | None, understood: Understood) -> tuple[int, Counts, tuple[int, ...]]:
    """What `looking` found: the sequence number, the counts with the present request, the reserved values."""
    caller = int(phone is not None)
    known = int(understood.category_id is not None and understood.place_mark is not None)
    sequence, *reserved, caller_month, caller_year, place_month, place_year = row
    counts = Counts(caller_month + caller, caller_year + caller, place_month + known, place_year + known)
    return sequence, counts, tuple(reserved)


def write(
    new: NewRequest, understood: Understood, extra: Sequence[Proposed], sequence: int, moment: datetime, origin: Origin
) -> Stored:
    """Store everything; a number already taken (the sequence went round within a day) is drawn anew.

    Raises Unavailable when no free number is found.
    """
    uid, digest = uuid.uuid4(), content_digest(new)
    tail = _tail(new, understood, (*understood.suggestions, *extra), origin, digest)
    day = moment.astimezone(BEIJING).date()
    for _ in range(MOST_TRIES):
        number = make_number(day, sequence)
        head = (uid, number, codes.digest_of(number, codes.code_of(uid)), new.channel.value, moment)
        rows = prepared.run(_WRITE, (*head, *tail))
        if rows:
            return Stored(rows[0][0], uid, number, moment, digest, created=True)
        if origin.key is not None and (found := prepared.run(_BY_KEY, (new.channel.value, origin.key))):
            request_id, known, given, received, content = found[0]
            return Stored(request_id, known, given, received, content, created=False)
        sequence = prepared.run("SELECT nextval('intake_number')", ())[0][0]
    raise Unavailable("今日编号暂时用尽，请稍后重试。您的内容没有丢失。", code="numbers_exhausted")


def _sealed(new: NewRequest, name: str) -> bytes:
    return seal(getattr(new, name), f"intake_request.{name}")


def _tail(
    new: NewRequest, understood: Understood, proposed: Sequence[Proposed], origin: Origin, digest: str
) -> tuple[object, ...]:
    decision = understood.decision
    suggestions = [
        {"place": place, "field": p.field.value, "value": p.value, "label": p.label[:255], "confidence": p.confidence,
         "basis": p.basis[:500], "maker": p.maker}
        for place, p in enumerate(proposed)
    ]  # fmt: skip
    sealed = [_sealed(new, f"requester_{name}") for name in ("name", "phone", "phone2", "id_number", "address")]
    return (
        new.title, new.text, new.request_type, new.happened_at, _sealed(new, "place_text"), new.latitude,
        new.longitude, *sealed, phone_index_of(new.requester_phone), new.requester_kind, new.special_group,
        new.confidential, new.wants_callback, new.language, new.call_id, origin.agent_id, origin.token_id, origin.key,
        digest, json.dumps(_source(new), ensure_ascii=False),
        decision.recommended.value, decision.reason_code, decision.basis[:500], decision.wording, decision.confidence,
        decision.maker, understood.area_code or "", understood.category_id, understood.place_mark,
        array_of(understood.bands), array_of((understood.simhash,) if understood.bands else ()),
        json.dumps(suggestions, ensure_ascii=False),
    )  # fmt: skip


def array_of(values: tuple[int, ...]) -> str:
    """An array as PostgreSQL writes it: cheaper than adapting a list number by number."""
    return f"{{{','.join(map(str, values))}}}"


def _source(new: NewRequest) -> dict[str, object]:
    return {**new.source, "external_id": new.external_id} if new.external_id else dict(new.source)
