"""Statements sent past the cursors keep Django's promises: types, transactions, errors, order."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from minhu.engines import prepared

_MANY = "SELECT %s::bigint, %s::text, %s::bytea, %s::bool, %s::float8, %s::timestamptz, %s::uuid, %s::text, '50%%'"
_ADD = "INSERT INTO intake_tokenuse (token_id, minute, used) VALUES (%s, %s, %s)"
_COUNT = "SELECT count(*) FROM intake_tokenuse"


@pytest.mark.django_db
def test_values_come_back_as_they_went() -> None:
    moment, uid = datetime(2026, 3, 9, 1, 2, 3, 4, tzinfo=UTC), UUID(int=7)
    row = (-5, "引号'\"\\ 与换行\n", b"\x00\xff\\", True, 0.1, moment, uid, None)
    assert prepared.run(_MANY, row) == [(*row, "50%")]
    assert prepared.run(_MANY, row) == [(*row, "50%")], "also when it is prepared already"


@pytest.mark.django_db
def test_text_is_never_cut_at_a_nul() -> None:
    with pytest.raises(DataError, match="NUL"):
        prepared.run("SELECT %s::text", ("before\0after",))


@pytest.mark.django_db
def test_waiting_writes_go_before_every_read_and_in_order() -> None:
    with prepared.gathering():
        prepared.write(_ADD, (1, 1, 1))
        prepared.write("UPDATE intake_tokenuse SET used = used + %s", (4,))
        with connection.cursor() as cursor:
            cursor.execute("SELECT used FROM intake_tokenuse")
            assert cursor.fetchall() == [(5,)]
        prepared.write(_ADD, (2, 1, 1))
        assert prepared.run(_COUNT) == [(2,)]
        prepared.write(_ADD, (3, 1, 1))
    assert prepared.run(_COUNT) == [(3,)]


@pytest.mark.django_db
def test_a_failing_statement_raises_and_leaves_nothing_behind() -> None:
    for _ in range(2):
        with pytest.raises(IntegrityError), transaction.atomic():
            prepared.together([(_ADD, (1, 1, 1)), (_ADD, (1, 1, 2)), ("SELECT 1 / 0", ())])
    assert prepared.run(_COUNT) == [(0,)]


@pytest.mark.django_db
def test_a_block_that_fails_forgets_what_waited() -> None:
    def fail() -> None:
        prepared.write(_ADD, (1, 1, 1))
        raise ValueError("before it was sent")

    with pytest.raises(ValueError, match="before"), prepared.gathering():
        fail()
    with prepared.gathering():
        prepared.write(_ADD, (2, 1, 1))
    assert prepared.run("SELECT token_id FROM intake_tokenuse") == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_the_commit_travels_with_the_last_writes() -> None:
    told: list[str] = []
    with transaction.atomic():
        transaction.on_commit(lambda: told.append("after"))
        with prepared.gathering():
            prepared.write(_ADD, (9, 1, 1))
            prepared.flush(commit=True)
        assert not told
    assert told == ["after"]
    connection.close()
    assert prepared.run("SELECT used FROM intake_tokenuse WHERE token_id = 9") == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_an_error_of_the_database_and_the_next_one_works() -> None:
    end = [("SET LOCAL ROLE NONE", ()), ("SELECT pg_terminate_backend(pg_backend_pid())", ()), ("SELECT 1", ())]
    with pytest.raises(OperationalError), transaction.atomic():
        prepared.together(end)
    connection.close()
    assert prepared.run("SELECT 2") == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_a_server_that_closed_the_connection_is_noticed_without_asking() -> None:
    prepared.run("SELECT 1")
    connection.health_check_done = False  # type: ignore[attr-defined]
    prepared.spare_health_check()
    assert connection.health_check_done  # type: ignore[attr-defined]
    connection.connection.pgconn.finish()
    connection.health_check_done = False  # type: ignore[attr-defined]
    prepared.spare_health_check()
    assert not connection.health_check_done  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_rows_that_wait_side_by_side_become_one_statement_and_keep_their_order() -> None:
    head, row = _ADD.split(" (%s")[0], "(%s, %s, %s)"
    with prepared.gathering():
        prepared.insert(head, row, (1, 1, 1))
        prepared.insert(head, row, (2, 1, 1))
        prepared.write("UPDATE intake_tokenuse SET used = used + %s", (4,))
        prepared.insert(head, row, (3, 1, 1))
    assert prepared.run("SELECT used FROM intake_tokenuse ORDER BY token_id") == [(5,), (5,), (1,)]


@pytest.mark.django_db(transaction=True)
def test_what_follows_the_commit_is_sent_only_with_it_and_cannot_undo_it() -> None:
    assert not prepared.follow("SELECT 1")

    def commit_and_follow(*statements: tuple[str, tuple[int, ...]]) -> None:
        with transaction.atomic(), prepared.gathering(commits=True):
            prepared.write(_ADD, (7, 1, 1))
            for statement, parameters in statements:
                assert prepared.follow(statement, parameters)
            prepared.flush(commit=True)

    commit_and_follow((_ADD, (8, 1, 1)), ("SELECT 1 / 0", ()))
    assert prepared.run("SELECT token_id FROM intake_tokenuse") == [(7,)], "one that fails takes its fellows along"
    with pytest.raises(IntegrityError):
        commit_and_follow((_ADD, (9, 1, 1)))
    assert prepared.run("SELECT token_id FROM intake_tokenuse") == [(7,)]
