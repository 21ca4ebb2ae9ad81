"""Talks by text message: what a number writes is heard in its talk, and what the house says goes back in messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from minhu.directory.access import elevated
from minhu.directory.queries.lines import line as line_of_business
from minhu.engines import lookup
from minhu.engines.secrets import normalise_phone
from minhu.intake.domain import texts
from minhu.intake.models import Talk, TextMessage
from minhu.intake.queries.talks import said_of
from minhu.intake.services import talking
from minhu.intake.services.spoken import spoken_since
from minhu.intake.services.texting import resume, send_text, stop
from minhu.intake.types import Speaker, TalkChannel, TalkState
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError

log = structlog.get_logger("minhu.intake")
WHY: Final = "a citizen's message has no account here"
LOOK_BACK: Final = timedelta(hours=1)
MOST_PIECES: Final = 3
"""Messages of one answer; what is longer says where the rest is."""
_UNFIT: Final = "有一部分内容不便用短信发送，请拨打12345查询。"
_REST: Final = "内容较长，其余请拨打12345或在网站查看。"


def heard(phone: str, words: str, *, key: str) -> UUID | None:
    """A number wrote; returns its talk, None for what concerns the messages alone (T, 恢复) or says nothing.

    ``key``: the provider's number of the message; the same again has no further effect. Raises Invalid for what is no
    mobile number.
    """
    digits = normalise_phone(phone)
    if not texts.is_mobile(digits):
        raise Invalid("发送者不是手机号码。", fields={"from": "不是手机号码"})
    order = texts.order_of(words)
    if order:
        (stop if order == "stop" else resume)(digits)
        send_text(digits, "stopped" if order == "stop" else "resumed", {}, key=f"order-{key}"[:100])
        return None
    if not words.strip():
        return None
    with transaction.atomic(), elevated(WHY):
        _one_by_one(digits)
        uid = _talk(digits, key)
        try:
            with transaction.atomic():
                talking.hear(uid, words, key=key[:100])
        except MinhuError as error:
            if error.code != "talk_too_long":
                raise
            uid = _begun(digits)
            talking.hear(uid, words, key=key[:100])
        tell(uid)
    return uid


def tell_all() -> int:
    """One round: what was said lately in talks by text message and not told; returns how many messages were asked for."""
    spoken = spoken_since(TalkChannel.SMS, now() - LOOK_BACK)
    if not spoken:
        return 0
    with transaction.atomic(), elevated(WHY):
        told = dict(
            TextMessage.objects.filter(talk_uid__in=list(spoken))
            .order_by()
            .values_list("talk_uid")
            .annotate(Max("upto"))
        )
    return sum(_told(uid) for uid, number in spoken.items() if number > told.get(uid, 0))


def _told(uid: UUID) -> int:
    """One talk; what is wrong with it keeps no other waiting."""
    try:
        return tell(uid)
    except MinhuError as error:
        log.warning("talk_not_told", talk=str(uid), code=error.code)
        return 0


def tell(uid: UUID) -> int:
    """Ask for messages with what the house said in a talk and did not tell yet; returns how many."""
    with transaction.atomic(), elevated(WHY):
        talk = talking.locked(uid)
        told = TextMessage.objects.filter(talk_uid=uid).aggregate(Max("upto"))["upto__max"] or 0
        new = [one for one in said_of(talk, told) if one.speaker is not Speaker.CITIZEN]
        words = texts.cleaned("\n".join(one.text for one in new))
        if not words or not talk.phone:
            return 0
        parts = texts.pieces(_sayable(words))
        if len(parts) > MOST_PIECES:
            parts = (*parts[: MOST_PIECES - 1], f"{parts[MOST_PIECES - 1][:400]}…{_REST}")
        parts = tuple(part if not texts.problem_of(part, settings.ALLOWED_HOSTS) else _UNFIT for part in parts)
        last = new[-1].number
        for place, part in enumerate(parts):
            send_text(talk.phone, "talk", {"words": part}, key=f"talk-{uid.hex}-{last}-{place}", talk=uid, upto=last)
        return len(parts)


def _sayable(words: str) -> str:
    """Words as a message may carry them; a clause with a foreign address or a code is told of, not told."""
    lines = [line for line in words.split("\n") if line.strip()]
    kept = [line if not texts.problem_of(line[: texts.MOST_WORDS], settings.ALLOWED_HOSTS) else "" for line in lines]
    said = "\n".join(line for line in kept if line)
    return said if all(kept) else f"{said}\n{_UNFIT}".strip()


def _talk(digits: str, key: str) -> UUID:
    """The talk that heard this message before, else the one that goes on, else a new one."""
    rows = Talk.objects.filter(channel=TalkChannel.SMS.value, sender_index__in=lookup.indexes(digits, "sender"))
    before = rows.filter(utterances__key=key[:100]).values_list("uid", flat=True).first()
    if before is not None:
        return before
    last = rows.order_by("-last_at").first()
    if last is not None and _goes_on(last):
        return last.uid
    return _begun(digits)


def _goes_on(talk: Talk) -> bool:
    state = TalkState(talk.state)
    fresh = now() - talk.last_at < timedelta(hours=line_of_business(talk.line).quiet_hours)
    return state in (TalkState.WAITING, TalkState.PERSON) or (state is TalkState.BOT and fresh)


def _begun(digits: str) -> UUID:
    return talking.begin(TalkChannel.SMS, sender=digits, phone=digits).uid


def _one_by_one(digits: str) -> None:
    """Messages of one number are heard one after another."""
    index = lookup.index(digits, "sender").hex()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"texts of {index}"])
