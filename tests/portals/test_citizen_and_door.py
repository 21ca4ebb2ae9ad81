"""What a citizen must not read yet, and a door that stands open to this machine only."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404
from django.test import Client, RequestFactory

from factories import City, make_city, make_order
from minhu.directory.access import acting_as
from minhu.directory.models import Staff
from minhu.directory.queries.actors import OWN_REQUESTS_KEY
from minhu.handling.models import Order
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.intake import services as intake
from minhu.intake.types import UploadedFile
from minhu.portals.accounts.views import demo_login
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@pytest.fixture
def city(db: None, home: Any) -> City:
    return make_city()


def page_of(order: Order) -> str:
    session = SessionStore()
    session[OWN_REQUESTS_KEY] = [order.request_id]
    session.create()
    client = Client()
    client.cookies["minhu_session"] = str(session.session_key)
    return body(client.get(f"/r/{order.number}/"))


def test_files_of_a_reply_are_told_together_with_it(city: City) -> None:
    order = make_order(city, upto="contacted")
    with acting_as(city.actor("water_handler")) as who:
        ids = intake.attach(order.request_id, [UploadedFile("现场照片.png", PIXEL)], kind="reply", actor=who)
        take(order.number, Step.REPLY, StepData(reply="已修好", attachment_ids=ids))
    assert "现场照片" not in page_of(order)
    with acting_as(city.actor("water_head")):
        take(order.number, Step.APPROVE_REPLY)
    assert "现场照片" in page_of(order)


def test_the_demo_door_does_not_open_through_a_proxy(city: City, settings: Any) -> None:
    settings.MINHU_DEMO = True
    Staff.objects.filter(username="dispatcher").update(demo=True)
    far = Client(headers={"X-Forwarded-For": "203.0.113.9"})
    assert "/demo/login/" not in body(far.get("/login/"))
    assert "/demo/login/dispatcher/" in body(Client().get("/login/"))


def test_the_address_of_a_demo_account_typed_into_a_browser_leads_to_the_buttons(city: City, settings: Any) -> None:
    settings.MINHU_DEMO = True
    Staff.objects.filter(username="dispatcher").update(demo=True)
    asked = RequestFactory().get("/demo/login/dispatcher/")
    assert demo_login(asked, "dispatcher").headers["Location"] == "/login/"
    with pytest.raises(Http404):
        demo_login(asked, "nobody")


def test_a_wrong_code_does_not_count_no_places_to_mend(city: City) -> None:
    order = make_order(city)
    page = body(Client().post("/follow/", {"number": order.number, "code": "000000"}))
    assert "有 0 处" not in page
    assert "操作未成功" in page


@pytest.mark.parametrize("query", ["unit_id=²", "share=²"])
def test_odd_digits_in_an_address_are_nobodys_number(city: City, query: str) -> None:
    order = make_order(city, upto="in_progress")
    client = signed_in(city, "supervisor")
    assert client.get(f"/supervision/panel/{order.number}/supervise/?{query}").status_code == 200


def test_a_password_that_somebody_else_knows_opens_nothing_but_its_change(city: City) -> None:
    order = make_order(city, upto="in_progress")
    client = signed_in(city, "water_handler")
    assert client.get(f"/orders/{order.number}/").status_code == 200
    Staff.objects.filter(username="water_handler").update(must_change_password=True)
    assert client.get(f"/orders/{order.number}/")["Location"] == "/account/password/"
    assert client.get("/account/password/").status_code == 200
