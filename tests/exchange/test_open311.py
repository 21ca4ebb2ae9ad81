"""Open311: other cities' programs report and read as the standard says, and read nothing they should not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from factories import MONDAY, City, make_order
from minhu.directory.access import as_system
from minhu.directory.services.tokens import issue_token
from minhu.handling.models import Order
from minhu.intake.models import Request, Supplement
from minhu.kernel import clock

pytestmark = pytest.mark.django_db
ROOT = "/open311/v2"
WORDS = "柳湾路与滨河路口的路灯坏了三天，晚上一片漆黑。联系电话 13812345678。"


def get(path: str, **arguments: str) -> Any:
    return Client().get(f"{ROOT}/{path}", arguments)


def send(key: str, path: str = "requests.json", **fields: str) -> Any:
    values = {"api_key": key, "service_code": "A1", "address_string": "柳湾路 3 号", "description": WORDS, **fields}
    return Client().post(f"{ROOT}/{path}", {name: value for name, value in values.items() if value})


def xml(response: Any) -> Element:
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert response.content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    return fromstring(response.content)


def texts(response: Any) -> list[str]:
    return [item["description"] for item in response.json()]


def test_services_are_the_leaves_in_both_forms(city: City) -> None:
    listed = xml(get("services.xml"))
    assert listed.tag == "services"
    assert [one.findtext("service_code") for one in listed] == ["A1", "A2", "B1"]
    first = listed[0]
    assert {part.tag for part in first} == {
        "service_code", "service_name", "description", "metadata", "type", "keywords", "group",
    }  # fmt: skip
    assert (first.findtext("metadata"), first.findtext("type"), first.findtext("group")) == ("true", "realtime", "供水")
    assert [one["service_name"] for one in get("services.json").json()] == ["供水", "噪声", "物业"]


def test_a_city_may_list_a_higher_level(city: City, settings: Any) -> None:
    settings.OPEN311_LEVEL = 1
    assert [one["service_code"] for one in get("services.json").json()] == ["A", "B"]


def test_a_service_tells_its_attributes(city: City) -> None:
    found = xml(get("services/A1.xml"))
    assert found.findtext("service_code") == "A1"
    attributes = found.find("attributes")
    assert attributes is not None
    kinds = {one.findtext("code"): one for one in attributes}
    assert kinds["TYPE"].findtext("datatype") == "singlevaluelist"
    assert [value.findtext("key") for value in kinds["CONFIDENTIAL"].iter("value")] == ["true", "false"]
    assert get("services/none.json").status_code == 404
    assert get("services/A.json").status_code == 404, "a node above the leaves is no service"


def test_a_report_becomes_a_request_with_the_chosen_category(city: City, key: str) -> None:
    answer = send(key, first_name="晓明", last_name="欧阳", phone="13812345678", email="someone@example.org",
                  device_id="d-1", account_id="acc-9", **{"attribute[TYPE]": "complaint"})  # fmt: skip
    assert answer.status_code == 201
    item = answer.json()[0]
    assert item["account_id"] == "acc-9"
    assert "查询码" in item["service_notice"]
    with as_system():
        order = Order.objects.select_related("category", "request").get(number=item["service_request_id"])
    assert order.category is not None
    assert order.category.code == "A1"
    assert (order.request.requester_name, order.request.request_type) == ("欧阳晓明", "complaint")
    assert "someone@example.org" in order.request.requester_address
    assert "someone" not in str(order.request.source)
    assert "acc-9" not in str(order.request.source), "ids of people stay only as marks"


def test_the_same_key_of_a_report_gives_the_same_number(city: City, key: str) -> None:
    fields = {"api_key": key, "service_code": "A2", "lat": "30.1", "long": "120.2", "description": WORDS}
    answers = [Client().post(f"{ROOT}/requests.json", fields, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 200]
    assert answers[0].json()[0]["service_request_id"] == answers[1].json()[0]["service_request_id"]


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"api_key": ""}, 401, "api_key"),
        ({"api_key": "mh_wrong"}, 401, "无效"),
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "Z9"}, 404, "Z9"),
        ({"address_string": ""}, 400, "address_string"),
        ({"address_string": "", "address_id": "0000"}, 400, "address_id"),
        ({"lat": "north", "long": "1"}, 400, "lat"),
        ({"lat": "30"}, 400, "lat"),
        ({"lat": "95", "long": "1"}, 400, "超出范围"),
        ({"lat": "nan", "long": "1"}, 400, "超出范围"),
        ({"phone": "12"}, 400, "phone"),
        ({"description": "短"}, 400, "5 个字"),
        ({"description": "长" * 20_001}, 400, "20000"),
        ({"attribute[NONE]": "1"}, 400, "NONE"),
        ({"attribute[TYPE]": "anger"}, 400, "TYPE"),
        ({"attribute[HAPPENED_AT]": "yesterday"}, 400, "HAPPENED_AT"),
        ({"media_url": "file:///etc/passwd"}, 400, "media_url"),
        ({"media_url": "http://user:pw@host/"}, 400, "media_url"),
        ({"media_url": "http://[::1"}, 400, "media_url"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_list(
    city: City, key: str, fields: dict[str, str], status: int, word: str
) -> None:
    answer = send(key, **fields)
    assert answer.status_code == status, answer.content.decode()
    assert all(set(item) == {"code", "description"} and item["code"] == status for item in answer.json())
    assert any(word in text for text in texts(answer))
    assert not Request.objects.exists()


def test_a_token_without_the_right_is_403_and_errors_come_as_xml_too(city: City) -> None:
    with as_system():
        other = issue_token("查询程序", ["requests:read"])
    refused = xml(send(other, "requests.xml"))
    assert refused.tag == "errors"
    assert refused[0].tag == "error"
    assert refused[0].findtext("code") == "403"


def test_a_picture_is_kept_as_an_address_and_never_fetched(city: City, key: str, monkeypatch: Any) -> None:
    import socket

    def nobody(*_: object, **__: object) -> None:
        raise AssertionError("an address somebody sent was called")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    number = send(key, media_url="http://169.254.169.254/latest/meta-data/").json()[0]["service_request_id"]
    with as_system():
        assert Request.objects.get(number=number).source["media_url"].startswith("http://169.254")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "text/xml"),
        (b'{"service_code": "A1"}', "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"description=\xff\xfe", "application/x-www-form-urlencoded; charset=nonsense"),
    ],
)
def test_other_bodies_are_refused_and_nothing_is_read_from_them(city: City, key: str, body: bytes, kind: str) -> None:
    answer = Client().generic("POST", f"{ROOT}/requests.xml?api_key={key}", body, content_type=kind)
    assert answer.status_code == 400
    assert b"root:" not in answer.content
    assert xml(answer).tag == "errors"


def test_only_approved_replies_are_published_and_no_person_with_them(city: City, monday: None) -> None:
    shown = make_order(city, upto="to_call_back")
    make_order(city, upto="replied")
    make_order(city, upto="to_call_back", confidential=True)
    make_order(city, upto="to_call_back", sensitive=False, title="邻居 13812345678 半夜施工")
    found = get("requests.json").json()
    assert len(found) == 2
    one = next(item for item in found if item["service_request_id"] == shown.number)
    assert one["status"] == "open"
    assert one["status_notes"] == "已抢修完毕，恢复供水。"
    assert one["agency_responsible"] == "云溪市水务局"
    assert one["address"] == "云溪省云溪市滨江区柳湾街道"
    assert "13812345678" not in str(found)
    assert one["requested_datetime"] == "2026-03-09T09:00:00+08:00"
    assert get(f"requests/{shown.number}.json").json() == [one]


def test_confidential_orders_are_not_there_for_anybody(city: City, key: str, monday: None) -> None:
    number = send(key, **{"attribute[CONFIDENTIAL]": "true"}).json()[0]["service_request_id"]
    assert get(f"requests/{number}.json").status_code == 404
    assert get(f"requests/{number}.json", api_key=key).status_code == 404


def test_a_program_follows_its_own_reports_before_they_are_public(city: City, key: str) -> None:
    number = send(key).json()[0]["service_request_id"]
    assert get(f"requests/{number}.json").status_code == 404
    own = get(f"requests/{number}.json", api_key=key).json()[0]
    assert (own["status"], own["status_notes"]) == ("open", "已受理，正在确定承办单位")
    with as_system():
        other = issue_token("另一个程序", ["open311"])
    assert get(f"requests/{number}.json", api_key=other).status_code == 404


def test_lists_are_narrowed(city: City, monday: None) -> None:
    open_one = make_order(city, upto="to_call_back")
    closed = make_order(city, upto="closed", category_id=city.categories["A2"].pk)

    def numbers(**arguments: str) -> set[str]:
        return {item["service_request_id"] for item in get("requests.json", **arguments).json()}

    assert numbers(status="open") == {open_one.number}
    assert numbers(status="closed") == {closed.number}
    assert numbers(status="open,closed") == {open_one.number, closed.number}
    assert numbers(service_code="A2") == {closed.number}
    assert numbers(service_code="A") == {open_one.number, closed.number}
    both = f"{open_one.number},{closed.number}"
    assert numbers(service_request_id=both, status="closed", start_date="1999-01-01T00:00:00Z") == {
        open_one.number, closed.number,
    }  # fmt: skip
    day = MONDAY + timedelta(days=1)
    assert numbers(start_date=day.isoformat()) == set()
    assert numbers(end_date=day.isoformat()) == {open_one.number, closed.number}


@pytest.mark.parametrize(
    "arguments",
    [
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"},
        {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
        {"start_date": "2026-01-01T00:00:00"},
        {"start_date": "0001-01-01T00:00:00+14:00"},
        {"end_date": "9999-12-31T23:59:59-14:00"},
        {"start_date": "soon"},
        {"status": "maybe"},
        {"service_request_id": ",".join(["1"] * 1001)},
    ],
)
def test_wrong_filters_are_400(city: City, arguments: dict[str, str]) -> None:
    assert get("requests.json", **arguments).status_code == 400


def test_odd_values_find_nothing_and_break_nothing(city: City) -> None:
    assert get("requests.json", service_request_id="'; DROP TABLE x").json() == []
    assert get("requests.json", service_code="A,%").json() == []
    for refused in (get("requests.json", service_code="A\0"), get("requests/%00.json")):
        assert refused.status_code == 400
        assert refused.json()[0]["code"] == 400, "also the edge of the house answers in the standard's form"
    assert get("tokens/none.json").status_code == 404
    assert get("requests.csv").status_code == 404
    assert get("nothing.xml").status_code == 404
    assert Client().delete(f"{ROOT}/requests.json").status_code == 405
    assert Client().put(f"{ROOT}/services.xml").status_code == 405


def test_the_jurisdiction_is_this_city(city: City, settings: Any) -> None:
    assert get("services.json", jurisdiction_id="anything").status_code == 200
    settings.OPEN311_JURISDICTION = "yunxi.example"
    assert get("services.json", jurisdiction_id="yunxi.example").status_code == 200
    assert get("services.json").status_code == 200
    assert get("services.json", jurisdiction_id="other.example").status_code == 404


def test_tokens_lead_to_the_number_once_it_is_decided(city: City, key: str, settings: Any) -> None:
    settings.OPEN311_TOKENS = True
    item = send(key).json()[0]
    if "token" in item:
        waiting = get(f"tokens/{item['token']}.json").json()[0]
        assert waiting == {"service_request_id": None, "token": item["token"]}
        with as_system():
            Order.objects.update(state="to_dispatch")
        assert len(get(f"tokens/{item['token']}.json").json()[0]["service_request_id"]) == 13
    settings.OPEN311_TOKENS = False
    assert "service_request_id" in send(key, description="另一处：" + WORDS).json()[0]


def test_updates_are_the_public_lines_and_can_be_added_once(city: City, key: str, monday: None) -> None:
    shown = make_order(city, upto="closed")
    lines = get("servicerequestupdates.json", service_request_id=shown.number).json()
    assert [line["status"] for line in lines][-1] == "closed"
    assert any("已签收" in line["description"] for line in lines)
    number = send(key).json()[0]["service_request_id"]
    fields = {"api_key": key, "service_request_id": number, "update_id": "u1", "description": "今晚灯又灭了。"}
    first, again = (Client().post(f"{ROOT}/servicerequestupdates.xml", fields) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert xml(first)[0].findtext("update_id") == xml(again)[0].findtext("update_id")
    with as_system():
        assert Supplement.objects.filter(request__number=number).count() == 1
    changed = Client().post(f"{ROOT}/servicerequestupdates.json", {**fields, "description": "别的话。"})
    assert changed.status_code == 400
    foreign = Client().post(f"{ROOT}/servicerequestupdates.json", {**fields, "service_request_id": shown.number})
    assert foreign.status_code == 404


def test_the_discovery_names_the_endpoint_and_its_formats(city: City) -> None:
    found = xml(get("discovery.xml"))
    assert found.findtext("endpoints/endpoint/specification") == "http://wiki.open311.org/GeoReport_v2"
    assert [one.text for one in found.iter("format")] == ["text/xml", "application/json"]


def test_answers_of_a_token_say_what_is_left_of_its_minute(city: City) -> None:
    with as_system():
        slow = issue_token("慢程序", ["open311"], per_minute=2)
    with clock.at(clock.now()):  # the next minute would begin a new count
        first, second, third = (get("requests.json", api_key=slow) for _ in range(3))
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("2", "1")
    assert second["RateLimit-Remaining"] == "0"
    assert third.status_code == 429
    assert 0 < int(third["Retry-After"]) <= 60
    assert third.json()[0]["code"] == 429
