"""A new key of the telephone index: a caller is found before, meanwhile and after, and nobody edits on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Rotation
from minhu.directory.services import rotation
from minhu.engines import lookup, secrets
from minhu.intake.models import ErasureCase, Request
from minhu.intake.queries import caller_history_of_phone, caller_history_of_request
from minhu.intake.services import forgetting, receive
from minhu.intake.types import NewRequest
from minhu.kernel.actors import Actor
from minhu.kernel.clock import at, now
from minhu.kernel.errors import Conflict

pytestmark = [pytest.mark.django_db, pytest.mark.data_layer]
PHONE = "13812345678"


@pytest.fixture(autouse=True)
def own_keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(secrets, "_opened", {})
    yield
    secrets._opened.clear()


@pytest.fixture
def city(home: Path) -> City:
    return make_city()


def security(name: str) -> Actor:
    return Actor("staff", name, roles=frozenset({"security_admin"}))


def call(phone: str = PHONE) -> int:
    return receive(NewRequest(text="柳湾路的路灯不亮已经三天了。", requester_phone=phone)).request_id


def history(city: City) -> int:
    with acting_as(city.actor("dispatcher")):
        return caller_history_of_phone(PHONE).requests


def finish() -> None:
    with at(now() + timedelta(minutes=1)):
        for _round in range(100):
            rotation.reseal_some(2)
            if not Rotation.objects.filter(finished_at=None).exists():
                return
    raise AssertionError("the rotation does not end")


def lengths() -> list[int]:
    with as_system():
        rows = Request.objects.exclude(phone_index=None).values_list("phone_index", flat=True)
        return sorted({len(bytes(row or b"")) for row in rows})


def overwrite(statement: str, index: bytes | None, *, announced: bool) -> None:
    with as_system(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('minhu.reindexing', %s, true)", ["on" if announced else ""])
        cursor.execute(statement, [index])


def test_a_caller_is_found_before_meanwhile_and_after(city: City) -> None:
    for phone in (PHONE, "+86 138-1234-5678", PHONE, "13900000001", ""):
        call(phone)
    assert (history(city), lengths()) == (3, [16])
    assert rotation.start_index() == 2
    after = call()
    assert (history(city), lengths()) == (4, [16, 18])
    with at(now() + timedelta(minutes=1)):
        rotation.reseal_some(2)
        while lengths() == [16, 18] and rotation.is_under_way():
            rotation.reseal_some(1)
            assert history(city) == 4, "rows of two versions stand beside each other"
    finish()
    assert (history(city), lengths()) == (4, [18])
    rotation.retire_index(1)
    assert lookup.versions() == (2, (2,))
    assert history(city) == 4
    with acting_as(city.actor("dispatcher")):
        assert caller_history_of_request(after).requests == 4


def test_nothing_is_moved_while_another_process_may_not_know_the_key(city: City) -> None:
    call()
    rotation.start_index()
    for _round in range(30):
        rotation.reseal_some()
    assert lengths() == [16]


def test_an_open_case_of_forgetting_finds_its_person_under_the_new_key(city: City) -> None:
    for _round in range(3):
        call()
    with acting_as(security("sec-one")):
        case_id = forgetting.ask(PHONE, "本人申请")
    rotation.start_index()
    later = call()
    finish()
    with acting_as(security("sec-two")):
        case = forgetting.confirm(case_id)
    assert case.requests == 4
    with as_system():
        assert Request.objects.get(pk=later).phone_index is None
        assert ErasureCase.objects.get(pk=case_id).phone_index is None, "a closed case leads to nobody"


def test_a_case_whose_first_request_was_anonymised_meanwhile_still_forgets_the_others(city: City) -> None:
    """The case was bound to one request; when its time was over in the middle of a rotation, the others were missed."""
    first = call()
    with acting_as(security("sec-one")):
        case_id = forgetting.ask(PHONE, "本人申请")
    rotation.start_index()
    others = {call(), call()}
    with as_system():
        old = ErasureCase.objects.create(ground="age", asked_by="rule", asked_at=now())
        forgetting.forget(Request.objects.get(pk=first), old, now())
    with acting_as(security("sec-two")):
        assert forgetting.confirm(case_id).requests == 2
    with as_system():
        assert not Request.objects.filter(pk__in=others).exclude(phone_index=None).exists()
        assert ErasureCase.objects.get(pk=case_id).phone == "", "a closed case leads to nobody"


def test_a_case_from_before_that_leads_nowhere_is_not_called_done(city: City) -> None:
    first = call()
    with acting_as(security("sec-one")):
        case_id = forgetting.ask(PHONE, "本人申请")
    rotation.start_index()
    later = call()
    with as_system():
        case = ErasureCase.objects.get(pk=case_id)
        case.phone = ""
        case.save()
        old = ErasureCase.objects.create(ground="age", asked_by="rule", asked_at=now())
        forgetting.forget(Request.objects.get(pk=first), old, now())
    with acting_as(security("sec-two")):
        with pytest.raises(Conflict, match="重新申请"):
            forgetting.confirm(case_id)
        forgetting.refuse(case_id)
    with as_system():
        assert Request.objects.get(pk=later).phone_index is not None
        assert ErasureCase.objects.get(pk=case_id).done_at is None


def test_an_index_that_does_not_fit_its_telephone_is_left_and_keeps_its_key(city: City) -> None:
    with as_system():
        Request.objects.create(
            number="R1", channel="web", received_at=now(), text="路灯不亮", requester_phone=PHONE, phone_index=b"x" * 16
        )
    rotation.start_index()
    finish()
    assert lengths() == [16]
    with pytest.raises(Conflict, match="phone_index 1 项"):
        rotation.retire_index(1)


@pytest.mark.parametrize(
    ("announced", "index"),
    [(False, b"\0\2" + b"y" * 16), (True, b"y" * 16), (True, None), (True, b"\0\1" + b"y" * 16)],
)
def test_nobody_edits_an_index_by_this_way(city: City, announced: bool, index: bytes | None) -> None:
    call()
    with pytest.raises(DatabaseError, match="kept as it was received"):
        overwrite("UPDATE intake_request SET phone_index = %s", index, announced=announced)


def test_other_words_of_the_request_do_not_change_with_the_index(city: City) -> None:
    call()
    with pytest.raises(DatabaseError, match="kept as it was received"):
        overwrite("UPDATE intake_request SET phone_index = %s, text = '别的'", b"\0\2" + b"y" * 16, announced=True)
