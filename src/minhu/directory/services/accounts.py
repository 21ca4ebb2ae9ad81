"""Accounts of people at work: create, set and change passwords, deactivate. Passwords never reach the ledger."""

from __future__ import annotations

import re
from typing import Final

from django.db.models import Q

from minhu.directory.models import Post, Staff
from minhu.directory.policy import Action
from minhu.directory.queries.freshness import local_day
from minhu.directory.services.changes import LOCK_STAFF, change, record
from minhu.directory.services.passwords import put_password, remember
from minhu.directory.services.sign_ins import end_all_of
from minhu.directory.types import ADMINISTRATORS
from minhu.kernel.actors import SYSTEM, current_actor
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9_.\-]{1,63}")


def get_staff(staff_id: int, *, lock: bool = False) -> Staff:
    """An account by id; raises NotFound."""
    rows = Staff.objects.select_for_update() if lock else Staff.objects.all()
    found = rows.filter(pk=staff_id).first()
    if found is None:
        raise NotFound("没有找到这个账号。", code="no_such_account")
    return found


def staff_by_username(username: str) -> Staff:
    """An account by its name to sign in with; raises NotFound."""
    found = Staff.objects.filter(username=username).first()
    if found is None:
        raise NotFound(f"没有账号“{username}”。", code="no_such_account")
    return found


def create_account(
    username: str,
    name: str,
    password: str | None = None,
    *,
    employee_number: str = "",
    phone: str = "",
    must_change: bool = True,
    demo: bool = False,
) -> Staff:
    """Create an account without posts (it may do nothing yet); without a password nobody can sign in to it."""
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        if not USERNAME.fullmatch(username):
            message = "用户名只能用小写字母、数字、点、横线和下划线，2 到 64 个字符。"
            raise Invalid(message, fields={"username": message})
        if not name.strip() or len(name) > 64:
            raise Invalid("姓名必须填写，不超过 64 个字。", fields={"name": "姓名必须填写，不超过 64 个字。"})
        if Staff.objects.filter(username=username).exists():
            raise Conflict(
                f"用户名“{username}”已被使用，请换一个。", code="username_taken", fields={"username": "已被使用"}
            )
        staff = Staff(
            username=username, name=name.strip(), employee_number=employee_number, phone=phone, demo=demo,
            must_change_password=password is not None and must_change,
        )  # fmt: skip
        put_password(staff, password)
        staff.save()
        record("account_created", ("staff", username), demo=demo)
        return staff


def is_administrator(staff: Staff) -> bool:
    """Whether an account holds one of the three administrators' posts, now or later."""
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=local_day())
    return Post.objects.filter(lasting, staff=staff, role__in=[role.value for role in ADMINISTRATORS]).exists()


def not_alone(staff: Staff, what: str) -> None:
    """One person alone does nothing to an administrator that would let him take the administrator's place."""
    if current_actor() is not SYSTEM and is_administrator(staff):
        raise Conflict(
            f"{what}管理员的账号须经另一人确认，请提交确认申请。",
            code="two_people",
            fields={"staff": "须经另一人确认。"},
        )


def _not_oneself(staff: Staff, what: str) -> None:
    if current_actor().staff_id == staff.pk:
        raise NotAllowed(f"不能{what}自己的账号，请由另一位安全管理员操作。", code="not_oneself")


def set_password(staff_id: int, password: str, *, must_change: bool = True) -> None:
    """Give somebody a new password (by the security administrator); all their sessions end.

    Raises Conflict (two_people) for an administrator's account: see ``services.two_people``.
    """
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        staff = get_staff(staff_id, lock=True)
        not_alone(staff, "重置")
        apply_password(staff, password, must_change=must_change)


def apply_password(staff: Staff, password: str, *, must_change: bool) -> None:
    """Set a checked password, remember the one before, end the sessions; whoever calls has judged the right to."""
    before = staff.password
    put_password(staff, password)
    staff.must_change_password = must_change
    staff.save(update_fields=["password", "password_set_at", "must_change_password"])
    remember(staff, before)
    end_all_of(staff, "password")
    record("password_set", ("staff", staff.username))


def change_own_password(staff_id: int, old: str, new: str, *, session: int | None = None) -> Staff:
    """Change one's own password; every session but ``session`` ends.

    Raises Invalid for a wrong old one, an unchanged, a past or a weak new one.
    """
    if current_actor().staff_id != staff_id and current_actor() is not SYSTEM:
        raise NotAllowed("只能修改自己的密码。", code="not_allowed")
    with change(None, lock=LOCK_STAFF):
        staff = get_staff(staff_id, lock=True)
        if not staff.check_password(old):
            raise Invalid("原密码不正确。", code="wrong_password", fields={"old": "原密码不正确。"})
        if old == new:
            raise Invalid("新密码不能与原密码相同。", code="same_password", fields={"new": "新密码不能与原密码相同。"})
        before = staff.password
        put_password(staff, new)
        staff.must_change_password = False
        staff.save(update_fields=["password", "password_set_at", "must_change_password"])
        remember(staff, before)
        end_all_of(staff, "password", but=session)
        record("password_changed", ("staff", staff.username))
        return staff


def set_active(staff_id: int, active: bool) -> None:
    """Close or reopen an account; a closed one signs out everywhere and its posts no longer count."""
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        staff = get_staff(staff_id, lock=True)
        _not_oneself(staff, "停用或启用")
        if active:
            not_alone(staff, "恢复")
        apply_active(staff, active)


def apply_active(staff: Staff, active: bool) -> None:
    """Close or reopen an account and end its sessions; whoever calls has judged the right to."""
    if staff.is_active == active:
        return
    staff.is_active = active
    staff.save(update_fields=["is_active"])
    if not active:
        end_all_of(staff, "closed")
    record("account_activated" if active else "account_deactivated", ("staff", staff.username))


def update_account(staff_id: int, *, name: str | None = None, phone: str | None = None) -> None:
    """Change name or office telephone of an account."""
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        staff = get_staff(staff_id, lock=True)
        fields = []
        for field, value in (("name", name), ("phone", phone)):
            if value is not None and getattr(staff, field) != value.strip():
                setattr(staff, field, value.strip())
                fields.append(field)
        if fields:
            staff.save(update_fields=fields)
            record("account_changed", ("staff", staff.username), fields=fields)
