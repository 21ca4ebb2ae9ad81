"""What a registered emergency service says by signed messages: receipt, acceptance, refusal, what came of it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from minhu.directory.access import acting_as, elevated
from minhu.exchange.domain import messages
from minhu.exchange.domain.handovers import News
from minhu.exchange.models import Delivery, Handover, HandoverOffer, Partner
from minhu.exchange.services import emergency
from minhu.exchange.services.coming_along import actor_of
from minhu.exchange.services.emergency import Told
from minhu.exchange.services.emergency_lock import locked
from minhu.kernel.errors import NotFound
from minhu.language.personal import mask_personal

Answer = dict[str, Any]


class _Said(messages.Form):
    """What every message names: the hand-over, and which service speaks (where one platform stands for several)."""

    handover: messages.Identity
    service: Annotated[str, Field(max_length=8)] = ""


class Taken(_Said):
    """`emergency.received`, `emergency.accepted`: who took it, and their number of the case."""

    taken_by: Annotated[str, Field(max_length=64)] = ""
    number: Annotated[str, Field(max_length=64)] = ""


class Declined(_Said):
    """`emergency.declined`: why not; ``to_hotline``: it is the hotline's own work (非警务)."""

    text: messages.Words
    to_hotline: bool = False


class Feedback(_Said):
    """`emergency.feedback`: what was done; ``returned``: it is none of theirs after all."""

    text: messages.Words
    outcome: Literal["done", "returned"] = "done"
    to_hotline: bool = False
    """With ``returned``: it is the hotline's own work."""


def received(partner: Partner, envelope: messages.Envelope, message_id: str) -> Answer:
    """They have it."""
    form = messages.parsed(Taken, envelope.data)
    return _hear(partner, form, News.RECEIPT, Told(form.taken_by, form.number), message_id)


def accepted(partner: Partner, envelope: messages.Envelope, message_id: str) -> Answer:
    """They act on it under a number of their own."""
    form = messages.parsed(Taken, envelope.data)
    return _hear(partner, form, News.ACCEPT, Told(form.taken_by or partner.label, form.number), message_id)


def declined(partner: Partner, envelope: messages.Envelope, message_id: str) -> Answer:
    """They do not take it."""
    form = messages.parsed(Declined, envelope.data)
    return _hear(partner, form, News.DECLINE, _why(form), message_id)


def feedback(partner: Partner, envelope: messages.Envelope, message_id: str) -> Answer:
    """What came of it closes it, or gives it back."""
    form = messages.parsed(Feedback, envelope.data)
    news = News.DONE if form.outcome == "done" else News.RETURN
    return _hear(partner, form, news, _why(form), message_id)


def _why(form: Declined | Feedback) -> Told:
    return Told(text=mask_personal(form.text), to_hotline=form.to_hotline)


def _hear(partner: Partner, form: _Said, news: News, told: Told, message_id: str) -> Answer:
    """Part of the transaction that takes the message in; a hand-over of another partner does not exist for this one."""
    with acting_as(actor_of(partner)), elevated(WHY):
        mine = HandoverOffer.objects.filter(handover__uid=_uid(form.handover), service__partner=partner)
        if form.service:
            mine = mine.filter(service__code=form.service)
        one = mine.order_by("-id").select_related("service", "handover").first()
        if one is None:
            raise NotFound("没有这次移交。", code="no_such_handover")
        row = locked(one.handover.uid)
        state = emergency.hear(row, one.service.code, news, told, f"message-{message_id}"[:100])
        return {
            "handover": str(row.uid),
            "state": state.value,
            "hand_over_state": Handover.objects.get(pk=row.pk).state,
        }


def receipted(delivery: Delivery, body: bytes) -> None:
    """The answer to an offer may itself be the receipt: a JSON object with ``taken_by`` or ``number``."""
    if delivery.kind != emergency.OFFERED:
        return
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return
    told = [answer.get(name) for name in ("taken_by", "number")] if isinstance(answer, dict) else []
    words = [one if isinstance(one, str) and one.isprintable() else "" for one in told]
    if not any(words):
        return
    with acting_as(actor_of(delivery.partner)), elevated(WHY):
        one = HandoverOffer.objects.filter(message_id=delivery.message_id).select_related("handover", "service").first()
        if one is not None:
            row = locked(one.handover.uid)
            key = f"answer-{delivery.message_id}"
            if not row.entries.filter(key=key).exists():
                emergency.hear(row, one.service.code, News.RECEIPT, Told(words[0], words[1]), key)


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("没有这次移交。", code="no_such_handover") from error


WHY: Final = "a service tells of a hand-over that it was given, not of the citizen behind it"
WORK: Final = {
    "emergency.received": received,
    "emergency.accepted": accepted,
    "emergency.declined": declined,
    "emergency.feedback": feedback,
}
"""Which messages an emergency platform may send about hand-overs."""
