"""What comes after an order from the other hotline: named files, the citizen's later words, the withdrawal.

A file is taken only if a signed message named it before, with the same number of bytes and the same SHA-256, and if it
passes the same check as any upload; what does not is refused with a reason, file by file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from minhu.directory.access import acting_as, elevated
from minhu.directory.types import Role
from minhu.exchange.domain import messages
from minhu.exchange.domain.packing import base64_bytes, judged
from minhu.exchange.models import Partner, Transfer, TransferItem
from minhu.exchange.types import ItemKind, ItemState, PartnerKind, TransferState
from minhu.handling import services as handling
from minhu.handling.queries import visible_orders
from minhu.handling.types import Step, StepData
from minhu.intake import services as intake
from minhu.intake.types import UploadedFile
from minhu.kernel.actors import SYSTEM, Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.ledger import services as ledger

WHY: Final = "what comes along with a transfer belongs to the order that was handed over"
AROUND: Final = 4096
"""Bytes of a message around the content of its file."""
Answer = dict[str, Any]


def most_bytes(uid: str) -> int:
    """How long a message at the address ``uid`` may be: longer than usual only where a named file is awaited."""
    try:
        key = uuid.UUID(uid)
    except ValueError:
        return messages.MOST_BYTES
    with transaction.atomic(), elevated(WHY):
        awaited = TransferItem.objects.filter(
            transfer__partner__uid=key, transfer__partner__active=True, outgoing=False, state=ItemState.WAITING.value,
            transfer__partner__kind__in=[PartnerKind.HOTLINE.value, PartnerKind.EMERGENCY.value], kind=ItemKind.FILE.value,
        ).aggregate(most=Max("size"))["most"]  # fmt: skip
    return max(messages.MOST_BYTES, base64_bytes(awaited) + AROUND if awaited else 0)


def uuid_of(text: str) -> uuid.UUID:
    """The id of a transfer or of a thing with it; raises NotFound for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound("没有这次转办。", code="no_such_transfer") from error


def actor_of(partner: Partner, *own: int) -> Actor:
    """The other hotline, as owner of the requests that it handed over or was handed."""
    return Actor(
        "partner", f"partner:{partner.pk}", partner.label, roles=frozenset({Role.PARTNER.value}), own_requests=own
    )


def expect(row: Transfer, named: Sequence[messages.NamedFile]) -> Answer:
    """Await the named files; returns those that are refused before they are sent, with the reasons."""
    mine = row.items.filter(outgoing=False, kind=ItemKind.FILE.value).exclude(state=ItemState.REFUSED.value)
    sizes = list(mine.values_list("size", flat=True))
    reasons = judged((one.size for one in named), count=len(sizes), total=sum(sizes))
    moment, refused = now(), {}
    for one, reason in zip(named, reasons, strict=True):
        uid = uuid_of(one.file)
        item, made = row.items.get_or_create(
            uid=uid, outgoing=False, defaults={
                "kind": ItemKind.FILE.value, "name": one.name[:160], "size": one.size, "digest": one.sha256,
                "at": moment, "reason": reason, "ended_at": moment if reason else None,
                "state": (ItemState.REFUSED if reason else ItemState.WAITING).value,
            },
        )  # fmt: skip
        if not made:
            raise Conflict("附件编号已经用过，请为每个附件换一个编号。", code="file_known")
        if item.reason:
            refused[str(uid)] = item.reason
    return {"refused": refused} if refused else {}


def brought(partner: Partner, envelope: messages.Envelope, _message_id: str) -> Answer:
    """One file: taken, or refused with a reason; either is the answer."""
    form = messages.parsed(messages.FileBrought, envelope.data)
    with elevated(WHY):
        item = (
            TransferItem.objects.select_for_update(of=("self",)).select_related("transfer")
            .filter(transfer__uid=uuid_of(form.transfer), transfer__partner=partner, outgoing=False)
            .filter(uid=uuid_of(form.file), kind=ItemKind.FILE.value).first()
        )  # fmt: skip
        if item is None:
            raise Conflict("没有预告过这个附件，请先在转办消息中列出。", code="file_not_named")
        request_id = visible_orders(SYSTEM).filter(pk=item.transfer.order_id).values_list("request_id", flat=True).get()
    if item.state == ItemState.WAITING.value:
        reason = _taken(partner, item, request_id, form.content)
        item.state = (ItemState.REFUSED if reason else ItemState.DELIVERED).value
        item.reason, item.ended_at = reason[:200], now()
        with elevated(WHY):
            item.save(update_fields=["state", "reason", "ended_at"])
            kind = "transfer.file_refused" if reason else "transfer.file_taken"
            ledger.append(kind, ("request", request_id), {"file": str(item.uid), "sha256": item.digest})
    return {"file": str(item.uid), "state": item.state, **({"reason": item.reason} if item.reason else {})}


def _taken(partner: Partner, item: TransferItem, request_id: int, encoded: str) -> str:
    """Store a file with its request; returns why it is refused, or nothing."""
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return "内容不是有效的 Base64"
    if not content and item.size:
        return "发送方已没有这个文件"
    if len(content) != item.size or hashlib.sha256(content).hexdigest() != item.digest:
        return "内容与预告的大小或校验值不一致"
    kind = "reply" if item.transfer.outgoing else "citizen"
    try:
        with acting_as(actor_of(partner, request_id)):
            intake.attach(request_id, [UploadedFile(item.name, content)], kind=kind)
    except (Invalid, Conflict) as error:
        return next(iter((error.fields or {}).values()), error.message)
    return ""


def supplemented(partner: Partner, envelope: messages.Envelope, _message_id: str) -> Answer:
    """The citizen's later words; the files that came with them are awaited."""
    form = messages.parsed(messages.Supplemented, envelope.data)
    row, number, request_id = _handed_to_us(partner, form.transfer)
    with acting_as(actor_of(partner, request_id)):
        supplement_id = intake.supplement(request_id, form.text)
    with elevated(WHY):
        _note(row, ItemKind.SUPPLEMENT, form.item, supplement_id)
        return {"number": number, **expect(row, form.files)}


def withdrawn(partner: Partner, envelope: messages.Envelope, _message_id: str) -> Answer:
    """The citizen took the request back there: our order ends too. Raises Conflict where it has ended already."""
    form = messages.parsed(messages.Withdrawn, envelope.data)
    row, number, request_id = _handed_to_us(partner, form.transfer)
    with elevated(WHY):
        row.state, row.ended_at = TransferState.WITHDRAWN.value, now()
        row.save(update_fields=["state", "ended_at"])
        _note(row, ItemKind.WITHDRAWAL, form.item, None)
    with acting_as(actor_of(partner, request_id)):
        data = StepData(text=form.text or f"诉求人在{partner.label}撤回诉求")
        done = handling.take(number, Step.WITHDRAW, data)
    return {"number": number, "order_state": done.state.value}


def _handed_to_us(partner: Partner, uid: str) -> tuple[Transfer, str, int]:
    """The open transfer that a partner handed to us; Conflict for an ended or unknown one: sending again is no use."""
    with elevated(WHY):
        rows = Transfer.objects.filter(uid=uuid_of(uid), partner=partner, outgoing=False, ended_at__isnull=True)
        row = rows.select_for_update(of=("self",)).first()
        if row is None:
            raise Conflict("这次转办不存在或已经结束，请电话联系。", code="transfer_ended")
        number, request_id = visible_orders(SYSTEM).filter(pk=row.order_id).values_list("number", "request_id").get()
    return row, number, request_id


def _note(row: Transfer, kind: ItemKind, uid: str, supplement_id: int | None) -> None:
    moment = now()
    TransferItem.objects.create(
        transfer=row, kind=kind.value, outgoing=False, uid=uuid_of(uid), supplement_id=supplement_id, at=moment,
        state=ItemState.DELIVERED.value, ended_at=moment,
    )  # fmt: skip
