"""Transfers of orders, for those who may see the order."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from minhu.exchange.models import Delivery, Transfer, TransferItem
from minhu.exchange.types import (
    ItemKind,
    ItemState,
    ItemView,
    TransferState,
    TransferView,
)
from minhu.handling.queries import visible_orders
from minhu.kernel.actors import Actor


def of_order(number: str, actor: Actor | None = None) -> list[TransferView]:
    """The transfers of one order, the newest first; none for an order that may not be seen."""
    order_id = visible_orders(actor).filter(number=number).values_list("pk", flat=True).first()
    if order_id is None:
        return []
    rows = list(Transfer.objects.filter(order_id=order_id).select_related("partner").order_by("-id"))
    ids = [row.message_id for row in rows if row.message_id]
    sent = dict(Delivery.objects.filter(message_id__in=ids).values_list("message_id", "state")) if ids else {}
    items: dict[int, list[ItemView]] = {}
    for item in TransferItem.objects.filter(transfer__in=rows).order_by("id"):
        items.setdefault(item.transfer_id, []).append(_item(item))
    return [
        replace(_view(row, number, sent.get(row.message_id, "")), items=tuple(items.get(row.pk, ()))) for row in rows
    ]


def of_token(token_id: int, most: int = 100) -> list[TransferView]:
    """The newest transfers with the partners of a token, both ways; for its own program, without reasons and notes."""
    rows = Transfer.objects.filter(partner__token_id=token_id).select_related("partner", "order").order_by("-id")[:most]
    return [_view(row, row.order.number, "") for row in rows]


def _item(row: TransferItem) -> ItemView:
    kind, state = ItemKind(row.kind), ItemState(row.state)
    label = _("已接收") if state is ItemState.DELIVERED and not row.outgoing else state.label
    return ItemView(kind, kind.label, row.outgoing, row.name, state, label, row.reason, row.at, row.ended_at)


def _view(row: Transfer, number: str, sent: str) -> TransferView:
    return TransferView(
        id=row.pk, number=number, partner=row.whom, outgoing=row.outgoing, by_phone=row.by_phone,
        state=TransferState(row.state), label=TransferState(row.state).label, reason=row.reason,
        offered_at=row.offered_at, their_number=row.their_number, taken_by=row.taken_by, taken_at=row.taken_at,
        ended_at=row.ended_at, note=row.note, sent=sent,
    )  # fmt: skip
