"""The desk of a call: what is noted fills the form, the agent's word stays, one press registers, and nothing is lost or seen by others."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from tests.portals.staff_pages import body, signed_in

from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.intake.models import Draft, KeptElement, Request, Talk
from minhu.intake.queries.drafts import entry_figures
from minhu.intake.services import drafting
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, NotAllowed
from minhu.language.filling.types import Field
from minhu.ledger.queries import readings_since
from minhu.portals.live.topics import allowed
from minhu.portals.talks import fields

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def city(home: object, db: None) -> City:
    """A small city with keys of its own."""
    return make_city()


def begin(agent: Client, phone: str = "13800002233") -> str:
    """The desk of a call that was answered by hand."""
    answer = agent.post("/desk/talks/call/", {"phone": phone})
    assert answer.status_code == 302
    return str(answer["Location"])


def note(agent: Client, desk: str, words: str, by: str = "citizen") -> str:
    """What a script gets after words were noted."""
    data = {"words": words, "as": by, "key": words[:20], "seen": "0", "typed": "7"}
    return body(agent.post(f"{desk}say/", data, headers=HTMX))


def row_of(page: str, field: str) -> str:
    """One line of the form."""
    found = re.search(rf'<li class="td-row[^>]*id="row-{field}".*?</li>', page, re.DOTALL)
    assert found
    return found[0]


def registered(desk: str) -> Request:
    """What the form became: the request with its elements, and the form with what became of its fields."""
    with as_system():
        request = Request.objects.get()
        draft = Draft.objects.get()
        assert request.requester_phone == "13800002233"
        assert request.place_text == "柳湾社区5号楼2单元"
        assert "被反映对象：云溪自来水公司" in request.text
        assert (request.channel, request.call_id) == ("phone", desk.split("/")[3].replace("-", ""))
        assert {"people", "party"} <= set(KeptElement.objects.values_list("kind", flat=True))
        assert (draft.request_id, draft.outcomes["place"], draft.outcomes["party"]) == (
            request.pk,
            "corrected",
            "typed",
        )
        assert draft.typing_seconds == 21
    return request


def test_a_call_fills_the_form_and_becomes_a_request(city: City) -> None:
    agent, colleague = signed_in(city, "agent"), signed_in(city, "supervisor")
    desk = begin(agent)
    page = body(agent.get(desk))
    assert "没有接入语音识别" in page
    assert "请问有什么可以帮您" in page
    note(agent, desk, "您好，请讲", by="agent")
    page = note(agent, desk, "柳湾社区3号楼，呃不对，是5号楼从昨晚开始停水，大概有六十户没水用")
    assert "柳湾社区5号楼" in row_of(page, "place")
    assert 'data-words="2"' in row_of(page, "place")
    assert "60户" in row_of(page, "people")
    assert "13800002233" in row_of(page, "phone")
    page = body(agent.post(f"{desk}correct/", {"field": "place", "value": "柳湾社区5号楼2单元"}, headers=HTMX))
    assert "柳湾社区5号楼2单元" in row_of(page, "place")
    page = note(agent, desk, "就在柳湾社区6号楼旁边，免贵姓李，赶紧给修好")
    assert "柳湾社区5号楼2单元" in row_of(page, "place")
    agent.post(f"{desk}accept/", {"field": "sure"}, headers=HTMX)
    agent.post(f"{desk}correct/", {"field": "party", "value": "云溪自来水公司"}, headers=HTMX)
    assert "没有这个诉求分类" in body(
        agent.post(f"{desk}correct/", {"field": "category", "value": "没有的类"}, headers=HTMX)
    )
    agent.logout()  # the browser is gone; whoever signs in again finds everything
    agent = signed_in(city, "agent")
    assert "云溪自来水公司" in row_of(body(agent.get(desk)), "party")
    assert colleague.get(desk, follow=True).status_code == 200  # whoever has not the talk listens at the wall
    with acting_as(city.actor("agent")), pytest.raises(NotAllowed):
        entry_figures(clock.now() - timedelta(days=1))
    assert agent.post(f"{desk}register/", {"after": "accept"}).status_code == 302
    page = body(agent.get(desk))
    request = registered(desk)
    assert request.number[:6] in page
    assert "查询码" in page
    assert agent.post(f"{desk}register/", {"after": "accept"}, follow=True).status_code in (200, 422)
    assert agent.post(f"{desk}another/").status_code == 302
    page = note(agent, desk, "还有，小区门口的路灯也坏了三天了")
    assert "停水" not in row_of(page, "matter")
    with as_system():
        assert Request.objects.count() == 1
    figures = body(signed_in(city, "supervisor").get("/desk/talks/figures/"))
    assert "采纳率" in figures


def test_a_form_is_nobody_elses_and_a_look_at_the_caller_is_logged(city: City) -> None:
    agent = signed_in(city, "agent")
    desk = begin(agent)
    note(agent, desk, "柳湾社区的路灯坏了一个星期，晚上很黑")
    uid = desk.split("/")[3]
    before = readings_since(city.actor("agent").id, clock.now() - timedelta(hours=1))[0]
    assert "近一年首次来电" in body(agent.post(f"{desk}caller/", headers=HTMX))
    body(agent.get(f"{desk}said/?seen=0", headers=HTMX))
    assert readings_since(city.actor("agent").id, clock.now() - timedelta(hours=1))[0] - before <= 1
    for name in ("water_handler", "system_admin", "dispatcher"):
        assert signed_in(city, name).get(desk).status_code in (403, 404)
        assert signed_in(city, name).post(f"{desk}register/").status_code in (403, 404)
    with acting_as(city.actor("agent")) as actor:
        assert allowed(actor, f"talk:{uid},talk:x") == {f"talk:{uid}"}
    with acting_as(city.actor("water_handler")) as actor:
        assert allowed(actor, f"talk:{uid}") == frozenset()
    with acting_as(city.actor("agent")):
        drafting.accept(UUID(uid), "title")
    with as_system():
        Talk.objects.filter(uid=uid).update(agent=city.staff["dispatcher"])
    with acting_as(city.actor("agent")), pytest.raises(Conflict):
        drafting.correct(UUID(uid), "title", "别人的单")


def test_the_same_matter_is_joined_instead_of_registered_twice(city: City) -> None:
    agent = signed_in(city, "agent")
    words = "柳湾社区门口的路灯坏了一个星期，晚上很黑，老人差点摔倒，希望尽快修好"
    first = begin(agent, "13800001111")
    note(agent, first, words)
    agent.post(f"{first}register/", {"after": "keep"})
    with as_system():
        number = Request.objects.get().number
    same, other = begin(agent, "13800001111"), begin(agent, "13900002222")
    assert number[-7:] in note(agent, same, words).replace(" ", "")
    assert agent.post(f"{same}join/", {"number": number}).status_code == 302
    with as_system():
        assert Request.objects.count() == 1  # the own order was supplemented
    note(agent, other, words)
    assert agent.post(f"{other}join/", {"number": number}).status_code == 302
    with as_system():
        assert Request.objects.count() == 2
        assert Draft.objects.filter(registered_at__isnull=False).count() == 2


def test_a_time_is_shown_as_people_write_it_and_saved_unchanged_stays_what_it_was() -> None:
    for value, words in (("2026-11-23T20:00", "2026年11月23日 20:00"), ("2026-11-23", "2026年11月23日")):
        assert fields.shown(Field.WHEN, value) == words
        assert fields.stored(Field.WHEN, words) == value
