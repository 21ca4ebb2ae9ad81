"""Posts: which role a person holds at which unit, and from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from minhu.directory.domain.posts import GRANTABLE, clash
from minhu.directory.models import Post, Staff, Unit
from minhu.directory.policy import Action
from minhu.directory.queries.freshness import local_day
from minhu.directory.services.accounts import USERNAME, get_staff
from minhu.directory.services.changes import LOCK_STAFF, change, record
from minhu.directory.services.loading import RowProblems
from minhu.directory.types import ADMINISTRATORS, LoadReport, Role
from minhu.kernel.actors import SYSTEM, current_actor
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound


def give_post(
    staff_id: int, unit_id: int, role: str, *, valid_from: date | None = None, valid_to: date | None = None
) -> Post:
    """Give a person a post; raises Conflict when administrators would not be kept apart, Invalid for wrong input.

    An administrator's post is not given by one person alone (Conflict, two_people): see ``services.two_people``.
    """
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        staff, unit = check_post(staff_id, unit_id, role, valid_from, valid_to)
        if role in ADMINISTRATORS and current_actor() is not SYSTEM:
            text = "授予管理员岗位须经另一人确认，请提交确认申请。"
            raise Conflict(text, code="two_people", fields={"role": text})
        return apply_post(staff, unit, role, valid_from, valid_to)


def check_post(
    staff_id: int, unit_id: int, role: str, valid_from: date | None, valid_to: date | None
) -> tuple[Staff, Unit]:
    """The account (locked) and unit of a post that may be given; raises as ``give_post``."""
    if role not in GRANTABLE:
        raise Invalid(f"不能授予角色“{role}”。", code="bad_role", fields={"role": "请选择工作人员的角色。"})
    if valid_from and valid_to and valid_to < valid_from:
        raise Invalid("任期的结束日期早于开始日期。", fields={"valid_to": "结束日期早于开始日期。"})
    staff = get_staff(staff_id, lock=True)
    if current_actor().staff_id == staff.pk:
        raise NotAllowed("不能给自己授予岗位，请由另一位安全管理员操作。", code="not_oneself")
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise NotFound("没有找到这个单位。", code="no_such_unit")
    held = _overlapping(staff, valid_from, valid_to).values_list("role", flat=True)
    if text := clash(held, role):
        raise Conflict(text, code="kept_apart", fields={"role": text})
    return staff, unit


def apply_post(staff: Staff, unit: Unit, role: str, valid_from: date | None, valid_to: date | None) -> Post:
    """Give a post that was checked; an administrator is not named for emergency access."""
    post, created = Post.objects.update_or_create(
        staff=staff, unit=unit, role=role, absence=None, defaults={"valid_from": valid_from, "valid_to": valid_to}
    )
    if role in ADMINISTRATORS and staff.may_break_glass:
        staff.may_break_glass, staff.emergency_until = False, None
        staff.save(update_fields=["may_break_glass", "emergency_until"])
    until = valid_to.isoformat() if valid_to else None
    record("post_given", ("staff", staff.username), unit=unit.code, role=role, until=until, new=created)
    return post


def _overlapping(staff: Staff, start: date | None, end: date | None) -> Any:
    posts = Post.objects.filter(staff=staff)
    if start is not None:
        posts = posts.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=start))
    if end is not None:
        posts = posts.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=end))
    return posts


def end_post(post_id: int) -> None:
    """End a post as of yesterday, so that it no longer counts from now on; its history stays."""
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        post = Post.objects.select_for_update().select_related("staff", "unit").filter(pk=post_id).first()
        if post is None:
            raise NotFound("没有找到这个岗位。", code="no_such_post")
        close_post(post)
        record("post_ended", ("staff", post.staff.username), unit=post.unit.code, role=post.role)


def close_post(post: Post) -> None:
    """Let a post end yesterday, or never begin."""
    yesterday = local_day() - timedelta(days=1)
    if post.valid_from and post.valid_from > yesterday:
        post.delete()
    elif post.valid_to is None or post.valid_to > yesterday:
        post.valid_to = yesterday
        post.save(update_fields=["valid_to"])


def load_staff(rows: Iterable[Mapping[str, Any]], *, demo: bool = False) -> LoadReport:
    """Load rows with username, name, optional employee_number, phone, and ``posts`` ([{unit, role}]) or ``unit`` + ``roles``.

    Nobody gets a password. Idempotent; raises Invalid listing each wrong row, and then nothing is stored. With
    ``demo``, rows marked ``demo`` are offered by the one-click login of a demonstration.
    """
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        units = dict(Unit.objects.values_list("code", "id"))
        given = _checked(list(rows), units)
        present = set(Staff.objects.values_list("username", flat=True))
        new = []
        for username, row in given.items():
            if username not in present:
                staff = Staff(
                    username=username, name=str(row["name"]).strip(), demo=demo and row.get("demo") is True,
                    employee_number=str(row.get("employee_number") or ""), phone=str(row.get("phone") or ""),
                )  # fmt: skip
                staff.set_unusable_password()
                new.append(staff)
        Staff.objects.bulk_create(new)
        ids = dict(Staff.objects.filter(username__in=list(given)).values_list("username", "id"))
        there = set(
            Post.objects.filter(staff_id__in=ids.values(), absence=None).values_list("staff_id", "unit_id", "role")
        )
        wanted = {(ids[username], units[unit], role) for username, row in given.items() for unit, role in _posts(row)}
        missing = sorted(wanted - there)
        Post.objects.bulk_create(Post(staff_id=staff, unit_id=unit, role=role) for staff, unit, role in missing)
        if new or missing:
            record("staff_loaded", ("staff", "all"), accounts=len(new), posts=len(missing))
        changed = {staff for staff, _, _ in missing} - {staff.pk for staff in new}
        return LoadReport(len(given), len(new), len(changed), len(given) - len(new) - len(changed))


def _posts(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Unit code and role of each post of a row."""
    if "posts" in row:
        return [(str(post.get("unit")), str(post.get("role"))) for post in row["posts"] or []]
    return [(str(row.get("unit")), str(role)) for role in row.get("roles") or []]


def _checked(rows: list[Mapping[str, Any]], units: Mapping[str, int]) -> dict[str, Mapping[str, Any]]:
    problems = RowProblems("人员数据")
    given: dict[str, Mapping[str, Any]] = {}
    for number, row in enumerate(rows, 1):
        username = str(row.get("username") or "")
        if not USERNAME.fullmatch(username):
            problems.add(number, username, "用户名只能用小写字母、数字、点、横线和下划线，2 到 64 个字符。")
        if username in given:
            problems.add(number, username, "用户名重复。")
        if not str(row.get("name") or "").strip():
            problems.add(number, username, "姓名必须填写。")
        held: list[str] = []
        for unit, role in _posts(row):
            if unit not in units:
                problems.add(number, username, f"单位代码 {unit} 不存在。")
            if role not in set(Role) or Role(role) not in GRANTABLE:
                problems.add(number, username, f"角色“{role}”不能授予工作人员。")
            elif text := clash(held, role):
                problems.add(number, username, text)
            else:
                held.append(role)
        given[username] = row
    problems.raise_if_any()
    return given
