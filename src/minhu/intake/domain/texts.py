"""What may go out as a text message (短信): templates, what their variables take, how many a number gets, and when.

A text message is read on locked screens and by whoever holds the telephone: it carries numbers and states, never a query
code, a password or a citizen's words, and no link but to the house itself. Signs 【】 belong to the provider's signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import Invalid
from minhu.kernel.labels import marked as _
from minhu.kernel.patterns import regex

MOST_WORDS: Final = 500
"""Characters of one message; networks carry it in pieces of 67."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT: Final = (time(21, 30), time(8, 0))
"""China's evening and morning, between which nothing goes out that can wait."""
STOP_WORDS: Final = frozenset({"T", "TD", "退订", "N", "STOP"})
GO_WORDS: Final = frozenset({"HF", "恢复", "恢复短信", "START"})
_MOBILE = regex(r"1[3-9]\d{9}", re.ASCII)
_VARIABLE = regex(r"\{([a-z_]+)\}", re.ASCII)
_LINK = regex(
    r"(?:[a-z][a-z0-9+.-]*://|www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:[a-z]{2,24}|xn--[a-z0-9-]+))(?![a-z0-9])", re.IGNORECASE | re.ASCII
)  # fmt: skip
_SCHEME = regex(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE | re.ASCII)
_SECRET = regex(
    r"(?:查询码|验证码|校验码|密码|口令|动态码)\D{0,8}\d{4,8}|身份证\D{0,6}\d{15,18}|(?<!\d)\d{17}[\dXx](?!\d)"
)
_NOT_SAID = regex("[\x00-\x09\x0b-\x1f\x7f【】\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class Takes(StrEnum):
    """What a variable takes."""

    NUMBER = "number"
    """Of an order."""
    WORDS = "words"
    TELEPHONE = "telephone"
    """One of ours: 12345 or a landline; never a mobile."""


_PATTERNS: Final = {
    Takes.NUMBER: regex(r"\d{6,16}(?:-\d{1,6})*", re.ASCII),
    Takes.WORDS: regex(r".{1,480}", re.DOTALL),
    Takes.TELEPHONE: regex(r"(?:0\d{2,3}-?)?\d{3,8}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """How many messages of a sort one number gets."""

    hour: int
    day: int


@dataclass(frozen=True, slots=True)
class Template:
    """One sort of message. ``at_night``: it answers somebody or cannot wait; ``hours``: after which it is no use."""

    code: str
    label: str
    words: str
    takes: Mapping[str, Takes]
    limit: Limit
    at_night: bool = False
    hours: int = 24
    batch: bool = False
    """To many at once: says how to end it."""


_FEW, _TALK = Limit(3, 8), Limit(20, 60)
TEMPLATES: Final = {
    one.code: one
    for one in (
        Template("received", _("登记回执"), "您的诉求已登记，编号{number}。可拨打12345或在网站凭编号和查询码查看进展。", {"number": Takes.NUMBER}, Limit(6, 20), at_night=True),
        Template("progress", _("办理进展"), "您的诉求{number}：{state}。如有疑问请拨打12345。", {"number": Takes.NUMBER, "state": Takes.WORDS}, _FEW),
        Template("closed", _("办结告知"), "您的诉求{number}已办结，答复可在网站凭编号和查询码查看。欢迎对办理情况作出评价。", {"number": Takes.NUMBER}, _FEW, hours=72),
        Template("missed", _("未接来电"), "12345热线刚才没能接到您的来电，{when}我们会回电给您，不必重复拨打。", {"when": Takes.WORDS}, _FEW, at_night=True, hours=2),
        Template("call_back", _("回电预约"), "12345热线将在{when}给您回电，请保持电话畅通。如不需要，请回复“不用回电”。", {"when": Takes.WORDS}, _FEW, at_night=True, hours=12),
        Template("call_back_failed", _("回电未接"), "12345热线给您回电未能接通。您可随时拨打12345，或回复短信说明情况。", {}, _FEW, hours=12),
        Template("notice", _("通知"), "{words}", {"words": Takes.WORDS}, _FEW, hours=12, batch=True),
        Template("urgent", _("紧急通知"), "{words}", {"words": Takes.WORDS}, Limit(6, 12), at_night=True, hours=6, batch=True),
        Template("talk", _("会话"), "{words}", {"words": Takes.WORDS}, _TALK, at_night=True, hours=12),
        Template("stopped", _("退订回执"), "已为您停发12345热线短信。需要时回复“恢复”即可；您的诉求照常办理。", {}, _TALK, at_night=True),
        Template("resumed", _("恢复回执"), "已恢复12345热线短信。停发请回复TD。", {}, _TALK, at_night=True),
    )
}  # fmt: skip
"""Everything the house says by text message. A provider asks to see these words before it carries them."""
ALWAYS: Final = frozenset({"talk", "stopped", "resumed"})
"""Answers to a message of the number's own; they go out after it wrote T, too."""


def is_mobile(digits: str) -> bool:
    """Whether normalised digits are a mobile number of mainland China."""
    return _MOBILE.fullmatch(digits) is not None


def rendered(code: str, values: Mapping[str, str], hosts: Iterable[str]) -> str:
    """The words of a message; ``hosts``: the house's own, the only ones a link may lead to.

    Raises Invalid for an unknown template, a variable too few or too many, a value that its kind does not take, a secret,
    a foreign link, a sign that only providers set, or more than MOST_WORDS characters.
    """
    template = TEMPLATES.get(code)
    if template is None:
        raise Invalid(f"没有名为“{code}”的短信模板。", code="no_such_template")
    if set(values) != set(template.takes):
        wanted = "、".join(sorted(template.takes)) or "无"
        raise Invalid(f"短信模板“{template.label}”需要的内容：{wanted}。", code="wrong_values")
    for name, takes in template.takes.items():
        if not _PATTERNS[takes].fullmatch(values[name]):
            raise Invalid(f"短信内容“{name}”不符合要求。", code="wrong_value", fields={name: "不符合要求"})
    words = _VARIABLE.sub(lambda found: values[found[1]], template.words)
    words += "回复TD停发。" if template.batch else ""
    problem = problem_of(words, hosts)
    if problem:
        raise Invalid(problem, code="unfit_words", fields={"words": problem})
    return words


def problem_of(words: str, hosts: Iterable[str]) -> str:
    """Why words cannot go out as a text message; '' when they can."""
    if len(words) > MOST_WORDS:
        return f"短信最多 {MOST_WORDS} 个字，请写短一些。"
    if _NOT_SAID.search(words):
        return "短信中不能有【】或不可见的字符。"
    if _SECRET.search(words):
        return "短信可能被旁人看到，不能写查询码、验证码、密码或身份证号。"
    own = {host.lower().strip(".") for host in hosts}
    linked = {found[1].lower() for found in _LINK.finditer(words)}
    foreign = sorted(host for host in linked if not any(host == one or host.endswith(f".{one}") for one in own))
    if foreign or (_SCHEME.search(words) and not linked):
        return "短信中只能有本热线自己的网址。"
    return ""


def pieces(words: str, most: int = MOST_WORDS - 20) -> tuple[str, ...]:
    """Long words in messages of at most ``most`` characters, cut behind a sentence where there is one."""
    parts = []
    rest = words.strip()
    while len(rest) > most:
        ends = [rest.rfind(sign, 0, most) for sign in "。！？；\n"]
        at = max(ends) + 1 if max(ends) >= most // 3 else most
        parts.append(rest[:at].strip())
        rest = rest[at:].strip()
    return (*parts, rest) if rest else tuple(parts)


def cleaned(words: str) -> str:
    """Words of a talk as a message may carry them: without the signs that only providers set."""
    return _NOT_SAID.sub("", words.replace("【", "“").replace("】", "”").replace("\r", "").replace("\t", " ")).strip()


def when_free(template: Template, sent: Sequence[datetime], moment: datetime) -> datetime | None:
    """When a message may go out to a number that got others at ``sent``; None: not any more today."""
    if len([one for one in sent if one > moment - DAY]) >= template.limit.day:
        return None
    lately = sorted(one for one in sent if one > moment - HOUR)
    free = moment
    if len(lately) >= template.limit.hour:
        free = max(moment, lately[-template.limit.hour] + HOUR)
    return free if template.at_night else by_day(free)


def by_day(moment: datetime) -> datetime:
    """The moment itself, or eight in the morning in China when it lies in the night."""
    local = moment.astimezone(CHINA_TIME)
    evening, morning = NIGHT
    if morning <= local.time() < evening:
        return moment
    days = 1 if local.time() >= evening else 0
    return datetime.combine(local.date() + timedelta(days=days), morning, CHINA_TIME)


def order_of(words: str) -> str:
    """What a number asks of the messages themselves: 'stop', 'go', or '' for words that are to be heard."""
    short = words.strip().strip("。.!！ ").upper()
    if short in STOP_WORDS:
        return "stop"
    return "go" if short in GO_WORDS else ""
