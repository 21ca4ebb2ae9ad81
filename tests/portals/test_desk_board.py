"""The dispatcher's board: the dangerous first, one key settles a row, several only after a preview, undo in time."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import CatalogueItem, CatalogueVersion
from minhu.directory.queries.freshness import forget
from minhu.directory.types import VersionState
from minhu.handling.models import Order
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.kernel import clock
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def city(db: None) -> City:
    """A city whose catalogue gives water matters to the water bureau."""
    made = make_city()
    version = CatalogueVersion.objects.create(number=1)
    CatalogueItem.objects.create(
        version=version, category_code="A1", lead="unit:water", assist=["unit:urban"], basis="供水职责"
    )
    CatalogueVersion.objects.filter(pk=version.pk).update(state=VersionState.PUBLISHED.value, published_at=clock.now())
    forget()
    return made


def fresh(order: Order) -> Order:
    with as_system():
        return Order.objects.get(pk=order.pk)


def test_danger_stands_above_older_orders(city: City) -> None:
    old = make_order(city)
    danger = make_order(city, urgency="danger")
    page = body(signed_in(city, "dispatcher").get("/desk/"))
    shown = re.findall(r'id="row-(\d+)"', page)
    assert shown == [danger.number, old.number]
    assert "危及生命安全" in page


def test_a_row_says_unit_confidence_and_reason(city: City) -> None:
    make_order(city, upto="to_dispatch")
    page = body(signed_in(city, "dispatcher").get("/desk/?tab=to_dispatch"))
    assert "云溪市水务局" in page
    assert "97%" in page, "a line of the catalogue is no certainty"
    assert "派单目录" in page


def test_one_key_accepts_and_dispatches_and_undo_takes_it_back(city: City) -> None:
    order = make_order(city)
    client = signed_in(city, "dispatcher")
    data = {f"version_{order.number}": order.version, f"unit_{order.number}": city.unit("water")}
    response = client.post(f"/desk/dispatch/{order.number}/", data, headers=HX)
    toast = json.loads(response["HX-Trigger"])["minhu:toast"]
    assert f'id="row-{order.number}"' in body(response)
    assert fresh(order).state == "dispatched"
    assert fresh(order).lead_unit_id == city.unit("water")
    assert client.post(toast["undo_url"], headers=HX).status_code == 204
    assert fresh(order).state == "to_dispatch"
    assert client.post(toast["undo_url"], headers=HX).status_code == 409


def test_undo_is_over_after_some_minutes_and_for_others(city: City) -> None:
    order = make_order(city, upto="dispatched")
    address = f"/desk/undo/{order.number}/"
    assert signed_in(city, "dispatcher2").post(address, headers=HX).status_code == 409
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert signed_in(city, "dispatcher").post(address, headers=HX).status_code == 409
    assert fresh(order).state == "dispatched"


def test_a_stale_row_does_nothing_and_says_who_was_faster(city: City) -> None:
    order = make_order(city)
    with acting_as(city.actor("dispatcher2")):
        take(order.number, Step.NOTE, StepData(text="已电话核实"))
    data = {f"version_{order.number}": order.version}
    response = signed_in(city, "dispatcher").post(f"/desk/dispatch/{order.number}/", data, headers=HX)
    assert response.status_code == 422
    assert city.staff["dispatcher2"].name in body(response)
    assert fresh(order).state == "received"


def test_advice_that_changed_since_is_not_followed_blindly(city: City) -> None:
    order = make_order(city)
    data = {f"unit_{order.number}": city.unit("urban")}
    response = signed_in(city, "dispatcher").post(f"/desk/dispatch/{order.number}/", data, headers=HX)
    assert "派单建议刚刚变为" in body(response)
    assert fresh(order).state == "received"


def test_without_a_line_in_the_catalogue_the_row_says_why(city: City) -> None:
    order = make_order(city, category_id=city.categories["B1"].pk)
    client = signed_in(city, "dispatcher")
    assert f"/desk/dispatch/{order.number}/" not in body(client.get("/desk/"))
    assert client.post(f"/desk/dispatch/{order.number}/", headers=HX).status_code == 422


def test_another_unit_is_chosen_by_name_and_the_basis_says_so(city: City) -> None:
    order = make_order(city)
    client = signed_in(city, "dispatcher")
    address = f"/desk/choose/{order.number}/"
    assert "云溪市水务局" in body(client.get(address, headers=HX))
    assert client.post(address, {"unit_id": ""}, headers=HX).status_code == 422
    unsaid = client.post(address, {"unit_id": "云溪市住建局", "version": order.version}, headers=HX)
    assert unsaid.status_code == 422
    assert "请选择为什么不派建议的单位" in body(unsaid)
    why = {"unit_id": "云溪市住建局", "version": order.version, "reason_code": "not_its_duty"}
    response = client.post(address, why, headers=HX)
    assert f"minhu:row-{order.number}" in response["HX-Trigger"]
    assert fresh(order).lead_unit_id == city.unit("housing")
    assert fresh(order).dispatch_basis.startswith("人工指定")


def test_several_are_previewed_then_reported_one_by_one(city: City) -> None:
    good, gone, vague = make_order(city), make_order(city), make_order(city, category_id=city.categories["B1"].pk)
    client = signed_in(city, "dispatcher")
    chosen = [good.number, gone.number, vague.number]
    page = body(client.post("/desk/bulk/", {"order": chosen}))
    assert "其中 2 件可以按建议派单" in page
    assert fresh(good).state == "received"
    with acting_as(city.actor("dispatcher2")):
        take(gone.number, Step.REFUSE, StepData(reason_code="elsewhere", text="不在本市范围，请联系当地。"))
    versions = {f"version_{n}": "1" for n in chosen}
    result = body(client.post("/desk/bulk/", {"order": [good.number, gone.number], "confirmed": "1", **versions}))
    assert "派出 1 件，未派出 1 件" in result
    assert fresh(good).state == "dispatched"
    assert fresh(gone).state == "refused"
    assert client.post("/desk/bulk/", {}).status_code == 302


def test_returns_wait_under_their_tab_with_what_the_unit_asks(city: City) -> None:
    order = make_order(city, upto="in_progress")
    with acting_as(city.actor("water_handler")):
        data = StepData(reason_code="not_our_area", text="不在供水范围", unit_id=city.unit("street"))
        take(order.number, Step.ASK_RETURN, data)
    client = signed_in(city, "dispatcher")
    page = body(client.get("/desk/?tab=return_review"))
    assert "应由柳湾街道办事处办理" in page
    with acting_as(city.actor("dispatcher")):
        take(order.number, Step.APPROVE_RETURN)
    assert "退单审核已认定由该单位办理" in body(client.get("/desk/"))


def test_an_empty_queue_says_what_to_do(city: City) -> None:
    page = body(signed_in(city, "dispatcher").get("/desk/?tab=nonsense&page=x"))
    assert "全部派完了" in page


def test_the_panel_shows_the_words_and_the_masked_person(city: City) -> None:
    order = make_order(city)
    client = signed_in(city, "dispatcher")
    assert "柳湾小区三号楼" in body(client.get(f"/desk/preview/{order.number}/", headers=HX))
    assert "<html" in body(client.get(f"/desk/preview/{order.number}/"))
    form = body(client.get(f"/orders/{order.number}/steps/refuse/", headers={**HX, "HX-Target": "desk-panel"}))
    assert 'hx-target="#desk-panel"' in form
    data = {"reason_code": "elsewhere", "text": "不在本市范围，请联系当地。", "version": order.version}
    done = client.post(f"/orders/{order.number}/steps/refuse/", data, headers={**HX, "HX-Target": "desk-panel"})
    assert f"minhu:row-{order.number}" in done["HX-Trigger"]


@pytest.mark.parametrize("who", ["water_handler", "leader", "grid_worker", "system_admin"])
def test_the_board_is_for_the_desk(city: City, who: str) -> None:
    assert signed_in(city, who).get("/desk/").status_code == 403


def closed(city: City, unit: str, *, after: str = "") -> Order:
    """An order like the others that ``unit`` answered, after ``after`` had returned it."""
    order = make_order(city, upto="to_dispatch")
    for one in (after, unit) if after else (unit,):
        with acting_as(city.actor("dispatcher")):
            take(order.number, Step.DISPATCH, StepData(unit_id=city.unit(one)))
        if one == after:
            with acting_as(city.actor(f"{one}_handler")):
                take(order.number, Step.SIGN, StepData())
                why = StepData(
                    reason_code="not_our_area", text="不在本单位的管理范围内，应由对方办理", unit_id=city.unit(unit)
                )
                take(order.number, Step.ASK_RETURN, why)
            with acting_as(city.actor("dispatcher")):
                take(order.number, Step.APPROVE_RETURN, StepData(text="已核实"))
    steps = ((Step.SIGN, "handler"), (Step.CONTACT, "handler"), (Step.REPLY, "handler"), (Step.APPROVE_REPLY, "head"))
    data = {Step.CONTACT: StepData(text="已联系", contact_result="reached"),
            Step.REPLY: StepData(reply="已处理完毕。", measures="维修", solved=True)}  # fmt: skip
    for step, who in steps:
        with acting_as(city.actor(f"{unit}_{who}")):
            take(order.number, step, data.get(step, StepData()))
    with acting_as(city.actor("supervisor")):
        take(order.number, Step.CLOSE, StepData())
    return fresh(order)


def test_returns_of_like_orders_change_the_proposal_and_say_so(city: City) -> None:
    taught = [closed(city, "housing", after="water") for _ in range(5)]
    order = make_order(city, upto="to_dispatch")
    client = signed_in(city, "dispatcher")
    panel = body(client.get(f"/desk/preview/{order.number}/", headers=HX))
    assert "5 件类似工单由云溪市住建局办理" in panel
    assert taught[0].number[:8] in panel
    row = body(client.get(f"/desk/rows/{order.number}/", headers=HX))
    assert "<strong>云溪市住建局</strong>" in row
    page = body(client.get(f"/desk/why-not/{order.number}/", {"unit": "云溪市水务局"}, headers=HX))
    assert "退回 5 件" in page


def test_a_correction_with_its_reason_teaches_the_next_advice(city: City) -> None:
    client = signed_in(city, "dispatcher")
    for _ in range(6):
        order = make_order(city, upto="to_dispatch")
        why = {"unit_id": "云溪市住建局", "version": order.version, "reason_code": "list_outdated"}
        assert client.post(f"/desk/choose/{order.number}/", why, headers=HX).status_code == 200
    order = make_order(city, upto="to_dispatch")
    assert "<strong>云溪市住建局</strong>" in body(client.get(f"/desk/rows/{order.number}/", headers=HX))
    page = body(client.get(f"/desk/why-not/{order.number}/", {"unit": "云溪市水务局"}, headers=HX))
    assert "派单员" in page


@pytest.mark.parametrize("unit", ["", "没有这个单位", "x" * 500, "\x00"])
def test_why_not_of_nobody_is_refused_in_words(city: City, unit: str) -> None:
    order = make_order(city, upto="to_dispatch")
    response = signed_in(city, "dispatcher").get(f"/desk/why-not/{order.number}/", {"unit": unit}, headers=HX)
    assert response.status_code in (400, 422)


def test_why_not_is_for_dispatchers(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    assert signed_in(city, "water_handler").get(f"/desk/why-not/{order.number}/").status_code in (403, 404)
