"""Sends what waits: signed, tried again with growing pauses, given up in the end; a dead partner is switched off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Q

from minhu.engines import outbound, webhooks
from minhu.engines.expiry import Expiring
from minhu.exchange.domain.telling import FINAL, RETRIES, is_hopeless, next_attempt
from minhu.exchange.models import Delivery, Partner
from minhu.exchange.services import emergency_messages, transfers
from minhu.exchange.services.outbox import sort_out
from minhu.exchange.services.partners import forget_old_keys
from minhu.exchange.services.sending_along import wire_body
from minhu.exchange.types import DeliveryState
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError
from minhu.ledger import services as ledger

log = structlog.get_logger("minhu.exchange")
LEASE: Final = timedelta(minutes=5)
"""Whoever took a message and died is followed by another after this time."""
EACH, EACH_FAILING, SENDERS = 20, 1, 8
"""Messages of one partner in one round: one slow or dead partner does not keep the others waiting."""
SENT: Final = Expiring(
    "exchange_delivery",
    "t.created_at",
    "t.state <> 'waiting'"
    " AND NOT EXISTS (SELECT FROM exchange_transfer r WHERE r.ended_at IS NULL AND r.message_id = t.message_id)"
    " AND NOT EXISTS (SELECT FROM exchange_transferitem i JOIN exchange_transfer r ON r.id = i.transfer_id"
    " WHERE r.ended_at IS NULL AND i.announced_by = t.message_id)",
    "concat_ws(' ', t.id, t.partner_id, t.message_id, t.kind, t.created_at, t.state, t.answer)",
)
"""Messages that arrived or were given up; how long they are kept says `kernel.keeping`.

What a transfer that is still open began with stays with it: files and later words wait until that has arrived."""
SLOWEST: Final = 256 * 1024
"""Bytes a second of the slowest line that a file still gets through."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to: a status, or the words of why there is none."""

    status: int | None
    error: str = ""
    retry_after: int | None = None
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether the partner has it."""
        return self.status is not None and 200 <= self.status < 300


def deliver() -> int:
    """One round: sort out the outbox, send what is due; returns how much was done.

    A partner's messages go out one after another in their order, those of different partners at the same time; after
    a failure the rest of the partner's messages wait with it.
    """
    forget_old_keys()
    done = sort_out()
    taken = _take()
    lines: dict[int, list[Delivery]] = {}
    for delivery in taken:
        lines.setdefault(delivery.partner_id, []).append(delivery)
    if lines:
        with ThreadPoolExecutor(min(SENDERS, len(lines))) as pool:
            # each thread goes on by the house's clock and for the same actor
            sent = [pool.submit(copy_context().run, _send_line, line) for line in lines.values()]
            for line, sending in zip(lines.values(), sent, strict=True):
                outcomes = sending.result()
                for delivery, outcome in zip(line, outcomes, strict=False):
                    settle(delivery.pk, outcome)
                later = [delivery.pk for delivery in line[len(outcomes) :]]
                Delivery.objects.filter(pk__in=later).update(next_at=now() + RETRIES[0])
    return done + len(taken)


def _take() -> list[Delivery]:
    """Claim due messages for this process; nobody holds a transaction open while the line is busy."""
    moment = now()
    due = Q(state=DeliveryState.WAITING.value, next_at__lte=moment, partner__active=True)
    with transaction.atomic():
        taken: list[Delivery] = []
        failing = Delivery.objects.filter(due).order_by().values_list("partner_id", "partner__failing_since").distinct()
        for partner_id, since in failing:
            rows = Delivery.objects.filter(due, partner_id=partner_id).select_for_update(skip_locked=True, of=("self",))
            most = EACH if since is None else EACH_FAILING
            taken += rows.select_related("partner__old_keys").order_by("next_at", "id")[:most]
        Delivery.objects.filter(pk__in=[row.pk for row in taken]).update(next_at=moment + LEASE)
    return taken


def _send_line(line: list[Delivery]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for delivery in line:
        outcomes.append(_send(delivery))
        if not outcomes[-1].ok and outcomes[-1].status not in FINAL:
            break
    return outcomes


def _send(delivery: Delivery) -> Outcome:
    """One attempt; touches no database, so that many run at once."""
    try:
        body = wire_body(delivery.kind, delivery.body)
        moment = now()
        headers = webhooks.sign_all(delivery.partner.signing(moment), delivery.message_id, moment, body)
        seconds = outbound.SECONDS + len(body) / SLOWEST
        answer = outbound.post(delivery.partner.url, body, headers, seconds=seconds)
    except MinhuError as error:
        return Outcome(None, error.message)
    return Outcome(
        answer.status, "" if answer.status < 300 else f"对方答复 {answer.status}", answer.retry_after, answer.body
    )


def settle(delivery_id: int, outcome: Outcome) -> None:
    """Write down what an attempt came to."""
    moment = now()
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().select_related("partner").filter(pk=delivery_id).first()
        if delivery is None or delivery.state != DeliveryState.WAITING.value:
            return
        delivery.attempts += 1
        delivery.answer, delivery.error = outcome.status, outcome.error[:200]
        if outcome.ok:
            delivery.state, delivery.done_at, delivery.next_at = DeliveryState.DELIVERED.value, moment, None
            Partner.objects.filter(pk=delivery.partner_id).update(last_ok_at=moment, failing_since=None)
        else:
            _failed(delivery, outcome, moment)
        delivery.save(update_fields=["attempts", "answer", "error", "state", "done_at", "next_at"])
        if outcome.ok:
            transfers.receipted(delivery, outcome.body)
            emergency_messages.receipted(delivery, outcome.body)


def _failed(delivery: Delivery, outcome: Outcome, moment: datetime) -> None:
    delivery.next_at = next_attempt(delivery.attempts, moment, outcome.retry_after)
    if outcome.status in FINAL:
        delivery.state, delivery.done_at, delivery.next_at = DeliveryState.FAILED.value, moment, None
        transfers.lost(delivery, outcome.body, final=True)
        return
    if delivery.next_at is None:
        delivery.state, delivery.done_at = DeliveryState.FAILED.value, moment
        transfers.lost(delivery, outcome.body, final=False)
    partner = Partner.objects.select_for_update().get(pk=delivery.partner_id)
    partner.failing_since = partner.failing_since or moment
    if partner.active and is_hopeless(partner.failing_since, moment, outcome.status):
        partner.active, partner.disabled_at = False, moment
        partner.disabled_reason = "对方明确答复不再接收（410）" if outcome.status == 410 else "连续多日无法送达"
        ledger.append("exchange.partner_disabled", ("partner", partner.pk), {"answer": outcome.status})
        log.warning("partner_disabled", partner=partner.pk, answer=outcome.status)
    partner.save(update_fields=["failing_since", "active", "disabled_at", "disabled_reason"])


def after_set_back() -> int:
    """What was to be sent at moments of a clock ahead of time is due now; returns how many."""
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING.value)
    changed = waiting.filter(next_at__gt=now()).update(next_at=now())
    return changed + Partner.objects.filter(failing_since__gt=now()).update(failing_since=now())
