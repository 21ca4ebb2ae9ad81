"""A unit that feeds itself easy requests is pointed out to people; ordinary citizens and quick work are not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from factories import PATH, City, make_city, make_request, received
from handling.test_contracts import follow, warned
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Staff
from minhu.engines import lookup
from minhu.handling.domain.self_fed import AT_ONCE, Signs, suspicion
from minhu.handling.domain.warnings import Warned
from minhu.handling.models import ContractWarning, Order
from minhu.handling.queries.warnings import warnings_page
from minhu.handling.services import open_order, take
from minhu.handling.services.warnings import settle_warning
from minhu.handling.types import Step, StepData
from minhu.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.data_layer]
QUICK, SLOW = timedelta(minutes=20), AT_ONCE + timedelta(minutes=1)


@pytest.fixture
def city(home: Any) -> City:
    return make_city()


@pytest.mark.parametrize(
    ("signs", "suspected"),
    [
        (Signs(), False),
        (Signs(took=QUICK, copies=9, praise=True), False),  # an outage that many tell of, or thanks
        (Signs(staff_entered=True, took=QUICK, copies=9), False),  # an agent of the unit writes down what many say
        (Signs(staff_phone=True, took=SLOW), False),  # people who work there are citizens too
        (Signs(same_caller=1, took=QUICK, copies=1), False),
        (Signs(same_caller=5, took=SLOW), False),
        (Signs(staff_phone=True, took=QUICK), True),
        (Signs(staff_phone=True, took=SLOW, praise=True), True),
        (Signs(same_caller=2, took=QUICK, copies=2), True),
        (Signs(same_caller=2, took=QUICK, staff_entered=True), True),
        (Signs(same_caller=2, took=QUICK, praise=True), True),
    ],
)
def test_signs_add_up_and_somebody_must_stand_behind_them(signs: Signs, suspected: bool) -> None:
    assert bool(suspicion(signs)) is suspected


def closed(city: City, text: str, phone: str, minutes: int = 20, **fields: Any) -> Order:
    """An order of the water bureau with these words and this telephone, closed so many minutes after it came."""
    with as_system():
        index = lookup.indexes(phone, "phone")[0]
        request = make_request(text=text, requester_phone=phone, phone_index=index)
        open_order(received(city, request, **fields))
        order = Order.objects.get(number=request.number)
    reply = StepData(reply=f"已办理 {order.number}", measures="处理", solved=True)
    data = {
        Step.DISPATCH: StepData(unit_id=city.unit("water")),
        Step.CONTACT: StepData(text="已电话联系", contact_result="reached"),
        Step.REPLY: reply,
    }
    for _, who, step in PATH:
        with clock.at(order.created_at + timedelta(minutes=minutes)), acting_as(city.actor(who)):
            take(order.number, step, data.get(step, StepData()))
        if step is Step.CLOSE:
            return order
    raise AssertionError("the way of an order has no end")


def suspected(order: Order) -> list[str]:
    return [detail for kind, detail in warned(order) if kind == Warned.SELF_FED]


def test_a_request_from_the_telephone_of_the_units_own_staff_is_pointed_out_and_a_person_decides(city: City) -> None:
    with as_system():
        Staff.objects.filter(username=city.actor("water_handler").id).update(phone="13900001111")
    citizen = closed(city, "小区水压很低，六楼用不上水，请来看看。", "13700002222")
    own = closed(city, "路边消火栓滴水，麻烦处理。", "13900001111")
    slow = closed(city, "路边的阀门井盖松动，响得睡不着。", "13900001111", minutes=60 * 30)
    follow()
    assert suspected(citizen) == []
    assert suspected(slow) == []
    (detail,) = suspected(own)
    assert "承办单位人员名下" in detail
    assert "13900001111" not in detail
    with as_system():
        before = Order.objects.get(pk=own.pk)
        assert before.state == Order.objects.get(pk=citizen.pk).state, "nothing is decided by the program"
    with acting_as(city.actor("supervisor")):
        rows, _ = warnings_page(Warned.SELF_FED)
        assert [row.order.number for row in rows] == [own.number]
        settle_warning(rows[0].id, "已核实：职工本人家门口，属实")
    with as_system():
        assert ContractWarning.objects.get(pk=rows[0].id).settled_note.startswith("已核实")


def test_near_copies_from_one_telephone_closed_at_once_are_pointed_out(city: City) -> None:
    words = "表扬水务局服务热情，{}号楼的小问题马上就解决了，群众非常满意，希望继续保持。"
    orders = [closed(city, words.format(at), "13700003333") for at in (1, 2, 3)]
    many = [closed(city, f"幸福小区{at}号楼今天早上停水，什么时候来水？", f"1370000444{at}") for at in (1, 2, 3)]
    follow()
    assert [bool(suspected(order)) for order in orders] == [False, False, True]
    assert [suspected(order) for order in many] == [[], [], []]
    assert "措辞几乎相同" in suspected(orders[2])[0]


def test_what_the_grid_reports_is_its_own_by_nature(city: City) -> None:
    with as_system():
        Staff.objects.filter(username=city.actor("water_handler").id).update(phone="13900001111")
    order = closed(city, "巡查发现排水口堵塞。", "13900001111", channel="grid")
    follow()
    assert suspected(order) == []
