"""The log of readings: how long it is kept. The database itself refuses to remove what is younger than three years."""

from __future__ import annotations

from typing import Final

from minhu.engines.expiry import Expiring

ACCESSES: Final = Expiring(
    "ledger_access",
    "t.at",
    "true",
    "concat_ws(' ', t.id, t.at, t.actor_kind, t.actor_id, t.subject_type, t.subject_id, t.fields, t.purpose)",
)
