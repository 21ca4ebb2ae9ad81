"""Messages of WeChat official accounts: only what the platform signed lately is opened, no odd body breaks the door."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from minhu.engines.channels import wechat
from minhu.engines.channels.wechat_sending import next_part
from minhu.kernel.errors import Invalid, MinhuError, NotAllowed

NOW = datetime(2026, 3, 9, 1, 0, 0, tzinfo=UTC)
PLAIN = wechat.Keys("liuwan12345", "wx0123456789abcdef")
SEALED = replace(PLAIN, aes_key=base64.b64encode(bytes(range(0, 256, 8))).decode().rstrip("="))
BODY = (
    "<xml><ToUserName><![CDATA[gh_house]]></ToUserName><FromUserName><![CDATA[oFollower_1]]></FromUserName>"
    "<CreateTime>1773018000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[路灯坏了]]></Content>"
    "<MsgId>23456789012345678</MsgId></xml>"
).encode()


def query(keys: wechat.Keys, moment: datetime = NOW, sealed: str = "", **changed: str) -> dict[str, str]:
    stamp, nonce = str(int(moment.timestamp())), "n0nce"
    found = {"timestamp": stamp, "nonce": nonce, "signature": wechat.signature(keys.token, stamp, nonce)}
    if sealed:
        found |= {"encrypt_type": "aes", "msg_signature": wechat.signature(keys.token, stamp, nonce, sealed)}
    return found | changed


def wrapped(sealed: str) -> bytes:
    return f"<xml><ToUserName><![CDATA[gh_house]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()


def as_documented(keys: wechat.Keys, content: bytes, appid: str) -> str:
    """Encrypted step by step as the platform's document says, with a library's own PKCS#7."""
    key = base64.b64decode(keys.aes_key + "=")
    padder = PKCS7(256).padder()
    plain = b"r" * 16 + len(content).to_bytes(4, "big") + content + appid.encode()
    made = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(made.update(padder.update(plain) + padder.finalize()) + made.finalize()).decode()


def test_both_modes_open_the_same_message() -> None:
    plain = wechat.opened(PLAIN, query(PLAIN), BODY, NOW)
    sealed = as_documented(SEALED, BODY, SEALED.appid)
    assert wechat.encrypted(SEALED, BODY, b"r" * 16) == sealed
    opened = wechat.opened(SEALED, query(SEALED, sealed=sealed), wrapped(sealed), NOW)
    assert plain.message == opened.message
    assert (opened.message.sender, opened.message.kind, opened.message.key) == (
        "oFollower_1",
        "text",
        "23456789012345678",
    )
    assert opened.message.fields["Content"] == "路灯坏了"
    assert plain.mark != opened.mark
    event = BODY.replace(b"<MsgId>23456789012345678</MsgId>", b"")
    assert wechat.opened(PLAIN, query(PLAIN), event, NOW).message.key == "oFollower_1-1773018000"


@pytest.mark.parametrize(
    ("keys", "changed"),
    [
        (PLAIN, query(PLAIN, signature="0" * 40)), (PLAIN, query(PLAIN, signature="签")), (PLAIN, {}),
        (PLAIN, query(PLAIN, nonce="other")), (PLAIN, query(PLAIN, timestamp="1773018001")),
        (PLAIN, query(PLAIN, NOW - timedelta(minutes=6))), (PLAIN, query(PLAIN, NOW + timedelta(minutes=6))),
        (PLAIN, query(replace(PLAIN, token="othertoken"))), (PLAIN, query(PLAIN, timestamp="９")),
        (SEALED, query(SEALED)),
    ],
)  # fmt: skip
def test_what_the_platform_did_not_sign_now_is_refused(keys: wechat.Keys, changed: dict[str, str]) -> None:
    with pytest.raises(NotAllowed) as refused:
        wechat.opened(keys, changed, BODY, NOW)
    assert refused.value.status == 401
    with pytest.raises(NotAllowed):
        wechat.echo(PLAIN, {"echostr": "12", **changed, "signature": changed.get("signature", "")[:39]}, NOW)


def test_a_sealed_message_of_another_account_or_key_is_refused() -> None:
    other = replace(SEALED, aes_key="a" * 42 + "E")
    foreign = as_documented(SEALED, BODY, "wxfedcba9876543210")
    cut = base64.b64encode(base64.b64decode(as_documented(SEALED, BODY, SEALED.appid))[:-16]).decode()
    for sealed in (foreign, as_documented(other, BODY, other.appid), cut, "", "not base64", "QUJD"):
        with pytest.raises(NotAllowed):
            wechat.opened(SEALED, query(SEALED, sealed=sealed or "x"), wrapped(sealed), NOW)


def test_the_address_is_checked_as_the_platform_does() -> None:
    assert wechat.echo(SEALED, query(SEALED, echostr="5927782489442352469"), NOW) == "5927782489442352469"
    for text in ("", "<script>", "a" * 65):
        with pytest.raises(NotAllowed):
            wechat.echo(PLAIN, query(PLAIN, echostr=text), NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<xml>", b"{}", b"\xff\xfe", b"<xml/>", b"a" * (wechat.MOST_BYTES + 1), b"<xml>" * 10_000,
        b'<?xml version="1.0" encoding="klingon"?><xml/>',
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><xml><Content>&a;</Content></xml>',
        BODY.replace(b"oFollower_1", b"o' OR 1=1"), BODY.replace(b"gh_house", b""),
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        wechat.opened(PLAIN, query(PLAIN), body, NOW)


@given(st.binary(max_size=300))
def test_no_body_breaks_the_door(body: bytes) -> None:
    for keys, asked in ((PLAIN, query(PLAIN)), (SEALED, query(SEALED, sealed="x"))):
        with pytest.raises(MinhuError):
            wechat.opened(keys, asked, body, NOW)


@given(st.text(max_size=60))
def test_an_answer_says_exactly_its_text(text: str) -> None:
    message = wechat.opened(PLAIN, query(PLAIN), BODY, NOW).message
    hostile = f"]]></Content><MsgType>image{text}\x00"
    wanted = "".join(
        x for x in hostile if x in "\t\n\r" or "\x20" <= x <= "\ud7ff" or "\ue000" <= x <= "\ufffd" or x > "\uffff"
    )
    wanted = wanted.replace("\r\n", "\n").replace("\r", "\n")
    plain: Any = fromstring(wechat.answer(PLAIN, message, hostile, NOW), forbid_dtd=True)
    assert plain.findtext("Content") == wanted
    assert (plain.findtext("ToUserName"), plain.findtext("MsgType"), len(plain)) == ("oFollower_1", "text", 5)
    sealed: Any = fromstring(wechat.answer(SEALED, message, hostile, NOW), forbid_dtd=True)
    inner: Any = fromstring(wechat.decrypted(SEALED, sealed.findtext("Encrypt")), forbid_dtd=True)
    assert inner.findtext("Content") == wanted
    parts = [sealed.findtext(name) for name in ("TimeStamp", "Nonce", "Encrypt")]
    assert sealed.findtext("MsgSignature") == wechat.signature(SEALED.token, *parts)


def test_shapes_of_keys() -> None:
    assert wechat.is_aes_key(SEALED.aes_key)
    assert not wechat.is_aes_key(SEALED.aes_key[:-1])
    assert wechat.is_appid(PLAIN.appid)
    assert not wechat.is_appid("wxshort")
    assert not wechat.is_token("有中文")
    assert PLAIN.token not in repr(PLAIN)


@given(st.lists(st.text(min_size=1, max_size=30), max_size=6), st.integers(4, 60))
def test_in_pieces_nothing_is_lost_and_nothing_said_twice(texts: list[str], most: int) -> None:
    texts = [text.encode(errors="ignore").decode() for text in texts]
    numbered = [(number * 2, text) for number, text in enumerate(texts, 1) if text]
    said, told, part = "", 0, 0
    for _ in range(500):
        piece, told, part = next_part(numbered, told, part, most)
        if not piece:
            break
        assert len(piece.encode()) <= most
        said += piece
    assert said.replace("\n", "") == "".join(text for _, text in numbered).replace("\n", "")
    assert (told, part) == (numbered[-1][0] if numbered else 0, 0)
