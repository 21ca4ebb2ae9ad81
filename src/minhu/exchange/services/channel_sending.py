"""What the house says in a talk on WeChat while nobody there waits for an answer goes out as customer messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Q

from minhu.directory.access import elevated
from minhu.engines.channels.wechat_sending import CustomerMessages, Platform, Refused, next_part
from minhu.exchange.models import ChannelAccount, ChannelLine
from minhu.exchange.services.wechat import house_said
from minhu.intake.services.spoken import spoken_since
from minhu.intake.types import TalkChannel
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError, NotFound

log = structlog.get_logger("minhu.exchange")
WHY: Final = "words are carried to a follower without an account here"
LOOK_BACK: Final = timedelta(hours=1)
"""What could not be sent for so long after it was said stays for the follower's next message."""
LEASE: Final = timedelta(minutes=1)
"""Whoever took a line and died, or could not send, is followed after this time."""
MOST_LINES: Final = 50
PLATFORM: Final = Platform()


def send(platform: CustomerMessages = PLATFORM) -> int:
    """One round: what was said and not yet told, of each follower one text; returns how many went out."""
    return sum(_send(pk, platform) for pk in _take())


def _take() -> list[int]:
    """Claim lines with something to say for this process; no transaction is open while the platform is spoken to."""
    moment = now()
    spoken = spoken_since(TalkChannel.WECHAT, moment - LOOK_BACK)
    if not spoken:
        return []
    accounts = [one.pk for one in ChannelAccount.objects.filter(active=True) if one.secret]
    free = Q(due_at__isnull=True) | Q(due_at__lte=moment)
    with transaction.atomic(), elevated(WHY):
        rows = ChannelLine.objects.select_for_update(skip_locked=True).filter(
            free, account__in=accounts, talk_uid__in=list(spoken)
        )
        wanted = [row.pk for row in rows if row.talk_uid and spoken[row.talk_uid] > row.told][:MOST_LINES]
        ChannelLine.objects.filter(pk__in=wanted).update(due_at=moment + LEASE)
    return wanted


def _send(pk: int, platform: CustomerMessages) -> int:
    with transaction.atomic(), elevated(WHY):
        line = ChannelLine.objects.select_related("account").get(pk=pk)
        try:
            texts = house_said(line.talk_uid, line.told) if line.talk_uid else []
        except NotFound:
            texts = []
    text, told, part = next_part(texts, line.told, line.part)
    if not text:
        return 0
    account, problem, later = line.account, "", None
    try:
        platform.send(account.appid, account.secret, line.sender, text)
    except MinhuError as error:
        problem, later = error.message[:200], LOOK_BACK if isinstance(error, Refused) else LEASE
        log.warning("channel_message_unsent", account=account.pk, code=error.code)
    _settle(line, (told, part), later)
    if problem or account.problem:
        ChannelAccount.objects.filter(pk=account.pk).update(problem=problem)
    if not problem:
        ChannelAccount.objects.filter(pk=account.pk).update(last_out_at=now())
    return 0 if problem else 1


def _settle(line: ChannelLine, reached: tuple[int, int], later: timedelta | None) -> None:
    """Note how far the follower was told; a line that is in another talk by now is left alone."""
    with transaction.atomic(), elevated(WHY):
        kept = ChannelLine.objects.select_for_update().filter(pk=line.pk, talk_uid=line.talk_uid).first()
        if kept is None:
            return
        kept.due_at = now() + later if later else None
        if later is None:
            kept.told, kept.part = max((kept.told, kept.part), reached)
            kept.sent, kept.sent_part = reached
        kept.save(update_fields=["due_at", "told", "part", "sent", "sent_part"])
