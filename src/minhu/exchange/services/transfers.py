"""Orders that go to another hotline and come back: who has it, their number, what they answer.

Both sides keep a row with the same id. Ours is changed only by the steps of the order (`subscribers`), whoever takes
them: a person who heard it by telephone, or the partner's signed message. Personal values go out only where the
agreement allows it and the requester did not ask for confidence; each is entered in the log of readings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet

from minhu.directory.access import acting_as, as_system, elevated
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_info
from minhu.directory.queries.rules import reasons
from minhu.directory.queries.units import unit_name
from minhu.directory.types import AreaLevel
from minhu.exchange.domain import messages
from minhu.exchange.models import Delivery, Partner, Transfer
from minhu.exchange.queries import transfers as queries
from minhu.exchange.services import sending_along, theirs
from minhu.exchange.services.coming_along import actor_of, expect, uuid_of
from minhu.exchange.services.outbox import put
from minhu.exchange.types import PartnerKind, TransferState, TransferView
from minhu.handling import services as handling
from minhu.handling.events import OrderChanged
from minhu.handling.queries import visible_orders
from minhu.handling.types import State, Step, StepData
from minhu.intake import services as intake
from minhu.intake.queries import files_to_hand_on, reveal
from minhu.intake.types import Channel, NewRequest, PersonalField
from minhu.kernel.actors import SYSTEM, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotFound
from minhu.language.personal import mask_personal

WHY: Final = "a transfer belongs to the order whose step is being taken"
OFFERED: Final = "transfer.offered"
UNDECIDED: Final = frozenset({State.RECEIVED.value, State.INCOMPLETE.value})
_ENDS: Final = {
    Step.TRANSFER_TAKEN.value: TransferState.TAKEN,
    Step.TRANSFER_REFUSED.value: TransferState.REFUSED,
    Step.TRANSFER_DONE.value: TransferState.DONE,
    Step.TAKE_BACK.value: TransferState.TAKEN_BACK,
    Step.RECEIPT.value: TransferState.TAKEN,
    Step.ARCHIVE.value: TransferState.DONE,
    Step.WITHDRAW.value: TransferState.WITHDRAWN,
}
_FROM: Final = {Step.ARCHIVE.value: {State.EMERGENCY.value}, Step.WITHDRAW.value: {State.TRANSFERRED.value}}
"""Steps that end a transfer only from these states."""
_REPLIES: Final = frozenset({Step.APPROVE_REPLY.value, Step.ANSWER_DIRECTLY.value})
Answer = dict[str, Any]


# -- what we hand over --------------------------------------------------------------------------------------------


def follow(event: OrderChanged) -> None:
    """Keep our rows in step with the order: begin, taken, refused, done, taken back."""
    if event.step in (Step.TRANSFER.value, Step.HAND_OVER.value):
        with transaction.atomic(), elevated(WHY):
            _begin(event) if event.step == Step.TRANSFER.value else _rung_up(event)
    elif event.step in _ENDS and event.from_state in _FROM.get(event.step, {event.from_state}):
        with transaction.atomic(), elevated(WHY):
            _move(event, _ENDS[event.step])


def _begin(event: OrderChanged) -> None:
    row = visible_orders(SYSTEM).filter(pk=event.order_id).values(
        "lead_unit_id", "request_id", "title", "request_type", "area_id", "category_id", "confidential", "request__text",
        "request__wants_callback",
    ).get()  # fmt: skip
    reason = _last_text(event.order_id)
    partner = Partner.objects.filter(kind=PartnerKind.HOTLINE.value, unit_id=row["lead_unit_id"], active=True).first()
    online = partner is not None and bool(partner.url)
    made = Transfer.objects.create(
        order_id=event.order_id, partner=partner, by_phone=not online, whom=unit_name(row["lead_unit_id"])[:64],
        reason=reason[:500], offered_at=now(), offered_by=current_actor().id,
    )  # fmt: skip
    if partner is not None and online:
        made.message_id = sending_along.new_message_id()
        made.save(update_fields=["message_id"])
        put(partner, OFFERED, _offer(event.number, row, made), now(), message_id=made.message_id)


def _rung_up(event: OrderChanged) -> None:
    """To 110, 119, 120, 122 by telephone: who took it is recorded by the receipt."""
    last = _last(event.order_id)
    Transfer.objects.create(
        order_id=event.order_id, by_phone=True, whom=reasons().label("hand_over", last["steps__reason_code"])[:64],
        reason=last["steps__text"][:500], offered_at=now(), offered_by=current_actor().id,
    )  # fmt: skip


def _offer(number: str, row: Mapping[str, Any], made: Transfer) -> Answer:
    """What the other hotline needs to work; the person and the files only where the agreement says so."""
    open_words = sending_along.is_open(made, row["confidential"])
    files = files_to_hand_on(row["request_id"], "citizen", SYSTEM)
    named = sending_along.name_files(made, row["request_id"], files, made.message_id, allowed=open_words)
    area = area_info(row["area_id"])
    if area is not None and area.level > AreaLevel.STREET:
        area = area_info(area.path[AreaLevel.STREET - 1]) or area
    category = category_info(row["category_id"])
    found: Answer = {
        "category": category.full_name if category else "", "transfer": str(made.uid), "number": number, "title": row["title"][:200], "request_type": row["request_type"],
        "text": row["request__text"] if open_words else mask_personal(row["request__text"]),
        "reason": made.reason, "place": area.full_name if area else "", "confidential": row["confidential"],
        "wants_callback": row["request__wants_callback"] and open_words, "files": named,
    }  # fmt: skip
    if open_words:
        why = f"转办至{made.whom}"
        for name, field in (
            ("name", PersonalField.NAME),
            ("phone", PersonalField.PHONE),
            ("place", PersonalField.PLACE),
        ):
            if value := reveal(row["request_id"], field, why):
                found[name] = value
    return found


def _last(order_id: int) -> Mapping[str, Any]:
    """The step that was just taken: its words, reason and changes."""
    rows = visible_orders(SYSTEM).filter(pk=order_id).order_by("-steps__id")
    return rows.values("steps__text", "steps__reason_code", "steps__changes")[0]


def _last_text(order_id: int) -> str:
    return str(_last(order_id)["steps__text"])


def _move(event: OrderChanged, state: TransferState) -> None:
    row = _open(outgoing=True).filter(order_id=event.order_id).select_for_update(of=("self",)).first()
    if row is None:
        return
    last = _last(event.order_id)
    row.state, row.note = state.value, last["steps__text"][:500]
    if state is TransferState.TAKEN:
        told = last["steps__changes"]
        row.taken_at = datetime.fromisoformat(told["taken_at"]) if "taken_at" in told else row.taken_at or now()
        row.their_number = told.get("their_number", row.their_number)
    else:
        row.ended_at = now()
    row.save(update_fields=["state", "note", "taken_at", "their_number", "ended_at"])
    if row.ended_at is not None:
        sending_along.left_behind(row)
    if state is TransferState.WITHDRAWN:
        sending_along.withdrawn(row)
    if state is TransferState.TAKEN_BACK and row.partner is not None and not row.by_phone:
        put(row.partner, "transfer.taken_back", {"transfer": str(row.uid), "text": row.note}, now())


def receipted(delivery: Delivery, body: bytes) -> None:
    """The partner's answer to an offer names its own number: the first receipt; what waited for it goes out."""
    if not delivery.kind.startswith("transfer."):
        return
    answer = _answer(body)
    sending_along.arrived(delivery, answer)
    number = answer.get("number")
    if delivery.kind == OFFERED and isinstance(number, str) and 0 < len(number) <= 64 and number.isprintable():
        with transaction.atomic(), elevated(WHY):
            Transfer.objects.filter(message_id=delivery.message_id, their_number="").update(their_number=number)


def lost(delivery: Delivery, body: bytes, *, final: bool) -> None:
    """A message about a transfer was refused for good (``final``) or given up: its order's page says so."""
    if delivery.kind.startswith("transfer."):
        sending_along.lost(delivery, _answer(body), final=final)


def _answer(body: bytes) -> Answer:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _open(*, outgoing: bool) -> QuerySet[Transfer]:
    return Transfer.objects.filter(outgoing=outgoing, ended_at__isnull=True).select_related("partner")


# -- what they answer ---------------------------------------------------------------------------------------------


def _theirs(partner: Partner, uid: str) -> tuple[Transfer, str, int]:
    """The transfer that a partner speaks of, with the order's number and request; raises NotFound for any other's."""
    with elevated(WHY):
        row = Transfer.objects.filter(uid=uuid_of(uid), partner=partner, outgoing=True).first()
        if row is None:
            raise NotFound("没有这次转办。", code="no_such_transfer")
        number, request_id = visible_orders(SYSTEM).filter(pk=row.order_id).values_list("number", "request_id").get()
    if row.ended_at is not None:
        raise Conflict("这次转办已经结束。", code="transfer_ended")
    return row, number, request_id


def _report(partner: Partner, uid: str, step: Step, data: StepData, **told: str) -> Answer:
    row, number, request_id = _theirs(partner, uid)
    with acting_as(actor_of(partner, request_id)):
        done = handling.take(number, step, data)
        known = {name: value for name, value in told.items() if value}
        if known:
            Transfer.objects.filter(pk=row.pk).update(**known)
    return {"number": number, "state": done.state.value}


def taken(partner: Partner, envelope: messages.Envelope, _message_id: str) -> Answer:
    """They work on it; their number and who took it are the receipt."""
    form = messages.parsed(messages.Answered, envelope.data)
    words = "；".join(
        part
        for part in (form.taken_by and f"接收人：{form.taken_by}", form.number and f"对方编号：{form.number}")
        if part
    )
    return _report(
        partner, form.transfer, Step.TRANSFER_TAKEN, StepData(text=words), their_number=form.number,
        taken_by=form.taken_by,
    )  # fmt: skip


def refused(partner: Partner, envelope: messages.Envelope, _message_id: str) -> Answer:
    """They do not take it: back to our dispatch."""
    form = messages.parsed(messages.Answered, envelope.data)
    data = StepData(text=form.text or "对方未说明理由")
    return _report(partner, form.transfer, Step.TRANSFER_REFUSED, data, their_number=form.number)


def progress(partner: Partner, envelope: messages.Envelope, _message_id: str) -> Answer:
    """News that our citizen reads too."""
    form = messages.parsed(messages.Answered, envelope.data)
    return _report(partner, form.transfer, Step.TRANSFER_NEWS, StepData(text=mask_personal(form.text)))


def done(partner: Partner, envelope: messages.Envelope, _message_id: str) -> Answer:
    """Their result is the public reply."""
    form = messages.parsed(messages.Done, envelope.data)
    answer = _report(partner, form.transfer, Step.TRANSFER_DONE, StepData(reply=form.reply, solved=form.solved))
    with elevated(WHY):
        return answer | expect(Transfer.objects.get(uid=uuid_of(form.transfer)), form.files)


def of_token(token_id: int) -> list[TransferView]:
    """The newest transfers with the hotline of a token, numbers and states only."""
    with transaction.atomic(), elevated("a hotline reads the numbers and states of what was handed over with it"):
        return queries.of_token(token_id)


# -- what they hand over ------------------------------------------------------------------------------------------


def offered(partner: Partner, envelope: messages.Envelope, _message_id: str) -> Answer:
    """An order of another hotline becomes a request of ours; the answer is the receipt with our number."""
    form = messages.parsed(messages.Offered, envelope.data)
    uid = uuid_of(form.transfer)
    with elevated(WHY):
        with connection.cursor() as cursor:  # two offers at the same moment wait for each other
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"transfer {uid}"])
        if Transfer.objects.filter(uid=uid).exists():
            raise Conflict("这次转办的编号已经用过。", code="transfer_known")
    new = NewRequest(
        text=form.text, title=form.title[:100], channel=Channel.API, place_text=form.place, requester_name=form.name,
        requester_phone=form.phone, confidential=form.confidential, wants_callback=form.wants_callback,
        request_type=form.request_type, idempotency_key=f"transfer:{uid.hex}",
        source={"transferred_from": partner.label, "their_number": form.number, "reason": form.reason},
    )  # fmt: skip
    actor = actor_of(partner)
    receipt = intake.receive(new, actor=actor)
    if receipt.created and form.category:
        theirs.choose(receipt.number, form.category, partner.label)
    with elevated(WHY):
        order_id, state = visible_orders(SYSTEM).filter(number=receipt.number).values_list("id", "state").get()
        row = Transfer.objects.create(
            uid=uid, order_id=order_id, partner=partner, outgoing=False, whom=partner.label, reason=form.reason,
            offered_at=now(), offered_by=actor.id, their_number=form.number,
        )  # fmt: skip
        if state not in UNDECIDED:
            _accepted(row, receipt.number)
        return {"number": receipt.number, "state": state, **expect(row, form.files)}


def taken_back(partner: Partner, envelope: messages.Envelope, _message_id: str) -> Answer:
    """The other hotline goes on by itself: our order stays, and its desk is told in a note."""
    form = messages.parsed(messages.Answered, envelope.data)
    with elevated(WHY):
        mine = _open(outgoing=False).filter(uid=uuid_of(form.transfer), partner=partner)
        row = mine.select_for_update(of=("self",)).first()
        if row is None:
            raise NotFound("没有这次转办。", code="no_such_transfer")
        row.state, row.ended_at, row.note = TransferState.TAKEN_BACK.value, now(), form.text[:500]
        row.save(update_fields=["state", "ended_at", "note"])
        number = visible_orders(SYSTEM).filter(pk=row.order_id).values_list("number", flat=True).get()
    with as_system():
        handling.take(number, Step.NOTE, StepData(text=f"{partner.label}已收回此件，由其继续办理。{form.text}"))
    return {"number": number}


def report_back(event: OrderChanged) -> None:
    """An order that came from another hotline: tell it what our citizen would read."""
    if event.step in (Step.OPEN.value, Step.NOTE.value):
        return
    with transaction.atomic(), elevated(WHY):
        row = _open(outgoing=False).filter(order_id=event.order_id).select_for_update(of=("self",)).first()
        if row is None or row.partner is None:
            return
        if row.taken_at is None and event.to_state not in UNDECIDED | {State.REFUSED.value}:
            _accepted(row, event.number)
        if event.step == Step.REFUSE.value:
            _finish(row, TransferState.REFUSED, "transfer.refused", {"text": _last_text(event.order_id)})
        elif event.step in _REPLIES:
            _answered(row)
        elif (text := _public(event.order_id)) and event.step != Step.ACCEPT.value:
            _tell(row, "transfer.progress", {"text": text})


def _answered(row: Transfer) -> None:
    """The result that our citizen would read, with the files of the reply."""
    values = visible_orders(SYSTEM).filter(pk=row.order_id).values("public_reply", "solved", "request_id").get()
    message_id = sending_along.new_message_id()
    files = files_to_hand_on(values["request_id"], "reply", SYSTEM)
    named = sending_along.name_files(row, values["request_id"], files, message_id)
    data = {"reply": values["public_reply"], "solved": values["solved"], "files": named}
    _finish(row, TransferState.DONE, "transfer.done", data, message_id)


def _public(order_id: int) -> str:
    rows = (
        visible_orders(SYSTEM).filter(pk=order_id).order_by("-steps__id").values_list("steps__public_text", flat=True)
    )
    return rows.first() or ""


def _accepted(row: Transfer, number: str) -> None:
    row.state, row.taken_at = TransferState.TAKEN.value, now()
    row.save(update_fields=["state", "taken_at"])
    _tell(row, "transfer.taken", {"number": number})


def _finish(row: Transfer, state: TransferState, kind: str, data: Answer, message_id: str = "") -> None:
    row.state, row.ended_at = state.value, now()
    row.save(update_fields=["state", "ended_at"])
    _tell(row, kind, data, message_id)


def _tell(row: Transfer, kind: str, data: Answer, message_id: str = "") -> None:
    if row.partner is not None and row.partner.url:
        put(row.partner, kind, {"transfer": str(row.uid), **data}, now(), message_id=message_id)
