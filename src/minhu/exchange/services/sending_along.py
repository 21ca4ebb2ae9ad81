"""What goes after an order to the other hotline: its files, the citizen's later words, the withdrawal; and the receipts.

Every thing is a row that says how far it is. A file is named with its SHA-256 in the signed message that it belongs to
and follows in a signed message of its own once that one has arrived; words wait until the offer has. A message that
does not arrive is tried again like any other.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from minhu.directory.access import elevated
from minhu.engines import files
from minhu.exchange.domain.packing import ENDED, NO_AGREEMENT, judged
from minhu.exchange.models import Delivery, Transfer, TransferItem
from minhu.exchange.services.outbox import put
from minhu.exchange.types import DeliveryState, ItemKind, ItemState
from minhu.intake.events import SupplementAdded
from minhu.intake.queries import HandedFile, added_words, files_to_hand_on, handed_on
from minhu.kernel.actors import SYSTEM
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

WHY: Final = "what goes along with a transfer belongs to the order that was handed over"
FILE, SUPPLEMENTED, WITHDRAWN = "transfer.file", "transfer.supplemented", "transfer.withdrawn"
BY_PHONE: Final = "没有在线对接，请电话转告对方"


def new_message_id() -> str:
    """The id of a message that names files before it is written."""
    return f"msg_{uuid.uuid4().hex}"


def is_open(row: Transfer, confidential: bool) -> bool:
    """Whether the words and files of the person may go to the other side of a transfer."""
    return row.partner is not None and row.partner.personal and not confidential


def name_files(
    row: Transfer, request_id: int, found: Sequence[HandedFile], message_id: str, *, allowed: bool = True
) -> list[dict[str, Any]]:
    """Make a row for each file, and return those that will follow as the message ``message_id`` names them.

    What may not go along stays with its reason on the page of the order.
    """
    mine = row.items.filter(outgoing=True, kind=ItemKind.FILE.value).exclude(state=ItemState.KEPT.value)
    sizes = list(mine.values_list("size", flat=True))
    moment, named, going = now(), [], []
    reasons = judged((one.size for one in found), count=len(sizes), total=sum(sizes))
    for one, reason in zip(found, reasons, strict=True):
        why = reason if allowed else NO_AGREEMENT
        item = TransferItem.objects.create(
            transfer=row, kind=ItemKind.FILE.value, name=one.name, size=one.size, digest=one.digest, reason=why,
            announced_by=message_id, at=moment, state=(ItemState.KEPT if why else ItemState.WAITING).value,
            ended_at=moment if why else None,
        )  # fmt: skip
        if not why:
            named.append({"file": str(item.uid), "name": one.name, "size": one.size, "sha256": one.digest})
            going.append(one)
    handed_on(request_id, going, row.whom)
    return named


def supplemented(event: SupplementAdded) -> None:
    """The citizen added words while the order is at another hotline: they follow it."""
    with transaction.atomic(), elevated(WHY):
        row = _out(Q(order__request_id=event.request_id))
        if row is not None:
            _pass_on(row, ItemKind.SUPPLEMENT, event.supplement_id)


def withdrawn(row: Transfer) -> None:
    """The citizen took the request back; called within the step."""
    _pass_on(row, ItemKind.WITHDRAWAL, None)


def left_behind(row: Transfer) -> None:
    """The transfer is over: what was not sent stays here."""
    unsent = row.items.filter(outgoing=True, state=ItemState.WAITING.value, message_id="")
    unsent.update(state=ItemState.KEPT.value, reason=ENDED, ended_at=now())


def _out(which: Q) -> Transfer | None:
    rows = Transfer.objects.filter(which, outgoing=True, ended_at__isnull=True)
    return rows.select_related("partner", "order").select_for_update(of=("self",)).first()


def _pass_on(row: Transfer, kind: ItemKind, supplement_id: int | None) -> None:
    TransferItem.objects.create(
        transfer=row, kind=kind.value, supplement_id=supplement_id, at=now(), reason=BY_PHONE if row.by_phone else ""
    )
    ledger.append("transfer.item_sent", ("order", row.order_id), {"kind": kind.value, "by_phone": row.by_phone})
    _send_waiting(row)


def _send_waiting(row: Transfer) -> None:
    """Write the messages for which the one before has arrived."""
    if row.partner is None or row.by_phone:
        return
    waiting = list(row.items.filter(outgoing=True, state=ItemState.WAITING.value, message_id="").order_by("id"))
    before = {row.message_id, *(item.announced_by for item in waiting)} - {""}
    arrived = Delivery.objects.filter(message_id__in=before, state=DeliveryState.DELIVERED.value)
    known = set(arrived.values_list("message_id", flat=True))
    for item in waiting:
        if (item.announced_by or row.message_id) in known:
            item.message_id = new_message_id()
            item.save(update_fields=["message_id"])
            kind, data = _message(row, item)
            put(row.partner, kind, {"transfer": str(row.uid), **data}, item.at, message_id=item.message_id)


def _message(row: Transfer, item: TransferItem) -> tuple[str, dict[str, Any]]:
    if item.kind == ItemKind.FILE.value:
        return FILE, {"file": str(item.uid), "sha256": item.digest}
    if item.kind == ItemKind.WITHDRAWAL.value or item.supplement_id is None:
        return WITHDRAWN, {"item": str(item.uid)}
    added = added_words(item.supplement_id, SYSTEM)
    allowed = is_open(row, row.order.confidential)
    found = files_to_hand_on(added.request_id, "citizen", SYSTEM, added_at=added.added_at)
    named = name_files(row, added.request_id, found, item.message_id, allowed=allowed)
    text = added.text if allowed else mask_personal(added.text)
    return SUPPLEMENTED, {"item": str(item.uid), "text": text, "files": named}


def wire_body(kind: str, body: str) -> bytes:
    """The bytes of a message; a file's content joins it only on its way. Touches no database; Unavailable as `files`."""
    if kind != FILE:
        return body.encode()
    message = json.loads(body)
    try:
        content = files.read(message["data"].pop("sha256"))
    except NotFound:
        content = b""
    message["data"]["content"] = base64.b64encode(content).decode()
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


# -- receipts ------------------------------------------------------------------------------------------------------


def arrived(delivery: Delivery, answer: dict[str, Any]) -> None:
    """The other side has a message: note what it took and what it refused, and send what waited for it."""
    with transaction.atomic(), elevated(WHY):
        item = TransferItem.objects.filter(message_id=delivery.message_id, outgoing=True).first()
        if item is not None:
            refused = answer.get("state") == ItemState.REFUSED.value
            _end(item, ItemState.REFUSED if refused else ItemState.DELIVERED, _words(answer.get("reason")))
        told = answer.get("refused")
        named = TransferItem.objects.filter(announced_by=delivery.message_id, state=ItemState.WAITING.value)
        for uid, reason in told.items() if isinstance(told, dict) else ():
            for one in named:
                if str(one.uid) == uid:
                    _end(one, ItemState.REFUSED, _words(reason))
        about = Q(message_id=delivery.message_id) | Q(items__announced_by=delivery.message_id)
        ids = set(Transfer.objects.filter(about).values_list("pk", flat=True))
        rows = Transfer.objects.filter(pk__in=ids).select_related("partner", "order")
        for row in rows.select_for_update(of=("self",)):
            _send_waiting(row)


def lost(delivery: Delivery, answer: dict[str, Any], *, final: bool) -> None:
    """A message will not arrive: refused for good (``final``), or given up."""
    with transaction.atomic(), elevated(WHY):
        state = ItemState.REFUSED if final else ItemState.FAILED
        reason = _words(answer.get("detail")) if final else ""
        about = Q(message_id=delivery.message_id) | Q(announced_by=delivery.message_id, message_id="")
        for item in TransferItem.objects.filter(about, outgoing=True, state=ItemState.WAITING.value):
            _end(item, state, reason)


def _end(item: TransferItem, state: ItemState, reason: str) -> None:
    item.state, item.reason, item.ended_at = state.value, reason, now()
    item.save(update_fields=["state", "reason", "ended_at"])
    if state is not ItemState.DELIVERED:
        order_id = Transfer.objects.values_list("order_id", flat=True).get(pk=item.transfer_id)
        ledger.append("transfer.item_refused", ("order", order_id), {"kind": item.kind, "state": state.value})


def _words(given: object) -> str:
    """What the other side said, as far as it can be shown."""
    return given[:200] if isinstance(given, str) and given.isprintable() else ""
