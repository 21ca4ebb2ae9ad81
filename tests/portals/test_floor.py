"""The floor's pages: an agent's seat, call-backs without an account, the wall, listening in, emergency in two steps."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
from django.test import Client
from tests.portals.staff_pages import body, signed_in

from factories import City, make_city
from minhu.directory.access import as_system
from minhu.directory.queries import freshness
from minhu.intake.models import CallBack, Talk
from minhu.intake.queries.wall import Day
from minhu.intake.services import offering, talking
from minhu.intake.types import TalkChannel

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(home: object, db: None) -> City:
    """A small city with keys of its own."""
    return make_city()


def waiting_talk() -> UUID:
    uid = talking.begin(TalkChannel.CHAT).uid
    talking.hear(uid, "我要投诉楼下烧烤店，转人工")
    return uid


def test_an_agent_is_offered_a_talk_which_a_supervisor_follows_from_the_wall(city: City) -> None:
    agent, supervisor = signed_in(city, "agent"), signed_in(city, "supervisor")
    assert 'id="seat-line"' in body(agent.get("/desk/talks/"))
    assert 'id="seat-line"' not in body(signed_in(city, "dispatcher").get("/desk/"))
    agent.post("/desk/seat/turn/", {"state": "ready", "back": "//evil.example"})
    uid = waiting_talk()
    offering.tick()
    bar = body(agent.post("/desk/seat/"))
    mark = re.search(r'name="mark" value="([^"]+)"', bar)
    assert mark
    assert agent.post("/desk/seat/", {"mark": mark[1]}).status_code == 204  # nobody's focus is lost
    accept = re.search(r'action="(/desk/seat/offers/\d+/accept/)"', bar)
    assert accept
    assert agent.post(accept[1])["Location"] == f"/desk/talks/{uid}/#end"
    assert agent.post(accept[1])["Location"] == "/desk/talks/"  # twice: told, nothing broken
    wall = body(supervisor.get("/supervision/wall/"))
    assert f"/supervision/wall/{uid}/" in wall
    assert "接待中 1" in wall
    assert 'data-chart="wall-arrivals-data"' in wall
    assert supervisor.get(f"/desk/talks/{uid}/")["Location"] == f"/supervision/wall/{uid}/"  # in other hands: noted
    assert "正在旁听" not in body(agent.get(f"/desk/beside/{uid}/"))
    assert "烧烤店" in body(supervisor.get(f"/desk/talks/{uid}/said/"))
    assert "正在旁听" in body(agent.get(f"/desk/beside/{uid}/")), "by no other page unseen either"
    assert "烧烤店" in body(supervisor.get(f"/supervision/wall/{uid}/"))
    supervisor.post(f"/supervision/wall/{uid}/whisper/", {"words": "先安抚"})
    beside = body(agent.get(f"/desk/beside/{uid}/"))
    assert "正在旁听" in beside
    assert "先安抚" in beside
    desk = body(agent.get(f"/desk/talks/{uid}/"))
    assert "minhu:live:change" in desk, "a whisper comes at once"
    assert "语种" in desk
    assert "普通话" in desk, "the line says whom it can serve"
    assert 'href="/desk/talks/"' in wall
    inspector = signed_in(city, "inspector")
    assert 'href="/desk/talks/"' not in body(inspector.get("/supervision/wall/")), "no link into a refusal"
    waiting = body(inspector.get(f"/desk/talks/{waiting_talk()}/"))
    assert "/care/" not in waiting
    assert 'href="/desk/calls/"' in waiting
    assert signed_in(city, "agent").get("/supervision/wall/").status_code == 403
    assert signed_in(city, "dispatcher").get(f"/supervision/wall/{uid}/").status_code == 403


def test_a_citizen_asks_to_be_called_and_an_agent_calls(city: City) -> None:
    citizen, agent = Client(), signed_in(city, "agent")
    citizen.post("/talk/person/")
    assert 'href="/call-me/"' in body(citizen.get("/talk/"))
    page = body(citizen.get("/call-me/"))
    key = re.search(r'name="key" value="([0-9a-f]+)"', page)
    assert key
    sent = {"phone": "13900001111", "when": "soon", "words": "路灯坏了", "key": key[1]}
    for wrong in ("1390000", "123"):
        assert citizen.post("/call-me/", {**sent, "phone": wrong}).status_code == 422
    for _twice in range(2):
        assert "之前给您打电话" in body(citizen.post("/call-me/", sent))
    with as_system():
        row = CallBack.objects.get()
        assert (row.asked, row.talk) == (1, Talk.objects.get())
    board = body(agent.get("/desk/callbacks/"))
    assert "139****1111" in board
    assert "13900001111" not in board
    agent.post(f"/desk/callbacks/{row.uid}/take/")
    assert 'href="tel:13900001111"' in body(agent.get("/desk/callbacks/"))
    assert "13900001111" not in body(signed_in(city, "supervisor").get("/desk/callbacks/"))
    agent.post(f"/desk/callbacks/{row.uid}/tried/", {"outcome": "reached", "key": "k"})
    assert "没有要回的电话" in body(agent.get("/desk/callbacks/"))


def test_an_emergency_is_switched_on_in_two_steps_and_everybody_is_told(city: City) -> None:
    supervisor, inspector = signed_in(city, "supervisor"), signed_in(city, "inspector")
    sent = {"reason": "台风登陆，来电激增", "hours": "4"}
    assert "确认启用" in body(supervisor.post("/supervision/surge/", sent))
    assert "应急模式</b>" not in body(supervisor.get("/desk/talks/"))
    assert inspector.post("/supervision/surge/", {**sent, "sure": "1"}).status_code == 403
    supervisor.post("/supervision/surge/", {**sent, "sure": "1"})
    assert "台风登陆" in body(signed_in(city, "dispatcher").get("/desk/"))
    home = body(Client().get("/"))
    assert "等待会比较久" in home
    assert "台风登陆" not in home
    supervisor.post("/supervision/surge/extend/", {"hours": "8"})
    supervisor.post("/supervision/surge/end/")
    assert "台风登陆" in body(inspector.get("/supervision/surge/"))  # with the report
    assert "等待会比较久" not in body(Client().get("/"))
    wrong = supervisor.post("/supervision/surge/rules/", {"gone_seconds": "1"})
    assert wrong.status_code == 422
    rehearsal = body(inspector.get("/supervision/surge/rehearsal/?people=20&usual=3&times=20&minutes=10&gone=50"))
    assert "没有丢失一个来电" in rehearsal
    assert "建议启用应急模式" in rehearsal


def test_who_switches_an_emergency_on_sees_it_on(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this process believed a moment ago."""
    supervisor = signed_in(city, "supervisor")
    monkeypatch.setattr(freshness, "CHECK_SECONDS", 600.0)
    freshness.forget()
    assert "应急中" not in body(supervisor.get("/supervision/surge/"))
    sent = {"reason": "台风登陆，来电激增", "hours": "4", "sure": "1"}
    page = supervisor.post("/supervision/surge/", sent, follow=True)
    assert "应急中" in body(page)
    freshness.forget()


def test_a_number_out_of_bounds_is_told_with_what_to_fill_in(city: City) -> None:
    page = body(
        signed_in(city, "supervisor").get("/supervision/surge/rehearsal/?people=0&usual=3&times=99&minutes=10&gone=50")
    )
    assert "请填 1 或更大的数。" in page
    assert "请填不超过 30 的数。" in page
    empty = body(signed_in(city, "supervisor").get("/supervision/surge/rehearsal/?people="))
    assert "请填写或选择这一项。" in empty


def test_the_share_of_those_who_got_a_person_counts_nobody_of_another_day() -> None:
    """Somebody who waits since yesterday makes today no better."""
    day = Day(10, 2, 8, 5, 4, 2, 1, 3, 60.0, 1, 5.0, 100.0)
    assert day.connected == 6 / 8
    assert replace(day, taken=0, call_back_instead=0, abandoned=0).connected is None
