"""What a carrier of text messages brings: receipts, and words of citizens; signed, fresh, done once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from minhu.engines import webhooks
from minhu.exchange.domain import messages
from minhu.exchange.services.once import once
from minhu.intake.services import text_carrying, text_providers, text_talks
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotAllowed

MOST_BYTES: Final = 64 * 1024
Answer = dict[str, Any]


def take_in(uid: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Take in one message at the address of a provider; returns what is answered.

    Raises NotAllowed 401 for an unknown address, a wrong or old signature, 403 for a provider that is switched off,
    Conflict for an id used twice, Invalid for the contents.
    """
    if len(body) > MOST_BYTES:
        raise messages.too_large()
    provider, secret, active = text_providers.believed(uid)
    message_id = webhooks.verify([secret], headers, body, now())
    if not active:
        raise NotAllowed("这个短信服务已停用。", code="provider_inactive")
    envelope = messages.envelope(body, MOST_BYTES)
    if envelope.type not in ("sms.receipt", "sms.received"):
        raise Invalid(f"不支持的消息类型“{envelope.type}”。", code="unknown_type", fields={"type": "不支持"})
    with transaction.atomic():
        answer = once(f"texts:{provider}", message_id, envelope.type, body, lambda: _done(provider, envelope))
        text_providers.came(provider)
    return answer


def _done(provider: int, envelope: messages.Envelope) -> Answer:
    if envelope.type == "sms.receipt":
        form = messages.parsed(messages.TextReceipt, envelope.data)
        return {"ok": True, "changed": text_carrying.receipted(UUID(form.id), arrived=form.state == "delivered")}
    word = messages.parsed(messages.TextReceived, envelope.data)
    text_talks.heard(word.sender, word.text, key=f"sms-{provider}-{word.id}")
    return {"ok": True}
