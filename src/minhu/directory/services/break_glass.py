"""Emergency access: a person named in advance opens it himself, with a reason and for a short time.

It grants to see and move every matter (``EMERGENCY_ROLES``), never an administrator's work. Opening it alarms at
once: a banner to all administrators, a ledger entry, mail where an address is set. The auditor reviews each use.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from minhu.directory.models import Emergency, Staff
from minhu.directory.policy import Action
from minhu.directory.services.accounts import get_staff, is_administrator
from minhu.directory.services.changes import LOCK_STAFF, change, record
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

LEAST_REASON: Final = 10
MOST_A_DAY: Final = 3
log = structlog.get_logger("minhu.accounts")


def minutes() -> int:
    """How long emergency access stays open."""
    return int(settings.MINHU_EMERGENCY_MINUTES)


def name_for_emergency(staff_id: int, named: bool) -> None:
    """Name a person for emergency access or take it back; never oneself, never an administrator."""
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        staff = get_staff(staff_id, lock=True)
        if current_actor().staff_id == staff.pk:
            raise NotAllowed("不能指定自己，请由另一位安全管理员操作。", code="not_oneself")
        if named and is_administrator(staff):
            raise Conflict("管理员不能兼任紧急访问人员。", code="kept_apart")
        if staff.may_break_glass != named:
            staff.may_break_glass = named
            staff.save(update_fields=["may_break_glass"])
            record("emergency_named" if named else "emergency_unnamed", ("staff", staff.username))
            if not named:
                _end(staff)


def open_emergency(staff_id: int, reason: str) -> Emergency:
    """Open emergency access for oneself; raises NotAllowed unless named, Invalid without a reason."""
    if current_actor().staff_id != staff_id:
        raise NotAllowed("紧急访问只能由本人开启。", code="not_allowed")
    with change(None, lock=LOCK_STAFF):
        staff = get_staff(staff_id, lock=True)
        if not staff.may_break_glass or is_administrator(staff):
            raise NotAllowed("您不在紧急访问人员名单中，请联系安全管理员。", code="not_named")
        if len(reason.strip()) < LEAST_REASON:
            text = f"请写明紧急情况和必要性，至少 {LEAST_REASON} 个字。"
            raise Invalid(text, fields={"reason": text})
        moment = now()
        if staff.emergency_until and staff.emergency_until > moment:
            raise Conflict("紧急访问已经开启。", code="already_open")
        if Emergency.objects.filter(staff=staff, began_at__gt=moment - timedelta(days=1)).count() >= MOST_A_DAY:
            raise Conflict(f"24 小时内已开启 {MOST_A_DAY} 次，请联系安全管理员调整岗位。", code="too_often")
        until = moment + timedelta(minutes=minutes())
        row = Emergency.objects.create(staff=staff, reason=reason.strip()[:500], began_at=moment, until=until)
        staff.emergency_until = until
        staff.save(update_fields=["emergency_until"])
        record("emergency_opened", ("staff", staff.username), emergency=row.pk, until=until.isoformat())
        log.warning("emergency_opened", staff=staff.pk, emergency=row.pk)
        transaction.on_commit(lambda: _mail(staff.username, row))
        return row


def _mail(username: str, row: Emergency) -> None:
    """Tell the addresses of MINHU_ALARM_MAIL; a mail server that is away must not undo what happened."""
    if not settings.MINHU_ALARM_MAIL:
        return
    text = (
        f"账号 {username} 已开启紧急访问，至 {row.until.isoformat(timespec='minutes')} 自动结束。\n"
        f"编号 {row.pk}。请安全管理员核实，审计管理员事后复核：系统管理 → 紧急访问。"
    )
    try:
        send_mail(f"【民呼】紧急访问已开启：{username}", text, None, list(settings.MINHU_ALARM_MAIL))
    except OSError as error:
        log.warning("alarm_mail_failed", error=type(error).__name__, emergency=row.pk)


def end_emergency(staff_id: int) -> None:
    """End emergency access before its time: the person himself, or the security administrator."""
    own = current_actor().staff_id == staff_id
    with change(None if own else Action.MANAGE_STAFF, lock=LOCK_STAFF):
        if not _end(get_staff(staff_id, lock=True)):
            raise Conflict("紧急访问已经结束。", code="already_over")


def _end(staff: Staff) -> bool:
    """Close what is open; says whether something was."""
    moment = now()
    staff.emergency_until = None
    staff.save(update_fields=["emergency_until"])
    rows = Emergency.objects.filter(staff=staff, ended_at=None, until__gt=moment)
    ended = rows.update(ended_at=moment, ended_by_id=current_actor().staff_id)
    if ended:
        record("emergency_ended", ("staff", staff.username))
    return bool(ended)


def review(emergency_id: int, *, justified: bool, finding: str) -> None:
    """Write down what the audit administrator found after it was over; once."""
    with change(Action.REVIEW_EMERGENCY, lock=LOCK_STAFF):
        row = Emergency.objects.select_for_update().select_related("staff").filter(pk=emergency_id).first()
        if row is None:
            raise NotFound("没有找到这次紧急访问。", code="no_such_emergency")
        if row.reviewed_at is not None:
            raise Conflict("这次紧急访问已经复核过。", code="already_reviewed")
        if row.ended_at is None and row.until > now():
            raise Conflict("紧急访问还没有结束，结束后再复核。", code="still_open")
        if not finding.strip():
            raise Invalid("请写明复核意见。", fields={"finding": "请写明复核意见。"})
        row.reviewed_at, row.reviewed_by_id = now(), current_actor().staff_id
        row.justified, row.finding = justified, finding.strip()[:500]
        row.save()
        record("emergency_reviewed", ("staff", row.staff.username), emergency=row.pk, justified=justified)
