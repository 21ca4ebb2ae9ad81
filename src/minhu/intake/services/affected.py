"""People whom a bulletin concerns: each counted once, told when something changes if he wants that."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.engines import lookup
from minhu.engines.secrets import normalise_phone
from minhu.intake.models import Affected, Bulletin, Talk
from minhu.intake.types import BulletinState
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotFound
from minhu.ledger import services as ledger

WHY: Final = "an agent counts in a caller whom he hears, once for each number"
LEAST_DIGITS: Final = 7


def join(talk: Talk, key: str) -> None:
    """Count the citizen of a talk to a bulletin, once, by his telephone where that is known; he stays silent about news."""
    bulletin = _live(key)
    if bulletin is None or Affected.objects.filter(bulletin=bulletin, talk=talk).exists():
        return
    indexes = lookup.indexes(talk.phone, "phone") if talk.phone else []
    if indexes and Affected.objects.filter(bulletin=bulletin, phone_index__in=indexes).exists():
        return
    Affected.objects.create(
        bulletin=bulletin, talk=talk, phone=talk.phone, at=now(),
        phone_index=lookup.index(talk.phone, "phone") if talk.phone else None,
    )  # fmt: skip
    ledger.append("bulletin.joined", ("talk", talk.pk), {"bulletin": bulletin.pk, "incident": bulletin.incident_id})


def join_caller(bulletin_id: int, phone: str, *, news: bool) -> None:
    """An agent counts in a caller by his number, once; raises Invalid for no number, NotFound for no live bulletin."""
    require(Action.WRITE_BULLETIN)
    number = normalise_phone(phone)
    if len(number) < LEAST_DIGITS:
        raise Invalid("请填写来电人的号码。", fields={"phone": "请填写来电人的号码。"})
    with transaction.atomic(), elevated(WHY):
        bulletin = _live(str(bulletin_id))
        if bulletin is None or bulletin.state != BulletinState.PUBLISHED.value:
            raise NotFound("没有这份有效的通告，请返回列表。", code="no_such_bulletin")
        there = Affected.objects.filter(bulletin=bulletin, phone_index__in=lookup.indexes(number, "phone")).first()
        if there is not None:
            Affected.objects.filter(pk=there.pk).update(wants_news=there.wants_news or news)
            return
        one = Affected.objects.create(
            bulletin=bulletin, phone=number, phone_index=lookup.index(number, "phone"), wants_news=news, at=now()
        )
        ledger.append("bulletin.joined", ("bulletin", bulletin.pk), {"one": one.pk, "incident": bulletin.incident_id})


def wants_news(talk: Talk, key: str, phone: str) -> None:
    """He wants news: by the number that he says, else by the one that is known, else where he speaks."""
    bulletin = _live(key)
    if bulletin is None:
        return
    number = normalise_phone(phone) or talk.phone
    own = Affected.objects.filter(bulletin=bulletin, talk=talk).first()
    if number:
        other = Affected.objects.filter(bulletin=bulletin, phone_index__in=lookup.indexes(number, "phone")).first()
        if other is not None and other != own:  # he called before: one person, one message
            Affected.objects.filter(pk=other.pk).update(wants_news=True)
            if own is not None:
                own.delete()
            return
    if own is None:
        return
    own.wants_news, own.phone = True, number
    own.phone_index = lookup.index(number, "phone") if number else None
    own.save()


def _live(key: str) -> Bulletin | None:
    """The bulletin, or the one that has taken its place since."""
    found = Bulletin.objects.filter(pk=int(key)).first() if key.isdecimal() else None
    while found is not None and found.state == BulletinState.REPLACED.value:
        found = Bulletin.objects.filter(replaces=found).exclude(state=BulletinState.DRAFT.value).first()
    return found
