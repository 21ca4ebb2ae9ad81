"""A second way into the test database: as its owner, who may do harm."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

Write = Callable[..., None]


def address() -> dict[str, Any]:
    """Connection parameters of the test database, as its owner."""
    given = connection.settings_dict
    place = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "password": given["PASSWORD"]}
    return {"dbname": given["NAME"], **{key: value for key, value in place.items() if value}}


@contextmanager
def owner(*, guard: str = "off") -> Iterator[psycopg.Connection[Any]]:
    """The owner of the tables, who can switch the triggers off."""
    with psycopg.connect(**address(), autocommit=True) as session:
        session.execute("SELECT set_config('minhu.ledger_guard', %s, false)", [guard])
        yield session
