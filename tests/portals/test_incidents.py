"""The dispatcher makes one matter of many calls and answers them all; citizens read that it is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from factories import City, make_city, make_order
from minhu.directory.access import as_system
from minhu.handling.models import Incident, IncidentTold, Order
from minhu.handling.services.incidents import send_due
from minhu.kernel import clock
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def opened(city: City, count: int = 12) -> tuple[Client, Incident, list[Order]]:
    orders = [make_order(city) for _ in range(count)]
    client = signed_in(city, "dispatcher")
    page = body(client.get("/desk/incidents/"))
    assert "像是一件事" in page
    address = f"/desk/incidents/new/?category={city.categories['A1'].pk}&street=990101001"
    assert address.replace("&", "&amp;") in page
    assert "立为事件并合并" in body(client.get(address))
    data = {"title": "柳湾街道片区停水", "wording": "主管爆裂，正在抢修。", "began_at": "2026-03-02T08:00", "public": "on",
            "main": orders[0].number, "orders": [one.number for one in orders[:-1]]}  # fmt: skip
    response = client.post(address, data)
    assert response.status_code == 302, body(response)
    with as_system():
        return client, Incident.objects.get(), orders


def test_from_many_calls_to_one_matter_and_one_reply_to_all(city: City) -> None:
    client, row, orders = opened(city)
    page = body(client.get(f"/desk/incidents/{row.pk}/"))
    assert "11 人反映" in page
    assert "可能还有 1 件属于这个事件" in page
    client.post(f"/desk/incidents/{row.pk}/attach/", {"orders": [orders[-1].number]})
    client.post(f"/desk/incidents/{row.pk}/detach/", {"order": orders[1].number, "reason": "不是一件事"})
    told = {"text": "今晚八点前恢复供水。", "without": [orders[2].number]}
    preview = body(client.post(f"/desk/incidents/{row.pk}/tell/", told))
    assert "将告知 10 位诉求人" in preview
    with as_system():
        assert not row.notices.exists(), "a preview sends nothing"
    client.post(f"/desk/incidents/{row.pk}/tell/", {**told, "confirm": "1"})
    assert "即将发出" in body(client.get(f"/desk/incidents/{row.pk}/"))
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert send_due() == 1
    with as_system():
        assert IncidentTold.objects.count() == 10
    page = body(client.get(f"/desk/incidents/{row.pk}/"))
    assert "已告知 10 人" in page
    assert "待回访 10 人" in page


def test_a_notice_is_taken_back_on_the_page(city: City) -> None:
    client, row, _ = opened(city)
    client.post(f"/desk/incidents/{row.pk}/tell/", {"text": "今晚恢复供水。", "confirm": "1"})
    with as_system():
        notice = row.notices.get()
    client.post(f"/desk/incidents/{row.pk}/withdraw/", {"notice": str(notice.pk)})
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert send_due() == 0


def test_citizens_read_that_it_is_known_before_they_report(city: City) -> None:
    _, _, orders = opened(city)
    page = body(Client().get("/submit/"))
    assert "柳湾街道片区停水" in page
    assert "已有 11 人反映，正在处理。" in page
    assert orders[0].number not in page


def test_wrong_input_is_answered_in_words(city: City) -> None:
    client, row, _ = opened(city)
    assert "请写明" in body(client.post(f"/desk/incidents/{row.pk}/tell/", {"text": "", "confirm": "1"}, follow=True))
    assert "没有找到这张工单" in body(
        client.post(f"/desk/incidents/{row.pk}/attach/", {"number": "不存在"}, follow=True)
    )
    assert "还没有办结" in body(client.post(f"/desk/incidents/{row.pk}/close/", {"reason": "都恢复了"}, follow=True))
    wrong = {"title": "停", "wording": "x", "began_at": "not a time"}
    assert client.post(f"/desk/incidents/{row.pk}/change/", wrong).status_code == 422
    assert client.get("/desk/incidents/999999/").status_code == 404
    assert client.get("/desk/incidents/new/?category=abc&street=%27").status_code == 200


@pytest.mark.parametrize("who", ["agent", "water_handler", "leader"])
def test_others_have_no_incidents(city: City, who: str) -> None:
    assert signed_in(city, who).get("/desk/incidents/").status_code == 403
