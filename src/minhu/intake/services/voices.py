"""Marks by which talks of one person are found again, written with his words, and what agents say of who is who."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.engines import lookup
from minhu.engines.secrets import normalise_phone
from minhu.intake.domain.bands import dated
from minhu.intake.models import PersonBond, Talk, VoiceMark
from minhu.intake.queries.persons import elsewhere
from minhu.intake.queries.talks import talk_for_staff
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotFound
from minhu.language.likeness import fingerprint
from minhu.language.persons import SHORTEST, said_phones
from minhu.ledger import services as ledger

WHY: Final = "an agent joins talks of one person, whoever held the other"
MOST_PHONES: Final = 4
MOST_BANDS: Final = 6
"""Of the sixteen of a text: enough to find the same words, few enough for every utterance."""


def mark(talk: Talk, words: str) -> None:
    """Note by what these words of the citizen are found again; in the transaction that keeps them."""
    phones = sorted(said_phones(words))[:MOST_PHONES]
    moment, rows = now(), list[VoiceMark]()
    for phone in phones:
        index = lookup.index(normalise_phone(phone), "phone")
        if not VoiceMark.objects.filter(talk=talk, phone_index=index).exists():
            rows.append(VoiceMark(talk=talk, phone=normalise_phone(phone), phone_index=index, at=moment))
    if len(words) >= SHORTEST:
        bands = dated(fingerprint(words[:1000]).bands[:MOST_BANDS], moment)
        rows += [VoiceMark(talk=talk, band=band, at=moment) for band in bands]
    VoiceMark.objects.bulk_create(rows)


def bind(uid: UUID, other: UUID, *, same: bool) -> None:
    """The agent of a talk says whether another is the same person's; the latest word counts. Raises NotFound, Conflict.

    The other is one that stands beside the talk, or one that he may read himself: nobody names talks by guessing.
    """
    require(Action.TALK)
    talk_for_staff(uid)
    if uid == other:
        raise Conflict("不能与自己合并。", code="same_talk")
    if all(one.uid != other for one in elsewhere(uid)):
        talk_for_staff(other)
    with transaction.atomic(), elevated(WHY):
        rows = {row.uid: row for row in Talk.objects.filter(uid__in=(uid, other))}
        if len(rows) < 2:
            raise NotFound("没有找到这次对话。", code="not_found")
        first, second = sorted((rows[uid], rows[other]), key=lambda row: row.pk)
        PersonBond.objects.update_or_create(
            talk=first, other=second, defaults={"same": same, "by": current_actor().id, "at": now()}
        )
        ledger.append("talk.bound", ("talk", rows[uid].pk), {"other": rows[other].pk, "same": same})
