"""A city with one person who has a password, and the ways to the door: what the tests of signing in share."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from factories import City, make_city, make_staff
from minhu.directory.domain.codes import code_at, step_of
from minhu.directory.models import Staff
from minhu.directory.queries import actor_of_staff
from minhu.directory.services import factors
from minhu.directory.types import Role
from minhu.kernel.actors import use_actor
from minhu.kernel.clock import now

SECRET = "Correct-horse-7-battery"


@pytest.fixture
def city(db: None) -> City:
    """The city; the dispatcher and the three administrators have a password."""
    city = make_city()
    for name, role in (("security", "security_admin"), ("audit", "audit_admin")):
        if name not in city.staff:
            city.staff[name] = make_staff(name, city.units["centre"], Role(role))
    for staff in city.staff.values():
        staff.set_password(SECRET)
        staff.password_set_at = now()
        staff.save()
    return city


def enrol(staff: Staff) -> tuple[str, list[str]]:
    """Bind an app; returns the seed and the recovery codes."""
    with use_actor(actor_of_staff(staff)):
        seed = factors.begin_app(staff.pk).secret
        return seed, factors.confirm_app(staff.pk, code_at(seed, step_of(now()) - 1))


def code(seed: str) -> str:
    """What the telephone shows now."""
    return code_at(seed, step_of(now()))


def sign_in(username: str, *, password: str = SECRET, seed: str = "", **extra: Any) -> Client:
    """A browser in which this account has signed in, with the second step where a seed is given."""
    client = Client(**extra)
    client.post("/login/", {"username": username, "password": password})
    if seed:
        client.post("/login/second/", {"code": code(seed)})
    return client


def is_in(client: Client) -> bool:
    """Whether the browser is signed in."""
    return bool(client.get("/account/").status_code == 200)
