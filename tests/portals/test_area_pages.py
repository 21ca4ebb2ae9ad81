"""辖区事项 and 谁能看到: pages that tell what levels share, and who sees an order."""

from __future__ import annotations

from typing import Any

import pytest

from factories import City, make_city, make_order, make_staff
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Staff
from minhu.directory.queries.rules import published
from minhu.directory.types import Role, RuleKind
from minhu.handling.models import Order
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
STREET = "990101001"


@pytest.fixture
def city(db: None) -> City:
    found = make_city()
    for name, role in (("security", Role.SECURITY_ADMIN), ("audit", Role.AUDIT_ADMIN)):
        found.staff[name] = make_staff(name, found.units["centre"], role, name)
    return found


def placed(city: City, **columns: Any) -> Order:
    order = make_order(city, upto="in_progress")
    with as_system():
        Order.objects.filter(pk=order.pk).update(**{"area_id": STREET, "request_type": "help", **columns})
        return Order.objects.get(pk=order.pk)


def test_the_street_opens_a_shared_matter_and_is_shown_no_requester(city: City) -> None:
    order = placed(city, title="请联系 13812345678 修路灯")
    client = signed_in(city, "street_head")
    page = body(client.get("/area/"))
    assert f"/area/{order.number}/" in page
    assert "13812345678" not in page
    one = client.get(f"/area/{order.number}/")
    assert one.status_code == 200
    assert "层级共享，只读" in body(one)
    assert "13812345678" not in body(one)
    assert client.get(f"/orders/{order.number}/").status_code == 404, "shared is not handed over"
    assert body(client.get("/area/?area=990101001&kind=help&done=no&after=x")).count(order.number) > 0
    assert client.get("/area/?area=nowhere").status_code == 422


def test_a_matter_of_the_own_unit_opens_as_the_order_it_is(city: City) -> None:
    order = placed(city)
    answer = signed_in(city, "water_head").get(f"/area/{order.number}/")
    assert answer.status_code == 302
    assert answer["Location"] == f"/orders/{order.number}/"


def test_who_is_no_reader_is_told_why_and_who_stands_for_no_unit_is_refused(city: City) -> None:
    order = placed(city)
    page = body(signed_in(city, "street_handler").get("/area/"))
    assert "没有把辖区事项共享给您的岗位" in page
    assert signed_in(city, "street_handler").get(f"/area/{order.number}/").status_code == 404
    assert signed_in(city, "dispatcher").get("/area/").status_code == 403


@pytest.mark.parametrize("who", ["supervisor", "security", "audit"])
def test_who_watches_over_access_reads_who_can_see_an_order(city: City, who: str) -> None:
    order = placed(city)
    client = signed_in(city, who)
    assert client.get("/orders/who/").status_code == 200
    assert client.get("/orders/who/", {"number": order.number})["Location"] == f"/orders/{order.number}/who/"
    page = body(client.get(f"/orders/{order.number}/who/"))
    assert "承办单位负责人" in page
    assert "工单交给过其单位" in page
    assert (order.title in page) is (who == "supervisor"), "administrators see no content"
    assert client.get("/orders/2603099999999/who/").status_code == 404


def test_others_are_not_told_and_do_not_see_the_button(city: City) -> None:
    order = placed(city)
    for who in ("dispatcher", "water_head", "system_admin"):
        assert signed_in(city, who).get(f"/orders/{order.number}/who/").status_code == 403
    assert f"/orders/{order.number}/who/" not in body(signed_in(city, "dispatcher").get(f"/orders/{order.number}/"))
    assert f"/orders/{order.number}/who/" in body(signed_in(city, "supervisor").get(f"/orders/{order.number}/"))


def test_the_rules_are_edited_with_a_preview_of_who_would_look(city: City) -> None:
    client = signed_in(city, "system_admin")
    client.post("/manage/rules/access/draft/")
    from minhu.directory.models import RuleSet

    draft = RuleSet.objects.get(kind="access")
    page = body(client.get(f"/manage/rules/access/{draft.pk}/"))
    assert "谁会看到辖区事项" in page
    sent = {
        "up": "on", "up_readers": ["street.unit_head", "street.unit_handler"], "up_types": ["help"], "per_day": "5",
        "rows_dispatcher": "10", "rows_supervisor": "10", "rows_analyst": "10", "rows_head": "10",
    }  # fmt: skip
    assert client.post(f"/manage/rules/access/{draft.pk}/settings/", sent).status_code == 302
    page = body(client.get(f"/manage/rules/access/{draft.pk}/"))
    assert "有变化" in page
    assert client.post(f"/manage/rules/access/{draft.pk}/publish/").status_code == 302
    content, _version = published(RuleKind.ACCESS)
    assert content["upward"]["readers"] == ["street.unit_head", "street.unit_handler"]
    assert content["downward"]["enabled"] is False
    assert content["export"]["per_day"] == 5
    with acting_as(city.actor("street_handler")):
        order = placed(city)
    assert order.number in body(signed_in(city, "street_handler").get("/area/"))
    assert Staff.objects.filter(username="street_handler").exists()
