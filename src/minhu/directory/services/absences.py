"""Leave and leaving: a colleague acts from one day to another; who leaves keeps nothing, the matters stay with the unit."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db.models import Q

from minhu.directory.domain.posts import clash
from minhu.directory.models import Absence, Post, Staff, Unit
from minhu.directory.policy import Action
from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.staff_pages import units_with_people
from minhu.directory.services import factors
from minhu.directory.services.accounts import apply_active, get_staff
from minhu.directory.services.changes import LOCK_STAFF, change, record
from minhu.directory.services.posts import close_post
from minhu.directory.types import ADMINISTRATORS, Role
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

REASONS: Final = {"leave": "休假", "trip": "出差", "loan": "借调", "training": "学习培训", "other": "其他"}
LONGEST_DAYS: Final = 366
LONGEST_OWN_DAYS: Final = 92


def _posts_within(staff: Staff, first: date, last: date) -> list[Post]:
    """The person's own posts at work between two days; administrators' posts are not handed on."""
    rows = Post.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=last), Q(valid_to__isnull=True) | Q(valid_to__gte=first),
        staff=staff, absence=None,
    ).exclude(role__in=[role.value for role in ADMINISTRATORS])  # fmt: skip
    return list(rows.select_related("unit"))


def colleagues(staff_id: int) -> list[tuple[int, str]]:
    """Who may act for somebody: active people with a post at one of the same units today, administrators not."""
    today = local_day()
    valid = Post.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=today), Q(valid_to__isnull=True) | Q(valid_to__gte=today),
        absence=None,
    ).exclude(role__in=[role.value for role in ADMINISTRATORS])  # fmt: skip
    units = valid.filter(staff_id=staff_id).values("unit_id")
    people = Staff.objects.filter(is_active=True, posts__in=valid.filter(unit_id__in=units)).exclude(pk=staff_id)
    return [(one.pk, f"{one.name}（{one.username}）") for one in people.distinct().order_by("username")]


def enter_absence(staff_id: int, acting_id: int, first: date, last: date, reason: str) -> Absence:
    """Let a colleague act in somebody's posts from ``first`` to ``last``: the person himself or the security administrator.

    Raises Invalid for wrong days or a colleague who may not act, Conflict when one of the two is away by then.
    """
    own = current_actor().staff_id == staff_id
    with change(None if own else Action.MANAGE_STAFF, lock=LOCK_STAFF):
        staff, acting = get_staff(staff_id, lock=True), get_staff(acting_id, lock=True)
        _check_days(first, last, reason, LONGEST_OWN_DAYS if own else LONGEST_DAYS)
        if acting_id not in dict(colleagues(staff_id)):
            text = "代理人必须是同一单位的在岗同事，且不是管理员。"
            raise Invalid(text, fields={"acting": text})
        overlapping = Absence.objects.filter(first_day__lte=last, last_day__gte=first, cancelled_at=None)
        if overlapping.filter(staff__in=[staff, acting]).exists():
            raise Conflict("这段时间内本人已登记离岗，或代理人自己也离岗，请调整日期或另选代理人。", code="both_away")
        posts = _posts_within(staff, first, last)
        if not posts:
            raise Conflict("这段时间内没有可以代理的岗位。", code="no_posts")
        absence = Absence.objects.create(
            staff=staff, acting=acting, reason=reason, first_day=first, last_day=last,
            entered_by_id=current_actor().staff_id, entered_at=now(),
        )  # fmt: skip
        for post in posts:
            _hand_on(post, absence, acting)
        record(
            "absence_entered", ("staff", staff.username), acting=acting.username, first=first.isoformat(),
            last=last.isoformat(), posts=[f"{post.unit.code}:{post.role}" for post in posts],
        )  # fmt: skip
        return absence


def _check_days(first: date, last: date, reason: str, most: int) -> None:
    problems = {}
    if last < first:
        problems["last_day"] = "结束日期早于开始日期。"
    elif last < local_day():
        problems["last_day"] = "结束日期已经过去。"
    elif (last - first).days > most:
        problems["last_day"] = f"离岗时间最长 {most} 天，更长的请由安全管理员安排。"
    if reason not in REASONS:
        problems["reason"] = "请选择离岗原因。"
    if problems:
        raise Invalid("离岗登记有误，请修改后再提交。", fields=problems)


def _hand_on(post: Post, absence: Absence, acting: Staff) -> None:
    held = Post.objects.filter(staff=acting).values_list("role", flat=True)
    if text := clash([role for role in held if Role(role) not in ADMINISTRATORS], post.role):
        raise Conflict(text, code="kept_apart")
    start = max(absence.first_day, post.valid_from) if post.valid_from else absence.first_day
    end = min(absence.last_day, post.valid_to) if post.valid_to else absence.last_day
    Post.objects.create(staff=acting, unit=post.unit, role=post.role, valid_from=start, valid_to=end, absence=absence)


def cancel_absence(absence_id: int) -> None:
    """The person is back early, or does not go: acting ends today (the person himself or the security administrator)."""
    found = Absence.objects.filter(pk=absence_id).first()
    me = current_actor().staff_id
    with change(None if found is not None and me == found.staff_id else Action.MANAGE_STAFF, lock=LOCK_STAFF):
        absence = Absence.objects.select_for_update(of=("self",)).select_related("staff").filter(pk=absence_id).first()
        if absence is None or absence.cancelled_at is not None:
            raise NotFound("这条离岗登记不存在或已经结束。", code="no_such_absence")
        _end_acting(absence)
        record("absence_ended", ("staff", absence.staff.username))


def _end_acting(absence: Absence) -> None:
    absence.cancelled_at = now()
    absence.save(update_fields=["cancelled_at"])
    for post in absence.posts.all():
        close_post(post)


def leave_for_good(staff_id: int) -> list[str]:
    """Somebody leaves: posts end, acting ends, factors go, sessions end, the account closes. His matters are his unit's.

    Orders belong to units, never to a person, so each stays open in the unit's list with its clock running. Returns
    the names of units where nobody is left to take them.
    """
    with change(Action.MANAGE_STAFF, lock=LOCK_STAFF):
        staff = get_staff(staff_id, lock=True)
        if current_actor().staff_id == staff.pk:
            raise NotAllowed("不能为自己办理离职，请由另一位安全管理员操作。", code="not_oneself")
        today = local_day()
        lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
        posts = list(Post.objects.filter(lasting, staff=staff).select_related("unit"))
        for post in posts:
            close_post(post)
        for absence in Absence.objects.filter(Q(staff=staff) | Q(acting=staff), cancelled_at=None, last_day__gte=today):
            _end_acting(absence)
        factors.forget_all(staff)
        staff.left_at, staff.may_break_glass, staff.emergency_until = now(), False, None
        staff.save(update_fields=["left_at", "may_break_glass", "emergency_until"])
        apply_active(staff, False)
        record("staff_left", ("staff", staff.username), posts=[f"{post.unit.code}:{post.role}" for post in posts])
        manned = units_with_people()
        units: dict[int, Unit] = {post.unit_id: post.unit for post in posts}
        return [unit.name for pk, unit in units.items() if pk not in manned]
