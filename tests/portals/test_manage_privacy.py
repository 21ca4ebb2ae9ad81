"""The page on which a person's wish to be forgotten is entered by one security administrator and confirmed by another."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories import make_city, make_staff

from minhu.directory.access import as_system
from minhu.directory.types import Role
from minhu.intake import services
from minhu.intake.models import ErasureCase, Request
from minhu.intake.types import NewRequest

pytestmark = pytest.mark.django_db
PHONE = "13987654321"


@pytest.fixture
def people() -> dict[str, Client]:
    with as_system():
        city = make_city()
        accounts = [make_staff(name, city.units["centre"], Role.SECURITY_ADMIN, name) for name in ("sec-a", "sec-b")]
        accounts.append(city.staff["system_admin"])
    found = {}
    for account in accounts:
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        found[account.username] = client
    return found


def test_one_asks_another_confirms_and_the_page_shows_no_value(people: dict[str, Client]) -> None:
    request_id = services.receive(
        NewRequest(text="柳湾街道春晖小区停水一天了，请尽快处理。", requester_phone=PHONE, requester_name="欧阳试明")
    ).request_id
    asks, confirms = people["sec-a"], people["sec-b"]
    assert asks.post("/manage/privacy/", {"phone": "13000000000", "reason": "书面申请"}).status_code == 404
    assert asks.post("/manage/privacy/", {"phone": "12", "reason": "书面申请"}).status_code == 422
    assert asks.post("/manage/privacy/", {"phone": PHONE, "reason": "本人书面申请"}).status_code == 302
    with as_system():
        case = ErasureCase.objects.get()
    page = asks.get("/manage/privacy/").content.decode()
    assert "须另一人确认" in page
    assert PHONE not in page
    asks.post(f"/manage/privacy/{case.pk}/", {"answer": "confirm"})
    with as_system():
        assert Request.objects.get(pk=request_id).requester_phone == PHONE, "nobody forgets alone"
    confirms.post(f"/manage/privacy/{case.pk}/", {"answer": "confirm"})
    with as_system():
        assert Request.objects.get(pk=request_id).requester_phone != PHONE
        case.refresh_from_db()
    assert case.digest[:16] in confirms.get("/manage/privacy/").content.decode()


def test_a_case_is_closed_without_forgetting_and_others_have_no_page(people: dict[str, Client]) -> None:
    services.receive(NewRequest(text="柳湾街道春晖小区停水一天了，请尽快处理。", requester_phone=PHONE))
    people["sec-a"].post("/manage/privacy/", {"phone": PHONE, "reason": "本人书面申请"})
    with as_system():
        case = ErasureCase.objects.get()
    people["sec-a"].post(f"/manage/privacy/{case.pk}/", {"answer": "refuse"})
    people["sec-b"].post(f"/manage/privacy/{case.pk}/", {"answer": "confirm"})
    with as_system():
        assert Request.objects.get().requester_phone == PHONE
    assert people["system_admin"].get("/manage/privacy/").status_code == 403
