"""A person is forgotten: what transfers, the messages about them, mails and accounts of channels still hold."""

from __future__ import annotations

import json
from dataclasses import replace

from django.db.models import Q

from minhu.exchange.domain.handover_sheet import Sheet
from minhu.exchange.models import BoardPost, ChannelLine, Delivery, Dispute, Handover, MailThread, Transfer
from minhu.intake.events import RequestForgotten
from minhu.intake.services.spoken import talks_with


def forget_person(event: RequestForgotten) -> None:
    """Strike out the words of the request's transfers and hand-overs, names of files and the messages. Needs a wide scope."""
    rows = list(Transfer.objects.filter(order__request_id=event.request_id))
    sent = {row.message_id for row in rows}
    for row in rows:
        Transfer.objects.filter(pk=row.pk).update(
            reason=event.strike(row.reason)[:500], note=event.strike(row.note)[:500]
        )
        sent |= {name for pair in row.items.values_list("message_id", "announced_by") for name in pair}
        row.items.exclude(name="").update(name="附件")
    for handover in Handover.objects.filter(order__request_id=event.request_id):
        sent |= set(handover.offers.values_list("message_id", flat=True))
        _forget_handover(handover, event)
    BoardPost.objects.filter(order__request_id=event.request_id).update(link="")
    for dispute in Dispute.objects.filter(order__request_id=event.request_id):
        _forget_dispute(dispute, event)
    talks = talks_with(event.request_id)
    MailThread.objects.filter(talk_uid__in=talks).delete()
    ChannelLine.objects.filter(talk_uid__in=talks).delete()
    if messages := sent - {""}:
        Delivery.objects.filter(Q(message_id__in=messages)).delete()


def _forget_handover(row: Handover, event: RequestForgotten) -> None:
    """What happened and when stays; the person, the number, the place and the citizen's name on the line go."""
    sheet = Sheet.from_json(json.loads(row.sheet))
    kept = replace(sheet, what=event.strike(sheet.what), name="", phone="", place="", position="", landmark="")
    row.sheet = json.dumps(kept.to_json(), ensure_ascii=False)
    row.save(update_fields=["sheet"])
    for party in row.parties.filter(role="citizen"):
        party.name = ""
        party.save(update_fields=["name"])
    for entry in row.entries.all():
        if (struck := event.strike(entry.text)) != entry.text:
            entry.text = struck
            entry.save(update_fields=["text"])
    for offer in row.offers.all():
        offer.reason = event.strike(offer.reason)
        offer.save(update_fields=["reason"])


def _forget_dispute(row: Dispute, event: RequestForgotten) -> None:
    """That it was sent, answered and settled stays; the person and what was said of him goes."""
    row.words, row.offer, row.name, row.phone = event.strike(row.words), event.strike(row.offer), "", ""
    row.save(update_fields=["words", "offer", "name", "phone"])
    for entry in row.entries.all():
        if (struck := event.strike(entry.text)) != entry.text:
            entry.text = struck
            entry.save(update_fields=["text"])
