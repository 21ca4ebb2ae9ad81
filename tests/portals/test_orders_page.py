"""The page of an order: everyone sees what the policy grants, every step can be taken, nobody loses a word."""

from __future__ import annotations

import re
from typing import Any

import pytest

from factories import City, make_city, make_order, make_request, received
from minhu.directory.access import acting_as, as_system
from minhu.handling.models import Order, OrderStep
from minhu.handling.queries import allowed, order_view, parts
from minhu.handling.services import open_order, take
from minhu.handling.types import Step, StepData
from minhu.ledger.queries import entries_of
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def state_of(order: Order) -> str:
    with as_system():
        return Order.objects.get(pk=order.pk).state


def form_of(text: str) -> dict[str, str]:
    """The hidden fields of the step's form."""
    names = re.findall(r'<input type="hidden" name="(version|key)" value="([^"]*)"', text)
    return dict(names)


def test_without_signing_in_nobody_reads_an_order(city: City, client: Any) -> None:
    order = make_order(city)
    response = client.get(f"/orders/{order.number}/")
    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=")


@pytest.mark.parametrize(
    "who", ["agent", "dispatcher", "supervisor", "leader", "inspector", "water_handler", "water_head"]
)
@pytest.mark.parametrize("upto", ["dispatched", "replied", "archived"])
def test_everyone_concerned_can_read_an_order_in_every_state(city: City, who: str, upto: str) -> None:
    order = make_order(city, upto=upto, assist=("street",) if upto == "dispatched" else ())
    response = signed_in(city, who).get(f"/orders/{order.number}/")
    assert response.status_code == 200
    assert "柳湾小区三号楼" in body(response)
    assert "转单链" in body(response)


def test_another_unit_does_not_even_learn_that_the_order_exists(city: City) -> None:
    order = make_order(city, upto="in_progress")
    assert signed_in(city, "housing_handler").get(f"/orders/{order.number}/").status_code == 404


def test_the_next_action_is_the_primary_button_and_key_one(city: City) -> None:
    order = make_order(city, upto="dispatched")
    page = body(signed_in(city, "water_handler").get(f"/orders/{order.number}/"))
    first = re.search(r'<button class="btn btn-primary" type="submit" data-key="1">.*?</button>', page, re.DOTALL)
    assert first is not None
    assert "签收" in first.group()


def test_steps_are_read_in_the_language_of_the_page(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (allowed, parts):
        monkeypatch.setattr(module, "gettext", {"签收": "Sign for it", "受理": "Accept"}.get)
    order = make_order(city, upto="dispatched")
    with acting_as(city.actor("water_handler")):
        view = order_view(order.number)
    assert "Sign for it" in {step.label for step in view.allowed}
    assert "Accept" in {step.label for step in view.steps}


def test_signing_is_one_press(city: City) -> None:
    order = make_order(city, upto="dispatched")
    client = signed_in(city, "water_handler")
    response = client.post(f"/orders/{order.number}/steps/sign/", {"version": order.version})
    assert response["Location"] == f"/orders/{order.number}/"
    assert state_of(order) == "in_progress"


def test_a_dispatcher_gives_out_by_the_name_of_the_unit(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    client = signed_in(city, "dispatcher")
    page = body(client.get(f"/orders/{order.number}/steps/dispatch/"))
    data = {**form_of(page), "unit_id": "云溪市水务局", "assist_unit_ids": ["柳湾街道办事处", ""]}
    assert client.post(f"/orders/{order.number}/steps/dispatch/", data).status_code == 302
    with as_system():
        fresh = Order.objects.get(pk=order.pk)
        assert fresh.lead_unit_id == city.unit("water")
        assert set(fresh.unit_ids) == {city.unit("water"), city.unit("street")}


def test_an_ambiguous_or_unknown_unit_is_said_beside_the_field_and_nothing_is_lost(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    client = signed_in(city, "dispatcher")
    data = {"version": order.version, "unit_id": "云溪市", "text": "请尽快到场"}
    response = client.post(f"/orders/{order.number}/steps/dispatch/", data)
    assert response.status_code == 422
    assert "有多个单位符合" in body(response)
    assert "请尽快到场" in body(response)
    data["unit_id"] = "火星局"
    assert "没有找到单位" in body(client.post(f"/orders/{order.number}/steps/dispatch/", data))
    assert state_of(order) == "to_dispatch"


def test_a_missing_reason_is_said_beside_the_field(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    response = signed_in(city, "dispatcher").post(f"/orders/{order.number}/steps/refuse/", {"version": order.version})
    assert response.status_code == 422
    assert 'id="step_reason_code_errors"' in body(response)
    assert 'id="step_text_errors"' in body(response)


def test_two_clerks_at_one_order_see_who_did_what_and_keep_their_words(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    first, second = signed_in(city, "dispatcher"), signed_in(city, "dispatcher2")
    seen = form_of(body(second.get(f"/orders/{order.number}/steps/note/")))
    first.post(f"/orders/{order.number}/steps/note/", {"version": order.version, "text": "先到的人写的"})
    response = second.post(f"/orders/{order.number}/steps/note/", {**seen, "text": "我辛苦写了很久的备注"})
    page = body(response)
    assert response.status_code == 409
    assert city.staff["dispatcher"].name in page
    assert "先到的人写的" in page
    assert "我辛苦写了很久的备注" in page
    again = second.post(f"/orders/{order.number}/steps/note/", {**form_of(page), "text": "我辛苦写了很久的备注"})
    assert again.status_code == 302


def test_a_step_that_is_no_longer_possible_gives_the_typed_words_back(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    with acting_as(city.actor("dispatcher2")):
        take(order.number, Step.DISPATCH, StepData(unit_id=city.unit("water")))
    data = {"version": order.version, "reason_code": "elsewhere", "text": "属于邻市管辖，请拨打邻市热线。"}
    response = signed_in(city, "dispatcher").post(f"/orders/{order.number}/steps/refuse/", data)
    assert response.status_code == 409
    assert "属于邻市管辖" in body(response)
    assert city.staff["dispatcher2"].name in body(response)


def test_a_double_click_does_the_step_once(city: City) -> None:
    order = make_order(city, upto="in_progress")
    client = signed_in(city, "water_handler")
    data = {"text": "电话联系，约定下午上门", "contact_result": "reached", "key": "same-key"}
    for _ in range(2):
        assert client.post(f"/orders/{order.number}/steps/contact/", data).status_code == 302
    with as_system():
        assert OrderStep.objects.filter(order=order, step="contact").count() == 1


def test_with_scripts_the_answer_is_a_piece_that_htmx_swaps(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    client = signed_in(city, "dispatcher")
    address = f"/orders/{order.number}/steps/refuse/"
    headers = {"HX-Request": "true", "HX-Target": "step-panel"}
    assert "<html" not in body(client.get(address, headers=headers))
    assert client.post(address, {"version": 1}, headers=headers).status_code == 422
    data = {"version": order.version, "reason_code": "elsewhere", "text": "不在本市范围，请联系当地热线。"}
    done = client.post(address, data, headers=headers)
    assert done["HX-Redirect"] == f"/orders/{order.number}/"


def test_the_whole_chain_goes_through_the_forms(city: City) -> None:
    order = make_order(city, upto="in_progress")
    handler, head = signed_in(city, "water_handler"), signed_in(city, "water_head")
    supervisor = signed_in(city, "supervisor")

    def step(client: Any, name: str, **data: Any) -> None:
        response = client.post(f"/orders/{order.number}/steps/{name}/", data)
        assert response.status_code == 302, (name, body(response)[-3000:])

    step(handler, "contact", text="已电话联系")
    step(handler, "ask_extension", reason_code="several_units", text="需与供电公司协调停电施工", amount="5")
    step(signed_in(city, "dispatcher"), "approve_extension", amount="3", text="同意三天")
    step(handler, "suspend", reason_code="waiting_citizen", text="群众外出，周五回来")
    step(handler, "resume")
    step(handler, "reply", reply="阀门已更换，恢复供水。", solved="yes", measures="更换阀门")
    step(head, "reject_reply", text="请写明恢复供水的时间")
    step(handler, "reply", reply="阀门已更换，九日十时恢复供水。", solved="yes")
    step(head, "approve_reply", reply="阀门已更换，九日十时恢复供水。")
    step(supervisor, "supervise", text="请回访确认", level="reminder")
    step(supervisor, "close")
    step(supervisor, "archive")
    assert state_of(order) == "archived"


def test_returns_name_the_right_unit_and_the_desk_decides(city: City) -> None:
    order = make_order(city, upto="in_progress")
    data = {"reason_code": "not_our_area", "text": "在城管局管辖范围，请核实派单。", "unit_id": "云溪市城管局"}
    assert signed_in(city, "water_handler").post(f"/orders/{order.number}/steps/ask_return/", data).status_code == 302
    dispatcher = signed_in(city, "dispatcher")
    page = body(dispatcher.get(f"/orders/{order.number}/"))
    assert "应由 云溪市城管局 办理" in page
    form = body(dispatcher.get(f"/orders/{order.number}/steps/approve_return/"))
    assert 'value="云溪市城管局"' in form
    dispatcher.post(f"/orders/{order.number}/steps/approve_return/", {"unit_id": "云溪市城管局"})
    assert state_of(order) == "to_dispatch"


def test_a_whistle_calls_units_to_a_place_and_a_time(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    with acting_as(city.actor("dispatcher")):
        take(order.number, Step.DISPATCH, StepData(unit_id=city.unit("street")))
    street = signed_in(city, "street_head")
    street.post(f"/orders/{order.number}/steps/sign/", {})
    data = {
        "text": "积水需水务、城管现场会办", "called_unit_ids": ["云溪市水务局", "云溪市城管局"],
        "meet_at": "2099-01-01T09:00", "place": "柳湾小区南门",
    }  # fmt: skip
    response = street.post(f"/orders/{order.number}/steps/whistle/", data)
    assert response.status_code == 302, body(response)[-2000:]
    page = body(street.get(f"/orders/{order.number}/"))
    assert "柳湾小区南门" in page
    assert page.count("等待响应") == 2
    signed_in(city, "water_handler").post(f"/orders/{order.number}/steps/answer_whistle/", {"text": "已到场抽排"})
    data = {"unit_id": str(city.unit("water")), "confirmed": "yes"}
    assert street.post(f"/orders/{order.number}/steps/confirm_attendance/", data).status_code == 302
    assert "已确认到场" in body(street.get(f"/orders/{order.number}/"))


def test_merging_shows_the_other_order_first(city: City) -> None:
    order, other = make_order(city, upto="to_dispatch"), make_order(city, upto="in_progress")
    client = signed_in(city, "dispatcher")
    assert "小区停水" in body(client.get("/orders/peek/", {"number": other.number}))
    assert "没有找到这张工单" in body(client.get("/orders/peek/", {"number": "123"}))
    data = {"target_number": other.number, "reason_code": "same_person_same_matter", "text": "同一人反映同一处停水"}
    assert client.post(f"/orders/{order.number}/steps/merge/", data).status_code == 302
    assert state_of(order) == "merged"
    assert order.number in body(client.get(f"/orders/{other.number}/"))


def test_persons_are_masked_until_a_reason_is_given(city: City) -> None:
    with as_system():
        request = make_request(requester_name="欧阳晓", requester_phone="13900001234")
        open_order(received(city, request))
    client = signed_in(city, "dispatcher")
    page = body(client.get(f"/orders/{request.number}/"))
    assert "139****1234" in page
    assert "13900001234" not in page
    address = f"/orders/{request.number}/reveal/phone/"
    assert client.post(address, {"reason": ""}, headers={"HX-Request": "true"}).status_code == 422
    assert body(client.post(address, {"reason": "联系群众核实情况"})) == "13900001234"
    assert "13900001234" not in body(client.get(f"/orders/{request.number}/print/"))


def test_a_confidential_requester_stays_hidden_from_the_unit(city: City) -> None:
    with as_system():
        request = make_request(requester_name="欧阳晓", requester_phone="13900001234", confidential=True)
        open_order(received(city, request, confidential=True))
    with acting_as(city.actor("dispatcher")):
        take(request.number, Step.ACCEPT)
        take(request.number, Step.DISPATCH, StepData(unit_id=city.unit("water")))
    page = body(signed_in(city, "water_handler").get(f"/orders/{request.number}/"))
    assert "诉求人要求保密" in page
    assert "欧阳" not in page
    assert "139" not in page.replace(request.number, "")


def test_the_citizens_words_are_text_and_nothing_else(city: City) -> None:
    with as_system():
        request = make_request(text="<script>alert(1)</script>停水了", title="<b>停水</b>")
        open_order(received(city, request, title="<b>停水</b>"))
    page = body(signed_in(city, "dispatcher").get(f"/orders/{request.number}/"))
    assert "<script>alert(1)" not in page
    assert "<b>停水</b>" not in page


def test_a_printed_sheet_is_written_down(city: City) -> None:
    order = make_order(city, upto="replied")
    assert "承办人签字" in body(signed_in(city, "water_head").get(f"/orders/{order.number}/print/"))
    with as_system():
        assert [e.kind for e in entries_of(("order", order.pk))][-1] == "order.printed"


def test_a_unit_that_returned_an_order_reads_its_own_record(city: City) -> None:
    order = make_order(city, upto="in_progress")
    ask = StepData(reason_code="not_our_duty", text="供水管网由住建部门维护，请改派", unit_id=city.unit("housing"))
    with acting_as(city.actor("water_handler")):
        take(order.number, Step.ASK_RETURN, ask)
    with acting_as(city.actor("dispatcher")):
        take(order.number, Step.APPROVE_RETURN, StepData(text="属实"))
    page = body(signed_in(city, "water_handler").get(f"/orders/{order.number}/"))
    assert "已退单的工单" in page
    assert "供水管网由住建部门维护" in page
    assert "柳湾小区三号楼" not in page
    assert signed_in(city, "urban_handler").get(f"/orders/{order.number}/").status_code == 404


def test_the_words_beside_a_lead_reply_are_asked_for_only_while_helpers_have_not_replied(city: City) -> None:
    order = make_order(city, upto="in_progress", assist=("urban",))
    client = signed_in(city, "water_handler")
    address = f"/orders/{order.number}/steps/reply/"
    page = body(client.get(address))
    assert "不再等待协办答复的理由</label>" in page, "not marked as optional"
    assert "云溪市城管局尚未答复" in page
    with acting_as(city.actor("urban_handler")):
        take(order.number, Step.ASSIST_REPLY, StepData(reply="路面已恢复"))
    page = body(client.get(address))
    assert "不再等待协办答复的理由" not in page
    assert '说明<span class="field-optional">' in page
