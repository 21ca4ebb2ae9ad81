"""Second factors: whoever guesses, replays or copies one is inside somebody else's account."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from minhu.directory.access import as_system
from minhu.directory.domain.codes import code_at, step_of
from minhu.directory.models import Factor, PastPassword, RecoveryCode, Staff
from minhu.directory.queries import actor_of_staff, units
from minhu.directory.services import accounts, factors, passkeys, posts, second_step
from minhu.directory.types import ADMINISTRATORS, Role
from minhu.kernel import clock
from minhu.kernel.actors import Actor, use_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.ledger.queries import entries_of
from soft_key import SoftKey

pytestmark = pytest.mark.django_db
SECRET = "Correct-horse-7-battery"


def person(name: str = "zhang", role: Role = Role.DISPATCHER, password: str | None = SECRET) -> tuple[Staff, Actor]:
    """An account with a post, and its actor."""
    staff = accounts.create_account(name, "某人", password, must_change=False)
    found = units.unit_by_code("HX")
    assert found is not None
    posts.give_post(staff.pk, found.id, role)
    return staff, actor_of_staff(staff)


def enrol(staff: Staff) -> tuple[str, list[str]]:
    """Bind an app; returns the seed and the recovery codes."""
    with use_actor(actor_of_staff(staff)):
        seed = factors.begin_app(staff.pk)
        codes = factors.confirm_app(staff.pk, code_at(seed.secret, step_of(now())))
    return seed.secret, codes


def test_an_app_is_enrolled_used_and_its_code_refused_the_second_time(town: None) -> None:
    staff, _actor = person()
    seed, codes = enrol(staff)
    staff.refresh_from_db()
    assert staff.has_factor
    assert len(codes) == 10
    with clock.at(now() + timedelta(seconds=60)):
        code = code_at(seed, step_of(now()))
        assert second_step.try_code(staff.pk, code).right == "totp"
        assert second_step.try_code(staff.pk, code).right == "", "a code that was seen over the shoulder still works"


def test_the_code_that_enrolled_does_not_sign_in(town: None) -> None:
    staff, actor = person()
    with use_actor(actor):
        seed = factors.begin_app(staff.pk).secret
        code = code_at(seed, step_of(now()))
        factors.confirm_app(staff.pk, code)
    assert second_step.try_code(staff.pk, code).right == ""


def test_an_unconfirmed_seed_opens_nothing(town: None) -> None:
    staff, actor = person()
    with use_actor(actor):
        seed = factors.begin_app(staff.pk).secret
        with pytest.raises(Invalid):
            factors.confirm_app(staff.pk, "000000")
    assert second_step.try_code(staff.pk, code_at(seed, step_of(now()))).right == ""
    staff.refresh_from_db()
    assert not staff.has_factor


def test_a_recovery_code_works_once_and_only_for_its_owner(town: None) -> None:
    staff, _actor = person()
    other, _other = person("li")
    codes = enrol(staff)[1]
    enrol(other)
    assert second_step.try_code(other.pk, codes[0]).right == ""
    assert second_step.try_code(staff.pk, codes[0].lower()).right == "recovery"
    assert second_step.try_code(staff.pk, codes[0]).right == ""
    with use_actor(actor_of_staff(staff)):
        fresh = factors.new_codes(staff.pk)
    assert second_step.try_code(staff.pk, codes[1]).right == "", "old codes must be worthless"
    assert second_step.try_code(staff.pk, fresh[0]).right == "recovery"


def test_five_wrong_codes_lock_the_step_for_the_right_one_too(town: None) -> None:
    staff, _actor = person()
    seed, codes = enrol(staff)
    for _attempt in range(5):
        outcome = second_step.try_code(staff.pk, "123456")
    assert outcome.locked_until is not None
    start = now() + timedelta(minutes=14)
    with clock.at(start):
        assert second_step.try_code(staff.pk, codes[0]).right == ""
    with clock.at(start + timedelta(minutes=2)):
        assert second_step.try_code(staff.pk, code_at(seed, step_of(now()))).right == "totp"


def test_a_million_codes_cannot_be_guessed_in_a_day(town: None) -> None:
    """Five tries in fifteen minutes: 480 a day; with three valid codes at a time about one in 700 days."""
    staff, _actor = person()
    enrol(staff)
    tried, moment = 0, now()
    for minute in range(0, 60, 5):
        with clock.at(moment + timedelta(minutes=minute)):
            for guess in range(50):
                if second_step.try_code(staff.pk, f"{guess:06d}").locked_until:
                    break
                tried += 1
    assert tried <= 25


def test_seeds_and_codes_are_unreadable_in_the_database(town: None) -> None:
    staff, _actor = person()
    seed, codes = enrol(staff)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM directory_factor WHERE staff_id = %s", [staff.pk])
        blob = bytes(cursor.fetchone()[0])
        cursor.execute("SELECT string_agg(encode(digest, 'escape'), '') FROM directory_recoverycode")
        text = cursor.fetchone()[0]
    assert seed.encode() not in blob
    assert codes[0].replace("-", "") not in text


def test_nobody_sets_factors_of_somebody_else(town: None) -> None:
    staff, _actor = person()
    _other, other_actor = person("li")
    with use_actor(other_actor):
        for forbidden in (
            lambda: factors.begin_app(staff.pk),
            lambda: factors.confirm_app(staff.pk, "123456"),
            lambda: factors.new_codes(staff.pk),
            lambda: factors.remove(staff.pk, 1),
            lambda: factors.reset_for(staff.pk),
        ):
            with pytest.raises(NotAllowed):
                forbidden()


def test_the_last_factor_stays_where_the_role_asks_for_two(town: None, settings: Any) -> None:
    settings.MINHU_SECOND_FACTOR = "sensitive"
    staff, actor = person()
    enrol(staff)
    factor = Factor.objects.get(staff=staff)
    with use_actor(actor):
        with pytest.raises(Conflict):
            factors.remove(staff.pk, factor.pk)
        settings.MINHU_SECOND_FACTOR = "optional"
        factors.remove(staff.pk, factor.pk)
    staff.refresh_from_db()
    assert not staff.has_factor
    assert not RecoveryCode.objects.filter(staff=staff).exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CITIZEN, Role.PARTNER, Role.SYSTEM}))
def test_two_factors_for_administrators_and_who_sees_people(role: Role, settings: Any) -> None:
    settings.MINHU_SECOND_FACTOR = "sensitive"
    # see matters or papers, but neither requesters nor exports of them
    free = {Role.INSPECTOR, Role.LEADER, Role.EDITOR, Role.REVIEWER}
    assert second_step.is_wanted(frozenset({role.value})) is (role not in free)
    assert role not in ADMINISTRATORS or second_step.is_wanted(frozenset({role.value}))


def test_factor_changes_are_in_the_ledger(town: None) -> None:
    staff, _actor = person()
    enrol(staff)
    with as_system():
        kinds = {entry.kind for entry in entries_of(("staff", staff.username))}
    assert {"directory.factor_added", "directory.recovery_codes_made"} <= kinds


# -- passkeys -----------------------------------------------------------------------------------------------------


def bind(staff: Staff, key: SoftKey) -> list[str]:
    """Enrol a passkey."""
    with use_actor(actor_of_staff(staff)):
        begun = passkeys.begin_enrolment(staff.pk, "localhost")
        return passkeys.finish_enrolment(staff.pk, "localhost", begun.state, key.make(begun.options), "钥匙")


def test_a_passkey_signs_in_with_and_without_a_password(town: None) -> None:
    staff, _actor = person()
    key = SoftKey()
    assert len(bind(staff, key)) == 10
    for known in (staff.pk, None):
        begun = passkeys.begin_proof("localhost", known)
        assert passkeys.prove("localhost", begun.state, key.prove(begun.options), known) == staff.pk


def test_wrong_proofs_of_a_passkey(town: None) -> None:
    staff, _actor = person()
    other, _other = person("li")
    key = SoftKey()
    bind(staff, key)
    begun = passkeys.begin_proof("localhost")
    right = key.prove(begun.options)
    assert passkeys.prove("localhost", passkeys.begin_proof("localhost").state, right) is None, "an old challenge"
    assert passkeys.prove("localhost", begun.state, right, other.pk) is None, "somebody else's passkey"
    assert passkeys.prove("localhost", begun.state, {}) is None
    assert passkeys.prove("localhost", begun.state, {"rawId": "AAAA", "response": 7}) is None
    broken = {**right, "response": {**right["response"], "signature": "AAAA"}}
    assert passkeys.prove("localhost", begun.state, broken) is None
    key.origin = "https://localhost.example.com"
    begun = passkeys.begin_proof("localhost")
    assert passkeys.prove("localhost", begun.state, key.prove(begun.options)) is None, "a page of somebody else"
    key.origin, key.verified = "http://localhost", False
    begun = passkeys.begin_proof("localhost")
    assert passkeys.prove("localhost", begun.state, key.prove(begun.options)) is None, "alone it must know its owner"


def test_a_copied_passkey_is_noticed(town: None) -> None:
    staff, _actor = person()
    key = SoftKey()
    bind(staff, key)
    begun = passkeys.begin_proof("localhost")
    assert passkeys.prove("localhost", begun.state, key.prove(begun.options)) == staff.pk
    key.count -= 1
    begun = passkeys.begin_proof("localhost")
    assert passkeys.prove("localhost", begun.state, key.prove(begun.options)) is None
    with as_system():
        assert "directory.passkey_copied" in {entry.kind for entry in entries_of(("staff", staff.username))}


def test_a_passkey_is_bound_once_and_checked_when_bound(town: None) -> None:
    staff, actor = person()
    key = SoftKey()
    bind(staff, key)
    with use_actor(actor):
        begun = passkeys.begin_enrolment(staff.pk, "localhost")
        with pytest.raises(Conflict):
            passkeys.finish_enrolment(staff.pk, "localhost", begun.state, key.make(begun.options), "")
        for answer in (
            {},
            {"id": "x", "rawId": "x", "response": {}},
            SoftKey(origin="https://evil.example").make(begun.options),
        ):
            with pytest.raises(Invalid):
                passkeys.finish_enrolment(staff.pk, "localhost", begun.state, answer, "")


# -- passwords ----------------------------------------------------------------------------------------------------


def test_the_last_five_passwords_do_not_come_back(town: None, settings: Any) -> None:
    staff, actor = person()
    used = [SECRET, *(f"Another-{n}-password" for n in range(5))]
    with use_actor(actor):
        for old, new in itertools.pairwise(used):
            accounts.change_own_password(staff.pk, old, new)
        for past in used[1:]:
            with pytest.raises(Invalid):
                accounts.change_own_password(staff.pk, used[-1], past)
        accounts.change_own_password(staff.pk, used[-1], SECRET)
    assert PastPassword.objects.filter(staff=staff).count() <= 5


@pytest.mark.parametrize("weak", ["password1234", "zhangzhang-Z1", "qwertyuiop12", "1234567890"])
@pytest.mark.parametrize("profile", ["dengbao", "asvs"])
def test_common_and_similar_passwords_are_refused(town: None, settings: Any, profile: str, weak: str) -> None:
    settings.MINHU_PASSWORD_PROFILE = profile
    with pytest.raises(Invalid):
        accounts.create_account("zhangzhang", "张张", weak)


def test_asvs_forces_no_change_and_dengbao_after_90_days(town: None, settings: Any) -> None:
    from minhu.directory.services.passwords import days_left

    staff, _actor = person()
    assert days_left(staff) in (89, 90)
    with clock.at(now() + timedelta(days=91)):
        left = days_left(staff)
        assert left is not None
        assert left <= 0
    settings.MINHU_PASSWORD_PROFILE = "asvs"
    assert days_left(staff) is None
