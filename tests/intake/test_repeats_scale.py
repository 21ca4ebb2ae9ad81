"""The search for repeats uses its indexes: it must not grow with what the hotline has received."""

from __future__ import annotations

import pytest
from django.db import connection

from minhu.directory.access import as_system
from minhu.intake.repeats import CANDIDATES, searching
from minhu.intake.services import receive
from minhu.intake.store import phone_indexes_of
from minhu.intake.types import NewRequest
from minhu.intake.understanding import understand
from minhu.kernel.clock import now

from .conftest import TEXT

MANY = """
INSERT INTO intake_fingerprint (request_id, received_at, area_code, bands, marks)
SELECT -n, now() - n * interval '1 second', '', ARRAY(
    SELECT hashint8extended(n * 16 + b, 0) FROM generate_series(1, 16) b), ARRAY[hashint8extended(n, 1)]
FROM generate_series(1, 20000) n
"""
# copies of one request under other names, so that the planner has a choice to make
MANY_REQUESTS = """
INSERT INTO intake_request SELECT (jsonb_populate_record(r, jsonb_build_object('id', -n, 'uid', gen_random_uuid(),
    'number', n::text, 'phone_index', '\\x' || md5(n::text), 'idempotency_key', n::text))).*
FROM intake_request r, generate_series(1, 5000) n WHERE r.id = (SELECT max(id) FROM intake_request)
"""


@pytest.mark.data_layer
@pytest.mark.django_db
def test_the_search_for_repeats_goes_through_the_indexes() -> None:
    receive(NewRequest(text=TEXT))
    new = NewRequest(text=TEXT, requester_phone="13800138000")
    statement, parameters = searching(understand(new), phone_indexes_of(new.requester_phone), now())
    assert statement is CANDIDATES
    with as_system(), connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute(MANY_REQUESTS)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "fingerprint_bands" in plan
    assert "request_phone" in plan, plan
    assert "Seq Scan" not in plan
