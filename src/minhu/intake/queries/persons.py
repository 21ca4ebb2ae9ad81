"""Where else the person of a talk may have written: shown to who holds the talk, with reasons, never with words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from minhu.directory.access import elevated
from minhu.engines import lookup
from minhu.engines.secrets import normalise_phone
from minhu.intake import reading_limits
from minhu.intake.domain.bands import dated_between
from minhu.intake.models import PersonBond, Request, Talk, VoiceMark
from minhu.intake.queries.talks import talk_for_staff
from minhu.intake.types import Channel, Speaker, TalkChannel
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.language.likeness import fingerprint
from minhu.language.matters import Verdict
from minhu.language.persons import SHORTEST, Belief, Judged, Voice, said_name, said_phones, same_event, same_person

WHY: Final = "other talks of perhaps the same person are judged; of them only channel, day and reasons are shown"
DAYS: Final = timedelta(days=90)
MOST: Final = 30
SHOWN: Final = 6
SHARED_BY: Final = 5
"""A telephone that so many accounts gave is nobody's own."""
_PROVED: Final = frozenset({TalkChannel.PHONE.value, TalkChannel.SMS.value})
_KINDS: Final = {
    TalkChannel.WECHAT.value: "wechat",
    TalkChannel.EMAIL.value: "email",
    TalkChannel.PARTNER.value: "partner",
}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another talk, or a request, of perhaps the same person."""

    uid: UUID | None
    channel: str
    at: datetime
    percent: int
    sure: bool
    basis: str
    numbers: tuple[str, ...]
    event: str
    """'same' or 'perhaps' when it seems to be about the same matter, else ''."""
    bound: bool | None
    """What an agent said of it."""


def elsewhere(uid: UUID) -> tuple[Elsewhere, ...]:
    """Other voices of perhaps the same person, the surest first; raises NotFound for who may not read the talk."""
    talk_for_staff(uid)
    with transaction.atomic(), elevated(WHY):
        own = Talk.objects.get(uid=uid)
        mine = voice_of(own)
        phones = [index for phone in mine.phones for index in lookup.indexes(phone, "phone")]
        rows = _candidates(own, mine, phones)
        bonds = _bonds(own)
        voices = {row.pk: voice_of(row) for row in rows}
        shared = _shared(mine, voices, rows)
        found = [
            one for row in rows if (one := _of_talk(row, mine, voices[row.pk], shared, bonds.get(row.pk))) is not None
        ]
        known = {number for one in found for number in one.numbers} | set(_numbers(own))
        found += [one for one in _requests(mine, phones, shared) if not known & set(one.numbers)]
    if found and phones:
        reading_limits.record_search(current_actor(), phones[0])
    return tuple(sorted(found, key=lambda one: (-one.percent, -one.at.timestamp()))[:SHOWN])


def voice_of(talk: Talk) -> Voice:
    """What is known of who speaks in a talk."""
    said = [row.text for row in talk.utterances.all() if row.speaker == Speaker.CITIZEN.value]
    words = "\n".join(one for one in said if len(one) > 3)[:2000]
    proved = frozenset({normalise_phone(talk.phone)}) if talk.phone and talk.channel in _PROVED else frozenset()
    told = {normalise_phone(one) for one in said_phones(words)} | (
        {normalise_phone(talk.phone)} if talk.phone else set()
    )
    kind = _KINDS.get(talk.channel, "")
    account = f"{kind}:{talk.sender}" if kind and talk.sender else ""
    return Voice(talk.channel, talk.opened_at, words, proved, frozenset(told) - proved, account, said_name(words))


def _candidates(own: Talk, mine: Voice, phones: list[bytes]) -> list[Talk]:
    moment = own.last_at
    marks = Q(phone_index__in=phones)
    if len(mine.words) >= SHORTEST:
        since, until = moment - timedelta(days=3), moment + timedelta(days=3)
        texts = [
            row.text
            for row in own.utterances.all()
            if row.speaker == Speaker.CITIZEN.value and len(row.text) >= SHORTEST
        ]
        bands = {band for text in texts[:10] for band in fingerprint(text[:1000]).bands}
        marks |= Q(band__in=list(dated_between(bands, since, until)))
    ids = VoiceMark.objects.filter(marks).exclude(talk=own).order_by("-id").values_list("talk_id", flat=True)[:300]
    wanted = Q(pk__in=set(ids)) | Q(phone_index__in=phones) if phones else Q(pk__in=set(ids))
    if own.sender:
        wanted |= Q(sender_index__in=lookup.indexes(own.sender, "sender"), channel=own.channel)
    wanted |= Q(bonds__other=own) | Q(bonds_from__talk=own)
    rows = Talk.objects.filter(wanted, last_at__gt=now() - DAYS).exclude(pk=own.pk).distinct()
    return list(rows.order_by("-last_at").prefetch_related("utterances")[:MOST])


def _bonds(own: Talk) -> dict[int, bool]:
    said = PersonBond.objects.filter(Q(talk=own) | Q(other=own))
    return {row.other_id if row.talk_id == own.pk else row.talk_id: row.same for row in said}


def _shared(mine: Voice, voices: dict[int, Voice], rows: list[Talk]) -> frozenset[str]:
    """Telephones of this voice that many different accounts gave."""
    users: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for phone in mine.phones & voices[row.pk].phones:
            users[phone].add(voices[row.pk].account or voices[row.pk].name or "")
    return frozenset(phone for phone, who in users.items() if len(who - {""}) >= SHARED_BY)


def _of_talk(row: Talk, mine: Voice, other: Voice, shared: frozenset[str], bound: bool | None) -> Elsewhere | None:
    judged = same_person(mine, other, shared)
    if bound is not None:
        words = "已由工作人员确认是同一人" if bound else "已由工作人员确认不是同一人"
        judged = Judged(0.99 if bound else 0.0, Belief.SAME if bound else Belief.NO, (words,), bound)
    if judged.belief is Belief.NO and bound is None:
        return None
    channel = TalkChannel(row.channel).label
    return _made(row.uid, channel, row.opened_at, judged, _numbers(row), same_event(mine, other).verdict, bound)


def _requests(mine: Voice, phones: list[bytes], shared: frozenset[str]) -> list[Elsewhere]:
    """Requests that came otherwise than from a talk, by the telephone they were left with."""
    found = []
    rows = (
        Request.objects.filter(phone_index__in=phones, received_at__gt=now() - DAYS)
        if phones
        else Request.objects.none()
    )
    for row in rows.order_by("-received_at")[:MOST]:
        phone = frozenset({normalise_phone(row.requester_phone)})
        proved = phone if row.channel == Channel.PHONE.value else frozenset[str]()
        other = Voice(row.channel, row.received_at, row.text[:2000], proved, phone - proved, "", row.requester_name)
        judged = same_person(mine, other, shared)
        if judged.belief is not Belief.NO and not row.confidential:
            verdict = same_event(mine, other).verdict
            found.append(_made(None, Channel(row.channel).label, row.received_at, judged, (row.number,), verdict, None))
    return found


def _made(
    uid: UUID | None, channel: str, at: datetime, judged: Judged, numbers: tuple[str, ...], event: Verdict, bound: bool | None
) -> Elsewhere:  # fmt: skip
    said = "" if event is Verdict.NO else "same" if event is Verdict.SAME else "perhaps"
    percent = round(judged.confidence * 100)
    return Elsewhere(uid, channel, at, percent, judged.belief is Belief.SAME, judged.basis, numbers, said, bound)


def _numbers(talk: Talk) -> tuple[str, ...]:
    rows = Request.objects.filter(pk__in=talk.request_ids, confidential=False)
    return tuple(rows.order_by("pk").values_list("number", flat=True))
