"""One incident behind many calls: opened by a person, joined and parted, answered together, closed with its leading order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from minhu.directory.access import as_system, get_for, require
from minhu.directory.policy import Action
from minhu.directory.queries import rules
from minhu.handling.domain.states import OPEN_STATES
from minhu.handling.models import Incident, IncidentNotice, IncidentTold, Order
from minhu.handling.services.perform import take
from minhu.handling.types import State, Step, StepData
from minhu.intake.services.bulletin_messages import tell_of_incident
from minhu.intake.services.bulletins import finish_of_incident
from minhu.kernel import masks
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotFound
from minhu.ledger import services as ledger

REASON = "same_place_same_matter"
LEAST_WORDS = 4
MOST_AT_ONCE = 200

# One statement for everybody: the orders merged into the leading one and that order itself, whoever wants a call marked.
_TELL = """
INSERT INTO handling_incidenttold (notice_id, order_id, told_at, callback, called_by)
SELECT %s, o.id, %s, CASE WHEN r.wants_callback THEN 'wanted' ELSE 'none' END, ''
FROM handling_order o JOIN intake_request r ON r.id = o.request_id
WHERE (o.id = %s OR (o.merged_into_id = %s AND o.state IN ('merged', 'closed'))) AND NOT o.number = ANY(%s)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """What a person writes about an incident."""

    title: str
    wording: str
    began_at: datetime
    expected_end: datetime | None = None
    area_codes: tuple[str, ...] = ()
    public: bool = True


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of orders that should belong to an incident: how many do, and why others do not."""

    done: int
    refused: tuple[tuple[str, str], ...] = ()


def open_incident(main_number: str, draft: IncidentDraft) -> int:
    """Open an incident led by an open order; returns its id.

    Raises Invalid for words that are missing, NotFound, Conflict when the order has ended or leads one already.
    """
    require(Action.MERGE)
    title, wording = _checked(draft)
    with transaction.atomic():
        main = get_for(Order.objects.select_for_update(), Action.MERGE, number=main_number)
        if State(main.state) not in OPEN_STATES:
            raise Conflict("牵头的工单已经结束或已被合并，请选一张正在办理的工单。", code="main_ended")
        if Incident.objects.filter(main=main, closed_at=None).exists():
            raise Conflict("这张工单已经牵头一个事件，请在那个事件里办理。", code="leads_already")
        row = Incident.objects.create(
            main=main, title=title, wording=wording, category_id=main.category_id, public=draft.public,
            area_codes=list(draft.area_codes) or ([main.area_id] if main.area_id else []), began_at=draft.began_at,
            expected_end=draft.expected_end, opened_at=now(), opened_by=current_actor().id,
        )  # fmt: skip
        ledger.append(
            "incident.opened", ("order", main.number), {"incident": row.pk, "began": row.began_at.isoformat()}
        )
    return row.pk


def change_incident(incident_id: int, draft: IncidentDraft) -> None:
    """New words, times or areas of an open incident."""
    title, wording = _checked(draft)
    with transaction.atomic():
        row = _open(incident_id)
        row.title, row.wording, row.public = title, wording, draft.public
        row.began_at, row.expected_end = draft.began_at, draft.expected_end
        row.area_codes = list(draft.area_codes) or row.area_codes
        row.save()
        ledger.append("incident.changed", ("order", row.main.number), {"incident": row.pk})


def attach(incident_id: int, numbers: Sequence[str]) -> Attached:
    """Make orders part of an incident (merged into its leading order, each with a step); what does not fit is named."""
    require(Action.MERGE)
    if len(numbers) > MOST_AT_ONCE:
        raise Invalid(f"一次最多并入 {MOST_AT_ONCE} 件，请分几次。", code="too_many")
    with transaction.atomic():
        row = _open(incident_id)
    done, refused = 0, []
    data = StepData(target_number=row.main.number, reason_code=REASON, text=f"属于事件“{row.title}”")
    for number in dict.fromkeys(numbers):
        try:
            take(number, Step.MERGE, data, key=f"incident {row.pk}")
            done += 1
        except MinhuError as error:
            refused.append((number, error.message))
    return Attached(done, tuple(refused))


def detach(incident_id: int, number: str, why: str) -> None:
    """Take an order out again: it goes on by itself, as it stood before."""
    with transaction.atomic():
        row = _open(incident_id)
        if not Order.objects.filter(number=number, merged_into_id=row.main_id).exists():
            raise NotFound("这张工单不在这个事件里，请刷新页面。", code="not_attached")
        take(number, Step.UNMERGE, StepData(text=why))


def tell_all(incident_id: int, text: str, without: Sequence[str] = ()) -> int:
    """Write to everybody of an incident; it goes out after the time for taking it back. Returns the notice's id."""
    require(Action.MERGE)
    words = masks.free_text(text.strip())
    if len(words) < LEAST_WORDS or len(words) > 2000:
        raise Invalid(
            "请写明要告知的内容（4 至 2000 字）。", code="words_needed", fields={"text": "请写明要告知的内容"}
        )
    with transaction.atomic():
        row = _open(incident_id)
        if row.notices.filter(sent_at=None, withdrawn_at=None).exists():
            raise Conflict("上一条统一告知还没有发出，请先等它发出或撤回。", code="notice_waiting")
        moment = now()
        notice = IncidentNotice.objects.create(
            incident=row, text=words, without=sorted(set(without)), made_at=moment, made_by=current_actor().id,
            sends_at=moment + timedelta(seconds=rules.automation().incident_undo_seconds),
        )  # fmt: skip
        ledger.append("incident.notice_made", ("order", row.main.number), {"incident": row.pk, "notice": notice.pk})
    return notice.pk


def withdraw_notice(notice_id: int) -> None:
    """Take a notice back before it goes out; raises Conflict when it has gone."""
    require(Action.MERGE)
    with transaction.atomic():
        notice = IncidentNotice.objects.select_for_update().filter(pk=notice_id).first()
        if notice is None:
            raise NotFound("没有这条统一告知，请刷新页面。", code="notice_not_found")
        if notice.sent_at or notice.withdrawn_at:
            raise Conflict("这条统一告知已经发出或已撤回。", code="notice_gone")
        notice.withdrawn_at, notice.withdrawn_by = now(), current_actor().id
        notice.save(update_fields=["withdrawn_at", "withdrawn_by"])
        subject = ("order", notice.incident.main.number)
        ledger.append("incident.notice_withdrawn", subject, {"incident": notice.incident_id, "notice": notice.pk})


def send_due() -> int:
    """Tell everybody whose notice's time has come, each with a receipt of his own; returns how many notices went out."""
    sent = 0
    with transaction.atomic(), as_system():
        waiting = IncidentNotice.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
            "incident__main"
        )
        for notice in waiting.filter(sent_at=None, withdrawn_at=None, sends_at__lte=now()).order_by("id")[:10]:
            moment, main = now(), notice.incident.main
            with connection.cursor() as cursor:
                cursor.execute(_TELL, [notice.pk, moment, main.pk, main.pk, notice.without])
                notice.told = cursor.rowcount
            notice.sent_at = moment
            notice.save(update_fields=["sent_at", "told"])
            digest = hashlib.sha256(notice.text.encode()).hexdigest()
            others = tell_of_incident(notice.incident_id, notice.text)
            told = {
                "incident": notice.incident_id, "notice": notice.pk, "told": notice.told, "digest": digest,
                "of_bulletins": others,
            }  # fmt: skip
            ledger.append("incident.told", ("order", main.number), told)
            sent += 1
    return sent


def called_back(told_id: int) -> None:
    """Somebody rang a requester who had wanted it."""
    require(Action.CALL_BACK)
    with transaction.atomic():
        row = IncidentTold.objects.select_for_update().filter(pk=told_id).first()
        if row is None or row.callback != IncidentTold.Callback.WANTED:
            raise Conflict("这位诉求人不需要回访或已经回访。", code="not_waiting")
        row.callback, row.called_at, row.called_by = IncidentTold.Callback.DONE, now(), current_actor().id
        row.save(update_fields=["callback", "called_at", "called_by"])
        ledger.append("incident.called_back", ("order", row.order.number), {"told": row.pk})


def close_incident(incident_id: int, note: str) -> None:
    """Close an incident whose leading order has ended; the orders merged into it were closed along with that by rule.

    Who joined its bulletins instead of making an order is told the same reply, and the bulletins end.

    Raises Invalid without a word, Conflict while the leading order is open or a notice waits.
    """
    if len(note.strip()) < LEAST_WORDS:
        raise Invalid("请写明事件怎样结束（至少 4 个字）。", code="note_needed", fields={"note": "请写明事件怎样结束"})
    with transaction.atomic():
        row = _open(incident_id)
        if State(row.main.state) in OPEN_STATES:
            raise Conflict(
                f"牵头工单 {row.main.number} 还没有办结；办结后，并入的工单按规则一并办结。", code="main_open"
            )
        if row.notices.filter(sent_at=None, withdrawn_at=None).exists():
            raise Conflict("还有一条统一告知没有发出，请先等它发出或撤回。", code="notice_waiting")
        row.closed_at, row.closed_by, row.close_note = now(), current_actor().id, masks.free_text(note.strip())[:300]
        row.save(update_fields=["closed_at", "closed_by", "close_note"])
        tell_of_incident(row.pk, masks.free_text(row.main.public_reply) or f"“{row.title}”已经处理完毕。")
        finish_of_incident(row.pk, row.close_note)
        ledger.append("incident.closed", ("order", row.main.number), {"incident": row.pk})


def _open(incident_id: int) -> Incident:
    """The incident, locked, when the actor may work on it and it is open."""
    require(Action.MERGE)
    row = Incident.objects.select_for_update(of=("self",)).select_related("main").filter(pk=incident_id).first()
    if row is None:
        raise NotFound("没有这个事件，请刷新页面。", code="incident_not_found")
    if row.closed_at is not None:
        raise Conflict("这个事件已经结束。", code="incident_closed")
    return row


def _checked(draft: IncidentDraft) -> tuple[str, str]:
    problems = {}
    title, wording = masks.free_text(draft.title.strip()), masks.free_text(draft.wording.strip())
    if not LEAST_WORDS <= len(title) <= 120:
        problems["title"] = "请写明是什么事件（4 至 120 字）。"
    if not LEAST_WORDS <= len(wording) <= 500:
        problems["wording"] = "请写明对群众的说法（4 至 500 字）。"
    if draft.expected_end is not None and draft.expected_end <= draft.began_at:
        problems["expected_end"] = "预计结束时间应当晚于开始时间。"
    if problems:
        raise Invalid("事件还不能保存，请按提示修改。", fields=problems)
    return title, wording


__all__ = [
    "Attached", "IncidentDraft", "attach", "called_back", "change_incident", "close_incident", "detach",
    "open_incident", "send_due", "tell_all", "withdraw_notice",
]  # fmt: skip
