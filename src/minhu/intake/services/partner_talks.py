"""Talks that another program holds for its users (an app, a mini-program): each program sees its own and no other.

A user is whatever the program calls him; together with the program's token it is the account of the talk. A user has one
talk at a time, so that beginning twice is beginning once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from minhu.directory.access import elevated
from minhu.directory.queries.lines import line as line_of_business
from minhu.engines import lookup
from minhu.engines.secrets import normalise_phone
from minhu.intake.domain.texts import is_mobile
from minhu.intake.models import Request, Talk
from minhu.intake.queries.talks import said_of
from minhu.intake.services import attending, talking
from minhu.intake.types import Said, TalkChannel, TalkState
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotFound
from minhu.knowledge.services import quota
from minhu.ledger import services as ledger

WHY: Final = "a program reads the talk that it holds for its user"
LONGEST_USER: Final = 64
LONGEST_KEY: Final = 64


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A talk as its program sees it; ``begun`` only when it was opened just now."""

    uid: UUID
    state: TalkState
    said: tuple[Said, ...]
    numbers: tuple[str, ...]
    begun: bool = False


def begin(token: int, user: str, phone: str = "") -> PartnerView:
    """The talk of a user that goes on, else a new one. ``phone``: as the program says; it proves nobody.

    Raises Invalid for a user or telephone that cannot be kept.
    """
    account = _account(token, user)
    digits = normalise_phone(phone)
    if phone and not is_mobile(digits):
        raise Invalid("phone 应为大陆手机号码。", fields={"phone": "应为大陆手机号码"})
    with transaction.atomic(), elevated(WHY):
        _wait_for(account)
        rows = Talk.objects.filter(
            channel=TalkChannel.PARTNER.value, sender_index__in=lookup.indexes(account, "sender")
        )
        last = rows.exclude(state=TalkState.ENDED.value).order_by("-id").first()
        if last is not None and _goes_on(last):
            return _view(last, 0)
        begun = talking.begin(TalkChannel.PARTNER, sender=account, phone=digits)
        return PartnerView(begun.uid, TalkState.BOT, begun.said, (), begun=True)


def say(token: int, uid: UUID, words: str, key: str) -> PartnerView:
    """One message of the user; the same ``key`` again has no further effect. Returns what was said after it.

    Raises NotFound for a talk that is not this program's, Invalid without a key or words, TooMany.
    """
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(
            "请在 Idempotency-Key 消息头中给出不超过 64 个字符的编号。", fields={"Idempotency-Key": "必须填写"}
        )
    if not words.strip():
        raise Invalid("请写出要说的话。", fields={"text": "不能为空"})
    talk = _own(token, uid)
    quota.spend(f"partner {talk.sender}", settings.MINHU_ASK_PER_MINUTE)
    said = talking.hear(uid, words.strip(), key=f"p-{key}")
    return PartnerView(uid, read(token, uid, 10_000).state, said, _numbers(_own(token, uid)))


def read(token: int, uid: UUID, after: int = 0) -> PartnerView:
    """State and utterances behind number ``after``; raises NotFound for a talk that is not this program's."""
    with transaction.atomic(), elevated(WHY):
        return _view(_own(token, uid), after)


def ask_for_person(token: int, uid: UUID) -> PartnerView:
    """The user wants a person."""
    _own(token, uid)
    attending.ask_for_person(uid)
    return read(token, uid, 10_000)


def end(token: int, uid: UUID) -> PartnerView:
    """The user leaves; ending twice is ending once. Words that come later open the talk again."""
    with transaction.atomic(), elevated(WHY):
        _own(token, uid)
        talk = talking.locked(uid)
        if talk.state != TalkState.ENDED.value:
            talk.state, talk.ended_at = TalkState.ENDED.value, now()
            talk.save()
            ledger.append("talk.ended", ("talk", talk.pk), {"requests": len(talk.request_ids)})
        return _view(talk, 10_000)


def _own(token: int, uid: UUID) -> Talk:
    """The talk, if it is the program's; what belongs to another does not exist for it."""
    with transaction.atomic(), elevated(WHY):
        talk = Talk.objects.filter(uid=uid, channel=TalkChannel.PARTNER.value).first()
    if talk is None or not talk.sender.startswith(f"t{token}:"):
        raise NotFound("没有找到这次会话，或者它不属于本令牌。", code="not_found")
    return talk


def _account(token: int, user: str) -> str:
    if not 0 < len(user) <= LONGEST_USER or not user.isascii() or not user.isprintable() or " " in user:
        message = f"user 应为 1 至 {LONGEST_USER} 个英文字母、数字或符号，不含空格；请不要用姓名或电话。"
        raise Invalid(message, fields={"user": message})
    return f"t{token}:{user}"


def _goes_on(talk: Talk) -> bool:
    fresh = now() - talk.last_at < timedelta(hours=line_of_business(talk.line).quiet_hours)
    return talk.state in (TalkState.WAITING.value, TalkState.PERSON.value) or fresh


def _wait_for(account: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"partner talk {account}"])


def _view(talk: Talk, after: int) -> PartnerView:
    return PartnerView(talk.uid, TalkState(talk.state), said_of(talk, after), _numbers(talk))


def _numbers(talk: Talk) -> tuple[str, ...]:
    with transaction.atomic(), elevated(WHY):
        rows = Request.objects.filter(pk__in=talk.request_ids).order_by("pk")
        return tuple(rows.values_list("number", flat=True))
