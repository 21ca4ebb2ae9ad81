"""Mails as they come: any charset, any make; the sender's own words, and never an answer to a machine."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest

from minhu.engines.channels import mail_reading
from minhu.kernel.errors import Invalid

OWN = "12345@yunxi.example"


def made(*headers: str, body: bytes = "路灯坏了".encode()) -> bytes:
    heads = {"from": "From: li@example.com", "subject": "Subject: test", "message-id": "Message-ID: <1@example.com>"}
    for one in headers:
        heads[one.partition(":")[0].lower()] = one
    return "\r\n".join(heads.values()).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def letter(*headers: str, body: bytes = "路灯坏了".encode()) -> mail_reading.Letter:
    return mail_reading.read(made(*headers, body=body), own=OWN, server="mx.yunxi.example")


@pytest.mark.parametrize(
    ("content_type", "body", "words"),
    [
        ("text/plain; charset=gb2312", "望江街道的㙍头路灯坏了，喆".encode("gb18030"), "望江街道的㙍头路灯坏了，喆"),
        ("text/plain; charset=utf-8", "声明错了".encode("gbk"), "声明错了"),
        ("text/plain", "没有声明".encode("gb18030"), "没有声明"),
        ("text/plain; charset=nonsense-8", "不认识的名字".encode(), "不认识的名字"),
        ("text/plain; charset=big5", "路燈壞了".encode("big5"), "路燈壞了"),
        ("text/plain; charset=gbk", b"\xff\xfe\xff\xc2\xb7", None),
        ("text/html; charset=utf-8", "<style>p{}</style><p>路灯</p><p>坏了<br>三天</p><script>x()</script><div style='display:none'>藏</div>".encode(), "路灯\n坏了\n三天"),
        ("text/html; charset=gb2312", "<html><body>您好<blockquote>旧话</blockquote></body></html>".encode("gbk"), "您好"),
        ("multipart/mixed; boundary=x", "--x\r\nContent-Type: text/plain\r\n\r\n没有结尾".encode(), "没有结尾"),
        ("multipart/mixed", "没有边界".encode(), None),
    ],
)  # fmt: skip
def test_words_come_out_whatever_the_mail_says_of_itself(content_type: str, body: bytes, words: str | None) -> None:
    found = letter(f"Content-Type: {content_type}", body=body).words
    assert words is None or found == words


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("还没修好。\n\n在 2026年3月9日，12345 <12345@yunxi.example> 写道：\n> 您好", "还没修好。"),
        ("还没修好。\n\n------------------ 原始邮件 ------------------\n发件人: 12345", "还没修好。"),
        ("Still broken.\n\nOn Mon, 9 Mar 2026 at 10:00, 12345 <a@b.example> wrote:\n> hello", "Still broken."),
        ("还没修好\n________________________________\n发件人: x", "还没修好"),
        ("还没修好\n\n发件人： 12345\n发送时间： 2026年3月9日\n收件人： 我\n主题： 答复", "还没修好"),
        (f"还没修好\n{mail_reading.MARK}\n您好", "还没修好"),
        ("> 您好，请问在哪里？\n在春晖路12号", "在春晖路12号"),
        ("路灯坏了\n-- \n李某\n电话 1", "路灯坏了"),
        ("发件人是谁我不知道，地址写道：没有", "发件人是谁我不知道，地址写道：没有"),
    ],
)
def test_quoted_history_and_signatures_are_cut(text: str, own: str) -> None:
    assert mail_reading.without_history(text) == own


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ((), ""),
        (("Auto-Submitted: no",), ""),
        (("Auto-Submitted: auto-replied",), "auto_submitted"),
        (("Precedence: bulk",), "bulk"),
        (("List-Id: <news.example>",), "list"),
        (("List-Unsubscribe: <mailto:x@example.com>",), "list"),
        (("Return-Path: <>",), "bounce"),
        (("Content-Type: multipart/report; report-type=delivery-status; boundary=x",), "bounce"),
        (("From: MAILER-DAEMON@example.com",), "machine"),
        (("From: no-reply@example.com",), "machine"),
        (("From: norman@example.com",), ""),
        (("Subject: 自动回复：我在休假",), "machine"),
        (("X-Autoreply: yes",), "auto_reply"),
        ((f"From: {OWN.upper()}",), "own"),
    ],
)
def test_mails_of_machines_are_known(headers: tuple[str, ...], why: str) -> None:
    assert letter(*headers).automatic == why


def test_files_are_handed_on_and_what_is_none_is_named() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "李某 <li@example.com>", "井盖"
    mail.set_content("见照片")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="井盖.png")
    mail.add_attachment(b"x", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    mail.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="a.ics")
    inner = EmailMessage()
    inner["From"] = "boss@example.com"
    inner.set_content("别人的话")
    mail.add_attachment(inner)
    found = mail_reading.read(mail.as_bytes(), own=OWN)
    assert [(one.name, one.content) for one in found.files] == [("井盖.png", b"\x89PNG")]
    assert set(found.left_out) == {"Outlook 专有格式（winmail.dat）", "日程邀请", "转发的整封邮件"}
    assert found.words == "见照片"


def test_results_of_others_about_the_sender_are_not_read() -> None:
    ours, theirs = "mx.yunxi.example; dkim=pass header.d=example.com; spf=fail", "evil.example; dkim=pass; spf=pass"
    raw = made(f"Authentication-Results: {ours}").replace(
        b"\r\n\r\n", f"\r\nAuthentication-Results: {theirs}\r\n\r\n".encode(), 1
    )
    assert mail_reading.read(raw, own=OWN, server="mx.yunxi.example").checks == ("dkim=pass", "spf=fail")
    assert mail_reading.read(raw, own=OWN).checks == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\0" * 100, b"From: \xff\xfe\r\n\r\nx", b"From: a@b\r\n\r\nx", made("From: =?x?y?z?="),
        b"From: a@b.example, c@d.example\r\nContent-Type: multipart/mixed; boundary=\"x\r\n\r\n--x",
        b"Content-Type: multipart/mixed; boundary=a\r\nFrom: a@b.example\r\n\r\n" + b"--a\r\n\r\nx\r\n" * 300 + b"--a--",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)),
        made("Content-Transfer-Encoding: base64", body=b"!!!not base64!!!"),
        made("Subject: =?gb2312?B?" + base64.b64encode("路灯".encode("gbk")).decode() + "?= =?utf-8?Q?=FF=FE?="),
        made("Content-Type: text/plain; charset*=x''%FF; name*0=\"a\"; name*1*=%E4"),
        made("Content-Type: text/plain; charset=utf-7", body=b"+2AA-"), made("Subject: =?utf-7?Q?+2AA-?="),
        made("Content-Type: text/plain; charset=unicode_escape", body=b"\\ud800\\x00"), made("Message-ID: <a\0b@c.example>"),
    ],
)  # fmt: skip
def test_nothing_broken_does_harm(raw: bytes) -> None:
    try:
        found = mail_reading.read(raw, own=OWN)
    except Invalid:
        return
    kept = f"{found.words}{found.subject}{found.message_id}"
    assert "\0" not in kept.encode().decode(), "the database keeps no half character and no NUL"
    assert "@" in found.sender


def test_a_second_yes_is_no_copy_of_the_first() -> None:
    first, second, again = (
        letter(f"Message-ID: <{own}@c.example>", f"In-Reply-To: <{ours}@o.example>", body="是".encode()).same
        for own, ours in (("1", "question"), ("2", "reading-back"), ("3", "reading-back"))
    )
    assert second == again, "sent twice under two names"
    assert first != second, "two questions, two answers"
