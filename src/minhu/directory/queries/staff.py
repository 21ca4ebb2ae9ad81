"""Reads about accounts: the posts somebody holds, and the accounts the demo offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from minhu.directory.models import Post, Staff
from minhu.directory.types import Role


@dataclass(frozen=True, slots=True)
class PostView:
    """One post as shown on a page."""

    username: str
    name: str
    role: str
    unit: str
    until: date | None


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
