"""Messages that partners send us: signed, fresh, done once, and only as far as the partner's account may go.

A unit's own system reports on the orders of its unit as the integration account that an administrator named; without
one, or when its post has ended, everything is refused (default deny). Another hotline reports on the orders that were
handed to it, and hands over its own.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from django.db import transaction

from minhu.directory.access import acting_as
from minhu.directory.queries.actors import actor_of_staff
from minhu.engines import webhooks
from minhu.exchange.domain import messages
from minhu.exchange.models import Partner
from minhu.exchange.services import coming_along, emergency_messages, transfers
from minhu.exchange.services.coming_along import most_bytes
from minhu.exchange.services.once import once
from minhu.exchange.services.partners import TEST_KIND
from minhu.exchange.types import PartnerKind
from minhu.handling import services as handling
from minhu.handling.queries import order_of
from minhu.handling.types import Step, StepData
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotAllowed

__all__ = ["account_actor", "most_bytes", "take_in"]
Answer = dict[str, Any]
Work = Callable[[Partner, messages.Envelope, str], Answer]
_UNKNOWN: Final = "没有这个接收地址，或签名不正确。"


def take_in(uid: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Take in one message at the address of a partner; returns what is answered.

    Raises NotAllowed 401 for an unknown partner, a wrong signature or a time more than five minutes away; 403 where
    the account may not; Conflict for an id used twice or a state that does not fit; Invalid for the contents.
    """
    most = most_bytes(uid)
    if len(body) > most:
        raise messages.too_large()
    partner = _partner(uid)
    moment = now()
    message_id = webhooks.verify(partner.believed(moment), headers, body, moment)
    if not partner.active:
        raise NotAllowed("对接已停用，请联系热线中心。", code="partner_inactive")
    envelope = messages.envelope(body, most)
    work = _WORK[PartnerKind(partner.kind)].get(envelope.type)
    if work is None:
        raise Invalid(f"不支持的消息类型“{envelope.type}”。", code="unknown_type", fields={"type": "不支持"})
    with transaction.atomic():
        return once(
            f"partner:{partner.pk}", message_id, envelope.type, body, lambda: work(partner, envelope, message_id)
        )


def _partner(uid: str) -> Partner:
    try:
        found = Partner.objects.filter(uid=uuid.UUID(uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotAllowed(_UNKNOWN, code="bad_signature", status=401)
    return found


def account_actor(partner: Partner) -> Actor:
    """Whom a unit's system acts as: its account, narrowed to its unit. Raises NotAllowed without one."""
    account, unit_id = partner.account, partner.unit_id
    actor = actor_of_staff(account) if account is not None else None
    if actor is None or unit_id is None or unit_id not in actor.unit_ids:
        raise NotAllowed("没有可用的集成账号，或账号在该单位没有岗位，请联系热线中心的安全管理员。", code="no_account")
    return replace(actor, unit_ids=(unit_id,))


def _step(partner: Partner, number: str, step: Step, data: StepData, message_id: str) -> Answer:
    key = f"in{partner.pk}-{hashlib.sha256(message_id.encode()).hexdigest()[:40]}"
    with acting_as(account_actor(partner)):
        done = handling.take(number, step, replace(data, as_unit_id=partner.unit_id), key=key)
    return {"number": done.number, "state": done.state.value, "version": done.version}


def _signed(partner: Partner, envelope: messages.Envelope, message_id: str) -> Answer:
    form = messages.parsed(messages.Signed, envelope.data)
    return _step(partner, form.number, Step.SIGN, StepData(), message_id)


def _contacted(partner: Partner, envelope: messages.Envelope, message_id: str) -> Answer:
    form = messages.parsed(messages.Contacted, envelope.data)
    return _step(partner, form.number, Step.CONTACT, StepData(text=form.text, contact_result=form.result), message_id)


def _progress(partner: Partner, envelope: messages.Envelope, message_id: str) -> Answer:
    form = messages.parsed(messages.Progress, envelope.data)
    return _step(partner, form.number, Step.NOTE, StepData(text=form.text), message_id)


def _replied(partner: Partner, envelope: messages.Envelope, message_id: str) -> Answer:
    form = messages.parsed(messages.Replied, envelope.data)
    with acting_as(account_actor(partner)) as actor:
        lead = order_of(form.number, actor).lead_unit_id == partner.unit_id
    data = StepData(
        reply=form.reply, measures=form.measures, solved=form.solved, not_solved_reason=form.not_solved_reason,
        legal_basis=form.legal_basis, text=form.text,
    )  # fmt: skip
    return _step(partner, form.number, Step.REPLY if lead else Step.ASSIST_REPLY, data, message_id)


def _hello(_partner: Partner, _envelope: messages.Envelope, _message_id: str) -> Answer:
    return {"ok": True}


_TRANSFERS: Final[dict[str, Work]] = {
    TEST_KIND: _hello,
    "transfer.offered": transfers.offered,
    "transfer.taken": transfers.taken,
    "transfer.refused": transfers.refused,
    "transfer.progress": transfers.progress,
    "transfer.done": transfers.done,
    "transfer.taken_back": transfers.taken_back,
    "transfer.file": coming_along.brought,
    "transfer.supplemented": coming_along.supplemented,
    "transfer.withdrawn": coming_along.withdrawn,
}
"""Orders that go over and come, with another hotline; a matter of ours that 110 hands to us comes the same way."""
_WORK: Final[dict[PartnerKind, dict[str, Work]]] = {
    PartnerKind.PLATFORM: {TEST_KIND: _hello},
    PartnerKind.UNIT: {
        TEST_KIND: _hello,
        "order.signed": _signed,
        "order.contacted": _contacted,
        "order.progress": _progress,
        "order.replied": _replied,
    },
    PartnerKind.HOTLINE: _TRANSFERS,
    PartnerKind.EMERGENCY: {**_TRANSFERS, **emergency_messages.WORK},
}
"""Which messages each kind of partner may send; everything else is refused."""
