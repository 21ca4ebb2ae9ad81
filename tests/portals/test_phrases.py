"""Standard phrases (F25): kept in versions by supervisors, one key away on the desk, each use counted."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from tests.portals.staff_pages import body, signed_in
from tests.portals.test_talk_desk import begin, note

from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.intake.domain.phrases import Moment, Scene, scenes_at
from minhu.intake.models import Phrase, PhraseUse
from minhu.intake.services import phrases
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(home: object, db: None) -> City:
    """A small city with three phrases of three scenes."""
    city = make_city()
    with acting_as(city.actor("supervisor")):
        phrases.write("closing", "结束语", "感谢您的来电，再见。")
        phrases.write("opening", "问候语", "您好，很高兴为您服务，请讲。")
        phrases.write("asking", "问地点", "请问事情发生在哪个小区、哪栋楼？")
    return city


def keys(page: str) -> dict[str, str]:
    """Key of the desk → text that it puts in."""
    part = page[page.index('id="td-phrases"') :]
    return {key: text for text, key in re.findall(r'data-ask="([^"]+)" data-append data-key="(\d)"', part)}


def test_the_desk_offers_the_phrases_of_the_moment_first(city: City) -> None:
    agent = signed_in(city, "agent")
    desk = begin(agent)
    assert keys(body(agent.get(desk)))["1"].startswith("您好，很高兴")
    page = note(agent, desk, "楼下装修噪音太大了，吵得孩子没法睡觉")
    assert keys(page)["1"].startswith("请问事情发生")
    agent.post(f"{desk}register/", {"after": "keep"})
    assert keys(body(agent.get(desk)))["1"].startswith("感谢您")


def test_a_use_is_counted_and_shown_to_the_supervisor(city: City) -> None:
    agent, boss = signed_in(city, "agent"), signed_in(city, "supervisor")
    with as_system():
        row = Phrase.objects.get(title="问地点")
    for _ in range(3):
        assert agent.post(f"/desk/phrases/{row.pk}/used/", headers={"HX-Request": "true"}).status_code == 204
    assert agent.post("/desk/phrases/99999/used/").status_code == 404
    assert signed_in(city, "leader").post(f"/desk/phrases/{row.pk}/used/").status_code == 403
    assert agent.get(f"/desk/phrases/{row.pk}/used/").status_code == 405
    with as_system():
        assert PhraseUse.objects.count() == 3
    assert re.search(r"问地点</a></th><td>[^<]+</td><td class=\"num\">3</td>", body(boss.get("/supervision/phrases/")))


def test_a_change_is_a_further_version_and_nobody_overwrites_another(city: City) -> None:
    boss = signed_in(city, "supervisor")
    with as_system():
        row = Phrase.objects.get(title="问候语")
    data = {"version": "1", "scene": "opening", "title": "问候语", "text": "您好，这里是12345热线，请讲。"}
    assert boss.post(f"/supervision/phrases/{row.code}/", data).status_code == 302
    late = boss.post(f"/supervision/phrases/{row.code}/", {**data, "text": "喂，你好，请讲。"})
    assert late.status_code == 422
    assert "刚被别人改过" in body(late)
    page = body(boss.get(f"/supervision/phrases/{row.code}/"))
    assert "很高兴为您服务" in page, "the version before is kept"
    with as_system():
        assert [one.version for one in Phrase.objects.filter(code=row.code)] == [1, 2]
        assert Phrase.objects.filter(code=row.code, ended_at=None).count() == 1
    assert boss.post(f"/supervision/phrases/{row.code}/retire/").status_code == 302
    assert "这条话术已停用" in body(boss.get(f"/supervision/phrases/{row.code}/"))
    agent = signed_in(city, "agent")
    assert "12345热线，请讲" not in body(agent.get(begin(agent))).split('id="td-phrases"')[1]


def test_only_a_supervisor_keeps_phrases_and_no_person_stands_in_one(city: City) -> None:
    with acting_as(city.actor("agent")), pytest.raises(NotAllowed):
        phrases.write("opening", "问候", "您好，请讲吧。")
    assert signed_in(city, "agent").get("/supervision/phrases/").status_code == 403
    with acting_as(city.actor("supervisor")):
        for scene, title, text in (
            ("nowhere", "问候", "您好，请讲吧。"), ("opening", "", "您好，请讲吧。"), ("opening", "问候", "喂"),
            ("opening", "问候", "请拨打13812345678找他"), ("opening", "问候", "好" * 301),
        ):  # fmt: skip
            with pytest.raises(Invalid):
                phrases.write(scene, title, text)
        with pytest.raises(NotFound):
            phrases.retire(UUID(int=0))
        with as_system():
            row = Phrase.objects.get(title="问候语")
        with pytest.raises(Conflict):
            phrases.write("opening", "问候语", "您好，请讲吧。", row.code, 7)


def test_no_text_of_a_phrase_is_more_than_text(city: City) -> None:
    with acting_as(city.actor("supervisor")):
        phrases.write("opening", "引号", '"><script>alert(1)</script>请讲')
    agent = signed_in(city, "agent")
    assert "<script>alert" not in body(agent.get(begin(agent)))


def test_every_scene_stands_somewhere_at_every_moment() -> None:
    for flags in range(32):
        moment = Moment(*(bool(flags >> bit & 1) for bit in range(5)))
        assert sorted(scenes_at(moment)) == sorted(Scene)
    assert scenes_at(Moment(spoke=True, upset=True, asks=True))[:2] == (Scene.CALMING, Scene.ASKING)
