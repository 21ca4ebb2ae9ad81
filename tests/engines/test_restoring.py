"""The tests' own floor: what a test committed must not reach the next one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction
from psycopg import sql
from tests.factories import make_city

from minhu.directory.access import as_system
from minhu.engines.database import conninfo
from restoring import original, restored


@pytest.fixture
def superuser(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    name = connections["default"].settings_dict["NAME"]
    with psycopg.connect(**{**conninfo(), "dbname": name}, autocommit=True) as connection:
        yield connection


def contents(connection: psycopg.Connection[Any]) -> dict[str, list[bytes]]:
    found = {}
    for (name,) in connection.execute("SELECT relname FROM pg_stat_user_tables").fetchall():
        with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as parts:
            found[name] = sorted(b"".join(bytes(part) for part in parts).splitlines())
    return found


def test_rows_seeds_and_numbers_are_as_before(superuser: psycopg.Connection[Any]) -> None:
    before, rows = original(superuser), contents(superuser)
    with transaction.atomic(), as_system():
        make_city()
    ContentType.objects.filter(model="order").delete()
    connections.close_all()
    assert contents(superuser) != rows
    after = restored(superuser, before)
    assert after is not None
    assert contents(superuser) == rows
    assert original(superuser).sequences == before.sequences


def test_more_than_rows_asks_for_a_new_copy(superuser: psycopg.Connection[Any]) -> None:
    before = original(superuser)
    superuser.execute("CREATE INDEX left_behind ON directory_staff (name)")
    assert restored(superuser, before) is None
