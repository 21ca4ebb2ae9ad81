"""The search for repeats uses its indexes: it must not grow with what the hotline has received."""

from __future__ import annotations

import pytest
from django.db import connection

from minhu.directory.access import as_system
from minhu.intake.repeats import CANDIDATES, searching
from minhu.intake.store import phone_index_of
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


@pytest.mark.data_layer
@pytest.mark.django_db
def test_the_search_for_repeats_goes_through_the_indexes() -> None:
    new = NewRequest(text=TEXT, requester_phone="13800138000")
    statement, parameters = searching(understand(new), phone_index_of(new.requester_phone), now())
    assert statement is CANDIDATES
    with as_system(), connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "fingerprint_bands" in plan
    assert "request_phone" in plan
    assert "Seq Scan" not in plan
