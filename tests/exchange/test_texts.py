"""A gateway of text messages: it gets signed messages, and what it brings is believed when it is signed, once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from exchange.listener import listening
from minhu.directory.access import as_system
from minhu.engines import webhooks
from minhu.intake.models import Talk, TextMessage, TextProvider
from minhu.intake.services import text_carrying, texting
from minhu.kernel import clock

pytestmark = pytest.mark.django_db
PHONE = "19900001234"


def bring(provider: TextProvider, kind: str, data: dict[str, Any], message_id: str = "m-1", secret: str = "") -> Any:
    body = json.dumps({"type": kind, "data": data}).encode()
    headers = webhooks.sign(secret or provider.secret_in, message_id, clock.now(), body)
    return Client().post(f"/hooks/texts/{provider.uid}/", body, content_type="application/json", headers=headers)


def test_a_gateway_carries_receipts_and_answers_come_back(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "127.0.0.0/8")
    with listening() as gateway:
        gateway.answers = [(503, b"", {}), (200, b'{"ref": "g-7"}', {})]
        provider = TextProvider.objects.create(
            label="网关", kind="http", url=gateway.url, sign="云溪12345", active=True, created_at=clock.now(),
            secret_out=webhooks.new_secret(), secret_in=webhooks.new_secret(),
        )  # fmt: skip
        sent = texting.send_text(PHONE, "missed", {"when": "稍后"}, key="k")
        assert text_carrying.carry() == 0
        with as_system():
            TextMessage.objects.update(next_at=clock.now())
        assert text_carrying.carry() == 1
        assert gateway.bodies[0] == gateway.bodies[1]
        assert webhooks.verify([provider.secret_out], gateway.headers[1], gateway.bodies[1], clock.now()) == str(
            sent.uid
        )
        assert json.loads(gateway.bodies[1])["data"]["text"].startswith("【云溪12345】")
    receipt = {"id": str(sent.uid), "state": "delivered"}
    assert bring(provider, "sms.receipt", receipt, secret=webhooks.new_secret()).status_code == 401
    assert bring(provider, "sms.receipt", receipt).json() == {"ok": True, "changed": True}
    assert bring(provider, "sms.receipt", receipt).json()["repeated"] is True
    word = {"id": "in-1", "from": PHONE, "text": "转人工"}
    for message_id in ("m-2", "m-3", "m-3"):
        assert bring(provider, "sms.received", word, message_id).status_code == 200
    assert bring(provider, "sms.received", {**word, "text": "别的"}, "m-3").status_code == 409
    assert bring(provider, "sms.received", {"id": "x", "from": "10086", "text": "中奖"}, "m-4").status_code == 422
    with as_system():
        (talk,) = Talk.objects.filter(channel="sms")
        assert talk.utterances.filter(speaker="citizen").count() == 1
    TextProvider.objects.update(active=False)
    assert bring(provider, "sms.received", word, "m-5").status_code == 403
