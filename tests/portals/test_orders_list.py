"""The list of orders: found by words and filters, fast by keys, exported safely, and never more than one may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest

from factories import City, make_city, make_order, make_request, received
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.rules import shipped_content
from minhu.directory.services import rule_sets
from minhu.directory.types import RuleKind
from minhu.handling.models import Order
from minhu.handling.queries import order_view
from minhu.handling.queries import search as searching
from minhu.handling.queries.search import Filters, count_upto, every_row, search
from minhu.handling.services import open_order, take
from minhu.handling.types import State, Step, StepData
from minhu.intake import services as intake
from minhu.intake.queries import request_card
from minhu.intake.types import NewRequest
from minhu.kernel import clock
from minhu.kernel.clock import now
from minhu.ledger.queries import entries_of
from minhu.portals.kept import digest_of
from minhu.portals.orders.sheet import plain
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def opened(city: City, title: str, text: str = "没有别的内容", **fields: object) -> Order:
    with as_system():
        request = make_request(title=title, text=text, requester_name="欧阳晓", requester_phone="13900001234")
        open_order(received(city, request, title=title, **fields))
        return Order.objects.get(number=request.number)


def numbers(city: City, who: str = "dispatcher", **filters: object) -> set[str]:
    with acting_as(city.actor(who)):
        return {row.number for row in search(Filters(**filters)).rows}  # type: ignore[arg-type]


def test_two_characters_are_enough_to_find_an_order_by_title_place_or_text(city: City) -> None:
    title = opened(city, "小区停水三天")
    text = opened(city, "反映问题", text="楼下的烧烤摊半夜扰民")
    assert numbers(city, words="停水") == {title.number}
    assert numbers(city, words="烧烤") == {text.number}
    assert numbers(city, words="柳湾 停水") == {title.number}
    assert numbers(city, words="停水 烧烤") == set()
    assert numbers(city, words="水") == {title.number}
    assert numbers(city, words="100%") == set()


def test_a_whole_number_opens_its_order(city: City) -> None:
    order = make_order(city)
    client = signed_in(city, "dispatcher")
    spaced = f"{order.number[:6]} {order.number[6:12]} {order.number[12:]}"
    assert client.get("/orders/", {"q": spaced})["Location"] == f"/orders/{order.number}/"
    assert order.number in body(client.get("/orders/", {"q": order.number[:9]}))


def test_the_addresses_behind_figures_work(city: City) -> None:
    done, live = make_order(city, upto="archived"), make_order(city, upto="in_progress")
    client = signed_in(city, "supervisor")
    for query, wanted, other in (
        ("done=1", done, live), ("done=0", live, done), ("state=in_progress", live, done),
        (f"unit={city.unit('water')}&done=0", live, done), ("category=A1&done=1", done, live),
        ("area=990101001&done=0", live, done), ("channel=web&done=1", done, live), ("type=help&done=0", live, done),
    ):  # fmt: skip
        page = body(client.get(f"/orders/?{query}"))
        assert f"/orders/{wanted.number}/" in page, query
        assert f"/orders/{other.number}/" not in page, query
    assert "没有符合条件的工单" in body(client.get("/orders/?reopened=1"))
    assert "没有符合条件的工单" in body(client.get("/orders/?light=red"))
    assert "没有符合条件的工单" in body(client.get("/orders/?area=99&type=praise"))


def test_wrong_filters_are_said_and_the_list_stays_usable(city: City) -> None:
    order = make_order(city)
    response = signed_in(city, "dispatcher").get("/orders/?from=2026-99-99&unit=火星局&after=rubbish&sort=drop")
    assert response.status_code == 422
    assert "没有找到单位" in body(response)
    assert f"/orders/{order.number}/" in body(response)


@pytest.mark.parametrize("sort", ["-created", "created", "-changed", "changed", "due", "-due"])
def test_pages_by_key_show_every_order_once(city: City, sort: str) -> None:
    for _ in range(7):
        make_order(city)
    seen: list[str] = []
    with acting_as(city.actor("dispatcher")):
        after = ""
        while True:
            page = search(Filters(sort=sort), after, size=3)
            seen += [row.number for row in page.rows]
            after = page.following
            if not after:
                break
    assert len(seen) == len(set(seen)) == 7


def test_a_unit_finds_only_its_own_orders_also_by_words(city: City) -> None:
    make_order(city)
    own = make_order(city, upto="in_progress")
    assert numbers(city, "water_handler") == {own.number}
    assert numbers(city, "water_handler", words="停水") == {own.number}
    assert numbers(city, "housing_handler") == set()
    assert "还没有您能看到的工单" in body(signed_in(city, "housing_handler").get("/orders/"))


def test_counting_stops_at_its_limit(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "COUNTED", 2)
    for _ in range(4):
        make_order(city)
    with acting_as(city.actor("dispatcher")):
        found = search(Filters())
    assert (found.total, found.more) == (2, True)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_citizens_words_become_a_formula(start: str) -> None:
    assert plain(f"{start}HYPERLINK(1)").startswith("'")
    assert plain("停水\x00了") == "停水了"


def test_the_export_masks_persons_and_is_kept_with_its_reason(city: City) -> None:
    order = opened(city, "=cmd|停水 联系 13912345678")
    client = signed_in(city, "dispatcher")
    response = client.post("/orders/export/?state=received", {"reason": "每周例会"})
    book = openpyxl.load_workbook(BytesIO(response.content))
    head, row = list(book.worksheets[0].values)
    shown = dict(zip(head, row, strict=True))
    assert shown["工单号"] == order.number
    assert shown["标题"].startswith("'=cmd")
    assert "13912345678" not in shown["标题"]
    assert shown["联系电话"] == "139****1234"
    assert shown["诉求人"] == "欧阳**"
    assert any("每周例会" in str(line) for line in book.worksheets[1].values)
    with as_system():
        entry = entries_of(("staff", city.actor("dispatcher").id))[-1]
    assert entry.kind == "orders.exported"
    assert entry.payload["reason"] == "每周例会"
    assert entry.payload["rows"] == 1


def test_without_a_reason_or_the_right_nothing_is_exported(city: City) -> None:
    make_order(city, upto="in_progress")
    assert signed_in(city, "dispatcher").post("/orders/export/", {"reason": " "}).status_code == 302
    assert signed_in(city, "agent").post("/orders/export/", {"reason": "看看"}).status_code == 403
    assert signed_in(city, "water_handler").post("/orders/export/", {"reason": "看看"}).status_code == 403


def limits(city: City, **export: object) -> None:
    """Publish other limits of exports."""
    content = shipped_content(RuleKind.ACCESS)
    with acting_as(city.actor("system_admin")):
        rule_sets.put(RuleKind.ACCESS, {**content, "export": {**content["export"], **export}})


def test_more_rows_than_the_role_may_take_are_refused_with_what_to_do(city: City) -> None:
    limits(city, rows={"dispatcher": 2, "unit_head": 1})
    for _ in range(3):
        make_order(city)
    client = signed_in(city, "dispatcher")
    refused = client.post("/orders/export/?state=received", {"reason": "例会"}, follow=True)
    assert "超过 2 条" in refused.content.decode()
    assert "缩小范围" in refused.content.decode()
    with as_system():
        assert not [e for e in entries_of(("staff", city.actor("dispatcher").id)) if e.kind == "orders.exported"]
    make_order(city, upto="in_progress")
    assert client.post("/orders/export/?state=in_progress", {"reason": "例会"}).status_code == 200
    refused = signed_in(city, "supervisor").post("/orders/export/", {"reason": "例会"}, follow=True)
    assert "现行规则不允许您的岗位导出" in refused.content.decode()


def test_exports_and_printed_lists_are_counted_together_for_the_day(city: City) -> None:
    limits(city, per_day=2)
    make_order(city)
    client = signed_in(city, "dispatcher")
    assert client.post("/orders/export/", {"reason": "例会"}).status_code == 200
    assert client.post("/orders/sheet/", {"reason": "例会"}).status_code == 200
    refused = client.post("/orders/export/", {"reason": "例会"}, follow=True)
    assert "已达 2 次的上限" in refused.content.decode()
    assert signed_in(city, "dispatcher2").post("/orders/export/", {"reason": "例会"}).status_code == 200
    with clock.at(now() + timedelta(days=1)):
        assert signed_in(city, "dispatcher").post("/orders/export/", {"reason": "例会"}).status_code == 200


def test_who_may_see_more_than_export_takes_out_what_may_be_exported(city: City) -> None:
    """A leader who also heads a unit sees every order and takes out those of the unit."""
    own, other = make_order(city, upto="in_progress"), make_order(city)
    both = replace(city.actor("water_head"), roles=frozenset({"unit_head", "leader"}))
    with acting_as(both):
        assert {row.number for row in search(Filters()).rows} == {own.number, other.number}
        assert {row.number for row in every_row(Filters(), 10)} == {own.number}
        assert count_upto(Filters(), 10) == 1


def test_the_printed_list_needs_a_reason_and_is_bounded(city: City) -> None:
    order = make_order(city)
    client = signed_in(city, "dispatcher")
    assert client.get("/orders/sheet/?state=received").status_code == 405
    assert client.post("/orders/sheet/?state=received", {"reason": ""}).status_code == 302
    assert order.number in body(client.post("/orders/sheet/?state=received", {"reason": "例会"}))
    with acting_as(city.actor("dispatcher")):
        assert len(list(every_row(Filters(), 1))) == 1


def test_a_search_never_tells_what_the_reader_is_not_shown(city: City) -> None:
    """Digit by digit or name by name somebody could find out who a confidential requester is."""
    words = "我叫欧阳明月，柳湾路路灯不亮，请联系 13812345678 或发邮件到 moon@example.org"
    with as_system():
        request = make_request(title="路灯不亮", text=words, requester_name="欧阳明月", confidential=True)
        open_order(received(city, request, title=request.title, confidential=True))
        order = Order.objects.get(number=request.number)
    with acting_as(city.actor("dispatcher")):
        take(order.number, Step.ACCEPT)
        take(order.number, Step.DISPATCH, StepData(unit_id=city.unit("water")))
    for hidden in ("联系 381", "联系 234", "moon", "欧阳明月"):
        assert numbers(city, "water_handler", words=hidden) == set(), hidden
        assert numbers(city, "dispatcher", words=hidden) == {order.number}, "who may open it also finds it"
    assert numbers(city, "leader", words="联系 381") == set()
    assert numbers(city, "water_handler", words="路灯不亮") == {order.number}
    assert numbers(city, "water_handler", words="路灯不亮 234") == set()
    with acting_as(city.actor("water_handler")):
        assert "欧阳明月" not in request_card(order.request_id).text


def test_the_title_of_a_confidential_matter_never_holds_the_requesters_name(city: City) -> None:
    """Lists, exports, pages and the citizen's trace all take the order's title; it is made without the name."""
    words = "我叫欧阳明月，手机13812345678，欧阳明月家楼上漏水没人管"
    new = NewRequest(text=words, title=words, requester_name="欧阳明月", requester_phone="13812345678")
    numbers_of = {}
    for confidential in (True, False):
        receipt = intake.receive(replace(new, confidential=confidential))
        numbers_of[confidential] = receipt.number
        with acting_as(city.actor("dispatcher")):
            if order_view(receipt.number).state is not State.TO_DISPATCH:
                take(receipt.number, Step.ACCEPT)
            take(receipt.number, Step.DISPATCH, StepData(unit_id=city.unit("water")))
        if confidential:
            for address in ("/orders/?q=漏水", "/unit/", f"/orders/{receipt.number}/"):
                page = body(signed_in(city, "water_handler").get(address))
                assert "漏水没人管" in page, address
                assert "欧阳明月" not in page, address
    with as_system():
        assert "欧阳明月" in Order.objects.get(number=numbers_of[False]).title, "nothing is hidden where nobody asked"
    assert numbers(city, "water_handler", words="欧阳明月") == {numbers_of[False]}
    assert numbers(city, "dispatcher", words="欧阳明月") == set(numbers_of.values())


def test_typed_words_of_an_export_are_kept_as_a_digest(city: City) -> None:
    make_order(city)
    client = signed_in(city, "dispatcher")
    where = "?state=received&unit=云溪市水务局&q=欧阳明月&from=2026-03-01&to=13812345678&hint=13812345678"
    client.post(f"/orders/export/{where}", {"reason": "回复来电 13812345678"})
    client.post(f"/orders/sheet/{where}", {"reason": "核对 13812345678"})
    with as_system():
        exported, printed = entries_of(("staff", city.actor("dispatcher").id))[-2:]
    for entry in (exported, printed):
        kept = entry.payload["filters"]
        assert set(kept) == {"state", "unit", "q", "from", "to"}
        assert kept["state"] == "received"
        assert kept["q"] == digest_of("欧阳明月")
        assert "欧阳" not in str(entry.payload)
        assert "13812345678" not in str(entry.payload)
