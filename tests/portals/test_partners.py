"""Pages of partners: the security administrator connects them, sees what arrived, and reads no key twice."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from factories import City, make_city, make_order, make_staff
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import ApiToken
from minhu.directory.services.tokens import issue_token
from minhu.directory.types import Role
from minhu.exchange.models import Delivery, Partner, Transfer
from minhu.exchange.services.delivering import deliver
from minhu.exchange.services.partners import add
from minhu.exchange.types import PartnerData
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
FORM = {
    "label": "市民云",
    "kind": "platform",
    "url": "https://cloud.example/in",
    "events": ["order.opened"],
    "reach": "all",
}


@pytest.fixture
def city(db: None) -> City:
    made = make_city()
    made.staff["security"] = make_staff("security", made.units["centre"], Role.SECURITY_ADMIN, "安全员")
    return made


def test_keys_are_shown_once_and_nowhere_else(city: City) -> None:
    client = signed_in(city, "security")
    made = client.post("/manage/partners/new/", FORM)
    partner = Partner.objects.get()
    assert partner.secret_in in body(made)
    assert str(partner.uid) in body(made)
    assert "no-store" in made["Cache-Control"]
    for path in ("/manage/partners/", f"/manage/partners/{partner.pk}/"):
        page = body(client.get(path))
        assert "市民云" in page
        assert "whsec_" not in page
    again = body(client.post(f"/manage/partners/{partner.pk}/keys/"))
    partner.refresh_from_db()
    assert partner.secret_out in again


def test_a_wrong_form_comes_back_with_what_is_wrong(city: City) -> None:
    client = signed_in(city, "security")
    answer = client.post("/manage/partners/new/", {**FORM, "url": "http://169.254.169.254/"})
    assert answer.status_code == 422
    assert "内网" in body(answer)
    assert client.post("/manage/partners/new/", {**FORM, "secret_in": "short"}).status_code == 422
    assert not Partner.objects.exists()


def test_messages_are_listed_sent_again_and_the_partner_switched(city: City) -> None:
    client = signed_in(city, "security")
    client.post("/manage/partners/new/", FORM)
    partner = Partner.objects.get()
    Partner.objects.update(url="http://127.0.0.1:9/")
    client.post(f"/manage/partners/{partner.pk}/test/")
    deliver()
    page = body(client.get(f"/manage/partners/{partner.pk}/"))
    assert "测试消息" in page
    assert "内网" in page, "why it did not go out is said"
    row = Delivery.objects.get()
    client.post(f"/manage/partners/{partner.pk}/replay/", {"delivery": row.pk})
    row.refresh_from_db()
    assert row.attempts == 0
    client.post(f"/manage/partners/{partner.pk}/active/", {"active": "0"})
    assert "已停用" in body(client.get("/manage/partners/"))
    assert "送达异常的对接方" in body(client.get("/manage/"))


def test_an_edit_keeps_kind_and_keys(city: City) -> None:
    client = signed_in(city, "security")
    client.post("/manage/partners/new/", FORM)
    before = Partner.objects.get()
    changed = client.post(f"/manage/partners/{before.pk}/", {**FORM, "label": "市民云二期", "kind": "hotline"})
    assert changed.status_code == 302
    after = Partner.objects.get()
    assert (after.label, after.kind, after.secret_in) == ("市民云二期", "platform", before.secret_in)


@pytest.mark.parametrize("who", ["system_admin", "dispatcher", "leader", "water_handler"])
def test_nobody_else_gets_there(city: City, who: str) -> None:
    client = signed_in(city, who)
    for path in ("/manage/partners/", "/manage/partners/new/", "/manage/partners/1/"):
        assert client.get(path).status_code == 403
    assert client.post("/manage/partners/1/replay/", {"delivery": 1}).status_code == 403


def test_a_partners_program_reads_and_repeats_its_own_messages(city: City) -> None:
    with as_system():
        plain, foreign = issue_token("市民云", ["webhooks", "transfer"]), issue_token("别人", ["webhooks"])
        data = PartnerData(
            label="市民云", kind="platform", url="https://cloud.example/in", events=("order.opened",), reach="all",
            token="市民云",
        )  # fmt: skip
        add(data)
    make_order(city)
    deliver()
    mine = {"Authorization": f"Bearer {plain}"}
    listed = Client().get("/api/v1/webhooks/deliveries", headers=mine)
    assert listed["RateLimit-Remaining"] == "5999"
    item = listed.json()["items"][0]
    assert item["type"] == "order.opened"
    replay = f"/api/v1/webhooks/deliveries/{item['id']}/replay"
    assert Client().post(replay, headers=mine).status_code == 202
    assert Client().post(replay, headers={"Authorization": f"Bearer {foreign}"}).status_code == 404
    assert Client().get("/api/v1/transfers", headers=mine).json() == {"items": []}
    assert Client().get("/api/v1/transfers", headers={"Authorization": f"Bearer {foreign}"}).status_code == 403
    assert Client().get("/api/v1/webhooks/deliveries").status_code == 401


def test_tokens_show_when_they_were_last_used_and_which_end_soon(city: City) -> None:
    with as_system():
        plain = issue_token("短期", ["open311"], days=3)
        issue_token("没用过", ["open311"])
    Client().get("/open311/v2/requests.json", {"api_key": plain})
    page = body(signed_in(city, "security").get("/manage/tokens/"))
    assert "即将到期" in page
    assert "从未使用" in page
    assert ApiToken.objects.count() == 2


def test_an_order_page_shows_where_the_order_went(city: City) -> None:
    from factories import make_unit
    from minhu.directory.types import UnitKind

    unit = make_unit("far", "远州市热线中心", UnitKind.HOTLINE_CENTRE)
    order = make_order(city)
    client = signed_in(city, "dispatcher")
    with acting_as(city.actor("dispatcher")):
        take(order.number, Step.TRANSFER, StepData(reason_code="other_city", text="事发地在远州", unit_id=unit.pk))
    page = body(client.get(f"/orders/{order.number}/"))
    assert "远州市热线中心" in page
    assert "请电话转办" in page
    with as_system():
        assert Transfer.objects.count() == 1


def test_the_reference_shows_every_operation_with_an_example(city: City) -> None:
    from minhu.server.api import api

    page = Client().get("/developers/")
    text = body(page)
    assert page.status_code == 200
    for path in api.get_openapi_schema()["paths"]:
        assert path in text
    assert text.count("curl ") >= len(api.get_openapi_schema()["paths"])
    assert not re.search(r"<script(?![^>]*(?:\bsrc=|application/json))", text), (
        "everything works under the strict policy"
    )
    assert "order.replied" in text
