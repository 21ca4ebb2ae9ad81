"""Tables of these pages as files: for a reason, so many rows, so many times a day, each entered in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.db import transaction
from django.http import HttpResponse

from minhu.kernel.actors import Actor
from minhu.ledger import services as ledger
from minhu.portals import bulk
from minhu.portals.sheets import sheet_response

Kind = Literal["knowledge.figures_exported", "knowledge.sample_exported", "knowledge.set_exported"]


def export(
    actor: Actor, reason: str, kind: Kind, name: str, header: Sequence[str], rows: Sequence[Sequence[object]]
) -> HttpResponse:
    """The rows as an XLSX file called ``name``; ``kind`` of the entry is one of `bulk.COUNTED`.

    Raises Invalid without a reason or for too many rows, NotAllowed, TooMany when the day's number is reached.
    """
    enter(actor, reason, kind, len(rows))
    return sheet_response(name, header, rows)


def enter(actor: Actor, reason: str, kind: Kind, rows: int) -> None:
    """Check that so many rows may leave and enter it; raises as `export`."""
    with transaction.atomic():
        bulk.refuse_over(rows, bulk.begin_knowledge(actor, reason))
        ledger.append(kind, ("staff", actor.id), {"rows": rows, "reason": reason.strip()[:200]})
