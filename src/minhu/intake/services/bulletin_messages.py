"""Words to everybody whom a bulletin concerns and who wants news: written by one, let go by another, to each once.

A number gets a text message (`send_text` keeps to its limits); who left none hears it where he talked.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from minhu.directory.access import as_system, elevated, require
from minhu.directory.policy import Action
from minhu.intake.domain import texts
from minhu.intake.models import Affected, Bulletin, BulletinMessage
from minhu.intake.services.talking import keep, locked
from minhu.intake.services.texting import ready, send_text
from minhu.intake.types import Speaker, TalkState, TextState
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotFound
from minhu.language.personal import find_personal
from minhu.ledger import services as ledger

LEAST: Final = 4
MOST: Final = 200
AT_ONCE: Final = 50
"""People told in one transaction: as many talks are held at most, and for as long."""
WHY: Final = "people who wanted news of a bulletin are told it"


def make(bulletin_id: int, text: str, *, urgent: bool = False) -> int:
    """Write to those whom a bulletin concerns; nothing goes out before another person lets it. Returns the message's id.

    Raises Invalid for words that may not go out, Conflict while another message waits.
    """
    require(Action.WRITE_BULLETIN)
    words = text.strip()
    if not LEAST <= len(words) <= MOST or find_personal(words):
        message = f"请写 {LEAST} 至 {MOST} 个字，不能有个人信息。"
        raise Invalid(message, fields={"text": message})
    texts.rendered("notice", {"words": words}, settings.ALLOWED_HOSTS)
    with transaction.atomic():
        bulletin = (
            Bulletin.objects.select_for_update(of=("self",)).filter(pk=bulletin_id).exclude(published_at=None).first()
        )
        if bulletin is None:
            raise NotFound("没有这份已发布的通告，请返回列表。", code="no_such_bulletin")
        if bulletin.messages.filter(sent_at=None, dropped_at=None).exists():
            raise Conflict("上一条消息还没有发出，请先发出或废弃。", code="message_waits")
        row = BulletinMessage.objects.create(
            bulletin=bulletin, text=words, urgent=urgent, made_at=now(), made_by=current_actor().id
        )
        ledger.append("bulletin.message_made", ("bulletin", bulletin.pk), {"message": row.pk, "urgent": urgent})
    return row.pk


def send(message_id: int) -> BulletinMessage:
    """Let a message go, as another person than its writer; returns it with the counts so far: many are told in batches."""
    require(Action.PUBLISH_BULLETIN)
    with transaction.atomic(), elevated(WHY):
        row = _waiting(message_id)
        if row.made_by == current_actor().id:
            raise Conflict("自己写的消息要请另一个人发出。", code="own_message")
        _go(row)
        return row


def drop(message_id: int) -> None:
    """Throw away a message that waits."""
    require(Action.WRITE_BULLETIN)
    with transaction.atomic():
        row = _waiting(message_id)
        row.dropped_at = now()
        row.save(update_fields=["dropped_at"])
        ledger.append("bulletin.message_dropped", ("bulletin", row.bulletin_id), {"message": row.pk})


def tell_of_incident(incident_id: int, text: str) -> int:
    """What an incident's requesters are told, or its end, goes to those of its bulletins too; returns how many are to be told.

    The incident's own way of approval has let it go; here nobody is asked again.
    """
    told = 0
    with transaction.atomic(), elevated(WHY):
        for bulletin in Bulletin.objects.filter(incident_id=incident_id).exclude(published_at=None):
            if not bulletin.affected.exists():
                continue
            bulletin.messages.filter(sent_at=None, dropped_at=None).update(dropped_at=now())
            row = BulletinMessage.objects.create(
                bulletin=bulletin, text=text[:MOST], made_at=now(), made_by=current_actor().id
            )
            told += _go(row)
    return told


def carry() -> int:
    """One batch of a message that was let go; how many were dealt with, 0 where nothing is on its way.

    Each batch is one transaction with its place in the list: what a break undoes was told to nobody, and is told next.
    """
    with transaction.atomic(), as_system():
        row = (
            BulletinMessage.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(sent_at__isnull=False, done_at=None)
            .order_by("sent_at", "id")
            .first()
        )
        return 0 if row is None else max(_batch(row), 1)


def _go(row: BulletinMessage) -> int:
    """Let it go and tell the first of them at once; the rest follows in batches (``carry``). How many are to be told."""
    row.sent_at, row.sent_by = now(), current_actor().id
    row.save(update_fields=["sent_at", "sent_by"])
    wanted = _people(row).count()
    _batch(row)
    return wanted


def _people(row: BulletinMessage) -> QuerySet[Affected]:
    """Who still is to be told, in order."""
    wanting = Affected.objects.filter(bulletin_id=row.bulletin_id, wants_news=True, pk__gt=row.told_to)
    return wanting.order_by("id")


def _batch(row: BulletinMessage) -> int:
    """To each once: by text message where there is a number, else in the talk; the last of them ends the message."""
    people = list(_people(row).select_related("talk")[:AT_ONCE])
    carried = ready()
    for one in people:
        if one.phone and carried and _by_text(row, one):
            row.by_text += 1
        elif _by_talk(row, one):
            row.by_talk += 1
        else:
            row.unreached += 1
        row.told_to = one.pk
    if len(people) < AT_ONCE:
        row.done_at = now()
        told = {"message": row.pk, "by_text": row.by_text, "by_talk": row.by_talk, "unreached": row.unreached}
        ledger.append("bulletin.message_sent", ("bulletin", row.bulletin_id), told)
    row.save()
    return len(people)


def _by_text(row: BulletinMessage, one: Affected) -> bool:
    template = "urgent" if row.urgent else "notice"
    try:
        with transaction.atomic():
            sent = send_text(one.phone, template, {"words": row.text}, key=f"bulletin-{row.pk}-{one.pk}")
    except MinhuError:
        return False
    return sent.state is not TextState.HELD


def _by_talk(row: BulletinMessage, one: Affected) -> bool:
    """Said where he talked; a talk that a person has or that has ended keeps its state."""
    if one.talk is None:
        return False
    try:
        with transaction.atomic():
            talk = locked(one.talk.uid)  # its lock numbers what is said in it
            if talk.state == TalkState.PERSON.value:
                return False
            keep(talk, Speaker.BOT, row.text, code="bulletin_news")
            talk.save(update_fields=["last_at"])
    except MinhuError:
        return False
    return True


def _waiting(message_id: int) -> BulletinMessage:
    row = BulletinMessage.objects.select_for_update(of=("self",)).filter(pk=message_id).first()
    if row is None or row.sent_at is not None or row.dropped_at is not None:
        raise Conflict("这条消息已经发出或已废弃，请刷新页面。", code="message_gone")
    return row


__all__ = ["carry", "drop", "make", "send", "tell_of_incident"]
