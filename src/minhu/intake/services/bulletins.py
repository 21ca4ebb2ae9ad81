"""Bulletins: written by one, published by another; in an emergency by one alone, and looked at by another afterwards.

Nothing personal stands in one: it is checked like words to the public everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.directory.queries.areas import area_info
from minhu.intake.models import Affected, Bulletin
from minhu.intake.types import BulletinState
from minhu.kernel import masks
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.language.bulletins import Matter
from minhu.language.personal import find_personal
from minhu.ledger import services as ledger

LEAST: Final = 4
LONGEST: Final = timedelta(days=31)
"""A bulletin that lasts longer is a paper."""
WHY: Final = "those whom a bulletin concerned are taken along to the one that replaces it"


@dataclass(frozen=True, slots=True)
class BulletinDraft:
    """What a person writes."""

    matter: str
    title: str
    spoken: str
    text: str
    area_codes: tuple[str, ...]
    places: tuple[str, ...]
    words: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    restored_at: datetime | None = None
    unit_id: int | None = None
    incident_id: int | None = None


def write(draft: BulletinDraft, *, replaces: int | None = None) -> int:
    """A new draft, or one that is to take the place of a published bulletin; returns its id. Raises Invalid."""
    require(Action.WRITE_BULLETIN)
    _check(draft)
    with transaction.atomic():
        if replaces is not None:
            before = _locked(replaces, BulletinState.PUBLISHED)
            if Bulletin.objects.filter(replaces=before, state=BulletinState.DRAFT.value).exists():
                raise Conflict("这份通告已有一份待发布的更新，请先处理它。", code="update_waits")
        row = Bulletin(written_at=now(), written_by=current_actor().id, replaces_id=replaces)
        _fill(row, draft)
        row.save()
        ledger.append("bulletin.written", ("bulletin", row.pk), {"replaces": replaces, "matter": row.matter})
    return row.pk


def change(bulletin_id: int, draft: BulletinDraft) -> None:
    """Other words in a draft; whoever changes it is who wrote it from then on."""
    require(Action.WRITE_BULLETIN)
    _check(draft)
    with transaction.atomic():
        row = _locked(bulletin_id, BulletinState.DRAFT)
        _fill(row, draft)
        row.written_at, row.written_by = now(), current_actor().id
        row.save()
        ledger.append("bulletin.written", ("bulletin", row.pk), {"replaces": row.replaces_id, "matter": row.matter})


def publish(bulletin_id: int, *, at_once: str = "") -> None:
    """Put a draft before the public; ``at_once``: why its writer does so himself. Raises Conflict for one's own without."""
    require(Action.PUBLISH_BULLETIN)
    why = masks.free_text(at_once.strip())[:200]
    with transaction.atomic(), elevated(WHY):
        row = _locked(bulletin_id, BulletinState.DRAFT)
        own = row.written_by == current_actor().id
        if own and len(why) < LEAST:
            raise Conflict(
                "自己写的通告要请另一个人发布；紧急时写明理由可以先发布，事后由别人复核。", code="own_bulletin"
            )
        if row.ends_at <= now():
            raise Conflict("通告的结束时间已过，请改正后再发布。", code="bulletin_over")
        row.state, row.published_at, row.published_by = BulletinState.PUBLISHED.value, now(), current_actor().id
        row.at_once = why if own else ""
        row.save()
        if row.replaces_id is not None:
            _take_over(row)
        kind = "bulletin.published_at_once" if own else "bulletin.published"
        ledger.append(kind, ("bulletin", row.pk), {"replaces": row.replaces_id, "why": row.at_once})


def review(bulletin_id: int) -> None:
    """Somebody else has looked at what one person published alone, and it stands."""
    require(Action.PUBLISH_BULLETIN)
    with transaction.atomic():
        row = _locked(bulletin_id)
        if not row.at_once or row.reviewed_at is not None:
            raise Conflict("这份通告不需要复核或已经复核。", code="nothing_to_review")
        if current_actor().id in (row.published_by, row.written_by):
            raise Conflict("自己发布的通告要由另一个人复核。", code="own_bulletin")
        row.reviewed_at, row.reviewed_by = now(), current_actor().id
        row.save()
        ledger.append("bulletin.reviewed", ("bulletin", row.pk), {})


def finish(bulletin_id: int, why: str, *, withdrawn: bool = False) -> None:
    """Nobody is told of it any more: it is over, or it was wrong (``withdrawn``). Raises Invalid without a word."""
    require(Action.PUBLISH_BULLETIN)
    note = masks.free_text(why.strip())[:200]
    if len(note) < LEAST:
        raise Invalid("请写明原因（至少 4 个字）。", fields={"why": "请写明原因"})
    with transaction.atomic():
        row = _locked(bulletin_id, BulletinState.PUBLISHED)
        _over(row, note, BulletinState.WITHDRAWN if withdrawn else BulletinState.ENDED)


def finish_of_incident(incident_id: int, why: str) -> None:
    """The incident has ended: so have its bulletins; drafts of it are thrown away."""
    require(Action.MERGE)
    with transaction.atomic():
        rows = Bulletin.objects.select_for_update().filter(incident_id=incident_id)
        for row in rows.filter(state=BulletinState.PUBLISHED.value):
            _over(row, why[:200], BulletinState.ENDED)
        for row in rows.filter(state=BulletinState.DRAFT.value):
            _drop(row)


def drop(bulletin_id: int) -> None:
    """Throw a draft away."""
    require(Action.WRITE_BULLETIN)
    with transaction.atomic():
        _drop(_locked(bulletin_id, BulletinState.DRAFT))


def _drop(row: Bulletin) -> None:
    ledger.append("bulletin.dropped", ("bulletin", row.pk), {})
    row.delete()


def _over(row: Bulletin, why: str, state: BulletinState) -> None:
    row.state, row.over_at, row.over_by, row.over_why = state.value, now(), current_actor().id, why
    row.save()
    ledger.append("bulletin.over", ("bulletin", row.pk), {"state": state.value})


def _take_over(row: Bulletin) -> None:
    """The one before is over, and whom it concerned belongs to this one."""
    before = _locked(row.replaces_id or 0, BulletinState.PUBLISHED)
    _over(before, "已更新", BulletinState.REPLACED)
    there = Affected.objects.filter(bulletin=row)
    twice = Q(phone_index__in=list(there.exclude(phone_index=None).values_list("phone_index", flat=True)))
    twice |= Q(talk_id__in=list(there.exclude(talk=None).values_list("talk_id", flat=True)))
    Affected.objects.filter(bulletin=before).exclude(twice).update(bulletin=row)


def _locked(bulletin_id: int, state: BulletinState | None = None) -> Bulletin:
    row = Bulletin.objects.select_for_update(of=("self",)).filter(pk=bulletin_id).first()
    if row is None:
        raise NotFound("没有这份通告，请返回列表。", code="no_such_bulletin")
    if state is not None and row.state != state.value:
        raise Conflict(f"这份通告现在是“{BulletinState(row.state).said}”，请刷新页面。", code="bulletin_moved_on")
    return row


def _fill(row: Bulletin, draft: BulletinDraft) -> None:
    row.matter, row.title, row.spoken, row.text = (
        draft.matter,
        draft.title.strip(),
        draft.spoken.strip(),
        draft.text.strip(),
    )
    row.area_codes, row.places, row.words = list(draft.area_codes), list(draft.places), list(draft.words)
    row.begins_at, row.ends_at, row.restored_at = draft.begins_at, draft.ends_at, draft.restored_at
    row.unit_id, row.incident_id = draft.unit_id, draft.incident_id


def _check(draft: BulletinDraft) -> None:
    wrong: dict[str, str] = {}
    for name, words, most in (("title", draft.title, 60), ("spoken", draft.spoken, 160), ("text", draft.text, 1000)):
        if (name != "text" and len(words.strip()) < LEAST) or len(words) > most:
            wrong[name] = f"请填写 {LEAST} 至 {most} 个字。"
        elif find_personal(words):
            wrong[name] = "通告里不能有个人信息（姓名、电话、住址门牌等），请删去。"
    if draft.matter not in list(Matter) or (draft.matter == Matter.OTHER.value and not draft.words):
        wrong["words"] = "“其他”类通告请写明群众会怎么说，例如“体检车”。"
    if any(not 2 <= len(one) <= 20 for one in draft.words):
        wrong["words"] = "每个词 2 至 20 个字。"
    if any(not 2 <= len(one) <= 40 for one in draft.places):
        wrong["places"] = "每个地名 2 至 40 个字。"
    if not draft.area_codes or any(area_info(code) is None for code in draft.area_codes):
        wrong["area_codes"] = "请选择所在的区划。"
    if not draft.begins_at < draft.ends_at <= draft.begins_at + LONGEST:
        wrong["ends_at"] = "结束时间应晚于开始时间，最长 31 天。"
    if draft.restored_at is not None and not draft.begins_at < draft.restored_at <= draft.ends_at:
        wrong["restored_at"] = "预计恢复时间应在起止时间之内。"
    if wrong:
        raise Invalid("通告还不能保存，请按提示修改。", fields=wrong)
