"""The one door for text messages (短信): asked for in the caller's transaction, carried after it, once for each key.

`send_text` renders a template, keeps to what a number wants and gets at most, and writes the message down; whoever
carries it comes later (`text_carrying`). Nobody who asks waits for a provider, and no provider decides what is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from minhu.directory.access import elevated
from minhu.directory.queries.freshness import Cached, Topic
from minhu.engines import lookup
from minhu.engines.secrets import normalise_phone
from minhu.intake.domain import texts
from minhu.intake.models import TextMessage, TextProvider, TextStop
from minhu.intake.types import TextSent, TextState
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid

WHY: Final = "a message goes to a telephone, whose ever it is"
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def send_text(
    to: str, template: str, values: Mapping[str, str], *, key: str, talk: UUID | None = None, upto: int = 0
) -> TextSent:
    """Ask for one message to a telephone number; the same ``key`` again gives what became of the first.

    ``template`` and ``values``: see `domain.texts.TEMPLATES`. Returns what is so at once: waiting to go out, or held
    with a reason ('no_provider', 'not_mobile', 'stopped', 'too_many'); a held one is kept as well, except where there
    is no number to keep it for. ``talk``: the talk that the words carry, up to utterance ``upto``.
    Raises Invalid for words that may not go out as a text message, whoever they are for.
    """
    words, digits = texts.rendered(template, values, settings.ALLOWED_HOSTS), normalise_phone(to)
    if not key or len(key) > 100:
        raise Invalid("短信需要一个不超过 100 个字符的业务键。", code="bad_key")
    if not texts.is_mobile(digits):
        return TextSent(None, TextState.HELD, "not_mobile")
    with transaction.atomic(), elevated(WHY):
        known = TextMessage.objects.filter(key=key).first()
        return _result(known or _written(digits, template, words, key, talk, upto))


def ready() -> bool:
    """Whether anybody carries text messages: pages that offer one say so beforehand."""
    return carrier() is not None


def carrier() -> TextProvider | None:
    """The provider that is active, as of at most seconds ago."""
    return _active()


def stop(phone: str) -> None:
    """The number wants no messages from now on; what waits for it is held."""
    digits, moment = normalise_phone(phone), now()
    with transaction.atomic(), elevated(WHY):
        if not TextStop.objects.filter(phone_index__in=lookup.indexes(digits, "phone")).exists():
            TextStop.objects.bulk_create(
                [TextStop(phone=digits, phone_index=lookup.index(digits, "phone"), at=moment)], ignore_conflicts=True
            )
        waiting = TextMessage.objects.filter(
            phone_index__in=lookup.indexes(digits, "phone"), state=TextState.WAITING.value
        )
        waiting.exclude(template__in=texts.ALWAYS).update(
            state=TextState.HELD.value, reason="stopped", done_at=moment, next_at=None
        )


def resume(phone: str) -> None:
    """The number wants messages again."""
    with transaction.atomic(), elevated(WHY):
        TextStop.objects.filter(phone_index__in=lookup.indexes(normalise_phone(phone), "phone")).delete()


def is_stopped(phone: str) -> bool:
    """Whether a number said that it wants no messages."""
    with transaction.atomic(), elevated(WHY):
        return _stopped(normalise_phone(phone))


def _written(digits: str, code: str, words: str, key: str, talk: UUID | None, upto: int) -> TextMessage:
    """Write a message down, one of a number at a time, so that its limit holds."""
    template, moment, index = texts.TEMPLATES[code], now(), lookup.index(digits, "phone")
    _wait_for(key)
    _wait_for(index.hex())
    known = TextMessage.objects.filter(key=key).first()
    if known is not None:
        return known
    free, reason = _free(template, digits, moment)
    over = max(free or moment, moment) + timedelta(hours=template.hours)
    return TextMessage.objects.create(
        key=key, template=code, phone=digits, phone_index=index, words=words, created_at=moment, over_at=over,
        state=TextState.HELD.value if reason else TextState.WAITING.value, reason=reason, next_at=free,
        done_at=moment if reason else None, talk_uid=talk, upto=upto,
    )  # fmt: skip


def _free(template: texts.Template, digits: str, moment: datetime) -> tuple[datetime | None, str]:
    """When a message may go, or why it does not."""
    if not ready():
        return None, "no_provider"
    if template.code not in texts.ALWAYS and _stopped(digits):
        return None, "stopped"
    sent = TextMessage.objects.filter(
        phone_index__in=lookup.indexes(digits, "phone"), created_at__gt=moment - texts.DAY, created_at__lte=moment
    ).exclude(state=TextState.HELD.value)
    same = texts.ALWAYS if template.code in texts.ALWAYS else set(texts.TEMPLATES) - texts.ALWAYS
    free = texts.when_free(template, list(sent.filter(template__in=same).values_list("created_at", flat=True)), moment)
    return free, "" if free else "too_many"


def _stopped(digits: str) -> bool:
    return TextStop.objects.filter(phone_index__in=lookup.indexes(digits, "phone")).exists()


def _wait_for(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"text {what}"])


def _result(row: TextMessage) -> TextSent:
    return TextSent(row.uid, TextState(row.state), row.reason)


def _load() -> TextProvider | None:
    return TextProvider.objects.filter(active=True).first()


_active = Cached(_load, Topic.PARTNERS)
