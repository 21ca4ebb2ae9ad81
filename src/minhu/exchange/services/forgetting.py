"""A person is forgotten: what the rows of a transfer and the messages about it still hold."""

from __future__ import annotations

from django.db.models import Q

from minhu.exchange.models import Delivery, Transfer
from minhu.intake.events import RequestForgotten


def forget_person(event: RequestForgotten) -> None:
    """Strike out the words of the request's transfers, the names of their files and the messages. Needs a wide scope."""
    rows = list(Transfer.objects.filter(order__request_id=event.request_id))
    sent = {row.message_id for row in rows}
    for row in rows:
        Transfer.objects.filter(pk=row.pk).update(
            reason=event.strike(row.reason)[:500], note=event.strike(row.note)[:500]
        )
        sent |= {name for pair in row.items.values_list("message_id", "announced_by") for name in pair}
        row.items.exclude(name="").update(name="附件")
    if messages := sent - {""}:
        Delivery.objects.filter(Q(message_id__in=messages)).delete()
