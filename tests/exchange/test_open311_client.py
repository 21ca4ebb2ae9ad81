"""A client that others wrote meets our Open311 over real HTTP: if it fails, other cities' programs fail."""

from __future__ import annotations

from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.db import transaction
from georeport import GeoReport

from factories import make_city, make_order
from minhu.directory.access import as_system
from minhu.directory.services.tokens import issue_token

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(live_server: Any) -> tuple[str, str, str]:
    """The address, a number that is published, and a key."""
    with transaction.atomic():
        city = make_city()
        order = make_order(city, upto="to_call_back")
        with as_system():
            key = issue_token("开放接口", ["open311"])
    return f"{live_server.url}/open311/v2", order.number, key


def test_the_georeport_client_reads_everything_in_both_forms(house: tuple[str, str, str]) -> None:
    address, number, key = house
    for form in ("json", "xml"):
        client = GeoReport(address, api_key=key, output_format=form, jurisdiction="yunxi.example")
        services = client.get_service_list()
        assert [one["service_code"] for one in services] == ["A1", "A2", "B1"]
        definition = client.get_service_definition("A1")
        assert definition["service_code"] == "A1"
        listed = client.get_service_requests(status="open")
        one = listed[0] if form == "json" else listed
        assert one["service_request_id"] == number
        assert client.get_service_request(number)["agency_responsible"] == "云溪市水务局"
        assert client.get_service_requests(service_request_id=number)


def test_a_report_over_the_wire_is_read_back(house: tuple[str, str, str]) -> None:
    import requests

    address, _, key = house
    fields = {
        "api_key": key, "service_code": "A2", "lat": "30.12345", "long": "120.54321",
        "description": "隔壁工地夜里十一点还在打桩，孩子睡不着。", "attribute[TYPE]": "complaint",
    }  # fmt: skip
    answer = requests.post(f"{address}/requests.xml", data=fields, timeout=10)
    assert answer.status_code == 201
    made = fromstring(answer.content)
    number = made.findtext("request/service_request_id")
    read = requests.get(f"{address}/requests/{number}.json", params={"api_key": key}, timeout=10).json()[0]
    assert (read["lat"], read["long"]) == (30.12, 120.54), "coordinates go out coarse"
    assert "30.12345" not in str(read)
