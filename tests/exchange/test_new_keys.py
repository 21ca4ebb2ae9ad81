"""New keys of a partner: for a while both are valid, and not a moment longer."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from factories import City
from minhu.directory.access import as_system
from minhu.engines import webhooks
from minhu.exchange.models import OldKeys, Partner
from minhu.exchange.services import partners
from minhu.exchange.types import PartnerData
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, Invalid

pytestmark = pytest.mark.django_db
BODY = json.dumps({"type": "webhook.test", "timestamp": "", "data": {}}).encode()


@pytest.fixture
def partner(city: City) -> Partner:
    with as_system():
        data = PartnerData(label="市民云", kind="platform", url="https://partner.example/in")
        uid, _, _ = partners.add(data)
    return Partner.objects.get(uid=uid)


def rekey(partner: Partner, hours: int) -> Partner:
    with as_system():
        partners.new_secrets(partner.pk, hours)
    return Partner.objects.get(pk=partner.pk)


def post(partner: Partner, secret: str) -> int:
    headers: dict[str, Any] = webhooks.sign(secret, uuid.uuid4().hex, clock.now(), BODY)
    done = Client().post(f"/hooks/{partner.uid}/", BODY, content_type="application/json", headers=headers)
    return int(done.status_code)


def test_both_keys_are_believed_for_the_hours_chosen_and_then_only_the_new_one(partner: Partner) -> None:
    after = rekey(partner, 24)
    assert (post(after, partner.secret_in), post(after, after.secret_in)) == (200, 200)
    with clock.at(clock.now() + timedelta(hours=24, seconds=1)):
        assert (post(after, partner.secret_in), post(after, after.secret_in)) == (401, 200)
        assert partners.forget_old_keys() == 1
        assert not OldKeys.objects.exists()


def test_a_partner_verifies_our_message_with_either_key(partner: Partner) -> None:
    """Checked with the reference library of the standard."""
    after, moment = rekey(partner, 24), clock.now()
    headers = webhooks.sign_all(after.signing(moment), "msg_1", moment, BODY)
    for secret in (partner.secret_out, after.secret_out):
        assert Webhook(secret).verify(BODY, headers)
    late = moment + timedelta(hours=25)
    only = webhooks.sign_all(after.signing(late), "msg_1", moment, BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(partner.secret_out).verify(BODY, only)


def test_a_leaked_key_ends_now(partner: Partner) -> None:
    after = rekey(partner, 0)
    assert (post(after, partner.secret_in), after.signing(clock.now())) == (401, [after.secret_out])


def test_old_keys_end_when_the_partner_has_changed_over(partner: Partner) -> None:
    after = rekey(partner, 72)
    with as_system():
        partners.end_old_keys(partner.pk)
        with pytest.raises(Conflict, match="没有仍在使用"):
            partners.end_old_keys(partner.pk)
    assert post(Partner.objects.get(pk=after.pk), partner.secret_in) == 401


@pytest.mark.parametrize("hours", [-1, 169, 10_000])
def test_no_overlap_is_longer_than_a_week(partner: Partner, hours: int) -> None:
    with as_system(), pytest.raises(Invalid, match="168"):
        partners.new_secrets(partner.pk, hours)
