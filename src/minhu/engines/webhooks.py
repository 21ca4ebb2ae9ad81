"""Signed messages between programs as *Standard Webhooks* describes them (symmetric scheme `v1`).

Three headers: `webhook-id` (the same for every attempt), `webhook-timestamp` (seconds), `webhook-signature`, a list of
`v1,<base64 of HMAC-SHA256 over "id.timestamp.body">` separated by spaces, so that two secrets can be valid while one
replaces the other. Secrets are written `whsec_<base64>`. Checked in tests against the reference library; not built on
it, because it reads the machine's clock instead of the house's and answers broken headers with a ValueError.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from minhu.kernel.errors import NotAllowed

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
TOLERANCE: Final = timedelta(minutes=5)
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
LONGEST_ID: Final = 128
MOST_SIGNATURES: Final = 8


def new_secret() -> str:
    """A new random secret in the written form."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def is_secret(text: str) -> bool:
    """Whether a text is a secret that can be used: 24 to 64 bytes, as the standard asks."""
    try:
        return text.startswith(PREFIX) and 24 <= len(_key(text)) <= 64
    except ValueError:
        return False


def sign(secret: str, message_id: str, moment: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message sent at ``moment`` (aware)."""
    return sign_all([secret], message_id, moment, body)


def sign_all(keys: Iterable[str], message_id: str, moment: datetime, body: bytes) -> dict[str, str]:
    """The same with the signature of each of the secrets ``keys``: one replaces the other while both are valid."""
    seconds = str(int(moment.timestamp()))
    signatures = " ".join(_signature(secret, message_id, seconds, body) for secret in keys)
    return {ID: message_id, TIMESTAMP: seconds, SIGNATURE: signatures}


def verify(keys: Iterable[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Return the id of a message that one of the secrets ``keys`` signed within five minutes of ``now``.

    ``headers`` are looked up by their lower-case names. Raises NotAllowed (401) for everything else: headers that are
    missing or malformed, a moment too far away, a signature that does not fit.
    """
    message_id, seconds = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not message_id or len(message_id) > LONGEST_ID or not message_id.isascii() or not message_id.isprintable():
        raise _refused("消息缺少 webhook-id，或格式不正确。")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        raise _refused("消息缺少 webhook-timestamp，或不是以秒计的整数。")
    if abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        raise _refused("消息时间与本机相差超过 5 分钟，请校准时钟后重新签名发送。", "webhook_too_old")
    given = [part[3:] for part in headers.get(SIGNATURE, "").split(" ")[:MOST_SIGNATURES] if part.startswith("v1,")]
    for secret in keys:
        expected = _signature(secret, message_id, seconds, body)[3:].encode()
        for one in given:
            if hmac.compare_digest(expected, one.encode("utf-8", "replace")):
                return message_id
    raise _refused("消息签名不正确，请核对密钥、正文和三个 webhook 消息头。")


def _signature(secret: str, message_id: str, seconds: str, body: bytes) -> str:
    signed = f"{message_id}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret is base64 after 'whsec_'") from error


def _refused(message: str, code: str = "bad_signature") -> NotAllowed:
    return NotAllowed(message, code=code, status=401)
