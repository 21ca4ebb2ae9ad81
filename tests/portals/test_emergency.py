"""The pages of a hand-over, from the talk in which somebody cries for help to the paper, by buttons without a script."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.portals.staff_pages import signed_in

from factories import City, make_city, make_staff
from minhu.directory.access import as_system
from minhu.directory.types import Role
from minhu.exchange.models import EmergencyService, Handover
from minhu.handling.models import Order
from minhu.intake.models import Request, Talk

pytestmark = pytest.mark.django_db
CRY = "救命，柳湾小区3号楼着火了，楼道里全是烟，我妈和我出不去"


@pytest.fixture
def city(home: object, db: None) -> City:
    """A small city with keys of its own."""
    return make_city()


def test_from_a_cry_in_a_talk_to_the_paper(city: City) -> None:
    citizen, agent = Client(), signed_in(city, "agent")
    page = citizen.post("/talk/say/", {"words": CRY, "key": "k1"}, follow=True).content.decode()
    assert "119" in page, "the bot tells to call at once"
    with as_system():
        talk = Talk.objects.get()
        assert (talk.state, talk.priority) == ("waiting", 0), "and puts a person on; it hands nothing over by itself"
        assert not Handover.objects.exists()
    assert agent.post(f"/desk/talks/{talk.uid}/take/").status_code == 302
    assert f"/desk/emergency/new/?talk={talk.uid}" in agent.get(f"/desk/talks/{talk.uid}/").content.decode()
    form = agent.get(f"/desk/emergency/new/?talk={talk.uid}").content.decode()
    assert re.search(r'value="119"[^>]*checked', form)
    assert CRY in form
    key = re.search(r'name="key" value="([0-9a-f]+)"', form)
    assert key
    sent = {"key": key[1], "talk": str(talk.uid), "proposed": "119", "what": CRY, "place": "柳湾小区3号楼"}
    refused = agent.post("/desk/emergency/new/", {**sent, "way": "three_party"})
    assert refused.status_code == 422
    assert "请至少选择一个部门" in refused.content.decode()
    assert CRY in refused.content.decode()
    with as_system():
        assert not Order.objects.exists(), "nothing is registered by a form that was refused"
    made = agent.post("/desk/emergency/new/", {**sent, "way": "three_party", "services": ["119", "120"]})
    assert made.status_code == 302
    again = agent.post("/desk/emergency/new/", {**sent, "way": "three_party", "services": ["119", "120"]})
    assert again["Location"] == made["Location"]
    with as_system():
        order = Order.objects.get()
        assert order.state == "emergency"
        assert Talk.objects.get().request_ids == [order.request_id]
    from_the_line_to_the_paper(city, agent, made["Location"], order.number)


def from_the_line_to_the_paper(city: City, agent: Client, place: str, number: str) -> None:
    head = signed_in(city, "supervisor")
    shown = agent.get(place).content.decode()
    assert "照着念" in shown
    assert "等待回执" in shown
    done = agent.post(f"{place}join/", {"role": "service", "name": "119 接警员", "key": "j1"})
    assert done.status_code == 302
    noted = {"service": "119", "taken_by": "0317", "number": "XF-7", "key": "a1"}
    assert agent.post(f"{place}accept/", noted).status_code == 302
    assert agent.post(f"{place}decline/", {"service": "120", "key": "d1"}).status_code == 422
    assert agent.post(f"{place}decline/", {"service": "120", "text": "没有伤员", "key": "d1"}).status_code == 302
    assert agent.post(f"{place}hang-up/", {"key": "h1"}).status_code == 302
    assert agent.post(f"{place}nothing/", {}).status_code == 404
    board = head.get("/desk/emergency/").content.decode()
    assert 'href="/desk/emergency/"' in board, "it is in the menu"
    assert "对方已受理" in board
    assert "XF-7" in head.get(place).content.decode()
    assert "emergency_step" not in head.get(place).content.decode()
    assert head.post(f"{place}close/", {"text": "火已扑灭", "key": "e"}).status_code == 403
    assert "对方已受理" in agent.get(f"/orders/{number}/").content.decode()
    assert agent.post(f"{place}close/", {"text": "火已扑灭，人员安全", "key": "e"}).status_code == 302
    paper = agent.get(f"{place}paper/").content.decode()
    assert "119 接警员" in paper
    assert "没有伤员" in paper
    assert "没有险情在移交" in agent.get("/desk/emergency/").content.decode()
    assert "已结束" in agent.get("/desk/emergency/?ended=1").content.decode()
    assert signed_in(city, "water_handler").get(place).status_code == 403


def test_the_administrator_says_how_long_a_receipt_may_take(city: City) -> None:
    city.staff["security_admin"] = make_staff("security_admin", city.units["centre"], Role.SECURITY_ADMIN)
    admin = signed_in(city, "security_admin")
    assert "119 消防救援" in admin.get("/manage/emergency-services/").content.decode()
    form = {"label": "119 指挥中心", "phone": "119", "receipt_seconds": "5", "position": "1", "active": "on"}
    assert admin.post("/manage/emergency-services/119/", form).status_code == 422
    assert admin.post("/manage/emergency-services/119/", {**form, "receipt_seconds": "45"}).status_code == 302
    with as_system():
        assert EmergencyService.objects.get(code="119").receipt_seconds == 45


def test_what_was_typed_goes_along_from_the_form_of_a_new_request(city: City) -> None:
    client = signed_in(city, "agent")
    assert "/desk/emergency/from-form/" in client.get("/desk/new/").content.decode()
    words = "柳湾小区3号楼501厨房着火了，火很大，屋里还有两个老人出不来。\n" + "来电人是三楼邻居，说话很急。"
    typed = {
        "text": words, "requester_phone": "13812345678", "requester_name": "欧阳试明", "place_text": "柳湾小区3号楼501",
        "confidential": "on", "key": "form-1",
    }  # fmt: skip
    page = client.post("/desk/emergency/from-form/", typed)
    form = page.context["form"]
    assert form["services"].value()[0] == "119"
    assert (form["phone"].value(), form["place"].value()) == ("13812345678", "柳湾小区3号楼501")
    assert client.post("/desk/emergency/from-form/", {"text": ""}).status_code == 200, "nobody types first in a fire"
    sent = {
        **{name: form[name].value() or "" for name in form.fields}, "words": page.context["words"], "confidential": "1",
    }  # fmt: skip
    wrong = client.post("/desk/emergency/new/", {**sent, "services": []})
    assert wrong.status_code == 422
    assert wrong.context["words"] == words
    assert client.post("/desk/emergency/new/", sent).status_code == 302
    with as_system():
        (request,) = Request.objects.all()
        assert (request.text, request.confidential, request.requester_name) == (words, True, "欧阳试明")
        assert Handover.objects.get().order.request_id == request.pk
