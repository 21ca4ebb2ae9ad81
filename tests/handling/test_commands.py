"""Two clerks at once, repeated clicks, wrong input: each gets a clear Chinese word and nothing is left behind."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from factories import MONDAY, City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import citizen_actor
from minhu.handling.models import Clock, Order, OrderStep
from minhu.handling.queries import order_view, public_view
from minhu.handling.services import perform, sweep, take
from minhu.handling.types import AssignmentRole, ClockKind, OrderView, State, Step, StepData
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotAllowed, NotFound

now = pytest.mark.usefixtures("monday")


def step(
    city: City, who: str, number: str, name: Step, version: int | None = None, key: str = "", **data: object
) -> OrderView:
    with acting_as(city.actor(who)):
        return perform(number, name, StepData(**data), version=version, key=key)  # type: ignore[arg-type]


@now
def test_a_stale_version_says_who_did_what(city: City) -> None:
    order = make_order(city)
    step(city, "dispatcher", order.number, Step.ACCEPT, version=1)
    with pytest.raises(Conflict) as late:
        step(city, "dispatcher2", order.number, Step.REFUSE, version=1, reason_code="elsewhere", text="不属于本市")
    name = city.staff["dispatcher"].name
    assert late.value.code == "stale_version"
    assert late.value.message == f"{name} 已于 3月9日 09:00 对这张工单做了“受理”，内容已更新，请刷新页面后再操作。"


@now
def test_a_repeated_click_has_one_effect(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    first = step(city, "dispatcher", order.number, Step.DISPATCH, key="k1", version=2, unit_id=city.unit("water"))
    again = step(city, "dispatcher", order.number, Step.DISPATCH, key="k1", version=2, unit_id=city.unit("water"))
    assert (again.version, again.assignments) == (first.version, first.assignments)
    with pytest.raises(Conflict, match="操作编号已用于“派单”"):
        step(city, "dispatcher", order.number, Step.RECALL, key="k1", text="派错")


@now
@pytest.mark.parametrize(
    ("who", "name", "data", "kind", "words"),
    [
        ("dispatcher", Step.DISPATCH, {"unit_id": 987654}, Invalid, "没有编号为 987654 的单位"),
        ("dispatcher", Step.DISPATCH, {}, Invalid, "请选择单位"),
        ("dispatcher", Step.DISPATCH, {"unit_id": "water", "category_id": 99999}, Invalid, "没有这个诉求分类"),
        ("dispatcher", Step.DISPATCH, {"unit_id": "water", "area_code": "000"}, Invalid, "没有这个区划"),
        ("dispatcher", Step.DISPATCH, {"unit_id": "water", "request_type": "x"}, Invalid, "没有这个诉求类型"),
        ("dispatcher", Step.DISPATCH, {"unit_id": "water", "urgency": "x"}, Invalid, "没有这个紧急程度"),
        ("dispatcher", Step.REFUSE, {"text": "不属于"}, Invalid, "请选择原因"),
        ("dispatcher", Step.REFUSE, {"text": "  ", "reason_code": "elsewhere"}, Invalid, "请填写说明"),
        ("dispatcher", Step.REFUSE, {"text": "好" * 20_001, "reason_code": "elsewhere"}, Invalid, "20000 字以内"),
        ("dispatcher", Step.CORRECT, {}, Invalid, "没有要更正的内容"),
        ("dispatcher", Step.CLOSE, {}, Conflict, "工单现在是“待派发”，不能“办结”"),
        ("dispatcher", Step.MERGE, {"target_number": "2603090000001", "text": "重复", "reason_code": "follow_up"},
         Invalid, "没有这张工单"),
        ("dispatcher", Step.SIGN, {}, NotAllowed, "没有“签收”的权限"),
        ("leader", Step.DISPATCH, {"unit_id": "water"}, NotAllowed, "没有“派单”的权限"),
        ("water_handler", Step.SIGN, {}, NotFound, "没有找到这张工单"),
        ("system_admin", Step.NOTE, {"text": "看看"}, NotFound, "没有找到这张工单"),
    ],
)  # fmt: skip
def test_wrong_input_is_explained(
    city: City, who: str, name: Step, data: dict[str, object], kind: type[MinhuError], words: str
) -> None:
    order = make_order(city, upto="to_dispatch")
    filled = dict(data)
    if filled.get("unit_id") == "water":
        filled["unit_id"] = city.unit("water")
    if filled.get("assist_unit_ids") == "water":
        filled["assist_unit_ids"] = (city.unit("water"),)
    with pytest.raises(kind, match=words):
        step(city, who, order.number, name, **filled)
    with as_system():
        assert Order.objects.get(pk=order.pk).version == order.version


@now
def test_an_unknown_number_and_a_closed_unit(city: City) -> None:
    with pytest.raises(NotFound, match="请核对编号"):
        step(city, "dispatcher", "2603099999990", Step.ACCEPT)
    order = make_order(city, upto="to_dispatch")
    with as_system():
        city.units["water"].active = False
        city.units["water"].save()
    from minhu.directory.queries.freshness import forget

    forget()
    with pytest.raises(Invalid, match="已停用"):
        step(city, "dispatcher", order.number, Step.DISPATCH, unit_id=city.unit("water"))


@now
def test_corrections_are_remembered(city: City) -> None:
    order = make_order(city)
    view = step(
        city, "dispatcher", order.number, Step.ACCEPT, request_type="complaint", urgency="urgent", area_code="990101"
    )
    assert (view.request_type, view.urgency, view.area_code) == ("complaint", "urgent", "990101")
    with as_system():
        changes = OrderStep.objects.filter(order=order).last().changes  # type: ignore[union-attr]
    assert changes["request_type"] == ["help", "complaint"]


@now
def test_refused_and_handed_over_orders_can_be_taken_back(city: City) -> None:
    order = make_order(city)
    view = step(city, "agent", order.number, Step.REFUSE, reason_code="elsewhere", text="请向云山市热线反映")
    assert view.steps[-1].public_text == "您的诉求不在热线受理范围。请向云山市热线反映"
    assert view.steps[-1].reason == "不属于本市或行政职权范围"
    assert step(city, "dispatcher", order.number, Step.TAKE_BACK, text="经核实属于本市").state is State.TO_DISPATCH
    step(city, "dispatcher", order.number, Step.HAND_OVER, reason_code="120")
    view = step(city, "dispatcher", order.number, Step.RECEIPT, text="120 已派车")
    assert {c.kind for c in view.clocks if c.stopped_at is None} == {ClockKind.ARCHIVE}


@now
def test_a_direct_answer_ends_the_matter_and_can_be_reopened(city: City) -> None:
    order = make_order(city, request_type="consultation")
    view = step(city, "agent", order.number, Step.ANSWER_DIRECTLY, reply="营业厅周末照常办理。")
    assert (view.state, view.public_reply) == (State.ANSWERED, "营业厅周末照常办理。")
    view = step(city, "dispatcher", order.number, Step.REOPEN, text="答复不准确", reason_code="untrue_reply")
    assert (view.state, view.public_reply, view.reopen_count) == (State.REOPENED, "", 1)


@now
def test_a_late_wish_to_reopen_is_a_new_request(city: City) -> None:
    order = make_order(city, upto="closed")
    with clock.at(MONDAY + timedelta(days=31)), pytest.raises(Conflict, match="已超过 30 天"):
        step(city, "dispatcher", order.number, Step.REOPEN, text="又坏了")


@now
def test_the_citizen_withdraws_and_reads_no_names(city: City) -> None:
    order = make_order(city, upto="in_progress")
    with acting_as(citizen_actor((order.request_id,))):
        with pytest.raises(NotAllowed):
            take(order.number, Step.CLOSE)
        with pytest.raises(Conflict, match="工作人员 已于"):
            take(order.number, Step.WITHDRAW, version=1)
        take(order.number, Step.WITHDRAW, StepData(reason_code="solved"))
        view = public_view(order.request_id)
    assert (view.state, view.can_withdraw) == (State.WITHDRAWN, False)
    with acting_as(citizen_actor((order.request_id + 1,))), pytest.raises(NotFound):
        public_view(order.request_id)
    with as_system():
        assert not Clock.objects.filter(order=order, stopped_at=None).exclude(kind="archive").exists()


@now
def test_a_merged_order_comes_back_as_it_was(city: City) -> None:
    main, other = make_order(city, upto="in_progress"), make_order(city, upto="in_progress", assist=("urban",))
    with as_system():
        due = Clock.objects.get(order=other, kind="handle", assignment__role="lead").due_at
    merge = {"target_number": main.number, "reason_code": "follow_up", "text": "同一处停水"}
    view = step(city, "dispatcher", other.number, Step.MERGE, **merge)
    assert (view.state, view.merged_into) == (State.MERGED, main.number)
    assert all(c.paused_at or c.stopped_at for c in view.clocks if c.kind is not ClockKind.ARCHIVE)
    with as_system():
        assert order_view(main.number).merged == (other.number,)
    with pytest.raises(Conflict, match="已有其他工单并入"):
        step(city, "dispatcher", main.number, Step.MERGE, **{**merge, "target_number": make_order(city).number})
    with pytest.raises(Conflict, match="已经结束或已被合并"):
        step(city, "dispatcher", make_order(city).number, Step.MERGE, **{**merge, "target_number": other.number})
    with pytest.raises(Invalid, match="不能并入自己"):
        step(city, "dispatcher", main.number, Step.MERGE, **merge)
    with clock.at(MONDAY + timedelta(days=1)):
        view = step(city, "dispatcher", other.number, Step.UNMERGE, text="并非同一处")
    assert (view.state, view.merged_into) == (State.IN_PROGRESS, "")
    assert [a.open for a in view.assignments] == [True, True]
    with as_system():
        assert Clock.objects.get(order=other, kind="handle", assignment__role="lead").due_at == due + timedelta(days=1)


@now
def test_merged_orders_survive_the_withdrawal_of_the_main_one(city: City) -> None:
    main, other = make_order(city, upto="in_progress"), make_order(city, upto="to_dispatch")
    data = {"target_number": main.number, "reason_code": "follow_up", "text": "同一处"}
    step(city, "dispatcher", other.number, Step.MERGE, **data)
    with acting_as(citizen_actor((main.request_id,))):
        take(main.number, Step.WITHDRAW)
    with as_system():
        assert order_view(other.number).state is State.TO_DISPATCH


@now
def test_history_cannot_be_rewritten(city: City) -> None:
    order = make_order(city)
    with as_system(), pytest.raises(Exception, match="never changed"), transaction.atomic():
        OrderStep.objects.filter(order=order).update(text="改写")


@pytest.fixture
def committed(transactional_db: None) -> City:
    """A city that other connections see."""
    with transaction.atomic():
        return make_city()


def test_two_clerks_at_once_make_one_dispatch(committed: City) -> None:
    city = committed
    with transaction.atomic():
        number = make_order(city, upto="to_dispatch").number
    gate, outcomes = threading.Barrier(2), []

    def clerk(name: str, unit: str) -> None:
        try:
            with transaction.atomic(), acting_as(city.actor(name)):
                gate.wait(10)
                take(number, Step.DISPATCH, StepData(unit_id=city.unit(unit)), version=2)
            outcomes.append("done")
        except Conflict as late:
            outcomes.append(late.message)
        finally:
            connection.close()

    for name in ("dispatcher", "dispatcher2"):
        city.actor(name)
    clerks = [threading.Thread(target=clerk, args=pair) for pair in (("dispatcher", "water"), ("dispatcher2", "urban"))]
    for thread in clerks:
        thread.start()
    for thread in clerks:
        thread.join(20)
    assert sorted(outcome == "done" for outcome in outcomes) == [False, True]
    late = next(outcome for outcome in outcomes if outcome != "done")
    assert "对这张工单做了“派单”" in late
    with transaction.atomic(), as_system():
        assert Order.objects.get(number=number).version == 3


def test_sweepers_and_commands_never_wait_for_each_other(committed: City) -> None:
    city = committed
    with transaction.atomic(), clock.at(MONDAY):
        held, free = make_order(city, upto="dispatched").number, make_order(city, upto="dispatched").number
    later = MONDAY + timedelta(hours=3)
    swept: list[int] = []

    def sweeper() -> None:
        try:
            with clock.at(later):
                swept.append(sweep())
        finally:
            connection.close()

    with transaction.atomic(), as_system():
        Order.objects.select_for_update().get(number=held)
        thread = threading.Thread(target=sweeper)
        thread.start()
        thread.join(20)
        assert not thread.is_alive(), "the sweeper waits for a clerk"
    with transaction.atomic(), as_system():
        lights = {o.number: o.light for o in Order.objects.filter(number__in=(held, free))}
    assert (lights[held], lights[free]) == ("green", "red")
    with clock.at(later):
        assert sweep() > 0
    assert swept[0] > 0


@now
def test_a_suggested_assistant_that_is_made_the_lead_no_longer_assists(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    water, urban = city.unit("water"), city.unit("urban")
    view = step(city, "dispatcher", order.number, Step.DISPATCH, unit_id=water, assist_unit_ids=(urban, water, urban))
    assert view.lead_unit_id == water
    assert [a.unit_id for a in view.assignments if a.role is AssignmentRole.ASSIST] == [urban]
