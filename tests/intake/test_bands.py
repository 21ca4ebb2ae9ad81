"""The same words are found in every week that is asked for, and in no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from minhu.directory.access import as_system
from minhu.intake.domain.bands import SPAN_SECONDS, dated, dated_between

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
bands = st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=16)


@given(bands, moments, st.integers(0, 400), st.floats(0, 1))
def test_words_said_between_two_moments_are_among_those_asked_for(
    marks: list[int], since: datetime, days: int, part: float
) -> None:
    until = since + timedelta(days=days)
    said = dated(marks, since + (until - since) * part)
    assert set(said) <= set(dated_between(marks, since, until))
    assert all(-(2**63) <= mark < 2**63 for mark in said), "fits the column"
    assert dated(said, since + (until - since) * part) == tuple(marks)


@given(bands, moments)
def test_words_of_long_ago_are_not_read(marks: list[int], until: datetime) -> None:
    old = until - timedelta(seconds=4 * SPAN_SECONDS)
    assert not set(dated(marks[:1], old)) & set(dated_between(marks[:1], until - timedelta(days=30), until))


@pytest.mark.django_db
def test_the_migration_dates_as_the_program_does() -> None:
    moment, marks = datetime(2026, 3, 9, 1, 30, 7, tzinfo=UTC), [5, -(2**63), 2**63 - 1]
    with as_system(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ARRAY(SELECT band # (floor(extract(epoch FROM %s::timestamptz) / 2764800)::bigint << 40)"
            " FROM unnest(%s::bigint[]) band)", [moment, marks],
        )  # fmt: skip
        assert tuple(cursor.fetchone()[0]) == dated(marks, moment)
