"""Text messages and mails of the demonstration city: a simulator instead of a provider, and a few people who wrote."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Final

from django.db import transaction

from minhu.directory.access import as_system
from minhu.exchange.services import mail_coming, mailboxes
from minhu.intake.services import text_carrying, text_providers, text_talks, texting
from minhu.intake.types import TextKind

SIGN: Final = "云溪12345"
ADDRESS: Final = "12345@yunxi.example"
_CALLS: Final = (
    ("19900006101", "missed", {"when": "一小时内"}),
    ("19900006102", "call_back", {"when": "明天9:30至10:00"}),
    ("19900006103", "notice", {"words": "明天8:30至17:30，南浦街道船厂路一带因管网改造停水，请提前储水。"}),
    ("19900009999", "notice", {"words": "明天8:30至17:30，南浦街道船厂路一带因管网改造停水，请提前储水。"}),
)
_SAID: Final = (
    ("19900006104", ("居住证怎么办？", "谢谢，不用了")),
    ("19900006105", ("书院路12号门口的井盖翘起来了，昨天有人骑车摔倒", "转人工")),
    ("19900006103", ("TD",)),
)
_MAILS: Final = (
    ("陈先生 <chen.hm@mail.example>", "关于南浦街道夜间施工噪声", "您好：\n南浦街道船厂路与月台路口的工地连续一周夜里十一点以后还在打桩，影响孩子休息，请核实处理。"),
    ("zhou_x@mail.example", "咨询", "请问居住证签注要带什么材料？"),
    ("何女士 <he.lan@mail.example>", "公交站牌", "文庙公交站的站牌被货车撞歪一个多月了，没有人修。转人工，我想补充照片，手机19900006105。"),
)  # fmt: skip


def load_channels() -> None:
    """Set simulator and mailbox up, let a few telephones and people write; a second run changes nothing."""
    with transaction.atomic(), as_system():
        if not any(one.kind is TextKind.SIMULATOR for one in text_providers.listed()):
            data = text_providers.ProviderData("短信模拟器", TextKind.SIMULATOR.value, "", SIGN, True, True)
            text_providers.switch(text_providers.add(data)[0], active=True)
    for phone, template, values in _CALLS:
        texting.send_text(phone, template, values, key=f"demo-{template}-{phone}")
    for phone, words in _SAID:
        for place, one in enumerate(words):
            text_talks.heard(phone, one, key=f"demo-{phone}-{place}")
    text_carrying.carry()
    _mails()


def _mails() -> None:
    """Mails of a mailbox that is switched off: there is no server behind it."""
    with transaction.atomic(), as_system():
        if not mailboxes.listed():
            host = "mail.yunxi.example"
            data = mailboxes.BoxData("群众信箱（演示，未连接）", ADDRESS, host, 993, host, 465, "12345", "demo")
            mailboxes.switch(mailboxes.add(data), active=False)
    for number, (sender, subject, words) in enumerate(_MAILS, 1):
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = sender, ADDRESS, subject
        made["Message-ID"] = f"<demo-{number}@mail.example>"
        made.set_content(words)
        mail_coming.bring(ADDRESS, number, made.as_bytes())
