"""Mails that came become turns of talks: each once, in the thread it answers, and never an answer to a machine.

`From` proves nobody. A mail goes on in a talk only when it carries a token that only a mail of ours to that very address
could tell it (in References or in the subject); every other mail begins a talk of its own and learns nothing of others.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction

from minhu.directory.access import acting_as, elevated
from minhu.directory.queries.actors import citizen_actor
from minhu.engines import lookup
from minhu.engines.channels import mail_boxes, mail_reading
from minhu.engines.channels.mail_boxes import Fetched, Imap
from minhu.engines.channels.mail_reading import Letter
from minhu.exchange.models import Mailbox, MailOut, MailThread
from minhu.exchange.services import mail_sending
from minhu.exchange.services.mail_threads import box_of, token_of
from minhu.exchange.services.once import once
from minhu.intake.services import attending, supplement, talking
from minhu.intake.types import TalkChannel, TalkState, UploadedFile
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError, NotFound

log = structlog.get_logger("minhu.exchange")
WHY: Final = "a mail comes from a citizen without an account"
PAUSE, PAUSE_BROKEN = timedelta(seconds=20), timedelta(minutes=5)
SAME_WITHIN: Final = timedelta(hours=6)
"""The same words and files of the same sender within this time are the same mail, whatever its Message-ID."""
MOST_A_DAY: Final = 30
"""Mails of one address that the machine answers in a day; those behind them wait for a person, unanswered."""
MOST_AN_HOUR: Final = 300
"""Answers of the machine to all addresses together; what is over waits for a person."""
_Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Came:
    """A mail of a mailbox, read."""

    box: Mailbox
    uid: int
    letter: Letter


def poll() -> int:
    """One round over all mailboxes that are due; returns how many mails were taken in."""
    return sum(_look(pk) for pk in _due())


def _due() -> list[int]:
    """Claim mailboxes for this process; the next look comes after a pause whatever happens."""
    moment = now()
    with transaction.atomic():
        rows = list(Mailbox.objects.select_for_update(skip_locked=True).filter(active=True))
        due = [row.pk for row in rows if row.next_look is None or row.next_look <= moment]
        Mailbox.objects.filter(pk__in=due).update(next_look=moment + PAUSE_BROKEN)
    return due


def _look(pk: int) -> int:
    """Read a mailbox from where it was left; its cursor moves in the transaction of each mail."""
    box, done, problem = Mailbox.objects.get(pk=pk), 0, ""
    try:
        with mail_boxes.looking(box_of(box)) as line:
            _set_up(box, line)
            for uid in line.uids_after(box.last_uid)[: mail_boxes.AT_ONCE]:
                if (fetched := line.fetch(uid)) is not None:
                    take_in(box, fetched)
                box.last_uid = uid
                Mailbox.objects.filter(pk=pk, validity=box.validity, last_uid__lt=uid).update(last_uid=uid)
                done += 1
            _add_files(box, line)
    except MinhuError as error:
        problem = error.message[:200]
        log.warning("mailbox_not_read", mailbox=pk, code=error.code)
    Mailbox.objects.filter(pk=pk).update(problem=problem, next_look=now() + (PAUSE_BROKEN if problem else PAUSE))
    return done


def _set_up(box: Mailbox, line: Imap) -> None:
    """The first look begins behind what is there; a mailbox that was numbered anew is read again, and known mails skipped."""
    if box.validity == line.validity:
        return
    box.last_uid = 0 if box.validity else max(0, line.next_uid - 1)
    box.validity = line.validity
    Mailbox.objects.filter(pk=box.pk).update(validity=box.validity, last_uid=box.last_uid)


def bring(address: str, uid: int, data: bytes) -> str:
    """Put a mail into the mailbox of an address by hand, as if it had come there; see `take_in`. Raises NotFound."""
    box = Mailbox.objects.filter(address=address).first()
    if box is None:
        raise NotFound("没有这个邮箱。", code="no_such_mailbox")
    return take_in(box, Fetched(uid, len(data), data))


def take_in(box: Mailbox, fetched: Fetched) -> str:
    """One mail, and how far the mailbox is read with it; returns what it was: heard, repeated, automatic or refused."""
    try:
        if fetched.data is None:
            raise Invalid("邮件过大。", code="too_large")
        letter = mail_reading.read(fetched.data, own=box.address, server=box.server)
    except (Invalid, ValueError) as error:  # whatever one mail does to its reader, the next one is read
        log.warning("mail_refused", mailbox=box.pk, code=getattr(error, "code", type(error).__name__))
        return _counted(box, fetched.uid, "refused")
    if letter.automatic:
        return _counted(box, fetched.uid, "automatic")
    with transaction.atomic(), elevated(WHY):
        came = _Came(box, fetched.uid, letter)
        name = hashlib.sha256((letter.message_id or letter.same).encode()).hexdigest()
        turn = once(f"mail:{box.pk}", name, "mail", b"", lambda: _once_for_its_words(came))
        _advance(box, fetched.uid, last_in_at=now())
    return "repeated" if turn.get("repeated") else "heard"


def _once_for_its_words(came: _Came) -> _Answer:
    """A mail that was sent twice under two names is one mail."""
    period = int(now().timestamp() // SAME_WITHIN.total_seconds())
    return once(f"mail:{came.box.pk}", f"{came.letter.same[:48]}.{period}", "words", b"", lambda: _heard(came))


def _heard(came: _Came) -> _Answer:
    letter = came.letter
    thread = _thread_of(came) or _begun(came)
    thread.subject, thread.last_id = letter.subject or thread.subject, letter.message_id[:500]
    thread.checks, thread.last_at = " ".join(letter.checks)[:120], now()
    quiet = _had_enough(letter.sender)
    if quiet:
        attending.ask_for_person(thread.talk_uid)
    words, key = _said(letter), hashlib.sha256((letter.message_id or letter.same).encode()).hexdigest()[:40]
    try:
        with transaction.atomic():
            talking.hear(thread.talk_uid, words, key=key)
    except MinhuError as error:
        if error.code != "talk_too_long":
            raise
        thread.talk_uid, thread.told = talking.begin(TalkChannel.EMAIL, sender=letter.sender).uid, 0
        talking.hear(thread.talk_uid, words)
    if letter.files:
        thread.files = [*thread.files, came.uid][-20:]
    thread.save()
    if not quiet:
        mail_sending.put(thread)
    return {"thread": thread.pk}


def _had_enough(sender: str) -> bool:
    """Whether an address got so many answers of the machine today that it may be one itself, or all of them this hour.

    `From` is whatever a sender writes: whoever writes in a thousand names makes the house answer a thousand strangers.
    """
    answered = MailOut.objects.filter(
        thread__sender_index__in=lookup.indexes(sender, "sender"),
        by_machine=True,
        created_at__gt=now() - timedelta(days=1),
    )
    if answered.count() >= MOST_A_DAY:
        return True
    lately = MailOut.objects.filter(by_machine=True, created_at__gt=now() - timedelta(hours=1))
    return lately.count() >= MOST_AN_HOUR


def _said(letter: Letter) -> str:
    """The citizen's words with the subject where it says more, and what of the mail was left out."""
    subject = re.sub(r"(?i)^(?:\s*(?:re|fw|fwd|回复|答复|转发)\s*[:：])+|\[会话[^\]]*\]", "", letter.subject).strip()
    words = letter.words if not subject or subject in letter.words else f"{subject}。\n{letter.words}"
    return words.strip()[: talking.LONGEST_WORDS] or "（邮件没有文字）"


def _thread_of(came: _Came) -> MailThread | None:
    """The thread whose token the mail carries, if it is its own address that writes; its talk must still be there."""
    for token in came.letter.tokens:
        thread_uid = UUID(token.split(".")[1])
        if not hmac.compare_digest(token, token_of(thread_uid)):
            continue
        row = MailThread.objects.select_for_update().filter(uid=thread_uid, mailbox=came.box).first()
        if row is not None and row.sender.lower() == came.letter.sender and _lives(row):
            return row
    return None


def _lives(thread: MailThread) -> bool:
    try:
        talking.for_citizen(thread.talk_uid)
    except NotFound:
        return False
    return True


def _begun(came: _Came) -> MailThread:
    sender = came.letter.sender
    talk = talking.begin(TalkChannel.EMAIL, sender=sender).uid
    return MailThread.objects.create(
        mailbox=came.box, sender=sender, sender_index=lookup.index(sender, "sender"), talk_uid=talk, last_at=now()
    )


def _add_files(box: Mailbox, line: Imap) -> None:
    """Files of mails go to the request that their talk has opened; until then they stay where they are, in the mailbox."""
    with transaction.atomic(), elevated(WHY):
        waiting = list(MailThread.objects.filter(mailbox=box).exclude(files=[]).order_by("last_at")[:20])
    for thread in waiting:
        try:
            view = talking.for_citizen(thread.talk_uid)
        except NotFound:
            view = None
        if view is not None and not view.request_ids:
            if view.state is TalkState.ENDED and thread.last_at < now() - timedelta(days=7):
                _settle(thread)
            continue
        for uid in thread.files if view else ():
            fetched = line.fetch(uid)
            if fetched is not None and fetched.data is not None and view is not None:
                _attach(view.request_ids[-1], mail_reading.read(fetched.data, own=box.address))
        _settle(thread)


def _attach(request_id: int, letter: Letter) -> None:
    """Each file by itself through the door of files; what is not let in is named in the supplement."""
    for one in letter.files:
        try:
            _add(request_id, f"邮件附件：{one.name}"[:200], UploadedFile(one.name, one.content))
        except MinhuError as error:
            log.warning("mail_file_refused", request=request_id, code=error.code)
            with suppress(MinhuError):
                _add(request_id, f"邮件附件“{one.name[:80]}”未接收：{error.message}"[:300])


def _add(request_id: int, words: str, *files: UploadedFile) -> None:
    actor = citizen_actor((request_id,))
    with transaction.atomic(), acting_as(actor):
        supplement(request_id, words, files, actor=actor)


def _settle(thread: MailThread) -> None:
    with transaction.atomic(), elevated(WHY):
        MailThread.objects.filter(pk=thread.pk, files=thread.files).update(files=[])


def _counted(box: Mailbox, uid: int, name: str) -> str:
    with transaction.atomic():
        row = Mailbox.objects.select_for_update().get(pk=box.pk)
        _advance(box, uid, **{name: getattr(row, name) + 1})
    return name


def _advance(box: Mailbox, uid: int, **more: Any) -> None:
    Mailbox.objects.filter(pk=box.pk, last_uid__lt=uid).update(last_uid=uid)
    Mailbox.objects.filter(pk=box.pk).update(**more)
