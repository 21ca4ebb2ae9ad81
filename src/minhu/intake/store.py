"""Writes a request with everything understood of it: one statement to look, one to write."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import IntegrityError

from minhu.engines import lookup, prepared
from minhu.engines.secrets import seal
from minhu.intake import codes
from minhu.intake.domain.bands import dated
from minhu.intake.domain.validation import BEIJING, content_digest
from minhu.intake.events import RESERVED
from minhu.intake.types import NewRequest
from minhu.intake.understood import Proposed, Understood
from minhu.kernel.numbers import make_number

_LOOK = """
SELECT nextval('intake_request_id_seq'), nextval('intake_number'), {reserved}
  (SELECT id FROM intake_request WHERE channel = %s AND idempotency_key = %s::text),
  caller.month, caller.year, place.month, place.year
FROM (SELECT count(*) FILTER (WHERE received_at > %s::timestamptz) AS month, count(*) AS year
    FROM intake_request WHERE phone_index = ANY(%s::text::bytea[]) AND received_at > %s::timestamptz
      AND received_at <= %s::timestamptz) caller,
  (SELECT count(*) FILTER (WHERE received_at > %s::timestamptz) AS month, count(*) AS year
    FROM intake_fingerprint WHERE category_id = %s::bigint AND place_mark = %s::bigint
      AND received_at > %s::timestamptz AND received_at <= %s::timestamptz) place
"""
# one statement: the request, its decision, its fingerprint, all its suggestions; keys are drawn before
_WRITE = """
WITH request AS (
  INSERT INTO intake_request (id, uid, number, code_digest, channel, received_at, title, text, request_type,
    happened_at, place_text, latitude, longitude, requester_name, requester_phone, requester_phone2,
    requester_id_number, requester_address, phone_index, requester_kind, special_group, confidential,
    wants_callback, language, call_id, agent_id, token_id, idempotency_key, content_digest, source, unit_ids)
  VALUES (%s::bigint, %s, %s, %s, %s, %s, %s, %s, %s, %s::timestamptz, %s, %s::float8, %s::float8, %s, %s, %s, %s, %s,
    %s::bytea, %s, %s, %s, %s, %s, %s, %s::bigint, %s::bigint, %s::text, %s, %s::jsonb, '{}')
), decision AS (
  INSERT INTO intake_intakedecision (request_id, recommended, reason_code, basis, wording, confidence, maker, made_at,
    final, final_reason, decided_by)
  VALUES (%s::bigint, %s, %s, %s, %s, %s::float8, %s, %s, '', '', '')
), fingerprint AS (
  INSERT INTO intake_fingerprint (request_id, received_at, area_code, category_id, place_mark, bands, marks)
  VALUES (%s::bigint, %s, %s, %s::bigint, %s::bigint, %s::text::bigint[], %s::text::bigint[])
)
INSERT INTO intake_suggestion (request_id, field, value, label, confidence, basis, maker, made_at, outcome, decided_by)
SELECT %s::bigint, u.field, u.value, u.label, u.confidence, u.basis, u.maker, %s::timestamptz, 'pending', ''
FROM jsonb_to_recordset(%s::text::jsonb)
  AS u (place int, field text, value jsonb, label text, confidence float8, basis text, maker text) ORDER BY u.place
"""
_BY_ID = "SELECT id, uid, number, received_at, content_digest FROM intake_request WHERE id = %s::bigint"
_TAKEN = {"request_once_per_key", "intake_request_number_key"}
_dump = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Counts:
    """Repeat counters (月次, 年次), this request included."""

    caller_month: int
    caller_year: int
    place_month: int
    place_year: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What was there before: a request under the same key, the counters; and the keys that were drawn."""

    known: int | None
    counts: Counts
    request_id: int
    sequence: int
    reserved: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored request: `created` is False when the same key had stored it before."""

    request_id: int
    uid: uuid.UUID
    number: str
    code: str
    received_at: datetime
    content_digest: str
    created: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Who brought the request in: account of the agent, token of the program, scoped idempotency key."""

    agent_id: int | None
    token_id: int | None
    key: str | None


def phone_indexes_of(phone: str) -> list[bytes]:
    """Blind indexes by which requests of one telephone are found again, the one to store first; none without a number."""
    return lookup.indexes(phone, "phone") if phone else []


@cache
def _look(reserved: tuple[str, ...]) -> str:
    return _LOOK.format(reserved="".join(f"nextval('{name}'), " for name in reserved))


def looking(
    channel: str, origin: Origin, phones: Sequence[bytes], understood: Understood, moment: datetime
) -> prepared.Command:
    """The statement that looks for the same key, draws keys and counts what this caller and this place brought before."""
    month, year = moment - timedelta(days=30), moment - timedelta(days=365)
    parameters = (
        channel, origin.key, month, array_of_bytes(phones), year, moment, month, understood.category_id, understood.place_mark, year,
        moment,
    )  # fmt: skip
    return _look(tuple(RESERVED)), parameters


def looked(row: tuple[int, ...], phones: Sequence[bytes], understood: Understood) -> Seen:
    """What `looking` found, the present request counted."""
    caller = int(bool(phones))
    here = int(understood.category_id is not None and understood.place_mark is not None)
    request_id, sequence, *reserved, known, caller_month, caller_year, place_month, place_year = row
    counts = Counts(caller_month + caller, caller_year + caller, place_month + here, place_year + here)
    return Seen(known, counts, request_id, sequence, tuple(reserved))


def known(request_id: int) -> Stored:
    """The request that the same key stored before."""
    ((found, uid, number, received, content),) = prepared.run(_BY_ID, (request_id,))
    return Stored(found, uid, number, codes.code_of(uid), received, content, created=False)


def write(
    new: NewRequest,
    understood: Understood,
    extra: Sequence[Proposed],
    seen: Seen,
    phone: bytes | None,
    moment: datetime,
    origin: Origin,
) -> Stored:
    """Store everything; waits for the other writes of a `prepared.gathering`.

    When it is sent, key or number may turn out to be taken since `looking`: see `is_taken`.
    """
    uid, digest = uuid.uuid4(), content_digest(new)
    code = codes.code_of(uid)
    number = make_number(moment.astimezone(BEIJING).date(), seen.sequence)
    head = (seen.request_id, uid, number, codes.digest_of(number, code), new.channel.value, moment)
    proposed = (*understood.suggestions, *extra)
    key = (seen.request_id, moment)
    prepared.write(
        _WRITE,
        (*head, *_words(new, origin, phone, digest, str(uid)), *_judged(understood, *key), *key, _suggested(proposed)),
    )
    return Stored(seen.request_id, uid, number, code, moment, digest, created=True)


def is_taken(error: IntegrityError) -> bool:
    """Whether another transaction took the key or the number at the same moment: the next try finds what it made."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return diagnosis is not None and diagnosis.constraint_name in _TAKEN


def _sealed(new: NewRequest, name: str, row: str) -> bytes:
    return seal(getattr(new, name), f"intake_request.{name}", row)


def _words(new: NewRequest, origin: Origin, phone: bytes | None, digest: str, row: str) -> tuple[object, ...]:
    """The request's own columns behind the head."""
    sealed = [_sealed(new, f"requester_{name}", row) for name in ("name", "phone", "phone2", "id_number", "address")]
    return (
        new.title, new.text, new.request_type, new.happened_at, _sealed(new, "place_text", row), new.latitude,
        new.longitude, *sealed, phone, new.requester_kind, new.special_group, new.confidential, new.wants_callback,
        new.language, new.call_id, origin.agent_id, origin.token_id, origin.key, digest, _dump(_source(new)),
    )  # fmt: skip


def _judged(understood: Understood, request_id: int, moment: datetime) -> tuple[object, ...]:
    """The columns of decision and fingerprint."""
    decision, simhash = understood.decision, (understood.simhash,) if understood.bands else ()
    return (
        request_id, decision.recommended.value, decision.reason_code, decision.basis[:500], decision.wording,
        decision.confidence, decision.maker, moment,
        request_id, moment, understood.area_code or "", understood.category_id, understood.place_mark,
        array_of(dated((*understood.bands, *understood.keys), moment)), array_of(simhash),
    )  # fmt: skip


def _suggested(proposed: Sequence[Proposed]) -> str:
    return _dump(
        [
            {"place": place, "field": p.field.value, "value": p.value, "label": p.label[:255],
             "confidence": p.confidence, "basis": p.basis[:500], "maker": p.maker}
            for place, p in enumerate(proposed)
        ]
    )  # fmt: skip


def array_of(values: tuple[int, ...]) -> str:
    """An array as PostgreSQL writes it: cheaper than adapting a list number by number."""
    return f"{{{','.join(map(str, values))}}}"


def array_of_bytes(values: Sequence[bytes]) -> str:
    """The same for bytes."""
    return "{" + ",".join(f'"\\\\x{value.hex()}"' for value in values) + "}"


def _source(new: NewRequest) -> dict[str, object]:
    own = {"external_id": new.external_id, "line": new.line}
    return {**new.source, **{name: value for name, value in own.items() if value}}
