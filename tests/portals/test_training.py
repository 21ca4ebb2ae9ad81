"""Training needs for supervisors and for oneself (F25): real counts with their cases, logged, exported for a reason."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import transaction
from tests.portals.staff_pages import body, signed_in
from tests.portals.test_talk_desk import begin, note

from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Post, Staff
from minhu.directory.types import Role
from minhu.handling.models import Order
from minhu.intake.models import Draft, Talk
from minhu.intake.services import receive
from minhu.intake.types import NewRequest
from minhu.kernel import clock
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door, Outcome
from minhu.ledger.models import Access, Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(home: object, db: None) -> City:
    """A small city with two agents: one whose suggestions are mostly corrected, one whose are not."""
    city = make_city()
    city.staff["agent2"] = Staff.objects.create(username="agent2", name="孙二")
    Post.objects.create(staff=city.staff["agent2"], unit=city.units["centre"], role=Role.AGENT.value)
    handled(city, "agent", 6, corrected=6, seconds=300)
    handled(city, "agent2", 8, corrected=1, seconds=100)
    return city


def handled(city: City, who: str, count: int, *, corrected: int, seconds: int) -> None:
    """So many talks of an agent that became orders about noise."""
    for at in range(count):
        with transaction.atomic(), acting_as(city.actor(who)):
            receipt = receive(NewRequest(text=f"{who}第{at}号院子每天夜里施工噪音太大", idempotency_key=f"{who}{at}"))
        with transaction.atomic(), as_system():
            Order.objects.filter(request_id=receipt.request_id).update(category=city.categories["A2"])
            done = clock.now() - timedelta(hours=at + 1)
            begun = done - timedelta(seconds=seconds)
            talk = Talk.objects.create(
                channel="phone", state="ended", agent=city.staff[who], opened_at=begun, last_at=done, ended_at=done
            )
            outcomes = {"category": "corrected" if at < corrected else "accepted", "warned:no_place": "left"}
            Draft.objects.create(
                talk=talk, channel="phone", first_word_at=begun, registered_at=done, registered_by=city.staff[who],
                request_id=receipt.request_id, outcomes=outcomes,
            )  # fmt: skip


def test_a_supervisor_sees_every_agent_with_the_topic_to_train_and_the_orders_behind_it(city: City) -> None:
    boss = signed_in(city, "supervisor")
    page = body(boss.get("/supervision/training/"))
    assert "噪声" in page
    assert "建议改正多、登记用时长" in page
    assert page.count("没有突出的主题") == 1
    one = body(boss.get(f"/supervision/training/{city.staff['agent'].pk}/"))
    with as_system():
        numbers = list(Order.objects.filter(request__text__startswith="agent第").values_list("number", flat=True))
    assert len(numbers) == 6
    assert all(f'href="/orders/{number}/"' in one for number in numbers)
    assert "同事 12.5%" in one
    with as_system():
        purposes = list(Access.objects.filter(subject_type="training").values_list("subject_id", "purpose"))
    assert ("all", "查看坐席培训需求") in purposes
    assert ("agent", "查看坐席培训需求") in purposes


def test_an_agent_sees_his_own_page_and_nobodys_besides(city: City) -> None:
    agent, colleague = signed_in(city, "agent"), city.staff["agent2"]
    answer = agent.get("/desk/training/")
    assert answer["Location"] == f"/supervision/training/{city.staff['agent'].pk}/"
    page = body(agent.get(answer["Location"]))
    assert "我的培训" in page
    assert "同事 12.5%" in page
    assert colleague.name not in page
    with as_system():
        theirs = list(Order.objects.filter(request__text__startswith="agent2第").values_list("number", flat=True))
        assert Access.objects.filter(subject_type="training", purpose="查看本人培训需求").count() == 1
    assert not any(number in page for number in theirs)
    assert agent.get(f"/supervision/training/{colleague.pk}/").status_code == 404
    assert agent.get("/supervision/training/999999/").status_code == 404
    assert agent.get("/supervision/training/").status_code == 403


@pytest.mark.parametrize("who", ["inspector", "leader", "dispatcher", "water_head", "system_admin"])
def test_nobody_else_sees_what_an_agent_needs(city: City, who: str) -> None:
    client, pk = signed_in(city, who), city.staff["agent"].pk
    for path in ("/supervision/training/", f"/supervision/training/{pk}/", "/supervision/phrases/"):
        assert client.get(path).status_code in (403, 404)
    assert client.post("/supervision/training/export/", {"reason": "看看"}).status_code in (403, 404)


def test_questions_without_an_answer_are_told_masked_to_supervisor_and_asker(city: City) -> None:
    for question in ("13812345678 的养犬登记要几天", "夜间施工许可怎么查"):
        with acting_as(city.actor("agent")):
            assert ask(Asked(question, Door.DESK)).outcome is Outcome.NOT_FOUND
    page = body(signed_in(city, "supervisor").get(f"/supervision/training/{city.staff['agent'].pk}/"))
    assert "查知识 2 次，2 次没有结果" in page
    assert "夜间施工许可怎么查" in page
    assert "13812345678" not in page
    assert "夜间施工许可怎么查" not in body(signed_in(city, "agent2").get("/desk/training/", follow=True))


def test_the_counts_leave_as_csv_for_a_reason_only(city: City) -> None:
    boss = signed_in(city, "supervisor")
    assert boss.post("/supervision/training/export/?days=30", {"reason": ""}).status_code == 302
    Staff.objects.filter(username="agent").update(name="=cmd|' /C calc'!A0")
    answer = boss.post("/supervision/training/export/?days=30", {"reason": "月度培训安排"})
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert sorted(row[2] for row in rows[1:]) == ["6", "8"]
    assert not any(cell.startswith("=") for row in rows for cell in row), "no cell runs as a formula"
    with as_system():
        assert Entry.objects.filter(kind="training.exported").count() == 1


def test_a_warning_that_stands_at_registration_is_counted(city: City) -> None:
    agent = signed_in(city, "agent")
    desk = begin(agent)
    note(agent, desk, "楼下装修噪音太大了，吵得孩子没法睡觉，要求处理")
    assert agent.post(f"{desk}register/", {"after": "keep"}).status_code == 302
    with as_system():
        outcomes = Draft.objects.latest("id").outcomes
    assert {"warned:no_place", "warned:no_time"} <= set(outcomes)
    assert "warned:no_phone" not in outcomes
