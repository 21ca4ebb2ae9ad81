"""Signatures that other programs accept and that nobody can forge, replay or break with odd headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from minhu.engines import webhooks
from minhu.kernel.errors import NotAllowed

NOW = datetime(2026, 3, 9, 1, 0, 0, tzinfo=UTC)


@given(body=st.text(max_size=200), secret=st.binary(min_size=24, max_size=64), number=st.integers(0, 10**9))
def test_we_and_the_reference_library_sign_alike(body: str, secret: bytes, number: int) -> None:
    import base64

    written = "whsec_" + base64.b64encode(secret).decode()
    ours = webhooks.sign(written, f"msg_{number}", NOW, body.encode())
    assert ours["webhook-signature"] == Webhook(written).sign(f"msg_{number}", NOW, body)
    assert webhooks.verify([written], ours, body.encode(), NOW) == f"msg_{number}"


def test_the_reference_library_takes_what_we_send_now() -> None:
    secret, now = webhooks.new_secret(), datetime.now(UTC)
    assert webhooks.is_secret(secret)
    assert Webhook(secret).verify(b'{"a": 1}', webhooks.sign(secret, "msg_1", now, b'{"a": 1}')) == {"a": 1}


def test_two_keys_may_be_valid_while_one_replaces_the_other() -> None:
    old, new = webhooks.new_secret(), webhooks.new_secret()
    first, second = (webhooks.sign(key, "m", NOW, b"{}") for key in (old, new))
    both = {**first, "webhook-signature": f"{first['webhook-signature']} {second['webhook-signature']}"}
    assert webhooks.verify([new], both, b"{}", NOW) == "m"
    assert webhooks.verify([new, old], first, b"{}", NOW) == "m"


SECRET = webhooks.new_secret()
GOOD = webhooks.sign(SECRET, "msg_1", NOW, b"{}")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**GOOD, "webhook-id": ""},
        {**GOOD, "webhook-id": "msg_2"},
        {**GOOD, "webhook-id": "x" * 200},
        {**GOOD, "webhook-id": "编号"},
        {**GOOD, "webhook-timestamp": ""},
        {**GOOD, "webhook-timestamp": "nan"},
        {**GOOD, "webhook-timestamp": "１７７３"},
        {**GOOD, "webhook-timestamp": "9" * 400},
        {**GOOD, "webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {**GOOD, "webhook-signature": ""},
        {**GOOD, "webhook-signature": "v1"},
        {**GOOD, "webhook-signature": "v1,"},
        {**GOOD, "webhook-signature": "v1,!!!"},
        {**GOOD, "webhook-signature": "v1,é"},
        {**GOOD, "webhook-signature": GOOD["webhook-signature"].replace("v1,", "v1a,")},
        {**GOOD, "webhook-signature": " ".join(["v1,AAAA"] * 5000)},
        webhooks.sign(webhooks.new_secret(), "msg_1", NOW, b"{}"),
        webhooks.sign(SECRET, "msg_1", NOW, b"{ }"),
    ],
)
def test_everything_else_is_refused_with_401(headers: dict[str, str]) -> None:
    with pytest.raises(NotAllowed) as refused:
        webhooks.verify([SECRET], headers, b"{}", NOW)
    assert refused.value.status == 401


@pytest.mark.parametrize(("minutes", "ok"), [(0, True), (4.9, True), (-4.9, True), (5.1, False), (-5.1, False)])
def test_a_message_is_fresh_for_five_minutes(minutes: float, ok: bool) -> None:
    sent = webhooks.sign(SECRET, "msg_1", NOW, b"{}")
    later = NOW + timedelta(minutes=minutes)
    if ok:
        assert webhooks.verify([SECRET], sent, b"{}", later) == "msg_1"
    else:
        with pytest.raises(NotAllowed, match="5 分钟"):
            webhooks.verify([SECRET], sent, b"{}", later)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!!!", "secret", "whsec_AAAA", "whsec_" + "A" * 400])
def test_what_is_no_key_is_not_taken_for_one(text: str) -> None:
    assert not webhooks.is_secret(text)
