"""Who is acting: from a signed-in account, from a citizen's session."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import HttpRequest

from minhu.directory.access import apply_scope
from minhu.directory.models import Post, Staff
from minhu.directory.policy import scope_of
from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.limits import over
from minhu.directory.queries.units import book
from minhu.directory.types import ADMINISTRATORS, EMERGENCY_ROLES, Role, TokenInfo
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now

OWN_REQUESTS_KEY = "own_requests"
MOST_OWN_REQUESTS = 50


def actor_of_staff(staff: Staff) -> Actor:
    """The actor a member of staff is today: valid posts, their units and all units below those."""
    today = local_day()
    posts = Post.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=today),
        Q(valid_to__isnull=True) | Q(valid_to__gte=today),
        staff=staff,
    ).values_list("role", "unit_id")
    held = list(posts) if staff.is_active else []
    roles = frozenset(role for role, _ in held)
    if staff.emergency_until and staff.emergency_until > now() and roles.isdisjoint(ADMINISTRATORS):
        roles |= {role.value for role in EMERGENCY_ROLES} if staff.is_active else frozenset()
    units = {unit for _, unit in held}
    below = {unit.id for unit in book().all if not units.isdisjoint(unit.ancestor_ids)} if units else set()
    return Actor(
        kind="staff",
        id=staff.username,
        name=staff.name,
        roles=roles,
        unit_ids=tuple(sorted(units | below)),
        staff_id=staff.pk,
    )


def actor_named(username: str) -> Actor | None:
    """A member of staff in service by the account's name, for commands; None when there is none."""
    staff = Staff.objects.filter(username=username, is_active=True).first()
    return None if staff is None else actor_of_staff(staff)


def citizen_actor(own_requests: tuple[int, ...] = ()) -> Actor:
    """A citizen who has proved these requests to be theirs (number and code, or just submitted)."""
    return Actor(
        kind="citizen",
        id="citizen",
        name="群众",
        roles=frozenset({Role.CITIZEN.value}),
        own_requests=own_requests,
    )


def partner_actor(token: TokenInfo, own_requests: tuple[int, ...] = ()) -> Actor:
    """A partner program with a valid token; it reaches the requests it has sent itself."""
    return Actor(
        kind="partner",
        id=f"token:{token.id}",
        name=token.name,
        roles=frozenset({Role.PARTNER.value}),
        own_requests=own_requests,
    )


def actor_of_session(request: HttpRequest) -> Actor:
    """The actor of a web request: the signed-in account, else a citizen."""
    user = getattr(request, "user", AnonymousUser())
    if isinstance(user, Staff) and user.is_authenticated:
        return actor_of_staff(user) if not over(request.session) else citizen_actor()
    own = request.session.get(OWN_REQUESTS_KEY, []) if hasattr(request, "session") else []
    return citizen_actor(tuple(int(x) for x in own))


def grow_own_requests(request: HttpRequest, request_id: int) -> Actor:
    """Remember in the citizen's session that a request is theirs, and let this transaction see it."""
    own = [x for x in request.session.get(OWN_REQUESTS_KEY, []) if x != request_id]
    request.session[OWN_REQUESTS_KEY] = [*own, request_id][-MOST_OWN_REQUESTS:]
    actor = citizen_actor(tuple(request.session[OWN_REQUESTS_KEY]))
    request.actor = actor  # type: ignore[attr-defined]
    apply_scope(scope_of(actor))
    return actor
