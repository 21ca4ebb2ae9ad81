"""Carries text messages to their provider, tries again what did not go, and notes what became of each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from minhu.directory.access import elevated
from minhu.engines.channels.texting import Carried, Carrier, Gateway, NeverCarried, Outgoing, Simulator
from minhu.intake.models import TextMessage, TextProvider
from minhu.intake.services.texting import carrier
from minhu.intake.types import TextKind, TextState
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError

log = structlog.get_logger("minhu.intake")
WHY: Final = "messages are carried to telephones, whose ever they are"
LEASE: Final = timedelta(minutes=2)
"""Whoever took a message and died is followed after this time; the provider knows it by its number."""
PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 3600))
AT_ONCE: Final = 50


def carry(by: Carrier | None = None) -> int:
    """One round: hand over what is due; returns how many went out or ended. ``by``: another carrier than the set one."""
    provider = carrier()
    if provider is None:
        return 0
    done = _drop_late()
    return done + sum(_send(message, provider, by or carrier_of(provider)) for message in _take())


def carrier_of(provider: TextProvider) -> Carrier:
    """What speaks to a provider."""
    if provider.kind == TextKind.SIMULATOR.value:
        return Simulator()
    return Gateway(provider.url, provider.secret_out)


def receipted(uid: UUID, *, arrived: bool, reason: str = "") -> bool:
    """The provider says what became of a message; whether it changed anything. A last word is not taken back."""
    with transaction.atomic(), elevated(WHY):
        message = TextMessage.objects.select_for_update().filter(uid=uid).first()
        if message is None or message.state not in (TextState.SENT.value, TextState.WAITING.value):
            return False
        if message.attempts == 0:
            return False  # nobody can have it yet
        _end(message, TextState.DELIVERED if arrived else TextState.FAILED, "" if arrived else reason or "undelivered")
        return True


def _take() -> list[TextMessage]:
    moment = now()
    with transaction.atomic(), elevated(WHY):
        rows = list(
            TextMessage.objects.select_for_update(skip_locked=True)
            .filter(state=TextState.WAITING.value, next_at__lte=moment, over_at__gt=moment)
            .order_by("next_at", "id")[:AT_ONCE]
        )
        for row in rows:
            row.attempts += 1
            row.next_at = moment + LEASE
            row.save(update_fields=["attempts", "next_at"])
        return rows


def _send(message: TextMessage, provider: TextProvider, by: Carrier) -> int:
    """One attempt; no transaction is open while the provider is spoken to."""
    try:
        carried = by.send(Outgoing(str(message.uid), message.phone, provider.sign, message.template, message.words))
    except MinhuError as error:
        log.warning("text_not_carried", provider=provider.pk, code=error.code)
        _not_sent(message.pk, provider.pk, error)
        return 0
    _sent(message.pk, provider.pk, carried)
    return 1


def _sent(pk: int, provider_id: int, carried: Carried) -> None:
    moment = now()
    with transaction.atomic(), elevated(WHY):
        message = TextMessage.objects.select_for_update().get(pk=pk)
        message.sent_at, message.ref, message.provider_id = moment, carried.ref, provider_id
        if message.state == TextState.WAITING.value:  # a receipt may have been quicker
            message.state, message.next_at = TextState.SENT.value, None
        message.save()
        if carried.arrived is not None and message.state == TextState.SENT.value:
            state = TextState.DELIVERED if carried.arrived else TextState.FAILED
            _end(message, state, "" if carried.arrived else "undelivered")
        TextProvider.objects.filter(pk=provider_id).update(last_out_at=moment, problem="")


def _not_sent(pk: int, provider_id: int, error: MinhuError) -> None:
    with transaction.atomic(), elevated(WHY):
        message = TextMessage.objects.select_for_update().get(pk=pk)
        if message.state != TextState.WAITING.value:
            return
        if isinstance(error, NeverCarried):
            _end(message, TextState.FAILED, "refused_by_provider")
        elif message.attempts > len(PAUSES):
            _end(message, TextState.FAILED, "no_connection")
        else:
            message.next_at = now() + PAUSES[message.attempts - 1]
            message.save(update_fields=["next_at"])
        TextProvider.objects.filter(pk=provider_id).update(problem=error.message[:200])


def _drop_late() -> int:
    """What is no use any more is not sent: nobody wants to hear in the morning that he will be called in the evening."""
    moment: datetime = now()
    with transaction.atomic(), elevated(WHY):
        late = TextMessage.objects.filter(state=TextState.WAITING.value, over_at__lte=moment, next_at__lte=moment)
        return late.update(state=TextState.HELD.value, reason="too_late", done_at=moment, next_at=None)


def _end(message: TextMessage, state: TextState, reason: str) -> None:
    message.state, message.reason, message.done_at, message.next_at = state.value, reason, now(), None
    message.save(update_fields=["state", "reason", "done_at", "next_at"])
