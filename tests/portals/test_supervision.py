"""The supervision desk: figures that lead to orders, decisions that bind, and eyes without hands for inspectors."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from factories import MONDAY, City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.evaluation.models import Rating
from minhu.handling.models import Lesson, Order, Supervision
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.kernel import clock
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def state_of(order: Order) -> str:
    with as_system():
        return Order.objects.get(pk=order.pk).state


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(version|key)" value="([^"]*)"', text))


def returned(city: City) -> Order:
    """An order that the water bureau says belongs to the urban bureau."""
    order = make_order(city, upto="dispatched")
    ask = StepData(
        reason_code="not_our_duty", text="该事项属于市容管理职责，应由城管办理。", unit_id=city.unit("urban")
    )
    with acting_as(city.actor("water_handler")):
        take(order.number, Step.ASK_RETURN, ask)
    return order


def test_other_desks_are_refused(city: City) -> None:
    for who in ("dispatcher", "water_handler", "grid_worker", "system_admin"):
        assert signed_in(city, who).get("/supervision/").status_code == 403, who


@pytest.mark.parametrize(
    "name",
    [
        "overdue",
        "near",
        "returns",
        "extensions",
        "suspensions",
        "replies",
        "callbacks",
        "exclusions",
        "receipts",
        "absences",
        "boards",
    ],
)
def test_every_empty_list_says_so(city: City, name: str) -> None:
    page = signed_in(city, "supervisor").get(f"/supervision/?list={name}")
    assert page.status_code == 200
    assert "empty-state" in body(page)


def test_overdue_orders_are_counted_by_unit_and_the_longest_stands_first(city: City) -> None:
    with clock.at(MONDAY):
        old = make_order(city, upto="dispatched")
    with clock.at(MONDAY + timedelta(days=1)):
        new = make_order(city, upto="dispatched")
    with clock.at(MONDAY + timedelta(days=3)):
        page = body(signed_in(city, "supervisor").get("/supervision/"))
    assert page.index(old.number) < page.index(new.number)
    assert re.search(r"云溪市水务局\s*<b>2</b>", page)


def test_filters_narrow_figures_and_list_together(city: City) -> None:
    order = returned(city)
    client = signed_in(city, "supervisor")
    assert order.number in body(client.get("/supervision/?list=returns&unit=云溪市水务局"))
    assert "没有符合条件的工单" in body(client.get("/supervision/?list=returns&unit=云溪市住建局"))
    for query in ("unit=没有这个单位", "area=x", "page=-1", "list=none", "q=%25", "urgency=x"):
        assert client.get(f"/supervision/?{query}").status_code == 200, query


def test_reminders_go_out_together_and_wait_for_receipts(city: City) -> None:
    orders = [make_order(city, upto="in_progress") for _ in range(2)]
    client = signed_in(city, "supervisor")
    numbers = [order.number for order in orders]
    none = client.post("/supervision/remind/", {"number": numbers, "text": " "}, follow=True)
    assert "写明催办要求" in body(none)
    sent = client.post(
        "/supervision/remind/", {"number": [*numbers, "x"], "text": "请抓紧", "level": "odd"}, follow=True
    )
    assert "已向 2 件" in body(sent)
    with as_system():
        assert [row.level for row in Supervision.objects.all()] == ["reminder", "reminder"]
    assert "请抓紧" in body(client.get("/supervision/?list=receipts"))


def test_supervision_is_listed_once_and_only_while_an_answer_is_owed(city: City) -> None:
    order = make_order(city, upto="in_progress", assist=("urban",))
    water, urban = city.unit("water"), city.unit("urban")
    with acting_as(city.actor("supervisor")):
        for text, unit in (("先催一次", None), ("再督一次", water), ("请协办", urban)):
            take(order.number, Step.SUPERVISE, StepData(text=text, unit_id=unit))
    client = signed_in(city, "supervisor")
    page = body(client.get("/supervision/?list=receipts"))
    assert ("先催一次" in page, "再督一次" in page, "请协办" in page) == (True, False, True)
    with acting_as(city.actor("water_head")):
        take(order.number, Step.ANSWER_SUPERVISION, StepData(text="今日完成"))
    assert "再督一次" in body(client.get("/supervision/?list=receipts")), "each still wants its receipt"
    with acting_as(city.actor("water_handler")):
        take(
            order.number,
            Step.REPLY,
            StepData(reply="已恢复供水。", measures="更换阀门", solved=True, text="协办无需答复"),
        )
    assert order.number in body(client.get("/supervision/?list=receipts")), "not yet approved"
    with acting_as(city.actor("water_head")):
        take(order.number, Step.APPROVE_REPLY, StepData())
    with as_system():
        assert not Supervision.objects.filter(order=order, ended_at__isnull=True).exists()
        Supervision.objects.filter(order=order, receipt_at__isnull=True).update(ended_at=None)
    assert order.number not in body(client.get("/supervision/?list=receipts")), "nor those left open before"
    with acting_as(city.actor("supervisor")):
        take(order.number, Step.SUPERVISE, StepData(text="请补充现场照片", unit_id=water))
    assert "请补充现场照片" in body(client.get("/supervision/?list=receipts")), "asked after the answer"


def test_arbitration_keeps_the_unit_or_gives_the_order_to_another(city: City) -> None:
    client = signed_in(city, "supervisor")
    kept, moved = returned(city), returned(city)
    where = f"/supervision/arbitrate/{kept.number}/"
    assert "该事项属于市容管理职责" in body(client.get(where, headers={"HX-Request": "true"}))
    client.post(where, {"decision": "keep", "text": "供水设施由水务部门管理。"})
    assert state_of(kept) == "dispatched"
    where = f"/supervision/arbitrate/{moved.number}/"
    assert client.post(where, {"decision": "move", "unit_id": "", "text": ""}).status_code == 422
    client.post(where, {"decision": "move", "unit_id": "云溪市城管局", "text": "属市容管理职责。"})
    with as_system():
        order = Order.objects.get(pk=moved.pk)
        assert (order.state, order.lead_unit_id) == ("dispatched", city.unit("urban"))
        assert Lesson.objects.filter(upheld=True, right_unit_id=city.unit("urban")).exists()
    assert client.get(where).status_code == 409, "a decided dispute is not decided twice"


def test_a_request_for_more_time_is_granted_or_refused_in_the_panel(city: City) -> None:
    order = make_order(city, upto="in_progress")
    ask = StepData(reason_code="several_units", text="需会商", amount=3, duration_unit="working_days")
    with acting_as(city.actor("water_handler")):
        take(order.number, Step.ASK_EXTENSION, ask)
    client = signed_in(city, "supervisor")
    assert "需会商" in body(client.get("/supervision/?list=extensions"))
    where = f"/supervision/panel/{order.number}/approve_extension/"
    panel = body(client.get(where))
    assert "需会商" in panel, "nobody agrees to what is not in sight"
    assert re.search(r"申请延长 \d+ 个工作日", panel)
    client.post(where, {**hidden(body(client.get(where))), "amount": "2"})
    assert state_of(order) == "in_progress"
    with as_system():
        assert Order.objects.get(pk=order.pk).extension_count == 1


CALL = {"reached": "yes", "responded": "yes", "satisfaction": "satisfied", "comment": "谢谢"}


def test_a_solved_callback_closes_the_order(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    client = signed_in(city, "supervisor")
    client.post(f"/supervision/callback/{order.number}/", {**CALL, "solved": "yes", "then": "close"})
    assert state_of(order) == "closed"
    with as_system():
        assert Rating.objects.get().channel == "callback"


def test_an_unsolved_callback_reopens_with_a_reason(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    client, where = signed_in(city, "supervisor"), f"/supervision/callback/{order.number}/"
    no = {**CALL, "solved": "no", "satisfaction": "dissatisfied", "then": "reopen"}
    assert client.post(where, no).status_code == 422
    client.post(where, {**no, "text": "仍然停水"})
    assert state_of(order) == "reopened"


def test_nobody_answered_stays_on_the_list_and_can_be_called_again(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    client, where = signed_in(city, "supervisor"), f"/supervision/callback/{order.number}/"
    client.post(where, {"reached": "no", "then": "later"})
    assert state_of(order) == "to_call_back"
    assert client.post(where, {"reached": "no", "then": "reopen", "text": "x"}).status_code == 422
    client.post(where, {**CALL, "solved": "yes", "then": "close"})
    assert state_of(order) == "closed"


def test_an_upheld_exclusion_takes_the_rating_out_of_the_second_figure(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    client = signed_in(city, "supervisor")
    bad = {**CALL, "solved": "no", "satisfaction": "dissatisfied", "then": "close", "text": "诉求无政策依据"}
    client.post(f"/supervision/callback/{order.number}/", bad)
    with acting_as(city.actor("water_handler")):
        take(order.number, Step.ASK_EXCLUSION, StepData(reason_code="no_legal_basis", text="已充分解释"))
    where = f"/supervision/panel/{order.number}/approve_exclusion/"
    client.post(where, {**hidden(body(client.get(where))), "text": "情况属实"})
    with as_system():
        assert Rating.objects.get().excluded_at is not None


def test_an_inspector_reads_and_changes_nothing(city: City) -> None:
    order, asked = make_order(city, upto="to_call_back"), returned(city)
    client = signed_in(city, "inspector")
    for name in ("callbacks", "returns", "overdue"):
        page = body(client.get(f"/supervision/?list={name}"))
        assert "您的岗位可以查看" in page
        assert 'btn-primary" href' not in page
        assert "remind-form" not in page
    assert client.post("/supervision/remind/", {"number": order.number, "text": "x"}).status_code == 403
    assert client.get(f"/supervision/arbitrate/{asked.number}/").status_code == 403
    assert client.get(f"/supervision/callback/{order.number}/").status_code == 403
    assert client.get(f"/supervision/panel/{order.number}/supervise/").status_code == 409
    assert client.post("/supervision/export/?list=returns", {"reason": "分析"}).status_code == 403


def test_the_file_holds_what_the_list_shows_and_needs_a_reason(city: City) -> None:
    order = returned(city)
    client = signed_in(city, "supervisor")
    assert client.post("/supervision/export/?list=returns", {"reason": ""}).status_code == 302
    unreadable = client.post("/supervision/export/?list=returns&area=nowhere", {"reason": "周例会"}, follow=True)
    assert "查询条件有误（区县：" in unreadable.content.decode(), "what cannot be read does not widen the file"
    file = client.post("/supervision/export/?list=returns", {"reason": "周例会"})
    rows = list(load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[1][0] == order.number
    assert "市容管理职责" in str(rows[1][8])


def test_a_township_whistle_nobody_followed_is_seen(city: City) -> None:
    with clock.at(MONDAY):
        order = make_order(city, upto="to_dispatch")
        with acting_as(city.actor("dispatcher")):
            take(order.number, Step.DISPATCH, StepData(unit_id=city.unit("street")))
        with acting_as(city.actor("street_handler")):
            take(order.number, Step.SIGN)
            take(order.number, Step.WHISTLE, StepData(text="联合整治", called_unit_ids=(city.unit("water"),)))
    with clock.at(MONDAY + timedelta(days=2)):
        page = body(signed_in(city, "supervisor").get("/supervision/?list=absences"))
    assert "联合整治" in page
    assert "逾期未响应" in page
