"""A unit's own system reports on its orders: as far as its account may, once, and nobody else in its name."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from factories import City, make_order, make_staff
from minhu.directory.access import as_system
from minhu.directory.models import Post
from minhu.directory.types import Role
from minhu.engines import webhooks
from minhu.exchange.models import Partner, Received
from minhu.exchange.services import partners
from minhu.exchange.types import PartnerData
from minhu.handling.models import Assignment, Order, OrderStep
from minhu.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit_system(city: City) -> Partner:
    """The water bureau's own system with an integration account that holds a handler's post there."""
    staff = make_staff("water-system", city.units["water"], Role.UNIT_HANDLER, "水务局业务系统")
    staff.set_unusable_password()
    staff.save()
    data = PartnerData(
        label="水务局系统", kind="unit", unit_id=city.unit("water"), account="water-system", reach="unit"
    )
    with as_system():
        uid, _, _ = partners.add(data)
    return Partner.objects.get(uid=uid)


def post(partner: Partner, kind: str, data: Any, message_id: str = "m1", **changed: Any) -> Any:
    body = changed.get("body") or json.dumps({"type": kind, "timestamp": "", "data": data}).encode()
    moment = changed.get("moment") or clock.now()
    headers = webhooks.sign(changed.get("secret") or partner.secret_in, message_id, moment, body)
    uid = changed.get("uid") or partner.uid
    return Client().post(f"/hooks/{uid}/", body, content_type="application/json", headers=headers)


def state_of(number: str) -> str:
    with as_system():
        return Order.objects.get(number=number).state


def test_a_units_system_signs_contacts_and_replies(city: City, unit_system: Partner) -> None:
    number = make_order(city, upto="dispatched").number
    assert post(unit_system, "order.signed", {"number": number}, "a").json()["state"] == "in_progress"
    assert post(unit_system, "order.contacted", {"number": number, "text": "已电话联系"}, "b").status_code == 200
    assert post(unit_system, "order.progress", {"number": number, "text": "抢修队已出发"}, "c").status_code == 200
    reply = {"number": number, "reply": "阀门已更换，恢复供水。", "solved": True, "extra": "ignored"}
    assert post(unit_system, "order.replied", reply, "d").json()["state"] == "replied"
    with as_system():
        last = OrderStep.objects.filter(order__number=number).order_by("-id").first()
        assert last is not None
        assert (last.actor_id, last.actor_role, last.actor_name) == ("water-system", "unit_handler", "水务局业务系统")
        assert not Order.objects.get(number=number).public_reply, "a person reads it before the citizen does"


def test_an_assisting_unit_reports_to_the_lead(city: City, unit_system: Partner) -> None:
    with as_system():
        Partner.objects.filter(pk=unit_system.pk).update(unit_id=city.unit("urban"))
        Post.objects.filter(staff__username="water-system").update(unit_id=city.unit("urban"))
    number = make_order(city, upto="in_progress", assist=("urban",)).number
    answer = post(unit_system, "order.replied", {"number": number, "reply": "已配合围挡", "solved": True})
    assert answer.json()["state"] == "in_progress"
    with as_system():
        assert Assignment.objects.get(order__number=number, unit_id=city.unit("urban")).reply == "已配合围挡"


def test_the_same_message_twice_does_its_work_once(city: City, unit_system: Partner) -> None:
    number = make_order(city, upto="in_progress").number
    first, again = (post(unit_system, "order.progress", {"number": number, "text": "抢修队已出发"}) for _ in range(2))
    assert again.json() == {**first.json(), "repeated": True}
    with as_system():
        assert OrderStep.objects.filter(order__number=number, step="note").count() == 1
    other = post(unit_system, "order.progress", {"number": number, "text": "换了内容"})
    assert other.status_code == 409


def test_a_refused_message_may_be_sent_again_when_the_time_has_come(city: City, unit_system: Partner) -> None:
    number = make_order(city, upto="dispatched").number
    contact = {"number": number, "text": "已电话联系"}
    assert post(unit_system, "order.contacted", contact, "late").status_code == 409
    assert post(unit_system, "order.signed", {"number": number}, "sign").status_code == 200
    assert post(unit_system, "order.contacted", contact, "late").status_code == 200


def test_forged_stale_and_misaddressed_messages_are_401_and_change_nothing(city: City, unit_system: Partner) -> None:
    number = make_order(city, upto="dispatched").number
    data = {"number": number}
    assert post(unit_system, "order.signed", data, secret=webhooks.new_secret()).status_code == 401
    assert post(unit_system, "order.signed", data, secret=unit_system.secret_out).status_code == 401
    for minutes in (-6, 6):
        moment = clock.now() + timedelta(minutes=minutes)
        assert post(unit_system, "order.signed", data, moment=moment).status_code == 401
    for uid, status in (("00000000-0000-0000-0000-000000000000", 401), ("x", 401), ("%00", 400)):
        assert post(unit_system, "order.signed", data, uid=uid).status_code == status
    assert Client().post(f"/hooks/{unit_system.uid}/", b"{}", content_type="application/json").status_code == 401
    assert Client().get(f"/hooks/{unit_system.uid}/").status_code == 405
    assert state_of(number) == "dispatched"
    assert not Received.objects.exists()


def test_orders_of_other_units_look_as_if_they_did_not_exist(city: City, unit_system: Partner) -> None:
    with as_system():
        Partner.objects.filter(pk=unit_system.pk).update(unit_id=city.unit("housing"))
        Post.objects.filter(staff__username="water-system").update(unit_id=city.unit("housing"))
    number = make_order(city, upto="dispatched").number
    assert post(unit_system, "order.signed", {"number": number}).status_code == 404


def test_the_policy_decides_and_without_an_account_nothing_goes(city: City, unit_system: Partner) -> None:
    number = make_order(city, upto="dispatched").number
    with as_system():
        Post.objects.filter(staff__username="water-system").update(role=Role.ANALYST.value)
    assert post(unit_system, "order.signed", {"number": number}, "a").status_code == 403
    with as_system():
        Post.objects.filter(staff__username="water-system").delete()
    assert post(unit_system, "order.signed", {"number": number}, "b").status_code == 403
    with as_system():
        Partner.objects.filter(pk=unit_system.pk).update(account=None)
    assert post(unit_system, "order.signed", {"number": number}, "c").status_code == 403
    with as_system():
        partners.switch(unit_system.pk, active=False)
    assert post(unit_system, "webhook.test", {}, "d").status_code == 403


def test_an_account_of_the_centre_does_not_open_the_centre_to_a_unit(city: City, unit_system: Partner) -> None:
    with as_system():
        Post.objects.create(staff_id=unit_system.account_id, unit=city.units["centre"], role=Role.DISPATCHER.value)
    number = make_order(city).number
    kinds = ("order.accepted", "transfer.offered", "transfer.done", "order.closed")
    assert {post(unit_system, kind, {"number": number}, kind).status_code for kind in kinds} == {422}
    assert post(unit_system, "order.signed", {"number": number}).status_code in (403, 409)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"\xff\xfe\x00", 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"type": "order.signed"}', 422),
        (b'{"type": 5, "data": {}}', 422),
        (b'{"type": "order.signed", "data": []}', 422),
        (b'{"type": "order.signed", "data": {"number": 5}}', 422),
        (b'{"type": "order.signed", "data": {"number": "1; DROP TABLE"}}', 422),
        (b'{"type": "order.replied", "data": {"number": "2603090000011", "reply": "ok ok", "solved": "yes"}}', 422),
        (b'{"type": "' + b"x" * 300_000 + b'"}', 413),
    ],
)
def test_signed_nonsense_is_named_and_refused(city: City, unit_system: Partner, body: bytes, status: int) -> None:
    answer = post(unit_system, "", {}, body=body) if body else None
    if answer is None:
        headers = webhooks.sign(unit_system.secret_in, "m", clock.now(), b"")
        answer = Client().post(f"/hooks/{unit_system.uid}/", b"", content_type="application/json", headers=headers)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert not Received.objects.exists()
