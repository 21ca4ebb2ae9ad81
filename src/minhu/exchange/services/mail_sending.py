"""What the house says in a talk by e-mail goes into a durable outbox and out over SMTP, each word once."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import structlog
from django.db import transaction

from minhu.directory.access import elevated
from minhu.engines.channels import mail_boxes
from minhu.engines.channels.mail_reading import MARK
from minhu.exchange.models import Mailbox, MailOut, MailThread
from minhu.exchange.services.mail_threads import box_of, token_of
from minhu.exchange.types import DeliveryState
from minhu.intake.services import talking
from minhu.intake.services.spoken import spoken_since
from minhu.intake.types import Speaker, TalkChannel
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError, NotFound

log = structlog.get_logger("minhu.exchange")
WHY: Final = "words are carried to a citizen without an account here"
LOOK_BACK: Final = timedelta(hours=2)
LEASE: Final = timedelta(minutes=3)
PAUSES: Final = tuple(timedelta(minutes=one) for one in (1, 5, 30, 120, 360, 720))
AT_ONCE: Final = 20
_FOOT: Final = "您可以直接回复本邮件继续说明。紧急情况请拨打 110、119、120。"


def put(thread: MailThread) -> bool:
    """Put what was said in the thread's talk and not yet told into the outbox, as one mail; whether there was anything."""
    with transaction.atomic(), elevated(WHY):
        kept = MailThread.objects.select_for_update().get(pk=thread.pk)
        try:
            said = talking.for_citizen(kept.talk_uid, kept.told).said
        except NotFound:
            return False
        new = [one for one in said if one.speaker is not Speaker.CITIZEN and one.text.strip()]
        if not new:
            return False
        MailOut.objects.create(
            thread=kept, words="\n\n".join(one.text for one in new), upto=new[-1].number, created_at=now(), next_at=now(),
            by_machine=all(one.speaker is Speaker.BOT for one in new),
        )  # fmt: skip
        kept.told = thread.told = new[-1].number
        kept.save(update_fields=["told"])
        return True


def put_all() -> int:
    """One round: agents' words, and what the house says late; returns how many mails were made."""
    spoken = spoken_since(TalkChannel.EMAIL, now() - LOOK_BACK)
    if not spoken:
        return 0
    with transaction.atomic(), elevated(WHY):
        rows = [row for row in MailThread.objects.filter(talk_uid__in=list(spoken)) if spoken[row.talk_uid] > row.told]
    return sum(put(row) for row in rows)


def send() -> int:
    """One round: make mails of new words, hand over what is due; returns how many were made or left."""
    made = put_all()
    return made + sum(_send(pk) for pk in _take())


def composed(mail: MailOut, thread: MailThread, box: Mailbox) -> EmailMessage:
    """The mail itself: the same for every attempt."""
    domain, token = box.address.rpartition("@")[2], token_of(thread.uid)
    made = EmailMessage()
    subject = thread.subject or "12345 热线答复"
    made["Subject"] = f"{'' if subject.lower().startswith(('re:', '回复')) else '回复：'}{subject}"[:200]
    made["From"] = f"12345 <{box.address}>"
    made["To"] = thread.sender
    made["Date"] = format_datetime(mail.created_at.astimezone(CHINA_TIME))
    made["Message-ID"] = f"<{token}.{mail.uid.hex}@{domain}>"
    if thread.last_id:
        made["In-Reply-To"] = made["References"] = thread.last_id
    if mail.by_machine:
        made["Auto-Submitted"] = "auto-replied"
        made["X-Auto-Response-Suppress"] = "All"
    made.set_content(f"{MARK}\n\n{mail.words}\n\n{_FOOT}\n[会话 {token}]\n", cte="base64")
    return made


def _take() -> list[int]:
    moment = now()
    with transaction.atomic(), elevated(WHY):
        rows = MailOut.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state=DeliveryState.WAITING.value, next_at__lte=moment, thread__mailbox__active=True
        )
        taken = [row.pk for row in rows.order_by("next_at", "id")[:AT_ONCE]]
        MailOut.objects.filter(pk__in=taken).update(next_at=moment + LEASE)
    return taken


def _send(pk: int) -> int:
    """One attempt; no transaction is open while the server is spoken to."""
    with transaction.atomic(), elevated(WHY):
        mail = MailOut.objects.select_related("thread__mailbox").get(pk=pk)
        thread, box = mail.thread, mail.thread.mailbox
        if not thread.sender:
            MailOut.objects.filter(pk=pk).update(state=DeliveryState.FAILED.value, next_at=None, done_at=now())
            return 0
        made = composed(mail, thread, box)
    problem, final = "", False
    try:
        mail_boxes.send(box_of(box), made, thread.sender)
    except MinhuError as error:
        problem, final = error.message[:200], isinstance(error, mail_boxes.Refused)
        log.warning("mail_not_sent", mailbox=box.pk, code=error.code)
    _settle(pk, problem, final, now())
    Mailbox.objects.filter(pk=box.pk).update(
        **({"problem": problem} if problem else {"problem": "", "last_out_at": now()})
    )
    return 0 if problem else 1


def _settle(pk: int, problem: str, final: bool, moment: datetime) -> None:
    with transaction.atomic(), elevated(WHY):
        mail = MailOut.objects.select_for_update().get(pk=pk)
        mail.attempts += 1
        if not problem:
            mail.state, mail.done_at, mail.next_at = DeliveryState.DELIVERED.value, moment, None
        elif final or mail.attempts > len(PAUSES):
            mail.state, mail.done_at, mail.next_at = DeliveryState.FAILED.value, moment, None
        else:
            mail.next_at = moment + PAUSES[mail.attempts - 1]
        mail.save(update_fields=["attempts", "state", "done_at", "next_at"])
