"""A bulletin from the desk to the callers: two people, one count, one message each, one end with its incident."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.portals.staff_pages import signed_in

from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.services.rule_sets import put
from minhu.directory.types import RuleKind
from minhu.handling.models import Incident, Order
from minhu.handling.services import incidents
from minhu.intake import services as intake
from minhu.intake.models import Affected, Bulletin, BulletinMessage, Request, Talk, TextMessage
from minhu.intake.queries.first_notices import first_notices
from minhu.intake.services import bulletin_messages, bulletins, emergencies, talking
from minhu.intake.types import NewRequest, Speaker, TalkChannel
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.portals.formats import local

pytestmark = pytest.mark.django_db
SPOKEN = "柳湾街道供水主管爆管停水，供水集团正在抢修，预计今晚恢复。"
WHEN = "%Y-%m-%dT%H:%M"


@pytest.fixture
def city(home: Path, db: None) -> City:
    """A small city with keys of its own."""
    return make_city()


def form(**more: str) -> dict[str, str]:
    begins = local(now() - timedelta(hours=1)).strftime(WHEN)
    ends = local(now() + timedelta(hours=8)).strftime(WHEN)
    return {
        "matter": "water", "title": "柳湾街道停水", "spoken": SPOKEN, "text": "", "area_codes": "滨江区柳湾街道",
        "begins_at": begins, "ends_at": ends, **more,
    }  # fmt: skip


def talked(*said: str, phone: str = "") -> tuple[list[str], Talk]:
    begun = talking.begin(TalkChannel.CHAT, phone=phone)
    codes: list[str] = []
    for words in said:
        codes += [one.code for one in talking.hear(begun.uid, words) if one.speaker is Speaker.BOT]
    with as_system():
        return codes, Talk.objects.get(uid=begun.uid)


def published(city: City, main: Order, writer: Client, other: Client) -> tuple[Bulletin, int]:
    """A bulletin of an incident, written by one and published by another; neither the writer nor an agent can."""
    with acting_as(city.actor("dispatcher")):
        draft = incidents.IncidentDraft("柳湾街道停水", SPOKEN, now() - timedelta(hours=1), now() + timedelta(hours=8))
        incident = incidents.open_incident(main.number, draft)
    assert signed_in(city, "water_handler").get("/desk/bulletins/").status_code == 403
    assert SPOKEN in writer.get(f"/desk/bulletins/new/?incident={incident}").content.decode()
    wrong = writer.post("/desk/bulletins/new/", form(spoken="有事打张三13800138000", area_codes=""))
    assert wrong.status_code == 422
    made = writer.post("/desk/bulletins/new/", form(incident=str(incident)))
    assert made.status_code == 302, made.content.decode()
    with as_system():
        row = Bulletin.objects.get()
    assert talked("柳湾社区停水了")[0] != ["bulletin"]  # a draft answers nobody
    writer.post(f"/desk/bulletins/{row.pk}/publish/")
    signed_in(city, "agent").post(f"/desk/bulletins/{row.pk}/publish/")
    row.refresh_from_db()
    assert row.state == "draft"
    other.post(f"/desk/bulletins/{row.pk}/publish/")
    return row, incident


def test_from_the_desk_to_the_callers_and_back(city: City) -> None:
    writer, other, agent = signed_in(city, "dispatcher"), signed_in(city, "dispatcher2"), signed_in(city, "agent")
    main = make_order(city, upto="in_progress", title="柳湾街道停水")
    row, incident = published(city, main, writer, other)
    page = f"/desk/bulletins/{row.pk}/"
    assert "柳湾街道停水" in Client().get("/").content.decode()
    assert "柳湾街道停水" in Client().get("/talk/").content.decode()
    assert SPOKEN in agent.get("/desk/bulletins/?q=柳湾 停水").content.decode()
    told, first = talked("柳湾社区停水了怎么回事", "是的", "13800001234")
    assert told == ["bulletin", "bulletin_joined", "news_kept"]
    talked("停水了", "是", "13800001234")  # the same person again
    _, chatting = talked("柳湾社区停水了", "是", "好的")
    _, silent = talked("请问什么时候来水", "是", "不用")
    assert talked("柳湾社区停水了", "不是，是我家水表坏了")[0][1:] != ["bulletin_joined"]
    with as_system():
        assert Request.objects.count() == 1  # the leading order's own
        assert Affected.objects.filter(bulletin=row).count() == 3
        assert Affected.objects.filter(bulletin=row, wants_news=True).count() == 2
        assert Affected.objects.get(talk=silent).phone == ""
    assert "另有 3 人由通告登记" in writer.get(f"/desk/incidents/{incident}/").content.decode()
    text = {"text": "柳湾街道已抢修完成一半，预计晚8点恢复供水。"}
    assert "将发给 2 人" in writer.post(f"{page}message/", text).content.decode()
    writer.post(f"{page}message/", {**text, "confirm": "1"})
    with as_system():
        message = BulletinMessage.objects.get()
    writer.post(f"{page}send/", {"message": str(message.pk)})
    message.refresh_from_db()
    assert message.sent_at is None  # nobody lets his own words go
    with CaptureQueriesContext(connection) as asked:
        other.post(f"{page}send/", {"message": str(message.pk)})
    held = [one["sql"] for one in asked if 'FROM "intake_talk"' in one["sql"] and "FOR UPDATE" in one["sql"]]
    assert len(held) == 2, "each talk is held while a word is numbered in it"
    message.refresh_from_db()
    assert (message.by_text, message.by_talk, message.unreached) == (0, 2, 0)  # no text messages are set up
    assert text["text"] in talking.for_citizen(chatting.uid).said[-1].text
    with as_system():
        assert not TextMessage.objects.filter(state="waiting").exists()
        Order.objects.filter(pk=main.pk).update(state="closed", public_reply="已修复爆裂的主管，全部恢复供水。")
    with acting_as(city.actor("dispatcher")):
        incidents.close_incident(incident, "已全部恢复供水")
    assert "全部恢复供水" in talking.for_citizen(first.uid).said[-1].text
    row.refresh_from_db()
    assert (row.state, Incident.objects.get().closed_at is None) == ("ended", False)
    assert "bulletin" not in talked("柳湾社区停水了")[0]


def test_one_alone_publishes_only_with_a_reason_that_another_reviews_and_an_update_takes_people_along(
    city: City,
) -> None:
    alone, other = city.actor("supervisor"), city.actor("dispatcher")
    draft = bulletins.BulletinDraft(
        "water", "柳湾停水", SPOKEN, "", ("990101001",), (), (), now() - timedelta(hours=1), now() + timedelta(hours=5)
    )
    with acting_as(alone):
        first = bulletins.write(draft)
        with pytest.raises(Conflict, match="另一个人"):
            bulletins.publish(first)
        bulletins.publish(first, at_once="夜间爆管，等不到第二个人")
        with pytest.raises(Conflict, match="另一个人复核"):
            bulletins.review(first)
    talked("柳湾社区停水了", "是", "13900001234")
    with acting_as(other):
        bulletins.review(first)
        second = bulletins.write(draft, replaces=first)
        with pytest.raises(Conflict, match="待发布的更新"):
            bulletins.write(draft, replaces=first)
    with acting_as(alone):
        bulletins.publish(second)
        bulletin_messages.make(second, "预计恢复时间推迟到晚上10点。")
        with pytest.raises(Invalid, match="个人信息"):
            bulletin_messages.make(second, "详情请联系王小明13800138000。")
    with acting_as(city.actor("agent")), pytest.raises(NotAllowed):
        bulletins.finish(second, "已经恢复供水")
    with as_system():
        states = dict(Bulletin.objects.values_list("pk", "state"))
        assert states == {first: "replaced", second: "published"}
        assert Affected.objects.get().bulletin_id == second


def test_in_an_emergency_the_first_words_name_what_is_dealt_with(city: City) -> None:
    begins, ends = now() - timedelta(hours=1), now() + timedelta(hours=8)

    def bulletin(title: str, matter: str, code: str, unit: str) -> Bulletin:
        return Bulletin.objects.create(
            matter=matter, title=title, spoken=f"{title}，正在处理。", area_codes=[code], begins_at=begins, ends_at=ends,
            unit=city.units[unit], state="published", written_at=begins, written_by="x",
        )  # fmt: skip

    water, road = (
        bulletin("柳湾街道停水", "water", "990101001", "water"),
        bulletin("滨河路封闭", "road", "990102", "urban"),
    )
    assert len(talking.for_citizen(talking.begin(TalkChannel.PHONE).uid).said) == 1, "nothing is named on a quiet day"
    with as_system():
        intake.receive(NewRequest(text="滨江区柳湾街道春晖路路灯不亮", requester_phone="19900007777"))
    with acting_as(city.actor("supervisor")):
        emergencies.begin("暴雨，来电激增", 2)
    begun = talking.begin(TalkChannel.PHONE, phone="19900007777").uid
    greeting, named = talking.for_citizen(begun).said
    assert greeting.code == "greeting"
    assert f"1、{water.title}；2、{road.title}" in named.text, "what is near to the caller stands in front"
    told = talking.hear(begun, "1")
    assert water.spoken in told[-1].text
    talking.hear(begun, "是")
    with as_system():
        assert Affected.objects.get().bulletin_id == water.pk
        own = {"code": "urban", "name": "城管专线", "short": "城管", "unit": "urban"}
        main = {"code": "12345", "name": "12345热线", "short": "总线"}
        put(RuleKind.LINES, {"main": "12345", "lines": [main, own]}, "x")
        assert [one.title for one in first_notices("urban")] == [road.title], (
            "a line names what its own unit deals with"
        )
        assert [one.title for one in first_notices("")] == [road.title, water.title]
    with acting_as(city.actor("supervisor")):
        emergencies.end()
    assert len(talking.for_citizen(talking.begin(TalkChannel.PHONE).uid).said) == 1
