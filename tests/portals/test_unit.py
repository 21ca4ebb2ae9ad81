"""The unit's desk: what is due first on top, one press signs, and nobody takes a step that is not theirs."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from factories import MONDAY, City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.handling.models import Attendance, Order, OrderStep, Supervision
from minhu.handling.queries import inbox
from minhu.handling.queries.inbox import Wish
from minhu.handling.services import take
from minhu.handling.types import Light, Step, StepData
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


def test_without_signing_in_the_desk_asks_who_you_are(city: City, client: Any) -> None:
    assert client.get("/unit/")["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("who", ["grid_worker", "leader", "system_admin"])
def test_people_of_other_desks_are_told_that_this_is_not_theirs(city: City, who: str) -> None:
    response = signed_in(city, who).get("/unit/")
    assert response.status_code == 403
    assert "岗位" in body(response)


def test_a_unit_sees_its_own_work_and_nobody_elses(city: City) -> None:
    order = make_order(city, upto="dispatched")
    assert order.number in body(signed_in(city, "water_handler").get("/unit/"))
    assert order.number not in body(signed_in(city, "urban_handler").get("/unit/"))


def test_an_empty_inbox_says_what_will_come(city: City) -> None:
    for tab, words in (("to_sign", "没有待签收的工单"), ("watch", "没有督办和吹哨"), ("answered", "没有答复过")):
        assert words in body(signed_in(city, "water_handler").get(f"/unit/?tab={tab}"))


def test_what_is_due_first_stands_first_and_red_is_red_before_the_sweeper_comes(city: City) -> None:
    with clock.at(MONDAY):
        first = make_order(city, upto="dispatched")
    with clock.at(MONDAY + timedelta(hours=1)):
        second = make_order(city, upto="dispatched")
    with clock.at(MONDAY + timedelta(hours=2, minutes=30)), acting_as(city.actor("water_handler")) as actor:
        rows = inbox.page_of(inbox.TO_SIGN, Wish(actor.unit_ids)).rows
    assert [row.order.number for row in rows] == [first.number, second.number]
    assert rows[0].light is Light.RED


def test_one_press_signs_and_many_are_signed_together(city: City) -> None:
    orders = [make_order(city, upto="dispatched") for _ in range(3)]
    shares = [f"{order.number}:{city.unit('water')}" for order in orders]
    response = signed_in(city, "water_handler").post("/unit/sign/", {"share": shares}, headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert "minhu:changed" in response["HX-Trigger"]
    assert {state_of(order) for order in orders} == {"in_progress"}


def test_one_refusal_among_many_is_named_and_stops_no_other(city: City) -> None:
    fresh, signed = make_order(city, upto="dispatched"), make_order(city, upto="in_progress")
    shares = [f"{signed.number}:{city.unit('water')}", f"{fresh.number}:{city.unit('water')}", "none:x"]
    response = signed_in(city, "water_handler").post("/unit/sign/", {"share": shares}, follow=True)
    assert "已签收 1 件" in body(response)
    assert signed.number in body(response)
    assert state_of(fresh) == "in_progress"


def test_nobody_signs_for_a_unit_that_is_not_theirs(city: City) -> None:
    order = make_order(city, upto="dispatched")
    share = f"{order.number}:{city.unit('water')}"
    signed_in(city, "urban_handler").post("/unit/sign/", {"share": share})
    assert state_of(order) == "dispatched"


def test_the_panel_takes_contact_and_reply_without_leaving_the_list(city: City) -> None:
    order, client = make_order(city, upto="in_progress"), signed_in(city, "water_handler")
    unit = city.unit("water")
    where = f"/unit/panel/{order.number}/contact/?unit={unit}"
    shown = body(client.get(where, headers={"HX-Request": "true"}))
    assert "柳湾小区三号楼" in shown
    assert "<html" not in shown
    done = client.post(where, {**hidden(shown), "text": "已电话联系"}, headers={"HX-Request": "true"})
    assert done.status_code == 204
    where = f"/unit/panel/{order.number}/reply/?unit={unit}"
    shown = body(client.get(where))
    assert "<html" in shown, "without scripts the panel is a page"
    client.post(where, {**hidden(shown), "reply": "已恢复供水", "solved": "yes"})
    assert state_of(order) == "replied"


def test_a_mistake_keeps_the_words_and_says_what_is_missing(city: City) -> None:
    order = make_order(city, upto="in_progress")
    where = f"/unit/panel/{order.number}/reply/"
    response = signed_in(city, "water_handler").post(where, {"measures": "更换阀门", "solved": ""})
    assert response.status_code == 422
    assert "更换阀门" in body(response)
    assert "请选择是否解决" in body(response)


def test_somebody_elses_step_in_between_is_told_and_nothing_is_lost(city: City) -> None:
    order, client = make_order(city, upto="in_progress"), signed_in(city, "water_handler")
    where = f"/unit/panel/{order.number}/contact/"
    seen = hidden(body(client.get(where)))
    with acting_as(city.actor("water_head")):
        take(order.number, Step.NOTE, StepData(text="请注意时限"))
    response = client.post(where, {**seen, "text": "已经打过电话"})
    assert response.status_code == 422
    assert "备注" in body(response)
    assert "已经打过电话" in body(response)
    again = client.post(where, {**hidden(body(response)), "text": "已经打过电话"})
    assert again.status_code == 302


def test_who_writes_a_reply_does_not_approve_it(city: City) -> None:
    order = make_order(city, upto="replied")
    head, writer = signed_in(city, "water_head"), signed_in(city, "water_handler")
    assert order.number in body(head.get("/unit/?tab=to_approve"))
    assert order.number not in body(writer.get("/unit/?tab=to_approve"))
    assert writer.get(f"/unit/panel/{order.number}/approve_reply/").status_code == 409
    where = f"/unit/panel/{order.number}/approve_reply/"
    head.post(where, {**hidden(body(head.get(where))), "reply": "已抢修完毕，恢复供水。"})
    assert state_of(order) == "to_call_back"


def test_supervision_and_whistles_wait_under_their_own_tab(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    with acting_as(city.actor("dispatcher")):
        take(order.number, Step.DISPATCH, StepData(unit_id=city.unit("street")))
    with acting_as(city.actor("street_handler")):
        take(order.number, Step.SIGN)
        take(order.number, Step.WHISTLE, StepData(text="联合整治", called_unit_ids=(city.unit("water"),)))
    with acting_as(city.actor("supervisor")):
        take(order.number, Step.SUPERVISE, StepData(text="请加快办理"))
    called, township = signed_in(city, "water_handler"), signed_in(city, "street_handler")
    assert "联合整治" in body(called.get("/unit/?tab=watch"))
    assert "请加快办理" in body(township.get("/unit/?tab=watch"))
    called.post(f"/unit/panel/{order.number}/acknowledge_whistle/", {})
    shown = body(called.get(f"/unit/panel/{order.number}/answer_whistle/"))
    called.post(f"/unit/panel/{order.number}/answer_whistle/", {**hidden(shown), "text": "已到场，清理完毕"})
    assert "已到场，清理完毕" in body(township.get("/unit/?tab=watch"))
    where = f"/unit/panel/{order.number}/confirm_attendance/?unit_id={city.unit('water')}"
    shown = body(township.get(where))
    township.post(where, {**hidden(shown), "unit_id": city.unit("water"), "confirmed": "yes"})
    shown = body(township.get(f"/unit/panel/{order.number}/answer_supervision/"))
    township.post(f"/unit/panel/{order.number}/answer_supervision/", {**hidden(shown), "text": "今日办结"})
    with as_system():
        assert Attendance.objects.get().confirmed is True
        assert Supervision.objects.get().receipt == "今日办结"


def test_a_township_sees_its_grids_and_can_look_at_one_unit_alone(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    with acting_as(city.actor("dispatcher")):
        take(order.number, Step.DISPATCH, StepData(unit_id=city.unit("grid")))
    client = signed_in(city, "street_handler")
    assert order.number in body(client.get("/unit/"))
    assert order.number in body(client.get(f"/unit/?unit={city.unit('grid')}"))
    assert order.number not in body(client.get("/unit/?unit=own"))


def test_addresses_with_nonsense_still_show_a_page(city: City) -> None:
    make_order(city, upto="dispatched")
    client = signed_in(city, "water_handler")
    for query in ("page=99", "page=x", "unit=99999", "unit=abc", "tab=none", "light=blue", "urgency=;drop"):
        assert client.get(f"/unit/?{query}").status_code == 200, query
    assert client.get("/unit/?q=%00").status_code == 400, "refused in words before any page"


def test_unknown_steps_and_orders_are_not_found(city: City) -> None:
    order, client = make_order(city, upto="in_progress"), signed_in(city, "water_handler")
    assert client.get(f"/unit/panel/{order.number}/nonsense/").status_code == 404
    assert client.get("/unit/panel/1234567890123/sign/").status_code == 404


def test_a_head_takes_the_list_away_only_with_a_reason(city: City) -> None:
    order = make_order(city, upto="dispatched", title="=1+1")
    assert signed_in(city, "water_handler").post("/unit/export/", {"reason": "月度分析"}).status_code == 403
    head = signed_in(city, "water_head")
    assert head.post("/unit/export/", {"reason": ""}).status_code == 302
    file = head.post("/unit/export/?tab=to_sign", {"reason": "月度分析"})
    rows = list(load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[1][0] == order.number
    assert rows[1][1] == "'=1+1"


def test_a_double_click_signs_once(city: City) -> None:
    order = make_order(city, upto="dispatched")
    client = signed_in(city, "water_handler")
    for _ in range(2):
        client.post("/unit/sign/", {"share": f"{order.number}:{city.unit('water')}"})
    with as_system():
        assert OrderStep.objects.filter(order=order, step="sign").count() == 1
