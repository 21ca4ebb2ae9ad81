"""A person who wants to be forgotten is: in every table, in the words and the files; and nobody alone can order it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from minhu.directory.access import acting_as, as_system
from minhu.engines import files
from minhu.handling.models import Order
from minhu.intake import queries, services
from minhu.intake.domain.retention import ERASED
from minhu.intake.models import Attachment, Erasure, ErasureCase, Request
from minhu.intake.services import forgetting
from minhu.intake.services.own_data import own_data
from minhu.intake.types import NewRequest, UploadedFile
from minhu.kernel.actors import Actor
from minhu.kernel.clock import at, now
from minhu.kernel.errors import Conflict, NotAllowed, NotFound
from minhu.ledger.models import Access, Entry

from .conftest import TEXT, png

pytestmark = pytest.mark.django_db
PHONE, NAME, IDENTITY = "13987654321", "欧阳试明", "110101199003070230"
PLANTED = (PHONE, NAME, IDENTITY, "春晖路88号", "anna@example.org")


def security(name: str) -> Actor:
    return Actor("staff", name, roles=frozenset({"security_admin"}))


def received(phone: str = PHONE) -> int:
    new = NewRequest(
        text=f"{TEXT}我叫{NAME}，电话{phone}，邮箱anna@example.org。", title=f"{NAME}反映停水", requester_name=NAME,
        requester_phone=phone, requester_id_number=IDENTITY, requester_address="云溪市滨江区春晖路88号",
        place_text="春晖路88号门口", source={"备注": f"{NAME} {phone}"},
        files=(UploadedFile("现场.png", png()),),
    )  # fmt: skip
    request_id = services.receive(new).request_id
    with as_system():
        services.supplement(request_id, f"我是{NAME}，还没有来水，请打{phone}。")
    return request_id


def dump() -> bytes:
    """Everything the database holds in clear, and every sealed value opened."""
    parts = []
    with as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
            if cursor.fetchone() == (True,):
                with cursor.connection.cursor().copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as copied:
                    parts += [bytes(chunk) for chunk in copied]
        for row in Request.objects.all():
            parts += [str(getattr(row, name)).encode() for name in forgetting.SEALED]
    return b"\n".join(parts)


def forgotten(phone: str = PHONE) -> ErasureCase:
    with acting_as(security("sec-one")):
        case = forgetting.ask(phone, "本人书面申请")
    with acting_as(security("sec-two")):
        return forgetting.confirm(case)


def test_nothing_of_the_person_is_left_and_others_keep_theirs(django_capture_on_commit_callbacks: object) -> None:
    mine, other = received(), received("13700000001")
    with as_system():
        digest = Attachment.objects.get(request_id=mine).digest
        number, was = Request.objects.values_list("number", "received_at").get(pk=mine)
        Attachment.objects.filter(request_id=other).delete()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        case = forgotten()
    assert case.requests == 1
    with as_system():
        other_row = Request.objects.get(pk=other)
        assert (other_row.requester_name, other_row.requester_phone) == (NAME, "13700000001")
        row = Request.objects.get(pk=mine)
        assert (row.requester_name, row.requester_phone, row.place_text) == (ERASED,) * 3
        assert (row.number, row.received_at, row.phone_index) == (number, was, None)
        assert "停水" in row.text
        assert "停水" in Order.objects.get(request_id=mine).title
        assert not Attachment.objects.filter(request_id=mine).exists()
        Request.objects.filter(pk=other)
    assert not files.exists(digest)
    held = dump().replace(b"13700000001", b"")
    assert PHONE.encode() not in held
    with as_system(), connection.cursor() as cursor:
        for table in ("intake_request WHERE id", "intake_supplement WHERE request_id", "handling_order WHERE request_id",
                      "intake_suggestion WHERE request_id"):  # fmt: skip
            cursor.execute(f"SELECT t::text FROM (SELECT * FROM {table} = %s) t", [mine])
            told = "".join(line for (line,) in cursor.fetchall())
            assert [value for value in PLANTED if value in told] == [], table


def test_two_people_are_needed_and_the_ledger_tells_of_it_without_a_name() -> None:
    received()
    with acting_as(security("sec-one")):
        case = forgetting.ask(PHONE, "本人书面申请")
        with pytest.raises(NotAllowed, match="另一位"):
            forgetting.confirm(case)
    with acting_as(Actor("staff", "d", roles=frozenset({"dispatcher"}))), pytest.raises(NotAllowed):
        forgetting.confirm(case)
    with acting_as(security("sec-two")):
        done = forgetting.confirm(case)
        with pytest.raises(Conflict):
            forgetting.confirm(case)
    with as_system():
        entries = list(Entry.objects.filter(kind__startswith="privacy.").order_by("id"))
        number = Request.objects.get().number
    assert [(one.kind, one.actor_id) for one in entries] == [
        ("privacy.asked", "sec-one"),
        ("privacy.forgotten", "sec-two"),
    ]
    assert entries[1].payload["certificate"] == done.digest
    assert done.done_at is not None
    assert forgetting.certificate_digest(str(done.uid), done.done_at, [number]) == done.digest
    with acting_as(security("sec-one")), pytest.raises(NotFound):
        forgetting.ask(PHONE, "再次申请删除")


def test_the_way_for_forgetting_is_no_way_for_editing() -> None:
    mine, other = received(), received("13700000001")
    with as_system():
        case = ErasureCase.objects.create(ground="age", reason="x", asked_by="x", asked_at=now())
        Erasure.objects.create(request_id=mine, case=case, at=now(), transaction=1)
        for target, change in ((mine, "text = 'x'"), (other, "text = 'x'")):
            with (
                pytest.raises(DatabaseError, match="kept as it was"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"UPDATE intake_request SET {change} WHERE id = %s", [target])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE intake_erasure SET transaction = txid_current()")
            with pytest.raises(DatabaseError, match="kept as it was"), transaction.atomic():
                cursor.execute("UPDATE intake_request SET number = 'X' WHERE id = %s", [mine])
            with pytest.raises(DatabaseError, match="kept as it was"), transaction.atomic():
                cursor.execute("UPDATE intake_request SET text = 'x' WHERE id = %s", [other])


def test_what_is_old_is_anonymised_and_what_is_young_is_not() -> None:
    old = received()
    with at(now() + timedelta(days=3 * 365 + 5)):
        young = received("13700000001")
        with as_system():
            assert forgetting.forget_old(3) == 1
            assert forgetting.forget_old(3) == 0
            assert Request.objects.get(pk=old).requester_name == ERASED
            assert Request.objects.get(pk=young).requester_name == NAME
            with pytest.raises(ValueError, match="一年"):
                forgetting.forget_old(0)


def test_the_background_forgets_only_when_the_operator_says_so(settings: Any) -> None:
    old = received()
    with at(now() + timedelta(days=6 * 365)):
        assert forgetting.forget_tick() == 0
        settings.MINHU_RETENTION_YEARS = 5
        assert forgetting.forget_tick() == 1
        with as_system():
            assert Request.objects.get(pk=old).requester_name == ERASED


def test_a_person_gets_everything_that_is_kept_and_each_reading_is_logged() -> None:
    mine = received()
    received("13700000001")
    with acting_as(security("sec-one")):
        (found,) = own_data("+86 139-8765-4321", "本人到场申请查询")
    assert (found["requester_name"], found["requester_id_number"]) == (NAME, IDENTITY)
    assert len(found["supplements"]) == len(found["attachments"]) == 1
    with as_system():
        assert Access.objects.get(subject_id=str(mine)).actor_id == "sec-one"
        assert PHONE not in str(list(Entry.objects.filter(kind="privacy.exported").values()))
    with acting_as(Actor("staff", "d", roles=frozenset({"dispatcher"}))), pytest.raises(NotAllowed):
        own_data(PHONE, "想看看")


def test_a_forgotten_request_still_has_its_page() -> None:
    mine = received()
    forgotten()
    with acting_as(Actor("staff", "d", roles=frozenset({"dispatcher"}))):
        card = queries.request_card(mine)
    assert {(one.shown, one.may_reveal) for one in card.personal} == {(ERASED, False)}
