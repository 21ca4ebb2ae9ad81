"""The words fill the form and the page: each value leads to its words, several matters can become several orders."""

from __future__ import annotations

import re

import pytest

from factories import City, make_city, make_order
from minhu.directory.access import as_system
from minhu.handling.models import Order, OrderStep
from minhu.intake.models import Request
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
TWO = (
    "柳湾社区三号楼从昨晚开始停水，全楼48户都没水用，希望尽快恢复供水。"
    "另外，楼下的老李烧烤店每天晚上十点还在排油烟，请城管部门查一下，请不要透露我的信息。"
)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def opened(city: City, text: str = TWO, **more: str) -> str:
    data = {"key": "call-1", "text": text, "requester_phone": "13900001234", "after": "keep", **more}
    response = signed_in(city, "agent").post("/desk/new/", data)
    assert response.status_code == 302, body(response)[-2000:]
    with as_system():
        return Order.objects.order_by("-id").values_list("number", flat=True)[0]


def test_each_element_leads_to_its_words(city: City) -> None:
    page = body(signed_in(city, "agent").get(f"/orders/{opened(city)}/"))
    for words, kind in (("48户", "people"), ("老李烧烤店", "party"), ("希望尽快恢复供水", "demand")):
        assert re.search(rf'<mark id="said-\d+" class="said said-{kind}"[^>]*>[^<]*{words[-4:]}', page), words
    assert re.search(r'<a href="#said-\d+" title="[^"]*">48户</a>', page)
    assert "要求保密" in page


def test_what_a_citizen_typed_is_never_markup(city: City) -> None:
    page = body(
        signed_in(city, "agent").get(
            f"/orders/{opened(city, '昨天<script>alert(1)</script>物业公司打人，要求<b>道歉</b>')}/"
        )
    )
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_what_is_missing_is_asked_while_the_order_is_young(city: City) -> None:
    number = opened(city, "太吵了，噪音扰民睡不着，希望处理一下")
    assert "请问噪音一般在什么时间出现" in body(signed_in(city, "agent").get(f"/orders/{number}/"))
    assert "请问噪音一般在什么时间出现" in body(
        signed_in(city, "agent").post("/desk/new/advice/", {"text": "太吵了，噪音扰民睡不着"})
    )


def test_another_order_is_opened_for_one_of_two_matters(city: City) -> None:
    number = opened(city)
    client = signed_in(city, "agent")
    page = body(client.get(f"/orders/{number}/"))
    link = re.search(r'href="(/desk/new/\?split=[^"]+part=1)"', page)
    assert link is not None
    form = body(client.get(link.group(1).replace("&amp;", "&")))
    assert "老李烧烤店" in form
    assert "停水" not in re.search(r"<textarea[^>]*>(.*?)</textarea>", form, re.DOTALL).group(1)  # type: ignore[union-attr]
    assert "可能已经反映过" not in form
    words = "楼下的老李烧烤店每天晚上十点还在排油烟，请城管部门查一下"
    second = opened(city, words, key="call-2", split_from=number, requester_phone="")
    assert second != number
    with as_system():
        notes = dict(OrderStep.objects.filter(step="note").values_list("order__number", "text"))
        assert Request.objects.get(number=number).text == TWO
        assert Request.objects.get(number=second).requester_phone == "13900001234"
    assert second in notes[number]
    assert number in notes[second]


def test_a_part_that_is_not_there_is_refused_with_a_reason(city: City) -> None:
    number = opened(city, "柳湾社区三号楼停水，希望尽快恢复")
    client = signed_in(city, "agent")
    assert client.get(f"/desk/new/?split={number}&part=0").status_code == 404
    assert client.get("/desk/new/?split=nothing&part=0").status_code == 404
    assert client.get(f"/desk/new/?split={number}&part=-1").status_code == 404


def test_a_unit_sees_the_elements_but_neither_questions_nor_the_offer_to_split(city: City) -> None:
    order = make_order(city, upto="dispatched")
    page = body(signed_in(city, "water_handler").get(f"/orders/{order.number}/"))
    assert "诉求要素" in page
    assert "请尽快处理</mark>" in page
    assert "还要问清" not in page
    assert "另开工单" not in page


def test_the_form_is_told_what_it_may_fill(city: City) -> None:
    page = body(signed_in(city, "agent").post("/desk/new/advice/", {"text": "清河路3号楼昨晚停水，请为我保密"}))
    assert 'data-fill="id_place_text" data-value="清河路3号楼"' in page
    assert 'data-fill="id_confidential"' in page


def test_the_page_shows_what_to_notice_with_its_words(city: City) -> None:
    number = opened(city, "我们小区一百二十户业主联名反映，物业太欺负人了，八十五岁的独居老人家里停水三天")
    page = body(signed_in(city, "agent").get(f"/orders/{number}/"))
    for words in ("群体性", "一百二十户业主", "独居或高龄老人", "愤怒", "欺负人", "紧急重要，马上办"):
        assert words in page, words


def test_a_dialect_or_language_is_named_for_the_queue(city: City) -> None:
    agent = signed_in(city, "agent")
    said = body(agent.post("/desk/new/advice/", {"text": "我屋企冇水已经两日喇，唔该快啲搵人嚟睇下"}))
    assert "来电人说粤语" in said
    said = body(agent.post("/desk/new/advice/", {"text": "Please help, there is no water in my building"}))
    assert "来信使用英语" in said


def test_handing_over_starts_with_the_service_that_is_needed_first(city: City) -> None:
    number = opened(city, "餐馆着火了，有两个人烧伤")
    page = body(signed_in(city, "agent").get(f"/orders/{number}/steps/hand_over/"))
    assert re.search(r'<option value="119" selected', page)
    assert "还须同时通知 120" in page


def test_a_unit_cannot_borrow_a_requester_by_splitting(city: City) -> None:
    order = make_order(city, upto="dispatched")
    data = {"key": "x", "text": "另外楼下烧烤店每晚排油烟，请处理", "after": "keep", "split_from": order.number}
    assert signed_in(city, "water_handler").post("/desk/new/", data).status_code in (403, 404)
    with as_system():
        assert Order.objects.count() == 1
