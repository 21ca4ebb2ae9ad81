"""What is kept about the person with a telephone number, handed out on the person's request; each reading is logged."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.engines import lookup
from minhu.intake.domain.validation import checked_words
from minhu.intake.models import Request
from minhu.intake.services.forgetting import SEALED
from minhu.ledger import services as ledger

PLAIN = ("number", "channel", "title", "text", "request_type", "confidential", "special_group")


def own_data(phone: str, reason: str) -> list[dict[str, Any]]:
    """Everything a person said, with the values kept about them, as plain data for a file.

    Raises NotAllowed, Invalid (reason). Each request is entered in the reading log; the export in the ledger.
    """
    require(Action.MANAGE_STAFF)
    why = checked_words(reason, most=200)
    with transaction.atomic(), elevated("a person's own data is handed out on request"):
        found = []
        rows = Request.objects.filter(phone_index__in=lookup.indexes(phone, "phone")).order_by("received_at")
        for row in rows.prefetch_related("supplements", "attachments"):
            ledger.record_access(("request", row.pk), why, ["name", "phone", "phone2", "id_number", "address", "place"])
            found.append(
                {name: getattr(row, name) for name in (*PLAIN, *SEALED)}
                | {
                    "received_at": row.received_at.isoformat(),
                    "supplements": [{"at": s.added_at.isoformat(), "text": s.text} for s in row.supplements.all()],
                    "attachments": [
                        {"name": a.name, "type": a.media_type, "size": a.size} for a in row.attachments.all()
                    ],
                }
            )
        ledger.append("privacy.exported", ("person", lookup.index(phone, "phone").hex()), {"requests": len(found)})
    return found
