"""The bytes that a leaf hash covers: the same in Python as in the database, whatever was written."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minhu.ledger.domain.record import canonical_payload, microseconds

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-1e15, 1e15, allow_nan=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=5),
    max_leaves=15,
)


@pytest.mark.django_db
@pytest.mark.data_layer
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=6), values, max_size=6))
def test_the_canonical_text_is_the_one_the_database_gives_back(payload: dict[str, Any]) -> None:
    text = canonical_payload(payload)
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::jsonb)::text", [text])
        (stored,) = cursor.fetchone()
    assert stored == text
    assert canonical_payload(json.loads(stored)) == text, "what was read can be written again, the same"


def test_order_of_keys_and_python_types_do_not_matter() -> None:
    moment = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    written = canonical_payload(
        {
            "b": 1.0,
            "aa": (1, 2),
            "a": {"单位": UUID(int=1), "x": Decimal("1.50")},
            "at": moment,
            "day": date(2026, 3, 1),
            "set": {"b", "a"},
            "small": 1e-7,
        }
    )
    assert written == (
        '{"a": {"x": "1.50", "单位": "00000000-0000-0000-0000-000000000001"}, "b": 1, "aa": [1, 2], '
        '"at": "2026-03-01T04:00:00+00:00", "day": "2026-03-01", "set": ["a", "b"], "small": 0.0000001}'
    )


def test_personal_numbers_never_enter_the_ledger() -> None:
    text = canonical_payload({"reason": "请回电13812345678，身份证110101199001011234", "list": ["a@example.org"]})
    for personal in ("13812345678", "110101199001011234", "a@example.org"):
        assert personal not in text
    assert "2603010000127" in canonical_payload({"order": "2603010000127"}), "an order number is none"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 2**60, 1e300])
def test_numbers_that_cannot_be_exact_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="payload"):
        canonical_payload({"n": number})


def test_what_no_database_holds_is_replaced() -> None:
    assert canonical_payload({"t": "a\0b"}) == '{"t": "a\ufffdb"}'
    assert canonical_payload({"t": "a\ud800b"}) == '{"t": "a\ufffdb"}'


@given(st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1)))
def test_moments_are_exact_to_the_microsecond(moment: datetime) -> None:
    exact = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(moment.replace(tzinfo=UTC)))
    assert exact == moment.replace(tzinfo=UTC)
