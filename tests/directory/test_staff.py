"""Staff: a wrong post lets somebody read or close what is not theirs to read or close."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, connection, transaction

from minhu.directory.domain.posts import GRANTABLE, clash
from minhu.directory.models import ApiToken, Post, Staff
from minhu.directory.queries import actor_of_staff, units
from minhu.directory.queries.freshness import local_day
from minhu.directory.services import accounts, posts, tokens
from minhu.directory.types import ADMINISTRATORS, Role
from minhu.kernel import clock
from minhu.kernel.actors import Actor, use_actor
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotAllowed, NotFound
from minhu.ledger.types import EntryView


def ledger_of(subject: tuple[str, str | int]) -> list[EntryView]:
    """What the ledger tells somebody who may read it."""
    from minhu.directory.access import as_system
    from minhu.ledger.queries import entries_of

    with as_system():
        return entries_of(subject)


pytestmark = pytest.mark.django_db
SECRET = "correct-horse-7-battery"


def unit(code: str) -> int:
    found = units.unit_by_code(code)
    assert found is not None
    return found.id


# -- the three administrators -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("held", "wanted"), list(itertools.product(sorted(GRANTABLE), repeat=2)))
def test_administrators_are_kept_apart(town: None, held: Role, wanted: Role) -> None:
    person = accounts.create_account("somebody", "某人")
    posts.give_post(person.pk, unit("HX"), held)
    apart = held != wanted and bool({held, wanted} & ADMINISTRATORS)
    assert bool(clash([held], wanted)) is apart
    if apart:
        with pytest.raises(Conflict) as caught:
            posts.give_post(person.pk, unit("HX"), wanted)
        assert caught.value.code == "kept_apart"
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.create(staff=person, unit_id=unit("SL"), role=wanted)
    else:
        posts.give_post(person.pk, unit("SL"), wanted)


def test_a_former_dispatcher_may_become_an_administrator(town: None) -> None:
    person = accounts.create_account("somebody", "某人")
    post = posts.give_post(person.pk, unit("HX"), Role.DISPATCHER, valid_from=date(2020, 1, 1))
    posts.end_post(post.pk)
    assert actor_of_staff(person).roles == frozenset()
    posts.give_post(person.pk, unit("HX"), Role.AUDIT_ADMIN, valid_from=local_day())
    assert actor_of_staff(person).roles == {"audit_admin"}


def test_two_posts_at_the_same_time_cannot_slip_through_in_sql(town: None) -> None:
    person = accounts.create_account("somebody", "某人")
    posts.give_post(person.pk, unit("HX"), Role.SYSTEM_ADMIN)
    post = posts.give_post(accounts.create_account("other", "他人").pk, unit("HX"), Role.AGENT)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE directory_post SET staff_id = %s WHERE id = %s", [person.pk, post.pk])


def test_nobody_gives_posts_to_himself_or_closes_himself(town: None) -> None:
    person = accounts.create_account("anquan", "安全员")
    posts.give_post(person.pk, unit("HX"), Role.SECURITY_ADMIN)
    with use_actor(actor_of_staff(person)):
        for forbidden in (
            lambda: posts.give_post(person.pk, unit("HX"), Role.SECURITY_ADMIN),
            lambda: accounts.set_active(person.pk, False),
        ):
            with pytest.raises(NotAllowed):
                forbidden()


@pytest.mark.parametrize("role", sorted(GRANTABLE - {Role.SECURITY_ADMIN}))
def test_only_the_security_administrator_manages_people(town: None, role: Role) -> None:
    person = accounts.create_account("somebody", "某人")
    post = posts.give_post(person.pk, unit("HX"), Role.AGENT)
    with use_actor(Actor(kind="staff", id="x", roles=frozenset({role}))):
        for forbidden in (
            lambda: accounts.create_account("intruder", "闯入者"),
            lambda: accounts.set_password(person.pk, SECRET),
            lambda: accounts.set_active(person.pk, False),
            lambda: accounts.update_account(person.pk, name="改名"),
            lambda: posts.give_post(person.pk, unit("HX"), Role.LEADER),
            lambda: posts.end_post(post.pk),
            lambda: posts.load_staff([]),
            lambda: tokens.issue_token("x", ["requests:write"]),
            lambda: tokens.revoke_token("x"),
        ):
            with pytest.raises(NotAllowed):
                forbidden()


@pytest.mark.parametrize("role", ["citizen", "partner", "system", "emperor", ""])
def test_roles_of_citizens_and_programs_cannot_be_given(town: None, role: str) -> None:
    person = accounts.create_account("somebody", "某人")
    with pytest.raises(Invalid):
        posts.give_post(person.pk, unit("HX"), role)


def test_posts_need_a_real_unit_person_and_time(town: None) -> None:
    person = accounts.create_account("somebody", "某人")
    for wrong in (
        lambda: posts.give_post(987654321, unit("HX"), "agent"),
        lambda: posts.give_post(person.pk, 987654321, "agent"),
        lambda: posts.give_post(person.pk, unit("HX"), "agent", valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)),
        lambda: posts.end_post(987654321),
    ):
        with pytest.raises(MinhuError):
            wrong()


# -- what a post gives --------------------------------------------------------------------------------------------


def test_a_post_reaches_the_unit_and_everything_below_it_for_its_time_only(town: None) -> None:
    person = accounts.create_account("somebody", "某人")
    today = local_day()
    posts.give_post(person.pk, unit("ST1"), "unit_head", valid_from=today, valid_to=today)
    assert set(actor_of_staff(person).unit_ids) == {unit("ST1"), unit("CM1"), unit("GR1")}
    with clock.at(clock.now() + timedelta(days=2)):
        assert actor_of_staff(person).unit_ids == ()
    with clock.at(clock.now() - timedelta(days=2)):
        assert actor_of_staff(person).roles == frozenset()


def test_a_post_begins_with_the_day_in_china_not_in_greenwich(town: None) -> None:
    person = accounts.create_account("somebody", "某人")
    posts.give_post(person.pk, unit("HX"), "agent", valid_from=date(2026, 3, 2))
    with clock.at(datetime(2026, 3, 1, 15, 59, tzinfo=UTC)):
        assert actor_of_staff(person).roles == frozenset()
    with clock.at(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)):
        assert actor_of_staff(person).roles == {"agent"}


def test_a_closed_account_is_nobody(town: None) -> None:
    person = accounts.create_account("somebody", "某人", SECRET)
    posts.give_post(person.pk, unit("HX"), "dispatcher")
    accounts.set_active(person.pk, False)
    assert actor_of_staff(accounts.get_staff(person.pk)).roles == frozenset()


# -- accounts and passwords ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["short", "12345678901", "password1234", "zhangsanfeng"])
def test_weak_passwords_are_refused(db: None, password: str) -> None:
    with pytest.raises(Invalid):
        accounts.create_account("zhangsanfeng", "某人", password)
    assert not Staff.objects.exists()


@pytest.mark.parametrize("username", ["", "A", "a", "张三", "a b", "-a", "a" * 65, "a'; --"])
def test_odd_usernames_are_refused(db: None, username: str) -> None:
    with pytest.raises(Invalid):
        accounts.create_account(username, "某人")


def test_a_name_can_be_taken_once(db: None) -> None:
    accounts.create_account("somebody", "某人")
    with pytest.raises(Conflict):
        accounts.create_account("somebody", "另一人")
    with pytest.raises(Invalid):
        accounts.create_account("nobody", " ")


def test_a_new_password_must_be_changed_by_its_owner(db: None) -> None:
    person = accounts.create_account("somebody", "某人", SECRET)
    assert person.must_change_password
    me = Actor(kind="staff", id="somebody", staff_id=person.pk)
    with use_actor(me):
        for wrong in (("wrong", SECRET + "1"), (SECRET, SECRET), (SECRET, "short")):
            with pytest.raises(Invalid):
                accounts.change_own_password(person.pk, *wrong)
        changed = accounts.change_own_password(person.pk, SECRET, "another-Long-secret-9")
    assert not changed.must_change_password
    assert changed.check_password("another-Long-secret-9")
    with use_actor(Actor(kind="staff", id="thief", staff_id=person.pk + 1)), pytest.raises(NotAllowed):
        accounts.change_own_password(person.pk, "another-Long-secret-9", SECRET)


def test_an_account_without_password_cannot_sign_in(db: None, rf: object) -> None:
    accounts.create_account("somebody", "某人")
    for guess in ("", "!", "None"):
        assert authenticate(rf.get("/"), username="somebody", password=guess) is None  # type: ignore[attr-defined]


def test_the_ledger_knows_what_changed_but_no_secret(town: None) -> None:
    person = accounts.create_account("somebody", "某人", SECRET, phone="0990-5551234")
    accounts.set_password(person.pk, SECRET + "x")
    accounts.update_account(person.pk, name="新名")
    posts.give_post(person.pk, unit("HX"), "agent")
    accounts.set_active(person.pk, False)
    accounts.set_active(person.pk, True)
    entries = ledger_of(("staff", "somebody"))
    kinds = {entry.kind.removeprefix("directory.") for entry in entries}
    assert kinds == {
        "account_created", "password_set", "account_changed", "post_given", "account_deactivated",
        "account_activated",
    }  # fmt: skip
    told = str([entry.payload for entry in entries])
    assert SECRET not in told
    assert "5551234" not in told
    assert "新名" not in told


def test_unknown_accounts_are_said_to_be_unknown(db: None) -> None:
    with pytest.raises(NotFound):
        accounts.staff_by_username("nobody")
    with pytest.raises(NotFound):
        accounts.set_active(987654321, True)


def test_a_list_of_people_loads_once_and_never_half(town: None) -> None:
    people = [
        {"username": "jia", "name": "甲", "posts": [{"unit": "HX", "role": "dispatcher"}], "demo": True},
        {"username": "yi", "name": "乙", "unit": "ST1", "roles": ["unit_handler", "unit_head"]},
    ]
    assert posts.load_staff(people, demo=True).created == 2
    assert posts.load_staff(people, demo=True).unchanged == 2
    assert [person.demo for person in Staff.objects.order_by("username")] == [True, False]
    assert not any(person.has_usable_password() for person in Staff.objects.all())
    wrong = [
        {"username": "bing", "name": "丙", "unit": "HX", "roles": ["system_admin", "audit_admin"]},
        {"username": "ding", "name": "丁", "unit": "NOBODY", "roles": ["agent"]},
        {"username": "wu", "name": "", "unit": "HX", "roles": ["citizen"]},
        {"username": "wu", "name": "戊"},
        {"username": "己", "name": "己"},
    ]
    with pytest.raises(Invalid) as caught:
        posts.load_staff([*people, *wrong])
    assert len(caught.value.fields or {}) >= 5
    assert Staff.objects.count() == 2


# -- tokens -------------------------------------------------------------------------------------------------------


def test_a_token_opens_what_it_was_issued_for_and_nothing_else(db: None) -> None:
    plain = tokens.issue_token("市政务平台", ["requests:write"])
    assert tokens.check_token(plain, "requests:write").name == "市政务平台"
    with pytest.raises(NotAllowed) as caught:
        tokens.check_token(plain, "requests:read")
    assert caught.value.status == 403


@pytest.mark.parametrize("guess", ["", "mh_", "mh_" + "A" * 43, "\x00", "令牌", "x" * 100_000])
def test_a_guessed_token_opens_nothing(db: None, guess: str) -> None:
    tokens.issue_token("甲", ["requests:write"])
    with pytest.raises(NotAllowed) as caught:
        tokens.check_token(guess)
    assert caught.value.status == 401


def test_only_a_digest_is_kept(db: None) -> None:
    plain = tokens.issue_token("甲", ["requests:write"])
    kept = ApiToken.objects.values().get()
    assert plain not in str(kept)
    assert len(plain) > 40
    assert len(kept["hint"]) <= 8
    assert plain not in str([entry.payload for entry in ledger_of(("token", "甲"))])


def test_a_token_ends_when_it_expires_or_is_revoked(db: None) -> None:
    lasting, short = (
        tokens.issue_token("甲", ["requests:read"], days=None),
        tokens.issue_token("乙", ["requests:read"], days=1),
    )
    with clock.at(clock.now() + timedelta(days=1, seconds=1)):
        assert tokens.check_token(lasting)
        with pytest.raises(NotAllowed):
            tokens.check_token(short)
    tokens.revoke_token("甲")
    tokens.revoke_token("甲")
    with pytest.raises(NotAllowed):
        tokens.check_token(lasting)
    with pytest.raises(NotFound):
        tokens.revoke_token("丙")


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []}, {"scopes": ["everything"]}, {"name": ""}, {"days": 0}, {"days": 99_999}, {"per_minute": 0},
    ],
)  # fmt: skip
def test_tokens_without_a_name_scope_or_end_are_not_issued(db: None, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        tokens.issue_token(**{"name": "甲", "scopes": ["requests:read"], **wrong})  # type: ignore[arg-type]
    assert not ApiToken.objects.exists()


def test_token_names_are_unique(db: None) -> None:
    tokens.issue_token("甲", ["requests:read"])
    with pytest.raises(Conflict):
        tokens.issue_token("甲", ["requests:read"])
