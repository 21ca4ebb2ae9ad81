"""Messages of a WeChat official account become turns of a talk, and what is said in it goes back.

The platform waits five seconds for an answer, then asks again, three times in all. The turn is done by the first
attempt, however long it takes; those that come meanwhile wait for it and bring the same answer. What could not be
answered in time, and what an agent says later, is sent by `channel_sending`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from minhu.directory.access import elevated
from minhu.directory.queries.lines import line as line_of_business
from minhu.engines import lookup
from minhu.engines.channels import wechat
from minhu.engines.channels.wechat_sending import next_part
from minhu.exchange.models import ChannelAccount, ChannelLine
from minhu.exchange.services.once import once
from minhu.intake.services import talking
from minhu.intake.types import Speaker, TalkChannel, TalkState
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError, NotAllowed, NotFound
from minhu.knowledge.services import quota

WHY: Final = "a follower of the account has no account here"
IN_TIME: Final = 4.5
"""Seconds after which the platform no longer reads the answer; it waits for five."""
ATTEMPTS_OVER: Final = timedelta(seconds=15)
"""After this time the platform does not ask for the same answer again."""
SUCCESS: Final = b"success"
"""What the platform takes as 'nothing to answer'."""
_Answer = dict[str, Any]


def echoed(uid: str, query: Mapping[str, str]) -> str:
    """The platform checks the address of an account; raises NotAllowed 401 for an unknown one or a wrong signature."""
    return wechat.echo(keys_of(_account(uid)), query, now())


def take_in(uid: str, query: Mapping[str, str], body: bytes) -> bytes:
    """Take in one message at the address of an account; returns the body of the answer.

    Raises NotAllowed 401 for an unknown account, a wrong or old signature or a wrong mode, 403 for an account that is
    switched off, Conflict for a signature that was used for another body, Invalid for what is no message.
    """
    started = time.monotonic()
    account = _account(uid)
    keys = keys_of(account)
    opened = wechat.opened(keys, query, body, now())
    if not account.active:
        raise NotAllowed("这个公众号已停用。", code="account_inactive")
    with transaction.atomic():
        once(f"wechat:{account.pk}", opened.mark, "signature", body, dict)
    text = _answer(account, opened.message, started)
    return wechat.answer(keys, opened.message, text, now()) if text else SUCCESS


def keys_of(account: ChannelAccount) -> wechat.Keys:
    """By what the platform's messages are believed."""
    return wechat.Keys(account.token, account.appid, account.aes_key)


def house_said(talk_uid: uuid.UUID, after: int) -> list[tuple[int, str]]:
    """Number and words of what bot and agents said behind utterance ``after``; raises NotFound."""
    said = talking.for_citizen(talk_uid, after).said
    return [(one.number, one.text) for one in said if one.speaker is not Speaker.CITIZEN]


def _account(uid: str) -> ChannelAccount:
    try:
        found = ChannelAccount.objects.filter(uid=uuid.UUID(uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotAllowed("没有这个接收地址，或签名不正确。", code="bad_signature", status=401)
    return found


def _answer(account: ChannelAccount, message: wechat.Message, started: float) -> str:
    """What is said to a message at once; '' for what needs no answer, or whose answer comes too late."""
    words = _words(message)
    if words is None:
        return _without_words(message)
    if not words:
        return ""
    try:
        quota.spend(f"wechat {message.sender}", settings.MINHU_ASK_PER_MINUTE)
        return _heard(account, message, words, started)
    except MinhuError as error:
        return error.message


def _words(message: wechat.Message) -> str | None:
    """The citizen's words: as typed, as the platform recognised them, or the name of a place; None where there are none."""
    if message.kind == "text":
        return message.fields.get("Content", "").strip()
    if message.kind == "voice":
        return message.fields.get("Recognition", "").strip() or None
    if message.kind == "location":
        return message.fields.get("Label", "").strip() or None
    return None


def _without_words(message: wechat.Message) -> str:
    if message.kind != "event":
        return _("这里暂时只能读文字，请用文字说明；照片和视频可以在“我要反映”页面上传，或拨打 12345。")
    if message.fields.get("Event", "").lower() == "subscribe":
        return _("您好，这里是 12345 热线，由智能助手接待。可以问政策、反映事情、查进度，也可以说“转人工”。")
    return ""


def _heard(account: ChannelAccount, message: wechat.Message, words: str, started: float) -> str:
    """One turn and what was said since the follower was last told; the same again for an attempt that comes again."""
    with transaction.atomic(), elevated(WHY):
        source = f"wechat:{account.pk}"
        turn = once(source, message.key, "message", b"", lambda: _turn(account, message, words))
        line = _line(account, message.sender)
        if str(line.talk_uid) != turn["talk"]:
            return ""  # an old attempt; its follower is in another talk by now
        start = (turn["told"], turn["part"])
        if "repeated" in turn:
            start = max(start, (line.sent, line.sent_part))
        text, told, part = next_part(house_said(uuid.UUID(turn["talk"]), start[0]), *start)
        if time.monotonic() - started > IN_TIME:
            line.due_at = now() + ATTEMPTS_OVER
            line.save(update_fields=["due_at"])
            return ""
        line.told, line.part = max((line.told, line.part), (told, part))
        line.save(update_fields=["told", "part"])
        return text


def _turn(account: ChannelAccount, message: wechat.Message, words: str) -> _Answer:
    """The follower's words are heard in the talk that goes on, else in a new one."""
    line = _line(account, message.sender)
    if not _goes_on(line):
        _begin(line, message.sender)
    start = {"told": line.told, "part": line.part}
    try:
        with transaction.atomic():
            talking.hear(_talk(line), words, key=message.key)
    except MinhuError as error:
        if error.code != "talk_too_long":
            raise
        _begin(line, message.sender)
        start = {"told": 0, "part": 0}
        talking.hear(_talk(line), words, key=message.key)
    line.last_at = now()
    line.save()
    return {"talk": str(line.talk_uid), **start}


def _goes_on(line: ChannelLine) -> bool:
    """Whether the follower's talk is still held: not ended, and with a person or not silent for too long."""
    if line.talk_uid is None:
        return False
    try:
        state = talking.for_citizen(line.talk_uid, line.told).state
    except NotFound:
        return False
    fresh = now() - line.last_at < timedelta(hours=line_of_business(line.account.line).quiet_hours)
    return state in (TalkState.WAITING, TalkState.PERSON) or (state is TalkState.BOT and fresh)


def _begin(line: ChannelLine, sender: str) -> None:
    line.talk_uid = talking.begin(TalkChannel.WECHAT, sender=sender, line=line.account.line).uid
    line.told = line.part = line.sent = line.sent_part = 0
    line.due_at = None


def _talk(line: ChannelLine) -> uuid.UUID:
    if line.talk_uid is None:
        raise NotFound("没有找到这次对话，请重新开始。", code="not_found")
    return line.talk_uid


def _line(account: ChannelAccount, sender: str) -> ChannelLine:
    """The follower's line, locked; a new one for whoever speaks for the first time."""
    rows = ChannelLine.objects.select_for_update().filter(account=account)
    found = rows.filter(sender_index__in=lookup.indexes(sender, "sender")).first()
    if found is not None:
        return found
    index = lookup.index(sender, "sender")
    ChannelLine.objects.bulk_create(
        [ChannelLine(account=account, sender=sender, sender_index=index, last_at=now())], ignore_conflicts=True
    )
    return rows.get(sender_index=index)
