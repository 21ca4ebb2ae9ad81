"""The agent's form: advice while the caller speaks, nothing typed is lost, one press from call to unit."""

from __future__ import annotations

import pytest

from factories import City, make_city
from minhu.directory.access import as_system
from minhu.directory.models import CatalogueItem, CatalogueVersion
from minhu.directory.queries.freshness import forget
from minhu.directory.types import VersionState
from minhu.handling.models import Order, OrderStep
from minhu.intake.models import Request, Supplement
from minhu.kernel import clock
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
WORDS = "柳湾街道柳湾社区三号楼从昨晚开始停水，一直没有人来修，要求尽快恢复供水。"


@pytest.fixture
def city(db: None) -> City:
    made = make_city()
    version = CatalogueVersion.objects.create(number=1)
    CatalogueItem.objects.create(version=version, category_code="A1", lead="unit:water", basis="供水职责")
    CatalogueVersion.objects.filter(pk=version.pk).update(state=VersionState.PUBLISHED.value, published_at=clock.now())
    forget()
    return made


def typed(**more: str) -> dict[str, str]:
    return {"key": "call-1", "text": WORDS, "requester_phone": "13900001234", "after": "keep", **more}


def test_few_words_bring_no_advice_and_many_bring_a_summary_to_read_back(city: City) -> None:
    client = signed_in(city, "agent")
    assert "开始记录后给出建议" in body(client.post("/desk/new/advice/", {"text": "喂"}))
    page = body(client.post("/desk/new/advice/", typed()))
    assert "读给来电人听" in page
    assert "139 0000 1234" in page
    assert "首次来电" in page
    with as_system():
        assert not Request.objects.exists()


def test_danger_is_an_alarm_before_anything_else(city: City) -> None:
    words = {"text": "楼下着火了，有人被困在五楼，浓烟很大，快来救人！"}
    page = body(signed_in(city, "agent").post("/desk/new/advice/", words))
    assert 'class="alarm" role="alert"' in page


def test_words_of_despair_are_not_read_back_to_the_caller(city: City) -> None:
    words = {"text": "我不想活了，今晚就从楼上跳下去，谁也别拦我。"}
    page = body(signed_in(city, "agent").post("/desk/new/advice/", words))
    assert 'class="alarm" role="alert"' in page
    assert "您反映的是：" not in page
    assert "请问具体在哪里？" in page


def test_from_call_to_unit_in_one_press(city: City) -> None:
    data = typed(after="dispatch", category_id="A1", area_code="990101001")
    response = signed_in(city, "dispatcher").post("/desk/new/", data)
    assert response.status_code == 302, body(response)[-3000:]
    with as_system():
        order = Order.objects.get()
        request = Request.objects.get()
    assert order.state == "dispatched"
    assert order.lead_unit_id == city.unit("water")
    assert (request.channel, request.agent_id) == ("phone", city.staff["dispatcher"].pk)


def test_number_and_code_are_there_to_be_read_out(city: City) -> None:
    client = signed_in(city, "agent")
    response = client.post("/desk/new/", typed(), follow=True)
    assert "查询码" in body(response)
    with as_system():
        number = Order.objects.get().number
    assert number[:6] in body(response)


def test_the_same_form_sent_twice_is_one_request(city: City) -> None:
    client = signed_in(city, "agent")
    for _ in range(2):
        assert client.post("/desk/new/", typed()).status_code == 302
    with as_system():
        assert Order.objects.count() == 1


def test_a_wrong_number_is_said_beside_the_field_and_the_words_stay(city: City) -> None:
    response = signed_in(city, "agent").post("/desk/new/", typed(requester_phone="12"))
    assert response.status_code == 422
    assert 'id="id_requester_phone_errors"' in body(response)
    assert WORDS in body(response)


def test_an_agent_may_not_dispatch(city: City) -> None:
    client = signed_in(city, "agent")
    assert "按建议派单" not in body(client.get("/desk/new/"))
    assert client.post("/desk/new/", typed(after="dispatch")).status_code == 422


def test_the_same_caller_is_joined_to_the_order_that_is_there(city: City) -> None:
    client = signed_in(city, "agent")
    client.post("/desk/new/", typed())
    with as_system():
        number = Order.objects.get().number
    page = body(client.post("/desk/new/advice/", typed()))
    assert "可能已经反映过" in page
    assert number in page
    response = client.post("/desk/new/join/", {"join": number, "text": "今天还是没有水，请加快。"})
    assert response["Location"] == f"/orders/{number}/"
    with as_system():
        assert Supplement.objects.count() == 1
        assert Order.objects.count() == 1


@pytest.mark.parametrize("who", ["water_handler", "leader"])
def test_only_the_hotline_enters_calls(city: City, who: str) -> None:
    assert signed_in(city, who).get("/desk/new/").status_code == 403


def test_another_caller_in_other_words_gets_a_number_and_no_second_order_to_work_on(city: City) -> None:
    client = signed_in(city, "agent")
    client.post("/desk/new/", typed())
    with as_system():
        number = Order.objects.get().number
    other = typed(key="call-2", requester_phone="13900005678",
                  text="我们家水龙头一滴都不出，柳湾社区三号楼的，老人没法做饭。")  # fmt: skip
    page = body(client.post("/desk/new/advice/", other))
    assert number in page
    assert "同一类事（停水）" in page
    assert "并入这张工单，不重复派单" in page
    response = client.post("/desk/new/join/", {**other, "join": number})
    with as_system():
        joined = Order.objects.exclude(number=number).get()
        step = OrderStep.objects.get(order=joined, step="join")
    assert response["Location"] == f"/desk/new/done/{joined.number}/"
    assert joined.state == "merged"
    assert joined.merged_into is not None
    assert joined.merged_into.number == number
    assert "同一类事（停水）" in step.text
    dispatcher = signed_in(city, "dispatcher")
    dispatcher.post(f"/orders/{joined.number}/steps/unmerge/", {"text": "不是同一栋楼"})
    with as_system():
        joined.refresh_from_db()
    assert joined.state == step.from_state, "a dispatcher parts them again, as if they had never been one"


def test_joining_an_order_that_has_ended_says_so_and_stores_nothing(city: City) -> None:
    client = signed_in(city, "agent")
    client.post("/desk/new/", typed())
    with as_system():
        order = Order.objects.get()
        Order.objects.filter(pk=order.pk).update(state="withdrawn")
    other = typed(key="call-2", requester_phone="13900005678")
    page = body(client.post("/desk/new/join/", {**other, "join": order.number}, follow=True))
    assert "已经结束或已被合并" in page
    with as_system():
        assert Order.objects.count() == 1
