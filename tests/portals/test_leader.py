"""The leader's page: it says how it compares, its bars have names and links only where orders lie behind them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import City, make_city, make_order
from minhu.directory.access import as_system
from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.rules import access_rules
from minhu.handling.models import Order
from minhu.kernel import clock
from minhu.ledger.models import Entry

from .staff_pages import body, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    made = make_city()
    with clock.at(clock.now() - timedelta(days=60)):
        make_order(made, upto="to_dispatch")
    with as_system():
        Order.objects.filter(pk=make_order(made).pk).update(area=None)
    return made


@pytest.mark.parametrize("key", ["today", "7d", "365d"])
def test_the_page_says_how_it_compares(city: City, key: str) -> None:
    page = body(signed_in(city, "leader").get(f"/leader/?period={key}"))
    assert "与上一周期同期比较" in page
    assert "受理已满" in page
    assert '<th scope="row">地点未定</th>' in page
    assert '<th scope="row">热线中心（未派单、审核、回访）</th>' in page
    assert 'href="/orders/?light=red"' in page


def test_the_board_leaves_the_house_for_a_reason_and_as_often_as_the_day_allows(city: City) -> None:
    analyst = signed_in(city, "supervisor")
    address = "/leader/export/?period=30d"
    assert analyst.get(address).status_code == 405, "no link takes figures out"
    assert "请填写导出用途" in body(analyst.post(address, {"reason": ""}, follow=True))
    assert analyst.post(address, {"reason": "月度例会"})["Content-Type"].startswith("application/vnd")
    with as_system():
        entry = Entry.objects.get(kind="board.exported")
    assert (entry.subject_type, entry.payload["period"]) == ("staff", "30d")
    assert entry.payload["reason"]
    for _ in range(access_rules().per_day - 1):
        analyst.post(address, {"reason": "月度例会"})
    assert "上限" in body(analyst.post(address, {"reason": "月度例会"}, follow=True))


def test_assistants_and_briefs_are_switched_written_and_published_on_their_pages(city: City) -> None:
    office = signed_in(city, "supervisor")
    day = (local_day() - timedelta(days=1)).isoformat()
    assert "还没有简报" in body(office.get("/leader/briefs/"))
    assert "已起草" in body(office.post("/leader/briefs/write/", {"day": day}, follow=True))
    assert "请选择" in body(office.post("/leader/briefs/write/", {"day": local_day().isoformat()}, follow=True))
    assert "请选择日期" in body(office.post("/leader/briefs/write/", {"day": "明天"}, follow=True))
    page = body(office.get(f"/leader/briefs/{day}/"))
    assert f"/orders/?from={day}&amp;to={day}" in page
    assert "简报已发布" in body(office.post(f"/leader/briefs/{day}/publish/", {"text": "当天平稳。"}, follow=True))
    assert "当天平稳。" in body(signed_in(city, "leader").get(f"/leader/briefs/{day}/"))
    assert "改正" in body(office.get("/assistants/report/"))
    done = body(office.post("/assistants/urge/switch/", {"on": "0", "reason": "演练期间停用"}, follow=True))
    assert "已停用" in done
    assert "催办助手停用：演练期间停用" in done
    admin = signed_in(city, "system_admin")
    assert "已停用" in body(admin.get("/assistants/"))
    assert "由督办和分析岗位查看" in body(admin.get("/assistants/accept/"))
    assert signed_in(city, "agent").get("/assistants/").status_code == 403
    assert office.get("/assistants/sing/").status_code == 404
