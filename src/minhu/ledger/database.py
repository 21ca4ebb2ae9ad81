"""The ledger's own view of the database: the sequencer and the verifier must see every entry."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_APPLY = "SELECT set_config('role', %s, true), set_config('minhu.scope', %s, true)"
_READ = "SELECT current_setting('role'), coalesce(current_setting('minhu.scope', true), '')"


@contextmanager
def everything_visible() -> Iterator[None]:
    """Open a transaction (or a savepoint) that sees the whole ledger; put back what was set before."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_READ)
            before = cursor.fetchone()
            cursor.execute(_APPLY, ["minhu_wide", "all"])
        try:
            yield
        finally:
            if not connection.needs_rollback and connection.connection.info.transaction_status.name == "INTRANS":
                with connection.cursor() as cursor:
                    cursor.execute(_APPLY, before)
