"""The citizen's talk without an account and without a script, and the agent who takes it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.portals.staff_pages import signed_in

from factories import City, make_city
from minhu.directory.access import as_system
from minhu.intake.models import Request, Talk

pytestmark = pytest.mark.django_db
WORDS = "柳湾社区门口的路灯坏了一个星期，晚上很黑，希望尽快修好。"


@pytest.fixture
def city(home: object, db: None) -> City:
    """A small city with keys of its own."""
    return make_city()


def test_a_citizen_talks_asks_for_a_person_and_an_agent_registers(city: City) -> None:
    citizen, agent = Client(), signed_in(city, "agent")
    assert 'href="/talk/"' in citizen.get("/").content.decode()
    assert "不是真人" in citizen.get("/talk/").content.decode()
    with as_system():
        assert not Talk.objects.exists()  # looking keeps nothing
    page = citizen.post("/talk/say/", {"words": WORDS, "key": "k1"}, follow=True).content.decode()
    assert WORDS in page
    assert 'name="key"' in page
    page = citizen.post("/talk/person/", follow=True).content.decode()
    assert "正在等待工作人员" in page
    rows = agent.get("/desk/talks/").content.decode()
    assert "群众要求人工" in rows
    place = re.search(r'href="(/desk/talks/[0-9a-f-]+/)"', rows)
    assert place
    assert agent.post(f"{place[1]}take/").status_code == 302
    assert agent.post(f"{place[1]}say/", {"words": "您好，马上为您登记。", "key": "a"}).status_code == 302
    assert "马上为您登记" in citizen.get("/talk/said/?after=2").content.decode()
    uid = place[1].split("/")[3]
    form = agent.get(f"/desk/new/?talk={uid}").content.decode()
    assert WORDS in form
    key = re.search(r'name="key" value="([0-9a-f]+)"', form)
    assert key
    sent = {"key": key[1], "talk": uid.replace("-", ""), "text": WORDS, "after": "keep", "wants_callback": "on"}
    assert agent.post("/desk/new/", sent).status_code == 302
    with as_system():
        request = Request.objects.get()
        assert (request.channel, request.call_id) == ("web", uid.replace("-", ""))
    assert request.number in citizen.get("/talk/").content.decode()
    assert agent.post(f"{place[1]}end/").status_code == 302
    assert "这次对话已结束" in citizen.get("/talk/").content.decode()


def test_a_script_gets_only_what_is_new_and_an_empty_message_is_told(city: City) -> None:
    citizen = Client()
    headers = {"HX-Request": "true"}
    first = citizen.post("/talk/say/", {"words": "你好", "key": "1", "after": "0"}, headers=headers).content.decode()
    assert first.count('data-number="') == 3
    again = citizen.post("/talk/say/", {"words": "你好", "key": "1", "after": "3"}, headers=headers).content.decode()
    assert again.count('data-number="') == 0
    assert citizen.post("/talk/say/", {"words": "  "}, headers=headers).status_code == 422
    assert citizen.post("/talk/say/", {"words": "长" * 2001}).status_code == 422
    assert citizen.post("/talk/leave/").status_code == 302
    assert Client().get("/talk/said/").status_code == 204


def test_others_have_no_door_to_talks(city: City) -> None:
    for name in ("water_handler", "system_admin", "grid_worker", "inspector"):
        assert signed_in(city, name).get("/desk/talks/").status_code == 403
