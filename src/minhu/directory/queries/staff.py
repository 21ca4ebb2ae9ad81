"""Reads about accounts: the posts somebody holds, and the accounts the demo offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from minhu.directory.models import Post, Staff
from minhu.directory.queries.freshness import local_day
from minhu.directory.types import ADMINISTRATORS, EMERGENCY_ROLES, Role
from minhu.kernel.clock import now


@dataclass(frozen=True, slots=True)
class PostView:
    """One post as shown on a page."""

    username: str
    name: str
    role: str
    unit: str
    until: date | None


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A role that somebody who can sign in holds at a unit today; ``unit_id`` 0: at none (emergency access)."""

    username: str
    name: str
    role: str
    unit_id: int
    until: date | None = None
    standing_in: bool = False
    emergency: bool = False


def posts_in_force() -> list[PostHeld]:
    """Every post of every active account today, with the roles that open emergency accesses add (as ``actor_of_staff``)."""
    today = local_day()
    rows = Post.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=today),
        Q(valid_to__isnull=True) | Q(valid_to__gte=today),
        staff__is_active=True,
    ).values_list("staff__username", "staff__name", "role", "unit_id", "valid_to", "absence_id")
    posts = [PostHeld(name, shown, role, unit, to, away is not None) for name, shown, role, unit, to, away in rows]
    administrators = {post.username for post in posts if post.role in ADMINISTRATORS}
    called = Staff.objects.filter(is_active=True, emergency_until__gt=now()).exclude(username__in=administrators)
    return posts + [
        PostHeld(username, name, role.value, 0, emergency=True)
        for username, name in called.values_list("username", "name")
        for role in sorted(EMERGENCY_ROLES)
    ]


def _view(post: Post) -> PostView:
    return PostView(
        post.staff.username,
        post.staff.name,
        post.role,
        post.unit.short_name or post.unit.name,
        post.valid_to,
    )


def posts_of(staff_id: int) -> list[PostView]:
    """The posts of one account, by role."""
    posts = Post.objects.filter(staff_id=staff_id).select_related("staff", "unit").order_by("role")
    return [_view(post) for post in posts]


def demo_posts() -> list[PostView]:
    """Posts of the accounts marked for the demo's one-click sign-in, in the order of the roles."""
    order = [role.value for role in Role]
    posts = Post.objects.filter(staff__demo=True, staff__is_active=True).select_related("staff", "unit")
    return [_view(p) for p in sorted(posts, key=lambda p: (order.index(p.role), p.staff.username))]


def demo_account(username: str) -> Staff | None:
    """The active demo account of that name."""
    return Staff.objects.filter(username=username, demo=True, is_active=True).first()


def account_of(staff_id: int) -> Staff:
    """The account with this key; raises ``Staff.DoesNotExist``."""
    return Staff.objects.get(pk=staff_id)


def agent_named(staff_id: int) -> Staff | None:
    """The account with this key; None where there is none."""
    return Staff.objects.filter(pk=staff_id).first()


def staff_names(usernames: Iterable[str]) -> dict[str, str]:
    """The names of accounts by the user names that steps and decisions keep; unknown ones are left out."""
    return dict(Staff.objects.filter(username__in=set(usernames)).values_list("username", "name"))


def contacts_of_unit(unit_id: int) -> list[tuple[int, str]]:
    """Account and telephone of everybody who holds a post at a unit today, for comparing, not for showing."""
    today = local_day()
    held = Post.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=today), Q(valid_to__isnull=True) | Q(valid_to__gte=today),
        unit_id=unit_id, staff__is_active=True,
    )  # fmt: skip
    return list(held.values_list("staff_id", "staff__phone").distinct())
