"""Bulletins for citizens, for talks, for the desk: what is in force, what waits, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.directory.queries.areas import area_info, book, gazetteer_data
from minhu.directory.queries.freshness import Cached, Topic
from minhu.directory.queries.units import unit_info
from minhu.directory.types import AreaInfo
from minhu.intake.models import Affected, Bulletin, BulletinMessage
from minhu.intake.types import BulletinState
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound
from minhu.language.bulletins import Known, Matter, best
from minhu.language.dialogue.hearing import plain
from minhu.language.dialogue.types import Offer

WHY: Final = "how many people a bulletin concerns is counted, nothing of them is read"
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class PublicBulletin:
    """A bulletin as anybody may read it."""

    id: int
    matter: Matter
    title: str
    spoken: str
    text: str
    where: str
    begins_at: datetime
    ends_at: datetime
    restored_at: datetime | None
    unit: str
    affected: int
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """Words to those whom a bulletin concerns, and what became of them."""

    id: int
    text: str
    urgent: bool
    made_at: datetime
    made_by: str
    sent_at: datetime | None
    sent_by: str
    dropped_at: datetime | None
    by_text: int
    by_talk: int
    unreached: int
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class BulletinCard:
    """A bulletin for staff, with everything that was done about it."""

    public: PublicBulletin
    state: BulletinState
    expired: bool
    words: tuple[str, ...]
    area_codes: tuple[str, ...]
    places: tuple[str, ...]
    unit_id: int | None
    incident_id: int | None
    replaces: int | None
    written_by: str
    written_at: datetime
    published_by: str
    at_once: str
    reviewed_by: str
    reviewed_at: datetime | None
    over_by: str
    over_at: datetime | None
    over_why: str
    want_news: int
    by_phone: int
    """Of those who want news, how many left a number."""

    @property
    def to_review(self) -> bool:
        """Published by one person alone, and nobody else has looked at it yet."""
        return bool(self.at_once) and self.reviewed_at is None and self.state is not BulletinState.DRAFT


def in_force() -> QuerySet[Bulletin]:
    """What is published and not past its end, what ends first in front."""
    return Bulletin.objects.filter(state=BulletinState.PUBLISHED.value, ends_at__gt=now()).order_by("ends_at", "id")


def offer_for(text: str) -> Offer | None:
    """The bulletin in force that a caller's words are about, as it is told; None for none."""
    rows = {str(row.pk): row for row in in_force()[:MOST]}
    if not rows:
        return None
    known = [known_of(key, row) for key, row in rows.items()]
    found = best(plain(text), now().astimezone(CHINA_TIME), known)
    return Offer(found.key, rows[found.key].spoken) if found else None


def known_of(key: str, row: Bulletin) -> Known:
    """A bulletin as the rules need it: with places of its own its areas are only around them."""
    names = _names()
    whole = tuple(name for code in row.area_codes for name in names.below(code))
    above = tuple(name for code in row.area_codes for name in names.above(code))
    inside, around = (tuple(row.places), (*whole_of(row.area_codes), *above)) if row.places else (whole, above)
    return Known(key, Matter(row.matter), row.begins_at, row.ends_at, inside, around, tuple(row.words))


def whole_of(codes: Iterable[str]) -> tuple[str, ...]:
    """The names of areas."""
    return tuple(info.name for code in codes if (info := area_info(code)) is not None)


def any_written() -> bool:
    """Whether a bulletin was ever written."""
    return Bulletin.objects.exists()


def public_bulletins(limit: int = 5) -> list[PublicBulletin]:
    """What anybody may read now, what began last in front."""
    with transaction.atomic(), elevated(WHY):
        rows = list(in_force().annotate(n=Count("affected")).order_by("-begins_at")[:limit])
    return [_public(row, row.n) for row in rows]


def cards(*, over: bool = False) -> list[BulletinCard]:
    """What is in force or waits, or the last hundred that are over; for people who write bulletins."""
    require(Action.WRITE_BULLETIN)
    live = Q(state=BulletinState.DRAFT.value) | Q(state=BulletinState.PUBLISHED.value, ends_at__gt=now())
    unseen = ~Q(at_once="") & Q(reviewed_at=None) & ~Q(state=BulletinState.DRAFT.value)
    with transaction.atomic(), elevated(WHY):
        rows = _counted(Bulletin.objects.exclude(live | unseen) if over else Bulletin.objects.filter(live | unseen))
        return [_card(row) for row in rows[:MOST]]


def card(bulletin_id: int) -> BulletinCard:
    """One bulletin; raises NotFound."""
    require(Action.WRITE_BULLETIN)
    with transaction.atomic(), elevated(WHY):
        row = _counted(Bulletin.objects.filter(pk=bulletin_id)).first()
        if row is None:
            raise NotFound("没有这份通告，请返回列表。", code="no_such_bulletin")
        return _card(row)


def messages_of(bulletin_id: int) -> list[MessageRow]:
    """What was written to those whom a bulletin concerns, the newest first."""
    require(Action.WRITE_BULLETIN)
    return [
        MessageRow(one.pk, one.text, one.urgent, one.made_at, one.made_by, one.sent_at, one.sent_by, one.dropped_at,
                   one.by_text, one.by_talk, one.unreached, one.done_at)
        for one in BulletinMessage.objects.filter(bulletin_id=bulletin_id)
    ]  # fmt: skip


def count_of_incident(incident_id: int) -> int:
    """How many people joined the bulletins of an incident instead of making an order."""
    with transaction.atomic(), elevated(WHY):
        return Affected.objects.filter(bulletin__incident_id=incident_id).count()


def count_to_review() -> int:
    """Drafts and bulletins of one person alone that wait for another."""
    alone = ~Q(at_once="") & Q(reviewed_at=None) & ~Q(state=BulletinState.DRAFT.value)
    return Bulletin.objects.filter(Q(state=BulletinState.DRAFT.value) | alone).count()


def _counted(rows: QuerySet[Bulletin]) -> QuerySet[Bulletin]:
    wants = Q(affected__wants_news=True)
    return rows.annotate(
        n=Count("affected"), news=Count("affected", filter=wants),
        phones=Count("affected", filter=wants & Q(affected__phone_index__isnull=False)),
    ).order_by("-id")  # fmt: skip


def _card(row: Bulletin) -> BulletinCard:
    state = BulletinState(row.state)
    return BulletinCard(
        _public(row, row.n), state, state is BulletinState.PUBLISHED and row.ends_at <= now(), tuple(row.words),  # type: ignore[attr-defined]
        tuple(row.area_codes), tuple(row.places), row.unit_id, row.incident_id, row.replaces_id, row.written_by,
        row.written_at, row.published_by, row.at_once, row.reviewed_by, row.reviewed_at, row.over_by, row.over_at,
        row.over_why, row.news, row.phones,  # type: ignore[attr-defined]
    )  # fmt: skip


def _public(row: Bulletin, affected: int) -> PublicBulletin:
    unit = unit_info(row.unit_id)
    where = "、".join(row.places) or "、".join(whole_of(row.area_codes))
    return PublicBulletin(
        row.pk, Matter(row.matter), row.title, row.spoken, row.text, where, row.begins_at, row.ends_at, row.restored_at,
        unit.name if unit else "", affected, row.published_at,
    )  # fmt: skip


class _Names:
    """Names of areas with all that lies in them, made once for each version of the areas."""

    def __init__(self) -> None:
        self._book, self._data = book(), gazetteer_data()
        self._below: dict[str, tuple[str, ...]] = {}

    def below(self, code: str) -> tuple[str, ...]:
        """Names and other names of an area, of the areas in it and of what is known there."""
        if code not in self._below:
            areas = [(one.name, *one.aliases) for one in self._data.areas if one.code.startswith(code)]
            marks = [(one.name, *one.aliases) for one in self._data.landmarks if one.area_code.startswith(code)]
            names = [name for several in (*areas, *marks) for name in several]
            self._below[code] = tuple(dict.fromkeys(name for name in names if len(name) > 1))
        return self._below[code]

    def above(self, code: str) -> tuple[str, ...]:
        """Names of the areas around one."""
        found = self._book.by_code.get(code)
        return found.path_names[:-1] if found else ()


_names = Cached(_Names, Topic.AREAS, Topic.DAY)


def areas_named(place: str) -> list[AreaInfo]:
    """Areas whose name a notice names: by the whole name, or where the words end in it."""
    found = [one for one in book().all if place == one.name or place.endswith(one.full_name) or place == one.full_name]
    return found or [one for one in book().all if len(one.name) > 2 and place.endswith(one.name)][:1]
