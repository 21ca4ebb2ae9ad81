"""Leave and leaving: without an acting colleague a matter waits unseen; with a lasting one, somebody keeps seeing too much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from minhu.directory.models import Factor, Post, SignIn, Staff
from minhu.directory.queries import actor_of_staff, units
from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.sign_in_pages import absences_of
from minhu.directory.services import absences, accounts, posts
from minhu.directory.types import Role
from minhu.kernel import clock
from minhu.kernel.actors import Actor, use_actor
from minhu.kernel.errors import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


def unit(code: str) -> int:
    found = units.unit_by_code(code)
    assert found is not None
    return found.id


def person(name: str, code: str, role: Role) -> Staff:
    staff = accounts.create_account(name, f"{name}某")
    posts.give_post(staff.pk, unit(code), role)
    return staff


@pytest.fixture
def bureau(town: None) -> dict[str, Staff]:
    """A head and a handler of one bureau, somebody of another, a security administrator."""
    return {
        "tou": person("tou", "CG", Role.UNIT_HEAD), "ban": person("ban", "CG", Role.UNIT_HANDLER),
        "shui": person("shui", "SL", Role.UNIT_HANDLER), "anquan": person("anquan", "HX", Role.SECURITY_ADMIN),
    }  # fmt: skip


def by(staff: Staff) -> Actor:
    return actor_of_staff(staff)


def test_a_colleague_acts_from_day_to_day_and_not_longer(bureau: dict[str, Staff]) -> None:
    with clock.at(MONDAY):
        first = local_day() + timedelta(days=1)
        with use_actor(by(bureau["tou"])):
            absences.enter_absence(bureau["tou"].pk, bureau["ban"].pk, first, first + timedelta(days=4), "leave")
        assert by(bureau["ban"]).roles == {"unit_handler"}
    with clock.at(MONDAY + timedelta(days=1)):
        assert by(bureau["ban"]).roles == {"unit_handler", "unit_head"}
        assert absences_of(bureau["tou"].pk)[0].state == "now"
    with clock.at(MONDAY + timedelta(days=6)):
        assert by(bureau["ban"]).roles == {"unit_handler"}
        assert absences_of(bureau["ban"].pk)[0].state == "over"


def test_back_early_ends_acting(bureau: dict[str, Staff]) -> None:
    with clock.at(MONDAY), use_actor(by(bureau["tou"])):
        absence = absences.enter_absence(
            bureau["tou"].pk, bureau["ban"].pk, local_day(), local_day() + timedelta(days=9), "trip"
        )
    assert Post.objects.filter(absence=absence).count() == 1
    with clock.at(MONDAY + timedelta(days=2)):
        with use_actor(by(bureau["shui"])), pytest.raises(NotAllowed):
            absences.cancel_absence(absence.pk)
        with use_actor(by(bureau["tou"])):
            absences.cancel_absence(absence.pk)
        assert by(bureau["ban"]).roles == {"unit_handler"}


def test_who_may_act_and_when(bureau: dict[str, Staff]) -> None:
    with clock.at(MONDAY), use_actor(by(bureau["tou"])):
        today = local_day()

        def enter(acting: str, start: int = 0, days: int = 3, reason: str = "leave") -> Any:
            first = today + timedelta(days=start)
            return absences.enter_absence(
                bureau["tou"].pk, bureau[acting].pk, first, first + timedelta(days=days), reason
            )

        for acting in ("shui", "anquan", "tou"):
            with pytest.raises(Invalid):
                enter(acting)
        for wrong in ({"days": -1}, {"start": -9}, {"days": 400}, {"reason": "because"}):
            with pytest.raises(Invalid):
                enter("ban", **wrong)  # type: ignore[arg-type]
        enter("ban")
        with pytest.raises(Conflict):
            enter("ban", 2)
    with clock.at(MONDAY), use_actor(by(bureau["ban"])):
        with pytest.raises(NotAllowed):
            absences.enter_absence(bureau["shui"].pk, bureau["ban"].pk, local_day(), local_day(), "leave")
        absences.enter_absence(
            bureau["ban"].pk,
            bureau["tou"].pk,
            local_day() + timedelta(days=10),
            local_day() + timedelta(days=11),
            "leave",
        )


def test_who_is_away_does_not_act_for_another(bureau: dict[str, Staff]) -> None:
    with clock.at(MONDAY), use_actor(by(bureau["anquan"])):
        today = local_day()
        absences.enter_absence(bureau["tou"].pk, bureau["ban"].pk, today, today + timedelta(days=3), "leave")
        with pytest.raises(Conflict):
            absences.enter_absence(bureau["ban"].pk, bureau["tou"].pk, today, today, "leave")


def test_an_administrators_post_is_not_handed_on(bureau: dict[str, Staff]) -> None:
    second = person("anquan2", "HX", Role.SECURITY_ADMIN)
    with clock.at(MONDAY), use_actor(by(second)), pytest.raises(Invalid):
        absences.enter_absence(bureau["anquan"].pk, second.pk, local_day(), local_day(), "leave")


def test_an_acting_post_does_not_hide_a_real_one(bureau: dict[str, Staff]) -> None:
    with use_actor(by(bureau["tou"])):
        absences.enter_absence(bureau["tou"].pk, bureau["ban"].pk, local_day(), local_day(), "leave")
    with use_actor(by(bureau["anquan"])):
        posts.give_post(bureau["ban"].pk, unit("CG"), Role.UNIT_HEAD)
    with clock.at(MONDAY.replace(year=2030)):
        assert by(bureau["ban"]).roles == {"unit_handler", "unit_head"}


def test_who_leaves_keeps_nothing_and_empty_units_are_named(bureau: dict[str, Staff]) -> None:
    water = bureau["shui"]
    Factor.objects.create(staff=water, kind="totp", secret="A" * 32)
    SignIn.objects.create(staff=water, session_key="x" * 32, how="password")
    with use_actor(by(bureau["shui"])), pytest.raises(NotAllowed):
        absences.leave_for_good(bureau["ban"].pk)
    with use_actor(by(bureau["anquan"])):
        assert absences.leave_for_good(bureau["ban"].pk) == []
        assert absences.leave_for_good(water.pk) == ["试验市水利局"]
        with pytest.raises(NotAllowed):
            absences.leave_for_good(bureau["anquan"].pk)
    water.refresh_from_db()
    assert not water.is_active
    assert water.left_at is not None
    assert by(water).roles == frozenset()
    assert not Factor.objects.filter(staff=water).exists()
    assert not SignIn.objects.filter(staff=water, ended_at=None).exists()


def test_acting_ends_when_the_acting_colleague_leaves(bureau: dict[str, Staff]) -> None:
    with use_actor(by(bureau["tou"])):
        absences.enter_absence(
            bureau["tou"].pk, bureau["ban"].pk, local_day(), local_day() + timedelta(days=5), "leave"
        )
    with use_actor(by(bureau["anquan"])):
        absences.leave_for_good(bureau["ban"].pk)
    assert absences_of(bureau["tou"].pk)[0].state == "cancelled"
    assert by(bureau["ban"]).roles == frozenset()
