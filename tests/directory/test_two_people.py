"""Three administrators and two people: one person alone must not be able to become another, nor all three."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Emergency, Post, Proposal, Staff
from minhu.directory.policy import Action, decide, scope_of
from minhu.directory.queries import actor_of_staff, sign_in_pages, units
from minhu.directory.services import accounts, break_glass, factors, posts, two_people
from minhu.directory.types import ADMINISTRATORS, EMERGENCY_ROLES, ProposalKind, Role
from minhu.kernel import clock
from minhu.kernel.actors import Actor, use_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotAllowed
from minhu.ledger.queries import entries_of

pytestmark = pytest.mark.django_db
SECRET = "Correct-horse-7-battery"


def centre() -> int:
    found = units.unit_by_code("HX")
    assert found is not None
    return found.id


def person(name: str, *roles: Role, password: str | None = None) -> tuple[Staff, Actor]:
    staff = accounts.create_account(name, f"{name}某", password, must_change=False)
    for role in roles:
        posts.give_post(staff.pk, centre(), role)
    return staff, actor_of_staff(staff)


@pytest.fixture
def office(town: None) -> dict[str, tuple[Staff, Actor]]:
    """Two security administrators, one of each other kind, a dispatcher and somebody without a post."""
    return {
        "anquan": person("anquan", Role.SECURITY_ADMIN), "anquan2": person("anquan2", Role.SECURITY_ADMIN),
        "xitong": person("xitong", Role.SYSTEM_ADMIN), "shenji": person("shenji", Role.AUDIT_ADMIN),
        "paidan": person("paidan", Role.DISPATCHER), "nobody": person("nobody"),
    }  # fmt: skip


def kinds(username: str) -> set[str]:
    with as_system():
        return {entry.kind for entry in entries_of(("staff", username))}


# -- the matrix ---------------------------------------------------------------------------------------------------

WORK = {
    Role.SYSTEM_ADMIN: {Action.MANAGE_DIRECTORY, Action.MANAGE_RULES},
    Role.SECURITY_ADMIN: {Action.MANAGE_STAFF, Action.MANAGE_TOKENS},
    Role.AUDIT_ADMIN: {Action.VIEW_LEDGER, Action.REVIEW_EMERGENCY},
}


@pytest.mark.parametrize(("role", "other"), list(itertools.permutations(sorted(ADMINISTRATORS), 2)))
def test_no_administrator_does_the_work_of_another(role: Role, other: Role) -> None:
    actor = Actor(kind="staff", id="x", name="x", roles=frozenset({role.value}))
    assert all(decide(actor, action) for action in WORK[role])
    assert not any(decide(actor, action) for action in WORK[other])


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_no_administrator_reaches_a_citizens_row_or_business(role: Role) -> None:
    actor = Actor(kind="staff", id="x", name="x", roles=frozenset({role.value}))
    assert scope_of(actor).kind.value in {"none", "audit"}
    for action in (Action.VIEW_ORDER, Action.VIEW_REQUESTER, Action.DISPATCH, Action.EXPORT, Action.CLOSE):
        assert not decide(actor, action)


def test_the_security_administrator_cannot_read_the_ledger(office: dict[str, tuple[Staff, Actor]]) -> None:
    from minhu.ledger.models import Entry

    with acting_as(office["anquan"][1]):
        assert Entry.objects.count() == 0
    with acting_as(office["shenji"][1]):
        assert Entry.objects.count() > 0


# -- two people ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_one_person_alone_makes_no_administrator(office: dict[str, tuple[Staff, Actor]], role: Role) -> None:
    nobody = office["nobody"][0]
    with use_actor(office["anquan"][1]):
        with pytest.raises(Conflict) as caught:
            posts.give_post(nobody.pk, centre(), role)
        assert caught.value.code == "two_people"
        asked = two_people.ask_post(nobody.pk, centre(), role)
        with pytest.raises(NotAllowed):
            two_people.confirm(asked.id)
    assert not actor_of_staff(nobody).roles
    with use_actor(office["anquan2"][1]):
        two_people.confirm(asked.id)
    assert actor_of_staff(nobody).roles == {role.value}
    assert {"directory.proposal_made", "directory.proposal_confirmed", "directory.post_given"} <= kinds("nobody")


def test_who_may_be_the_second_person(office: dict[str, tuple[Staff, Actor]]) -> None:
    nobody = office["nobody"][0]
    with use_actor(office["anquan"][1]):
        asked = two_people.ask_post(nobody.pk, centre(), Role.AUDIT_ADMIN)
    for name in ("shenji", "paidan", "anquan"):
        with use_actor(office[name][1]), pytest.raises(NotAllowed):
            two_people.confirm(asked.id)
    with use_actor(office["xitong"][1]):
        two_people.confirm(asked.id)
        with pytest.raises(Conflict):
            two_people.confirm(asked.id)


def test_nobody_asks_for_or_confirms_himself(office: dict[str, tuple[Staff, Actor]]) -> None:
    with use_actor(office["anquan"][1]):
        with pytest.raises(MinhuError):
            two_people.ask_post(office["anquan"][0].pk, centre(), Role.AUDIT_ADMIN)
        with pytest.raises(NotAllowed):
            two_people.ask_account(office["anquan"][0].pk, ProposalKind.PASSWORD, "忘记密码了")
        asked = two_people.ask_account(office["anquan2"][0].pk, ProposalKind.FACTORS, "手机丢失")
    with use_actor(office["anquan2"][1]), pytest.raises(NotAllowed):
        two_people.confirm(asked.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=asked.id).update(decided_by=office["anquan"][0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=asked.id).update(decided_by=office["anquan2"][0])


def test_one_person_alone_takes_over_no_administrator(office: dict[str, tuple[Staff, Actor]]) -> None:
    auditor = office["shenji"][0]
    with use_actor(office["anquan"][1]):
        for forbidden in (
            lambda: accounts.set_password(auditor.pk, SECRET),
            lambda: factors.reset_for(auditor.pk),
        ):
            with pytest.raises(Conflict) as caught:
                forbidden()
            assert caught.value.code == "two_people"
        accounts.set_active(auditor.pk, False)  # stopping somebody is always possible
        with pytest.raises(Conflict):
            accounts.set_active(auditor.pk, True)


def test_a_new_password_is_known_to_nobody_alone(office: dict[str, tuple[Staff, Actor]]) -> None:
    auditor = office["shenji"][0]
    with use_actor(office["anquan"][1]):
        asked = two_people.ask_account(auditor.pk, ProposalKind.PASSWORD, "本人忘记密码，已当面核实")
    stored = Proposal.objects.get(pk=asked.id)
    assert asked.half not in str(stored.content)
    with use_actor(office["xitong"][1]):
        second = two_people.confirm(asked.id)
    auditor.refresh_from_db()
    assert auditor.check_password(f"{asked.half}-{second}")
    assert auditor.must_change_password
    assert not auditor.check_password(asked.half)
    assert not auditor.check_password(second)
    assert Proposal.objects.get(pk=asked.id).content == {}


def test_an_initial_password_somebody_else_knows_makes_no_administrator(office: dict[str, tuple[Staff, Actor]]) -> None:
    with use_actor(office["anquan"][1]):
        fresh = accounts.create_account("xinren", "新人", SECRET)
        asked = two_people.ask_post(fresh.pk, centre(), Role.AUDIT_ADMIN)
    with use_actor(office["xitong"][1]), pytest.raises(Conflict) as caught:
        two_people.confirm(asked.id)
    assert caught.value.code == "first_password"


def test_proposals_expire_and_can_be_refused(office: dict[str, tuple[Staff, Actor]]) -> None:
    nobody = office["nobody"][0]
    with use_actor(office["anquan"][1]):
        asked = two_people.ask_post(nobody.pk, centre(), Role.AUDIT_ADMIN)
    with use_actor(office["xitong"][1]), clock.at(now() + timedelta(days=8)), pytest.raises(Conflict):
        two_people.confirm(asked.id)
    assert sign_in_pages.proposals(only_open=True)
    with use_actor(office["xitong"][1]):
        two_people.refuse(asked.id)
        with pytest.raises(Conflict):
            two_people.confirm(asked.id)
    assert not Post.objects.filter(staff=nobody).exists()


# -- emergency access ---------------------------------------------------------------------------------------------


@pytest.fixture
def handler(office: dict[str, tuple[Staff, Actor]]) -> Staff:
    """A unit's handler who is named for emergencies."""
    staff = person("banli", Role.UNIT_HANDLER)[0]
    with use_actor(office["anquan"][1]):
        break_glass.name_for_emergency(staff.pk, True)
    return staff


def test_emergency_access_is_short_alarmed_and_reviewed(
    office: dict[str, tuple[Staff, Actor]], handler: Staff, settings: Any, mailoutbox: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.MINHU_ALARM_MAIL = ("duty@example.org",)
    with use_actor(actor_of_staff(handler)), django_capture_on_commit_callbacks(execute=True):
        row = break_glass.open_emergency(handler.pk, "夜间燃气泄漏，派单员电话无人接听")
    handler.refresh_from_db()
    assert actor_of_staff(handler).roles == {"unit_handler", *EMERGENCY_ROLES}
    assert not actor_of_staff(handler).roles & {role.value for role in ADMINISTRATORS}
    assert "directory.emergency_opened" in kinds("banli")
    assert [mail.to for mail in mailoutbox] == [["duty@example.org"]]
    assert "燃气" not in mailoutbox[0].body, "the reason may name people; it stays in the house"
    assert sign_in_pages.emergencies(only_alarming=True)[0].state == "open"
    with use_actor(office["shenji"][1]), pytest.raises(Conflict):
        break_glass.review(row.pk, justified=True, finding="属实")
    with clock.at(now() + timedelta(minutes=61)):
        assert actor_of_staff(handler).roles == {"unit_handler"}, "it ends by itself"
        with use_actor(office["anquan"][1]), pytest.raises(NotAllowed):
            break_glass.review(row.pk, justified=True, finding="属实")
        with use_actor(office["shenji"][1]):
            break_glass.review(row.pk, justified=True, finding="属实，处置及时")
            with pytest.raises(Conflict):
                break_glass.review(row.pk, justified=False, finding="再改")
    assert sign_in_pages.emergencies(only_alarming=True) == []


def test_emergency_access_is_ended_at_once(office: dict[str, tuple[Staff, Actor]], handler: Staff) -> None:
    with use_actor(actor_of_staff(handler)):
        break_glass.open_emergency(handler.pk, "夜间燃气泄漏，派单员电话无人接听")
    with use_actor(office["paidan"][1]), pytest.raises(NotAllowed):
        break_glass.end_emergency(handler.pk)
    with use_actor(office["anquan"][1]):
        break_glass.end_emergency(handler.pk)
    handler.refresh_from_db()
    assert actor_of_staff(handler).roles == {"unit_handler"}
    assert Emergency.objects.get().ended_by == office["anquan"][0]


def test_who_may_not_break_the_glass(office: dict[str, tuple[Staff, Actor]], handler: Staff) -> None:
    reason = "夜间燃气泄漏，派单员电话无人接听"
    with use_actor(office["paidan"][1]), pytest.raises(NotAllowed):
        break_glass.open_emergency(office["paidan"][0].pk, reason)
    with use_actor(office["paidan"][1]), pytest.raises(NotAllowed):
        break_glass.open_emergency(handler.pk, reason)
    with use_actor(actor_of_staff(handler)), pytest.raises(Invalid):
        break_glass.open_emergency(handler.pk, "急")
    with use_actor(office["anquan"][1]):
        with pytest.raises(Conflict):
            break_glass.name_for_emergency(office["shenji"][0].pk, True)
        with pytest.raises(NotAllowed):
            break_glass.name_for_emergency(office["anquan"][0].pk, True)


def test_emergency_access_never_adds_to_an_administrator(office: dict[str, tuple[Staff, Actor]]) -> None:
    auditor = office["shenji"][0]
    Staff.objects.filter(pk=auditor.pk).update(may_break_glass=True, emergency_until=now() + timedelta(hours=1))
    auditor.refresh_from_db()
    assert actor_of_staff(auditor).roles == {"audit_admin"}
    with use_actor(office["shenji"][1]), pytest.raises(NotAllowed):
        break_glass.open_emergency(auditor.pk, "夜间燃气泄漏，派单员电话无人接听")


def test_a_closed_account_is_nobody_anywhere(office: dict[str, tuple[Staff, Actor]]) -> None:
    staff = person("zhang", Role.DISPATCHER, password=SECRET)[0]
    with use_actor(office["anquan"][1]):
        accounts.set_active(staff.pk, False)
    staff.refresh_from_db()
    assert actor_of_staff(staff).roles == frozenset()
