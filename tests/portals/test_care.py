"""Special needs from the citizen's words to the unit's page, the relay with both sides, and what consent keeps."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from tests.portals.staff_pages import signed_in

from factories import City, make_city, make_staff
from minhu.directory.access import acting_as, as_system, elevated
from minhu.directory.types import Role
from minhu.engines.secrets import unseal
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.intake.models import CareMark, Request, Talk
from minhu.intake.queries import caring as queries
from minhu.intake.services import caring, talking
from minhu.intake.types import TalkChannel

pytestmark = pytest.mark.django_db
WORDS = "我是聋哑人，只能打字。柳湾小区三号楼昨晚开始停水，家里没水用，请派人来修。"


@pytest.fixture
def city(home: object, db: None) -> City:
    """A small city with keys of its own."""
    return make_city()


def is_sealed(talk: Talk) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT needs_said FROM intake_talk WHERE id = %s", [talk.pk])
        raw = bytes(cursor.fetchone()[0])
    assert b"hearing" not in raw, "what he cannot do is read by nobody in a dump"
    assert unseal(raw, "intake_talk.needs_said", str(talk.uid)) == "hearing:said,speech:said"


def test_a_deaf_citizen_types_and_an_agent_speaks_for_him(city: City) -> None:
    citizen, agent = Client(), signed_in(city, "agent")
    assert citizen.get("/talk/care/").status_code == 302  # no talk yet
    page = citizen.post("/talk/say/", {"words": WORDS, "key": "k1"}, follow=True).content.decode()
    assert "/talk/care/" in page
    with as_system():
        talk = Talk.objects.get()
        assert talk.needs == ["hearing:said", "speech:said"]
        is_sealed(talk)
        assert talk.priority == 3
        assert queries.manner(talk.uid).text_only
    uid = talk.uid
    page = citizen.post("/talk/care/", {"needs": ["hearing", "speech", "sign"]}, follow=True).content.decode()
    refused = citizen.post("/talk/care/", {"needs": ["hearing"], "keep": "1"})
    assert refused.status_code == 422, "nobody knows for whom to keep it"
    assert citizen.post("/talk/care/", {"needs": ["magic"]}).status_code == 422
    citizen.post("/talk/care/", {"needs": ["hearing", "speech", "sign"]})
    agent.post(f"/desk/talks/{uid}/take/")
    strip = agent.get(f"/desk/talks/{uid}/care/", headers={"HX-Request": "true"}).content.decode()
    assert "听力不便" in strip
    assert "请发短信联系，不要打电话" in strip
    assert "预约手语翻译" in strip
    relay = f"/desk/talks/{uid}/relay/"
    assert agent.post(relay, {"do": "hear", "words": "请说", "key": "r0"}).status_code == 409
    assert agent.post(relay, {"do": "begin", "words": "水务局抢修值班", "key": "r1"}).status_code == 302
    assert agent.post(relay, {"do": "begin", "words": "水务局抢修值班", "key": "r1"}).status_code == 302
    assert agent.post(relay, {"do": "begin", "words": "另一个单位", "key": "r2"}).status_code == 409
    citizen.post("/talk/say/", {"words": "几点能来修？", "key": "k2"})
    assert agent.post(relay, {"do": "hear", "words": "下午三点前到。", "key": "r3"}).status_code == 302
    seen = citizen.get("/talk/").content.decode()
    assert "对方（工作人员转述）" in seen
    assert "下午三点前到。" in seen
    assert "几点能来修？" in agent.get(f"/desk/talks/{uid}/relay-said/").content.decode()
    assert agent.post(relay, {"do": "end"}).status_code == 302
    assert agent.post(relay, {"do": "fly"}).status_code == 422
    assert signed_in(city, "water_handler").get(relay).status_code == 403
    form = agent.get(f"/desk/new/?talk={uid}").content.decode()
    assert 'value="disabled" selected' in form
    sent = {"key": "f" * 32, "talk": uid.hex, "text": WORDS, "special_group": "disabled", "after": "accept"}
    assert agent.post("/desk/new/", sent).status_code == 302
    with as_system():
        number = Request.objects.get().number
    with acting_as(city.actor("dispatcher")):
        take(number, Step.DISPATCH, StepData(unit_id=city.unit("water")))
    unit = signed_in(city, "water_handler").get(f"/orders/{number}/").content.decode()
    assert "请发短信联系，不要打电话" in unit, "the unit learns how to reach him"
    assert "需要照顾" not in unit, "and nothing of why"
    assert "听力不便" not in unit
    assert "需要照顾" in agent.get(f"/orders/{number}/").content.decode()


def test_marks_are_kept_by_consent_known_next_time_and_withdrawn(city: City) -> None:
    agent = signed_in(city, "agent")
    phone = "13800000123"
    first = talking.begin(TalkChannel.PHONE, phone=phone)
    talking.hear(first.uid, "我今年八十二岁了，路灯不亮晚上不敢出门。")
    agent.post(f"/desk/talks/{first.uid}/take/")
    assert (
        agent.post(f"/desk/talks/{first.uid}/care/", {"needs": ["elderly", "mobility"], "keep": "1"}).status_code == 302
    )
    with as_system():
        kept = CareMark.objects.get()
        assert (kept.needs, kept.how, bool(kept.purpose)) == ("elderly,mobility", "said", True)
        assert Talk.objects.get(uid=first.uid).needs == ["elderly:said", "mobility:agent"]
    second = talking.begin(TalkChannel.PHONE, phone=phone)
    with as_system():
        talk = Talk.objects.get(uid=second.uid)
        assert talk.needs == ["elderly:kept", "mobility:kept"]
        assert talk.priority == 3
        assert queries.manner(second.uid).speed < 1
    agent.post(f"/desk/talks/{second.uid}/take/")
    city.staff["other"] = make_staff("other", city.units["centre"], Role.AGENT, "另一位坐席")
    other, care = signed_in(city, "other"), f"/desk/talks/{second.uid}/care/"
    for wanted in ({"withdraw": "1"}, {"needs": ["sign"], "keep": "1"}):
        assert other.post(care, wanted).status_code == 404, "in a colleague's hands"
    typed = talking.begin(TalkChannel.PARTNER, sender="t1:u1", phone=phone)
    assert not queries.for_citizen(typed.uid).needs, "a number that somebody typed in tells nothing of its owner"
    caring.withdraw(typed.uid)
    with as_system():
        assert CareMark.objects.get().needs == "elderly,mobility"
    assert agent.post(f"/desk/talks/{second.uid}/care/", {"withdraw": "1"}).status_code == 302
    third = talking.begin(TalkChannel.PHONE, phone=phone)
    with elevated("the test looks"):
        assert Talk.objects.get(uid=third.uid).needs == []
        assert not CareMark.objects.exists()


def test_needs_that_stood_plain_are_sealed_where_they_stand(city: City) -> None:
    step, editor = import_module("minhu.intake.migrations.0024_sealed_needs"), SimpleNamespace(connection=connection)
    with connection.cursor() as cursor:  # a table of this transaction only, as it was before
        cursor.execute("CREATE TEMP TABLE intake_talk (id bigint, uid uuid, needs varchar[], needs_said bytea)")
        cursor.execute(
            "INSERT INTO intake_talk VALUES (1, gen_random_uuid(), '{hearing:said,speech:said}'), (2, gen_random_uuid(), '{}')"
        )
        step.seal_what_stands(None, editor)
        cursor.execute("SELECT uid, needs_said FROM intake_talk ORDER BY id")
        (uid, sealed), (_, none) = cursor.fetchall()
        assert unseal(bytes(sealed), step.CONTEXT, str(uid)) == "hearing:said,speech:said"
        assert none is None
        cursor.execute("UPDATE intake_talk SET needs = '{}'")
        step.open_again(None, editor)
        cursor.execute("SELECT needs FROM intake_talk ORDER BY id")
        assert cursor.fetchall() == [(["hearing:said", "speech:said"],), ([],)]
        cursor.execute("DROP TABLE intake_talk")
