"""Files of the sealed store without a row in any room: counted, and removed with the records whose time is over.

Only here all rooms that keep files are known; a room that begins to keep files adds who names them.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from minhu.directory.access import as_system
from minhu.engines.abandoned import abandoned, set_aside
from minhu.engines.expiry import Removed, digest_of
from minhu.intake.queries.files import named_files as named_by_intake
from minhu.knowledge.queries.documents import named_files as named_by_knowledge


def due(before: datetime) -> int:
    """How many files no row names that were last kept before ``before`` (and not within a day). Changes nothing."""
    return len(abandoned(before, _named))


def drop(before: datetime, limit: int) -> Removed:
    """Remove up to ``limit`` of them; they go from the disk when the caller's transaction, with its entry, is sure."""
    lines = []
    for name in abandoned(before, _named, limit):
        if aside := set_aside(name, before):
            lines.append(name)
            transaction.on_commit(partial(aside.unlink, missing_ok=True), robust=True)
    return Removed(len(lines), digest_of(sorted(lines)))


def _named(digests: list[str]) -> set[str]:
    with as_system():  # whoever asks: a row that is not seen would cost its file
        return named_by_intake(digests) | named_by_knowledge(digests)
