"""Commands of a hand-over to 110, 119, 120 or 122: offered, received, accepted, declined, kept, closed.

A person starts each (no rule and no machine does); what the other side says comes by telephone through a person or by
its signed message (`emergency_messages`). Each command is one transaction under the lock of its hand-over, writes an
entry that nobody changes, and works once for a key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import as_system, elevated, require
from minhu.directory.policy import Action
from minhu.exchange.domain.handover_sheet import Sheet
from minhu.exchange.domain.handovers import (
    DECIDE_WITHIN,
    KEPT_HOURS,
    LIVE,
    OPEN,
    HandoverState,
    News,
    OfferState,
    Way,
    after,
    standing,
)
from minhu.exchange.events import HandoverChanged
from minhu.exchange.models import EmergencyService, Handover, HandoverEntry, HandoverOffer, HandoverParty
from minhu.exchange.services.disputes import end_for_emergency
from minhu.exchange.services.emergency_calls import measured
from minhu.exchange.services.emergency_lock import command
from minhu.exchange.services.emergency_order import BEFORE_UNIT, accepted, given_back, taken_back
from minhu.exchange.services.outbox import put
from minhu.exchange.services.sending_along import new_message_id
from minhu.handling import services as handling
from minhu.handling.queries import order_of
from minhu.handling.types import Step, StepData
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.kernel.events import publish
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

WHY: Final = "a hand-over belongs to the order whose danger it tells"
OFFERED, CALLED_OFF = "emergency.offered", "emergency.called_off"
_ENDED_OFFER: Final = frozenset({OfferState.DECLINED, OfferState.CALLED_OFF, OfferState.DONE, OfferState.RETURNED})
MOST_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of an offer: who took it there, their number of the case, why not, when (empty: now)."""

    taken_by: str = ""
    number: str = ""
    text: str = ""
    at: datetime | None = None
    to_hotline: bool = False
    """They say that it is the hotline's own work (非警务)."""


def begin(
    number: str, offers: Sequence[tuple[str, Way]], sheet: Sheet, *, proposed: Sequence[str] = (),
    talk_uid: UUID | None = None, key: str = "",
) -> UUID:  # fmt: skip
    """Hand the order ``number`` over to services by their codes; returns the uid of the hand-over.

    An order that is being handed over already is the same hand-over: services that were not asked yet are asked now.
    Raises NotFound, NotAllowed, Invalid (no service, nothing to tell), Conflict (the order has ended).
    """
    require(Action.DECIDE_INTAKE)
    if not offers:
        raise Invalid("请选择要移交的部门。", fields={"services": "请至少选择一个部门"})
    if len(sheet.what.strip()) < 2:
        raise Invalid("请写明是什么情况。", fields={"what": "请写明是什么情况"})
    with transaction.atomic():
        order = order_of(number)
        with elevated(WHY):
            row = Handover.objects.select_for_update().filter(order_id=order.pk, ended_at__isnull=True).first()
            fresh = row is None
            if row is None:
                handling.hold(number)
                row = Handover.objects.filter(order_id=order.pk, ended_at__isnull=True).first() or Handover(
                    order_id=order.pk, talk_uid=talk_uid, proposed=",".join(proposed)[:64], opened_at=now(),
                    opened_by=current_actor().id, sheet=_json(sheet),
                )  # fmt: skip
                row.save()
                _entry(row, "opened", mask_personal(sheet.what), key=key)
            for code, way in offers:
                _offer(row, code, way, f"{key}-{code}" if key else "")
            if fresh:
                _move_order(row, number, order.state, offers[0][0])
            _settle(row)
        return row.uid


def offer(uid: UUID, code: str, way: Way, *, key: str = "") -> None:
    """Ask a further service."""
    with command(uid, key) as row:
        if row is not None:
            _offer(row, code, way, key)
            _settle(row)


def report(uid: UUID, code: str, news: News, told: Told = Told(), *, key: str = "") -> None:
    """What service ``code`` said, as the current actor heard it. Raises Invalid where something needed is missing."""
    _check(news, told)
    with command(uid, key) as row:
        if row is not None:
            hear(row, code, news, told, key)


def hear(row: Handover, code: str, news: News, told: Told, key: str = "") -> OfferState:
    """Take in what a service said of a locked hand-over; late and repeated words are kept and change nothing else."""
    found = row.offers.filter(service__code=code).order_by("-id").select_related("service__partner").first()
    if found is None:
        raise NotFound("没有向该部门移交过。", code="no_such_offer")
    before = OfferState(found.state)
    state = after(before, news)
    moment = told.at or now()
    if told.at is not None and told.at > now() + timedelta(minutes=5):
        raise Invalid("时间在将来，请核对。", fields={"at": "时间在将来"})
    late = state is before or (row.ended_at is not None)
    if not late:
        found.state = state.value
        found.answered_at = found.answered_at if news is News.RECEIPT else moment
        found.ended_at = moment if state in _ENDED_OFFER else None
    if news in (News.RECEIPT, News.ACCEPT):
        found.received_at = found.received_at or moment
        found.taken_by = found.taken_by or told.taken_by[:64]
        found.their_number = found.their_number or told.number[:64]
    if news in (News.DECLINE, News.RETURN) and not late:
        found.reason = told.text[:MOST_WORDS]
    found.save()
    words = "；".join(part for part in (told.taken_by, told.number, told.text) if part)
    _entry(row, f"late_{news.value}" if late else news.value, words, service=code, key=key)
    if not late:
        if news is News.CALL_OFF:
            _call_off(row, found, told.text)
        _settle(row, found)
    if told.to_hotline and found.state in (OfferState.DECLINED.value, OfferState.RETURNED.value):
        _to_hotline(row, code, told.text)
    return OfferState(found.state)


def join(uid: UUID, role: str, name: str, *, key: str = "") -> None:
    """Somebody is on the line of the three-party call from now on; a call of ours has told so already."""
    if role not in ("citizen", "agent", "service", "other") or not name.strip():
        raise Invalid("请写明谁在线上。", fields={"name": "请写明姓名或工号"})
    with command(uid, key) as row:
        if row is not None:
            told = measured(row, role)
            if told is None:
                HandoverParty.objects.create(handover=row, role=role, name=name.strip()[:64], since=now())
            else:  # the call's events have the time; who it is, is what only a person knows
                told.name = name.strip()[:64]
                told.save(update_fields=["name"])
            _entry(row, "joined", f"{name.strip()[:64]}", key=key)


def hang_up(uid: UUID, silent: Sequence[int] = (), *, key: str = "") -> None:
    """The three-party call is over for everybody; ``silent``: ids of those on the line who said nothing."""
    with command(uid, key) as row:
        if row is not None:
            row.parties.filter(until__isnull=True, pk__in=silent).update(spoke=False)
            row.parties.filter(until__isnull=True, measured=False).update(until=now())
            _entry(row, "hung_up", "", key=key)


def consult(uid: UUID, text: str, *, key: str = "") -> None:
    """A joint decision: who was asked and what they said. It decides nothing by itself."""
    with command(uid, key) as row:
        if row is not None:
            _entry(row, "consulted", _words(text), key=key)


def keep_here(uid: UUID, text: str, *, key: str = "") -> None:
    """No agreement: the platform that received it first accepts it. The order stays here under the emergency clock."""
    with command(uid, key) as row:
        if row is not None:
            keep(row, _words(text), key)


def keep(row: Handover, text: str, key: str = "") -> None:
    """Keep a locked hand-over here; both sides stay recorded, supervisors see it. Conflict where somebody has it."""
    if row.kept_at is not None:
        return
    states = {OfferState(one.state) for one in row.offers.all()}
    if OfferState.ACCEPTED in states:
        raise Conflict("已有部门受理。对方退回后，才能由本热线首接负责。", code="accepted_there")
    row.kept_at = now()
    _entry(row, "kept", text, key=key)
    _settle(row)


def _to_hotline(row: Handover, code: str, text: str) -> None:
    """The hotline's own work: it is on our own desk at once, unless another service may still act. A danger stays one."""
    if row.kept_at is not None or row.ended_at is not None:
        return
    if any(OfferState(one.state) in LIVE for one in row.offers.all()):
        return
    row.kept_at = now()
    _entry(row, "to_hotline", text, service=code)
    _settle(row, raised=False)


def alarm(row: Handover) -> None:
    """Nobody answered a locked hand-over in time: desk and supervisors are told, once."""
    row.alarmed_at = now()
    row.save(update_fields=["alarmed_at"])
    _entry(row, "alarm", "")


def close(uid: UUID, text: str, *, key: str = "") -> None:
    """The danger is over, or it was none; what happened is written. Services that still wait are told so."""
    words = _words(text)
    with command(uid, key) as row:
        if row is None:
            return
        for one in row.offers.filter(state__in=[state.value for state in LIVE]).select_related("service__partner"):
            one.state = (OfferState.DONE if one.state == OfferState.ACCEPTED.value else OfferState.CALLED_OFF).value
            one.ended_at = now()
            one.save(update_fields=["state", "ended_at"])
            _call_off(row, one, words)
        row.ended_at = now()
        _entry(row, "closed", words, key=key)
        _settle(row)


# -- below ----------------------------------------------------------------------------------------------------------


def _offer(row: Handover, code: str, way: Way, key: str) -> None:
    service = EmergencyService.objects.select_related("partner").filter(code=code, active=True).first()
    if service is None:
        raise Invalid(f"没有登记“{code}”，请在“紧急部门”中登记。", fields={"services": "没有这个部门"})
    if row.offers.filter(service=service, state__in=[state.value for state in LIVE]).exists():
        return  # asked already, and it may still act
    if row.kept_at is not None:
        raise Conflict("本热线已首接负责，请先结束这次移交再重新移交。", code="kept_here")
    partner, moment = service.partner, now()
    online = partner is not None and partner.active and bool(partner.url)
    if way is Way.MESSAGE and not online:
        raise Invalid(f"{service.label}没有接收消息的对接，请改用三方通话或电话转告。", fields={"way": "没有对接"})
    made = HandoverOffer(
        handover=row, service=service, way=way.value, offered_at=moment,
        due_at=moment + timedelta(seconds=service.receipt_seconds),
    )  # fmt: skip
    if partner is not None and online:  # a message goes beside the telephone too: the other side has it in writing
        made.message_id = new_message_id()
        put(partner, OFFERED, _message(row, code, personal=partner.personal), moment, message_id=made.message_id)
    made.save()
    row.alarmed_at = None
    _entry(row, "offered", way.said, service=code, key=key)


def _message(row: Handover, code: str, *, personal: bool) -> dict[str, object]:
    """The sheet as a message; name, number and exact place only where the agreement says so."""
    sheet = Sheet.from_json(json.loads(row.sheet)).to_json()
    if not personal:
        sheet = {name: mask_personal(value) for name, value in sheet.items() if name not in ("name", "phone")}
    return {"handover": str(row.uid), "service": code, "sheet": sheet, "opened_at": row.opened_at.isoformat()}


def _call_off(row: Handover, one: HandoverOffer, text: str) -> None:
    """A service that got a message is told that it is not needed; of a person only where the agreement says so."""
    partner = one.service.partner
    if one.message_id and partner is not None:
        words = text if partner.personal else mask_personal(text)
        put(partner, CALLED_OFF, {"handover": str(row.uid), "service": one.service.code, "text": words}, now())


def _move_order(row: Handover, number: str, state: str, code: str) -> None:
    """An order that no unit has yet becomes 'handed to emergency' (an enterprise is out of it); one at a unit stays, with a note."""
    text = f"紧急移交{code}"
    if state in BEFORE_UNIT or end_for_emergency(number):
        handling.take(number, Step.HAND_OVER, StepData(reason_code=code, text=text))
    else:
        handling.take(number, Step.NOTE, StepData(text=text))


def _settle(row: Handover, changed: HandoverOffer | None = None, *, raised: bool = True) -> None:
    """The state of the whole from its offers, its clock, and what the order learns of it.

    ``raised``: what stays here is a danger from now on, if it was none.
    """
    before, was_due = HandoverState(row.state), row.due_at
    offers = list(row.offers.select_related("service"))
    state = standing(
        (OfferState(one.state) for one in offers), kept=row.kept_at is not None, ended=row.ended_at is not None
    )
    row.state = state.value
    row.due_at = _due(row, state, offers)
    if state is not before or row.due_at != was_due:
        row.alarmed_at = None
    if state is HandoverState.CLOSED:
        row.ended_at = row.ended_at or now()
    row.save()
    if changed is not None and changed.state == OfferState.ACCEPTED.value:
        _tell_order(row, lambda number, order_state: accepted(number, order_state, changed))
    if state is not before:
        ledger.append("emergency.state", ("handover", str(row.uid)), {"from": before.value, "to": state.value})
    if state is HandoverState.KEPT and before is not state:
        _tell_order(row, taken_back if raised else given_back)
    if state is HandoverState.CLOSED and before is not state:
        _tell_order(row, lambda number, _: handling.take(number, Step.NOTE, StepData(text="紧急移交已结束")))


def _due(row: Handover, state: HandoverState, offers: Sequence[HandoverOffer]) -> datetime | None:
    """Until when somebody must act: a receipt, a decision, or the emergency clock of what stayed here."""
    if state is HandoverState.WAITING:
        waiting = [one.due_at for one in offers if one.state == OfferState.OFFERED.value]
        return (
            min(waiting)
            if waiting
            else max(one.received_at or one.offered_at for one in offers if OfferState(one.state) in OPEN)
            + DECIDE_WITHIN
        )
    if state is HandoverState.UNDECIDED:
        return max([one.ended_at or one.offered_at for one in offers], default=now()) + DECIDE_WITHIN
    return row.kept_at + KEPT_HOURS if state is HandoverState.KEPT and row.kept_at else None


def _tell_order(row: Handover, work: Callable[[str, str], object]) -> None:
    """A step on the order, by the person who acts, or by the program where a message said it."""
    number, state = _order(row)
    if current_actor().kind == "staff":
        work(number, state)
    else:
        with as_system():
            work(number, state)


def _order(row: Handover) -> tuple[str, str]:
    return row.order.number, type(row.order).objects.values_list("state", flat=True).get(pk=row.order_id)


def _entry(row: Handover, kind: str, text: str, *, service: str = "", key: str = "") -> None:
    """One line of the record, in the ledger too (there without words)."""
    actor = current_actor()
    HandoverEntry.objects.create(
        handover=row,
        kind=kind,
        service=service,
        text=text[: 2 * MOST_WORDS],
        actor=actor.name or actor.id,
        at=now(),
        key=key or None,
    )
    ledger.append("emergency.step", ("handover", str(row.uid)), {"kind": kind, "service": service})
    publish(HandoverChanged(row.pk, row.order_id, kind))


def _check(news: News, told: Told) -> None:
    if news is News.ACCEPT and not told.taken_by.strip():
        raise Invalid("请登记对方受理人的姓名或工号。", fields={"taken_by": "请登记受理人"})
    if news is News.RECEIPT and not told.taken_by.strip():
        raise Invalid("请登记对方接收人的姓名或工号。", fields={"taken_by": "请登记接收人"})
    if news in (News.DECLINE, News.RETURN, News.DONE, News.CALL_OFF):
        _words(told.text)


def _words(text: str) -> str:
    words = " ".join(text.split())
    if not 2 <= len(words) <= MOST_WORDS:
        raise Invalid("请写明情况，2 至 500 个字。", fields={"text": "请写明情况"})
    return words


def _json(sheet: Sheet) -> str:
    return json.dumps(sheet.to_json(), ensure_ascii=False)
