"""What every change of the directory shares: one transaction, a ledger entry, fresh caches after the commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.directory.queries import freshness
from minhu.kernel.locks import Change, Lock
from minhu.ledger import services as ledger


@contextmanager
def change(action: Action | None, *, lock: Change | None = None) -> Iterator[None]:
    """Check the policy and open the transaction; ``lock`` lets only one change of its kind run at a time.

    ``action`` is None only where the service has checked by itself that people change what is their own.
    """
    if action is not None:
        require(action)
    with transaction.atomic():
        if lock is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [Lock.CHANGES, lock])
        yield
        freshness.forget()
        transaction.on_commit(freshness.forget)


def record(kind: str, subject: tuple[str, str | int], **payload: Any) -> None:
    """Append what was changed to the ledger (never a personal value, never a secret)."""
    ledger.append(f"directory.{kind}", subject, payload)


LOCK_AREAS, LOCK_UNITS, LOCK_TAXONOMY, LOCK_CATALOGUE = Change.AREAS, Change.UNITS, Change.TAXONOMY, Change.CATALOGUE
LOCK_RULES, LOCK_STAFF, LOCK_DUTIES, LOCK_CROSSWALKS = Change.RULES, Change.STAFF, Change.DUTIES, Change.CROSSWALKS
