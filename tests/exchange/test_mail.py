"""A citizen writes to the house: each mail once, in its own talk, answered once, and nobody learns what is not his."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from exchange.mailserver import MailServer, serving
from factories import City
from minhu.directory.access import acting_as, as_system
from minhu.exchange.models import Mailbox, MailOut, MailThread
from minhu.exchange.services import mail_coming, mail_sending, mailboxes
from minhu.intake.models import Attachment, Talk, Utterance
from minhu.intake.services import attending, receive
from minhu.intake.types import NewRequest
from minhu.kernel import clock

pytestmark = pytest.mark.django_db
OWN = "12345@yunxi.example"


def picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (4, 4)).save(made, "PNG")
    return made.getvalue()


PNG = picture()


@pytest.fixture
def server(home: object, city: City, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "127.0.0.0/8")
    with serving() as running, as_system():
        running.put(mail("早先的邮件"))
        data = mailboxes.BoxData(
            "信箱", OWN, "127.0.0.1", running.imap_port, "127.0.0.1", running.smtp_port, "u", "s3cret", secure=False
        )
        mailboxes.add(data)
        assert look() == 0, "what was there before is not read"
        yield running


def look() -> int:
    Mailbox.objects.update(next_look=None)
    return mail_coming.poll()


def mail(
    words: str, *, sender: str = "李某 <li@example.com>", files: dict[str, bytes] | None = None, **heads: str
) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, OWN, heads.pop("subject", "反映")
    for name, value in heads.items():
        made[name.replace("_", "-")] = value
    made.set_content(words)
    for name, content in (files or {}).items():
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def sent(server: MailServer) -> Any:
    return message_from_bytes(server.sent[-1])


def heard() -> list[str]:
    return [row.text for row in Utterance.objects.filter(speaker="citizen").order_by("id")]


def test_a_mail_is_heard_once_answered_once_and_goes_on_in_its_talk(server: MailServer, city: City) -> None:
    first = mail("春晖路12号门口的路灯坏了三天", Message_ID="<a1@example.com>")
    server.put(first)
    server.put(first)
    server.put(mail("春晖路12号门口的路灯坏了三天", Message_ID="<a2@example.com>"))
    assert look() == 3
    assert len(heard()) == 1, "twice delivered and twice sent is one mail"
    server.replies = [b"451 later", b"250 taken"]
    assert mail_sending.send() == 0
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert mail_sending.send() == 1
        assert mail_sending.send() == 0
    answer = sent(server)
    assert answer["In-Reply-To"] == "<a1@example.com>"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["To"] == "li@example.com"
    assert "不是真人" in answer.get_payload(decode=True).decode()
    server.put(mail("转人工\n\n> 旧话", Message_ID="<a3@example.com>", In_Reply_To=answer["Message-ID"]))
    look()
    assert heard()[1:] == ["反映。\n转人工"]
    assert Talk.objects.count() == 1
    with acting_as(city.actor("agent")):
        uid = Talk.objects.get().uid
        if Talk.objects.get().state != "person":
            attending.take(uid)
        attending.say(uid, "已转给路灯所。")
    mail_sending.send()
    assert sent(server)["Auto-Submitted"] is None, "a person's words"
    server.mails.pop(41)
    server.validity = 8
    assert look() == 4, "numbered anew: everything is read again"
    assert len(heard()) == 2, "and nothing heard again"


def test_who_only_says_that_he_is_somebody_learns_nothing(server: MailServer) -> None:
    server.put(mail("我家的低保什么时候批", Message_ID="<b1@example.com>"))
    look()
    mail_sending.send()
    token = sent(server)["Message-ID"]
    for one in (
        mail("上次说到哪了", Message_ID="<b2@evil.example>"),
        mail("上次说到哪了？", sender="evil@evil.example", In_Reply_To=token),
        mail("上次说到哪了！", In_Reply_To=token.replace("mh.", "mh.").replace(token[40:44], "0000")),
    ):
        server.put(one)
    look()
    assert MailThread.objects.count() == 4
    assert Talk.objects.count() == 4, "each began a talk of its own"


def test_machines_get_no_answer_and_what_cannot_be_read_is_counted(
    server: MailServer, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (
        mail("我在休假", Auto_Submitted="auto-replied"), mail("退信", sender="MAILER-DAEMON@example.com"),
        mail("本期简报", List_Id="<news.example>"), mail("回声", sender=OWN), b"From: nobody\r\n\r\nx",
        b"From: li@example.com\r\n\r\n" + b"x" * (16 * 1024 * 1024),
    ):  # fmt: skip
        server.put(one)
    assert look() == 6
    box = Mailbox.objects.get()
    assert (box.automatic, box.refused, MailOut.objects.count(), Talk.objects.count()) == (4, 2, 0, 0)
    big = mail("照片很多", files={"路灯.png": PNG, "录像.bin": b"\0" * 10_000_000})
    server.put(big)
    assert look() == 1
    assert heard()
    for _ in range(mail_coming.MOST_A_DAY):
        MailOut.objects.create(
            thread=MailThread.objects.get(), words="x", upto=100 + MailOut.objects.count(), created_at=clock.now()
        )
    before = MailOut.objects.count()
    server.put(mail("又来一封"))
    look()
    assert MailOut.objects.count() == before, "so many answers in a day go to no person"
    assert Talk.objects.filter(state="waiting").count() == 1
    monkeypatch.setattr(mail_coming, "MOST_AN_HOUR", mail_coming.MOST_A_DAY)
    server.put(mail("柳湾社区路灯坏了", sender="somebody-else@example.com"))
    look()
    assert MailOut.objects.count() == before, "nor so many in an hour to all together"
    assert Talk.objects.filter(state="waiting").count() == 2


def test_files_reach_the_request_of_their_talk_and_hostile_ones_are_named(server: MailServer) -> None:
    server.put(mail("路灯坏了，见照片", files={"灯.png": PNG, "发票.exe": b"MZ\x90\0" * 50}))
    look()
    receipt = receive(NewRequest(text="春晖路12号门口的路灯坏了三天"))
    Talk.objects.update(request_ids=[receipt.request_id])
    look()
    assert [row.name for row in Attachment.objects.filter(request_id=receipt.request_id)] == ["灯.png"]
    assert MailThread.objects.get().files == []
    server.commands.clear()
    look()
    assert not [one for one in server.commands if "BODY" in one]


def test_a_mailbox_that_does_not_let_us_in_says_so_and_nothing_inside_is_called(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Mailbox.objects.get()
    box.password = "wrong"
    box.save()
    assert look() == 0
    assert "账号和密码" in Mailbox.objects.get().problem
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "")
    look()
    assert "连接" in Mailbox.objects.get().problem or "内网" in Mailbox.objects.get().problem
