"""A follower of a WeChat official account talks with the house: signed, once, in time or later, in the same talk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from exchange.listener import Listener, listening
from factories import City
from minhu.directory.access import acting_as, as_system
from minhu.engines.channels import wechat
from minhu.engines.channels.wechat_sending import Platform
from minhu.exchange.models import ChannelAccount, ChannelLine
from minhu.exchange.services import channel_sending, wechat_accounts
from minhu.exchange.services import wechat as services
from minhu.exchange.types import AccountData
from minhu.intake.models import Talk, Utterance
from minhu.intake.services import attending
from minhu.kernel import clock

pytestmark = pytest.mark.django_db
AES = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"
"""Stands for thirty-two characters of 0-9 and a-f."""


@pytest.fixture
def account(home: object, city: City) -> ChannelAccount:
    """An account in the encrypted mode that may speak by itself."""
    data = AccountData("柳湾12345", "wx0123456789abcdef", "liuwan12345", AES, "s3cret")
    with as_system():
        return ChannelAccount.objects.get(pk=wechat_accounts.add(data))


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """The platform's customer messages, as a server of our own."""
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "127.0.0.0/8")
    with listening() as listener:
        listener.answers = [(200, b'{"access_token": "t-1", "expires_in": 7200}', {}), (200, b'{"errcode": 0}', {})]
        yield listener


class Phone:
    """A follower as the platform brings him; every attempt has a signature of its own."""

    def __init__(self, account: ChannelAccount, sender: str = "oFollower_1") -> None:
        self.keys, self.url, self.sender = services.keys_of(account), f"/hooks/wechat/{account.uid}/", sender
        self.count = 0

    def say(self, words: str, key: str = "", kind: str = "text", **more: str) -> str:
        """What the platform reads in the answer; '' for its word of success."""
        fields = {"Content": words, "MsgId": key} if kind == "text" else more
        answer = self.post(fields, kind)
        assert answer.status_code == 200, answer.content
        if answer.content == b"success":
            return ""
        body: Any = fromstring(answer.content)
        inner: Any = fromstring(wechat.decrypted(self.keys, body.findtext("Encrypt")))
        assert inner.findtext("ToUserName") == self.sender
        return str(inner.findtext("Content"))

    def post(self, fields: dict[str, str], kind: str = "text", **query: str) -> Any:
        self.count += 1
        seconds = str(int(clock.now().timestamp()))
        inner = {
            "ToUserName": "gh_house",
            "FromUserName": self.sender,
            "CreateTime": seconds,
            "MsgType": kind,
            **fields,
        }
        xml = "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in inner.items())
        sealed = wechat.encrypted(self.keys, f"<xml>{xml}</xml>".encode())
        nonce = f"n{self.count}"
        asked = {
            "timestamp": seconds, "nonce": nonce, "encrypt_type": "aes",
            "msg_signature": wechat.signature(self.keys.token, seconds, nonce, sealed), **query,
        }  # fmt: skip
        body = f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
        return Client().post(
            f"{self.url}?{'&'.join(f'{a}={b}' for a, b in asked.items())}", body, content_type="text/xml"
        )


def heard() -> list[str]:
    with as_system():
        return [row.text for row in Utterance.objects.filter(speaker="citizen").order_by("id")]


def talks() -> int:
    with as_system():
        return Talk.objects.filter(channel="wechat").count()


def test_a_follower_talks_and_every_attempt_of_a_message_is_one_turn(account: ChannelAccount) -> None:
    phone = Phone(account)
    first = phone.say("你好", "101")
    assert "不是真人" in first
    assert phone.say("你好", "101") == first, "the platform asks again: the same answer, no second turn"
    second = phone.say("转人工", "102")
    assert second
    assert "不是真人" not in second
    assert phone.say("你好", "101") != second, "an attempt that comes late says nothing of what came after"
    assert heard() == ["你好", "转人工"]
    assert talks() == 1
    Phone(account, "oFollower_2").say("你好", "103")
    assert talks() == 2


def test_what_is_no_text_is_told_and_events_are_silent(account: ChannelAccount) -> None:
    phone = Phone(account)
    assert "12345" in phone.say("", kind="event", Event="subscribe")
    assert phone.say("", kind="event", Event="unsubscribe") == ""
    assert "文字" in phone.say("", kind="image", PicUrl="https://x.example/1.jpg", MsgId="1")
    assert phone.say("  ", "2") == ""
    assert talks() == 0, "nothing is kept before somebody speaks"
    assert phone.say("", kind="voice", Recognition="转人工", MsgId="3")
    assert heard() == ["转人工"]


def test_forged_old_and_used_signatures_and_large_bodies_are_refused(account: ChannelAccount) -> None:
    phone = Phone(account)
    assert phone.post({"Content": "你好", "MsgId": "1"}, msg_signature="0" * 40).status_code == 401
    old = str(int((clock.now() - timedelta(minutes=6)).timestamp()))
    assert phone.post({"Content": "你好", "MsgId": "1"}, timestamp=old).json()["code"] == "too_old"
    assert Client().post(phone.url, b"x" * 10_000_000, content_type="text/xml").status_code == 413
    assert Client().post("/hooks/wechat/none/", b"<xml/>", content_type="text/xml").status_code == 401
    seconds = str(int(clock.now().timestamp()))
    asked = f"?timestamp={seconds}&nonce=a&signature={wechat.signature(account.token, seconds, 'a')}"
    assert Client().get(f"{phone.url}{asked}&echostr=12345").content == b"12345"
    assert Client().get(f"{phone.url}{asked[:-1]}&echostr=12345").status_code == 401
    account.aes_key = ""
    account.save()
    body = "<xml><ToUserName>gh_house</ToUserName><FromUserName>oX</FromUserName><MsgType>{}</MsgType></xml>"
    for kind, status in (("event", 200), ("event", 200), ("text", 409)):
        answer = Client().post(f"{phone.url}{asked}", body.format(kind).encode(), content_type="text/xml")
        assert answer.status_code == status, "in the plain mode a signature that was seen brings no other body"
    with as_system():
        wechat_accounts.switch(account.pk, active=False)
    assert (
        Client().post(f"{phone.url}{asked}", body.format("event").encode(), content_type="text/xml").status_code == 403
    )
    assert heard() == []


def test_a_slow_answer_is_read_by_the_next_attempt_or_sent_later(
    account: ChannelAccount, platform: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, api = Phone(account), Platform(platform.url.removesuffix("/inbox?x=1"))
    monkeypatch.setattr(services, "IN_TIME", -1.0)
    assert phone.say("你好", "1") == ""
    assert channel_sending.send(api) == 0, "while the platform may still ask again nothing goes out"
    monkeypatch.setattr(services, "IN_TIME", 60.0)
    assert "不是真人" in phone.say("你好", "1")
    monkeypatch.setattr(services, "IN_TIME", -1.0)
    assert phone.say("转人工", "2") == ""
    with clock.at(clock.now() + timedelta(seconds=16)):
        assert channel_sending.send(api) == 1
        assert channel_sending.send(api) == 0
    sent = json.loads(platform.bodies[-1])
    assert sent["touser"] == "oFollower_1"
    assert "不是真人" not in sent["text"]["content"]
    monkeypatch.setattr(services, "IN_TIME", 60.0)
    assert phone.say("转人工", "2") == "", "what was sent is not said again"
    assert heard() == ["你好", "转人工"]


def test_an_agents_words_go_out_by_themselves_and_are_kept_when_they_cannot(
    city: City, account: ChannelAccount, platform: Listener
) -> None:
    phone, api = Phone(account), Platform(platform.url.removesuffix("/inbox?x=1"))
    phone.say("转人工", "1")
    with as_system():
        uid = Talk.objects.get().uid
    with acting_as(city.actor("agent")):
        attending.take(uid)
        attending.say(uid, "您好，" + "请说。" * 400)
    assert channel_sending.send(api) == 1
    assert channel_sending.send(api) == 1, "long words go in two pieces"
    assert channel_sending.send(api) == 0
    pieces = [json.loads(body)["text"]["content"] for body in platform.bodies[1:]]
    assert "".join(pieces) == "您好，" + "请说。" * 400
    assert platform.paths[1] == "/cgi-bin/message/custom/send?access_token=t-1"
    platform.answers = [(200, b'{"errcode": 45015}', {})]
    with acting_as(city.actor("agent")):
        attending.say(uid, "还在吗？")
    assert channel_sending.send(api) == 0
    account.refresh_from_db()
    assert "48 小时" in account.problem
    assert "还在吗？" in phone.say("在", "2"), "what could not be sent is said with the next answer"


def test_a_silent_talk_with_the_bot_ends_and_a_new_one_begins(account: ChannelAccount) -> None:
    phone = Phone(account)
    phone.say("你好", "1")
    with clock.at(clock.now() + timedelta(hours=25)):
        assert "不是真人" in phone.say("你好", "2")
        assert phone.say("转人工", "3")
    with clock.at(clock.now() + timedelta(hours=75)):
        phone.say("在吗", "4")
    assert talks() == 2, "who waits for a person waits on in the same talk"
    with as_system():
        assert ChannelLine.objects.count() == 1
