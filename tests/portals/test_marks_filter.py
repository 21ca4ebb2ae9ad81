"""Orders are listed by what was noticed in them; each part of a text with several matters is told its unit."""

from __future__ import annotations

import pytest
from django.db import connection

from factories import MONDAY, City, make_city, make_order, make_request, received
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import CatalogueItem, CatalogueVersion
from minhu.directory.queries.freshness import forget
from minhu.handling.models import Order
from minhu.handling.queries.search import MARKS, Filters, search
from minhu.handling.services import new_types, open_order
from minhu.handling.services.words import mark_words
from minhu.intake.queries.parts import part_unit
from minhu.portals.orders import said
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
SAID = {
    "minor": "学校门口的路灯不亮，我家孩子八岁，放学走路不安全。",
    "special": "我是残疾人，坐轮椅出不了单元门，坡道被占了。",
    "group": "全小区三百多户业主从昨晚起都没有水用。",
}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def told(city: City, text: str) -> str:
    with as_system():
        request = make_request(text=text, title="")
        open_order(received(city, request))
        return request.number


def test_the_list_finds_orders_by_what_their_words_say(city: City) -> None:
    numbers = {mark: told(city, text) for mark, text in SAID.items()}
    plain, sensitive = make_order(city), make_order(city, sensitive=True)
    mark_words()
    with acting_as(city.actor("dispatcher")):
        new_types.mark(plain.number)
        found = {mark: {row.number for row in search(Filters(mark=mark)).rows} for mark in MARKS}
    assert found == {
        "minor": {numbers["minor"]}, "special": {numbers["special"]}, "group": {numbers["group"]}, "sensitive": {sensitive.number},
        "new_type": {plain.number},
    }  # fmt: skip
    client = signed_in(city, "dispatcher")
    page = body(client.get("/orders/?mark=special"))
    assert numbers["special"] in page
    assert numbers["minor"] not in page
    assert "残疾人" in body(client.get(f"/orders/{numbers['special']}/"))


def test_the_few_orders_with_tags_are_found_by_their_index(city: City) -> None:
    with as_system(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Order.objects.filter(MARKS["minor"]).order_by().explain()
    assert "handling_order_tags" in plan


def test_each_part_of_a_text_is_told_its_own_unit(city: City) -> None:
    version = CatalogueVersion.objects.create(number=1, created_at=MONDAY)
    for code, lead in (("A1", "unit:water"), ("A2", "unit:urban")):
        CatalogueItem.objects.create(version=version, category_code=code, lead=lead, basis="三定方案")
    CatalogueVersion.objects.filter(pk=version.pk).update(state="published", published_at=MONDAY)
    forget()
    water = part_unit("小区自来水停水，供水一直没有恢复", "990101001", "help")
    noise = part_unit("楼下噪声扰民，半夜噪声很大", "990101001", "help")
    assert water is not None
    assert noise is not None
    assert (water.unit_name, noise.unit_name) == ("云溪市水务局", "云溪市城管局")
    assert part_unit("啊啊啊啊啊", "990101001", "") is None


def test_of_a_long_list_of_matters_only_the_first_are_understood_for_the_page(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "一、小区停水三天没人管，请尽快恢复。二、路灯不亮晚上看不见路，请维修。三、物业乱收费，请查处。" * 20
    with as_system():
        number = Order.objects.get(pk=open_order(received(city, make_request(text=text, title=""))).id).number
    asked: list[str] = []
    monkeypatch.setattr(said, "part_unit", lambda words, *_: asked.append(words))
    page = body(signed_in(city, "dispatcher").get(f"/orders/{number}/"))
    assert page.count("?split=") > 2 * said.MOST_ADVISED
    assert len(asked) == said.MOST_ADVISED
