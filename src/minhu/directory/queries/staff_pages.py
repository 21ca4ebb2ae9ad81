"""Accounts and their posts as the security administrator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from minhu.directory.models import ApiToken, Post, Staff
from minhu.directory.queries.freshness import local_day
from minhu.directory.types import ADMINISTRATORS
from minhu.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class PostRow:
    """One post of a person; ``state`` is current, future or past."""

    id: int
    role: str
    unit_id: int
    unit: str
    valid_from: date | None
    valid_to: date | None
    state: str
    acting_for: str = ""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One account with its posts."""

    id: int
    username: str
    name: str
    employee_number: str
    phone: str
    active: bool
    must_change_password: bool
    has_password: bool
    demo: bool
    joined_at: datetime
    last_login: datetime | None
    posts: tuple[PostRow, ...]
    has_factor: bool = False
    may_break_glass: bool = False
    left_at: datetime | None = None

    @property
    def is_administrator(self) -> bool:
        """Whether one of the three administrators' posts is held now or later."""
        return any(post.role in ADMINISTRATORS for post in self.posts if post.state != "past")

    @property
    def current_posts(self) -> tuple[PostRow, ...]:
        """The posts that count today."""
        return tuple(post for post in self.posts if post.state == "current")


@dataclass(frozen=True, slots=True)
class StaffFilter:
    """What a list of accounts is narrowed to; ``state`` is active, closed, no_post, must_change or one_factor."""

    words: str = ""
    unit_id: int | None = None
    role: str = ""
    state: str = ""


def _valid(today: date) -> Q:
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=today)) & (Q(valid_to__isnull=True) | Q(valid_to__gte=today))


def _post(post: Post, today: date) -> PostRow:
    state = "current"
    if post.valid_to and post.valid_to < today:
        state = "past"
    elif post.valid_from and post.valid_from > today:
        state = "future"
    return PostRow(
        post.pk,
        post.role,
        post.unit_id,
        post.unit.short_name or post.unit.name,
        post.valid_from,
        post.valid_to,
        state,
        post.absence.staff.name if post.absence else "",
    )


def _row(staff: Staff, today: date) -> StaffRow:
    return StaffRow(
        staff.pk, staff.username, staff.name, staff.employee_number, staff.phone, staff.is_active,
        staff.must_change_password, staff.has_usable_password(), staff.demo, staff.joined_at, staff.last_login,
        tuple(_post(post, today) for post in staff.posts.all()),
        staff.has_factor, staff.may_break_glass, staff.left_at,
    )  # fmt: skip


def _narrowed(narrowing: StaffFilter, today: date) -> QuerySet[Staff]:
    rows = Staff.objects.all()
    for word in narrowing.words.split()[:5]:
        rows = rows.filter(
            Q(username__icontains=word)
            | Q(name__icontains=word)
            | Q(employee_number__icontains=word)
            | Q(posts__unit__name__icontains=word)
        )
    held = Post.objects.filter(_valid(today), staff=OuterRef("pk"))
    if narrowing.unit_id:
        rows = rows.filter(Exists(held.filter(unit_id=narrowing.unit_id)))
    if narrowing.role:
        rows = rows.filter(Exists(held.filter(role=narrowing.role)))
    if narrowing.state == "closed":
        rows = rows.filter(is_active=False)
    elif narrowing.state == "no_post":
        rows = rows.filter(~Exists(held), is_active=True)
    elif narrowing.state == "must_change":
        rows = rows.filter(must_change_password=True, is_active=True)
    elif narrowing.state == "one_factor":
        rows = rows.filter(has_factor=False, is_active=True)
    elif narrowing.state == "active":
        rows = rows.filter(is_active=True)
    return rows.distinct()


def page_of(narrowing: StaffFilter, start: int, size: int) -> tuple[list[StaffRow], int]:
    """Accounts from ``start`` on, by name to sign in with, and how many there are."""
    today = local_day()
    rows = _narrowed(narrowing, today)
    shown = rows.prefetch_related("posts__unit", "posts__absence__staff").order_by("username")[start : start + size]
    return [_row(staff, today) for staff in shown], rows.count()


def count(narrowing: StaffFilter) -> int:
    """How many accounts a narrowing leaves."""
    return _narrowed(narrowing, local_day()).count()


def card(staff_id: int) -> StaffRow:
    """One account; raises NotFound."""
    staff = Staff.objects.filter(pk=staff_id).prefetch_related("posts__unit", "posts__absence__staff").first()
    if staff is None:
        raise NotFound("没有找到这个账号，请返回列表查看。", code="no_such_account")
    return _row(staff, local_day())


def unit_people(unit_id: int) -> list[tuple[str, str]]:
    """Name and role of those who hold a post at a unit today."""
    posts = Post.objects.filter(_valid(local_day()), unit_id=unit_id, staff__is_active=True).select_related("staff")
    return [(post.staff.name, post.role) for post in posts.order_by("role", "staff__username")]


def units_with_people() -> set[int]:
    """Units where somebody holds a post today."""
    posts = Post.objects.filter(_valid(local_day()), staff__is_active=True)
    return set(posts.values_list("unit_id", flat=True))


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token of a partner program; the secret itself is kept nowhere."""

    id: int
    name: str
    hint: str
    scopes: tuple[str, ...]
    per_minute: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def tokens() -> list[TokenRow]:
    """All tokens, valid ones first, then the newest."""
    rows = ApiToken.objects.all()
    found = [
        TokenRow(
            token.pk,
            token.name,
            token.hint,
            tuple(token.scopes),
            token.per_minute,
            token.created_at,
            token.expires_at,
            token.revoked_at,
        )
        for token in rows
    ]
    return sorted(found, key=lambda row: (row.revoked_at is not None, -row.created_at.timestamp()))
