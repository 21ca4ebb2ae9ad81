"""The telephone in the browser: who may open it and join which call; a trial call is answered by the bot."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories import City, make_city, make_staff
from minhu.directory.access import as_system
from minhu.directory.types import Role
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.intake.models import Call
from minhu.intake.services import calling
from minhu.intake.types import CallPhase
from minhu.kernel.clock import now
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def city(home: object, db: None) -> City:
    made = make_city()
    made.staff["security"] = make_staff("security", made.units["centre"], Role.SECURITY_ADMIN, "安全员")
    made.staff["other"] = make_staff("other", made.units["centre"], Role.AGENT, "另一位坐席")
    return made


def waiting(key: str = "c1") -> UUID:
    uid = calling.take_event("pbx", CallEvent(key, now(), CallEventKind.RINGING, "13800005678"))
    calling.answer_by_bot(uid)
    calling.heard(uid, "转人工", key="1")
    calling.take_event("pbx", CallEvent(key, now(), CallEventKind.QUEUED))
    return uid


def test_an_agent_answers_a_waiting_call_and_the_gateway_lets_in_him_alone(city: City) -> None:
    agent, other = signed_in(city, "agent"), signed_in(city, "other")
    page = agent.get("/desk/phone/")
    assert "现在没有来电" in body(page)
    assert page["Permissions-Policy"] == "microphone=(self)"
    assert agent.get("/desk/talks/")["Permissions-Policy"] == "microphone=()"
    uid = waiting()
    rows = body(agent.get("/desk/phone/calls/"))
    assert f'data-phone-answer="{uid}" data-phone-rings' in rows
    assert "13800005678" not in rows
    assert agent.get(f"/desk/phone/{uid}/join/", headers=JSON).status_code == 403, "nobody has it yet"
    assert agent.post(f"/desk/phone/{uid}/take/", headers=JSON).status_code == 200
    taken = other.post(f"/desk/phone/{uid}/take/", headers=JSON)
    assert (taken.status_code, taken.json()["code"]) == (409, "talk_taken")
    assert agent.get(f"/desk/phone/{uid}/join/").json() == {"account": city.staff["agent"].username, "call": str(uid)}
    for stranger, status in ((other, 404), (signed_in(city, "security"), 403), (Client(), 302)):
        assert stranger.get(f"/desk/phone/{uid}/join/").status_code == status
    assert f'data-phone-again="{uid}"' in body(agent.get("/desk/phone/calls/"))
    watcher = signed_in(city, "supervisor")
    assert watcher.get(f"/desk/phone/{uid}/listen/").json()["account"] == city.staff["supervisor"].username
    assert other.get(f"/desk/phone/{uid}/listen/").status_code == 403
    assert other.post("/desk/phone/seat/", {"state": "ready"}).json()["state"] == "ready"
    assert other.post("/desk/phone/seat/", {"state": "off"}).json()["state"] == "off"
    calling.take_event("pbx", CallEvent("c1", now(), CallEventKind.HUNG_UP))
    assert agent.get(f"/desk/phone/{uid}/join/", headers=JSON).status_code == 403, "over"
    with CaptureQueriesContext(connection) as asked:
        assert agent.post(f"/desk/phone/{uid}/end/", headers=JSON).status_code == 200
    held = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"] and '"intake_' in one["sql"]]
    assert '"intake_call"' in held[0], "events of the exchange lock the call before its talk: so does its agent"
    assert agent.get(f"/desk/phone/{UUID(int=1)}/join/", headers=JSON).status_code == 404


def test_an_administrator_calls_the_bot_and_hangs_up(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINHU_SPEECH_OUT", "none")
    client = signed_in(city, "security")
    page = client.get("/manage/phone-trial/")
    assert page["Permissions-Policy"] == "microphone=(self)"
    assert "请打字代替说话" in body(page)
    assert "没有语音合成" in body(page)
    begun = client.post("/manage/phone-trial/begin/", {"line": "no-such"}).json()
    assert "不是真人" in begun["said"][0]["text"]
    place = f"/manage/phone-trial/{begun['call']}/"
    said = client.post(f"{place}say/", {"words": "转人工", "key": "k", "after": "1"}).json()
    assert [one["speaker"] for one in said["said"]] == ["citizen", "bot"]
    assert said["state"] == "waiting"
    assert client.get(f"{place}said/?after=3").json()["said"] == []
    silent = client.get(f"{place}sound/1/", headers=JSON)
    assert (silent.status_code, silent.json()["code"]) == (503, "no_synthesiser")
    assert client.get(f"{place}sound/9/", headers=JSON).status_code == 404
    assert client.post(f"{place}say/", {"words": "好" * 2001}, headers=JSON).status_code == 422
    foreign = waiting("c2")
    assert client.post(f"/manage/phone-trial/{foreign}/say/", {"words": "好"}, headers=JSON).status_code == 404
    assert client.post(f"{place}end/").status_code == 200
    with as_system():
        assert Call.objects.get(uid=begun["call"]).phase == CallPhase.OVER.value
    assert signed_in(city, "agent").get("/manage/phone-trial/").status_code == 403


def test_a_trial_call_is_heard_piece_by_piece(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    class Humming:
        def say(self, text: str, *, speed: float = 1.0, voice: str = "", lead: str = "") -> object:
            return iter([text[:2].encode("utf-16-le"), f"{speed:4.2f}".encode()])

    monkeypatch.setattr("minhu.engines.speech.choosing.synthesiser", Humming)
    client = signed_in(city, "security")
    call = client.post("/manage/phone-trial/begin/").json()["call"]
    answer = client.get(f"/manage/phone-trial/{call}/sound/1/?slow=1")
    assert b"".join(answer.streaming_content) == "您好".encode("utf-16-le") + b"0.80"
