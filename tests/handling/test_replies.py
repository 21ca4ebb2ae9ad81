"""The reply a citizen reads was written by one person and read by another; helpers' work is not forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import MONDAY, City, make_order
from minhu.directory.access import acting_as, as_system
from minhu.handling.models import Assignment, Clock, Order, Review
from minhu.handling.queries import order_view, public_view
from minhu.handling.services import perform, take
from minhu.handling.types import AssignmentRole, ClockKind, OrderView, State, Step, StepData
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.usefixtures("monday")


def step(city: City, who: str, number: str, name: Step, **data: object) -> OrderView:
    with acting_as(city.actor(who)):
        return perform(number, name, StepData(**data))  # type: ignore[arg-type]


def test_the_lead_waits_for_its_helpers_or_says_why_not(city: City) -> None:
    order = make_order(city, upto="in_progress", assist=("urban", "housing"))
    with pytest.raises(Invalid, match="协办单位（云溪市城管局、云溪市住建局）尚未答复"):
        step(city, "water_handler", order.number, Step.REPLY, reply="已处理", solved=True)
    assert "text" in reply_needs(city, order), "the form says so before anybody is refused"
    step(city, "urban_handler", order.number, Step.ASSIST_REPLY, reply="路面已恢复")
    view = step(
        city, "water_handler", order.number, Step.REPLY, reply="已处理", text="住建局意见已口头告知", solved=True
    )
    assert view.state is State.REPLIED
    with as_system():
        running = Clock.objects.filter(order=order, stopped_at=None)
        assert {c.kind for c in running} == {"review"}
        assert {a.unit_id for a in Assignment.objects.filter(order=order, ended_at=None)} == {
            city.unit("water"), city.unit("urban"),
        }  # fmt: skip


def reply_needs(city: City, order: Order) -> tuple[str, ...]:
    with acting_as(city.actor("water_handler")):
        return next(one.needs for one in order_view(order.number).allowed if one.step is Step.REPLY)


def test_a_lead_that_waits_for_nobody_need_not_explain(city: City) -> None:
    order = make_order(city, upto="in_progress", assist=("urban",))
    step(city, "urban_handler", order.number, Step.ASSIST_REPLY, reply="路面已恢复")
    assert reply_needs(city, order) == ("reply",)


def test_nobody_approves_the_reply_he_wrote(city: City) -> None:
    order = make_order(city, upto="in_progress")
    step(city, "water_head", order.number, Step.REPLY, reply="已处理")
    with pytest.raises(NotAllowed, match="自己"):
        step(city, "water_head", order.number, Step.APPROVE_REPLY)
    assert step(city, "supervisor", order.number, Step.APPROVE_REPLY).state is State.TO_CALL_BACK


def test_only_the_lead_units_head_or_the_centre_approves(city: City) -> None:
    order = make_order(city, upto="replied", assist=("urban",))
    with pytest.raises(NotAllowed, match="只有主办单位负责人"):
        step(city, "urban_head", order.number, Step.APPROVE_REPLY)
    sensitive = make_order(city, upto="replied", sensitive=True)
    with pytest.raises(NotAllowed, match="督办岗"):
        step(city, "water_head", sensitive.number, Step.APPROVE_REPLY)


def test_the_citizen_reads_the_reply_only_after_approval(city: City) -> None:
    order = make_order(city, upto="replied")
    with as_system():
        assert public_view(order.request_id).reply == ""
    step(city, "water_head", order.number, Step.APPROVE_REPLY, reply="已抢修完毕，给您带来不便深表歉意。")
    with as_system():
        view = public_view(order.request_id)
        assert view.reply == "已抢修完毕，给您带来不便深表歉意。"
        assert view.can_rate
        assert not any(name in event.text for event in view.timeline for name in ("赵", "钱", "water"))


def test_a_rejected_reply_goes_back_with_a_clock_of_its_own(city: City) -> None:
    order = make_order(city, upto="replied")
    view = step(city, "water_head", order.number, Step.REJECT_REPLY, text="未说明停水原因")
    assert view.state is State.IN_PROGRESS
    with as_system():
        first, second = Clock.objects.filter(order=order, kind="handle").order_by("id")
    assert (first.in_time, second.amount, second.rule) == (True, 2, "默认:handle.rework")
    step(city, "water_handler", order.number, Step.REPLY, reply="因管道老化爆裂停水，已修复", solved=True)
    assert step(city, "water_head", order.number, Step.APPROVE_REPLY).handled_in_time


def test_late_rework_makes_the_order_late(city: City) -> None:
    order = make_order(city, upto="replied")
    step(city, "water_head", order.number, Step.REJECT_REPLY, text="未说明停水原因")
    with clock.at(MONDAY + timedelta(days=9)):
        assert step(city, "water_handler", order.number, Step.REPLY, reply="已修复").handled_in_time is False


def test_a_reply_without_contact_has_missed_the_contact(city: City) -> None:
    order = make_order(city, upto="in_progress")
    step(city, "water_handler", order.number, Step.REPLY, reply="已修复")
    with as_system():
        assert Clock.objects.get(order=order, kind="contact").in_time is False
    other = make_order(city, upto="in_progress")
    view = step(city, "water_handler", other.number, Step.REPLY, reply="已修复", contact_result="reached")
    assert view.first_contact_at == MONDAY
    with as_system():
        assert Clock.objects.get(order=other, kind="contact").in_time is True


def test_not_solved_needs_a_reason(city: City) -> None:
    order = make_order(city, upto="in_progress")
    with pytest.raises(Invalid, match="未解决的事项请说明原因"):
        step(city, "water_handler", order.number, Step.REPLY, reply="暂时无法解决", solved=False)


def test_the_straight_path_to_the_grid(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    step(city, "dispatcher", order.number, Step.DISPATCH, unit_id=city.unit("street"))
    step(city, "street_handler", order.number, Step.SIGN)
    with pytest.raises(Invalid, match="不是网格或社区"):
        step(city, "street_handler", order.number, Step.PASS_TO_GRID, unit_id=city.unit("water"))
    view = step(city, "street_handler", order.number, Step.PASS_TO_GRID, unit_id=city.unit("grid"))
    assert [a.role for a in view.assignments] == [AssignmentRole.LEAD, AssignmentRole.GRID]
    with pytest.raises(Invalid, match="已在办理"):
        step(city, "street_handler", order.number, Step.PASS_TO_GRID, unit_id=city.unit("grid"))
    with acting_as(city.actor("grid_worker")):
        take(order.number, Step.SIGN)
        with pytest.raises(Conflict, match="已经签收"):
            take(order.number, Step.SIGN)
        view = perform(order.number, Step.ASSIST_REPLY, StepData(reply="已上门关阀", attachment_ids=(7,)))
    assert view.steps[-1].attachment_ids == (7,)
    assert view.steps[-1].public_text == "网格员已上门处理，情况已报主办单位。"
    assert step(city, "street_handler", order.number, Step.REPLY, reply="网格员已处理").state is State.REPLIED


def test_contact_comes_after_signing(city: City) -> None:
    order = make_order(city, upto="in_progress", assist=("urban",))
    with pytest.raises(Conflict, match="请先签收"):
        step(city, "urban_handler", order.number, Step.CONTACT, text="电话联系")
    step(city, "urban_handler", order.number, Step.SIGN)
    step(city, "urban_handler", order.number, Step.CONTACT, text="电话联系")
    step(city, "urban_handler", order.number, Step.CONTACT, text="再次联系")
    with as_system():
        view = order_view(order.number)
    assert view.first_contact_at is None, "the lead has not called yet"
    assert [c.stopped_at for c in view.clocks if c.kind is ClockKind.CONTACT].count(None) == 1


def test_assisting_units_are_added_and_orders_recalled(city: City) -> None:
    order = make_order(city, upto="dispatched")
    step(city, "dispatcher", order.number, Step.ADD_ASSIST, assist_unit_ids=(city.unit("urban"),))
    with pytest.raises(Invalid, match="已在承办"):
        step(city, "dispatcher", order.number, Step.ADD_ASSIST, assist_unit_ids=(city.unit("urban"),))
    view = step(city, "dispatcher", order.number, Step.RECALL, text="派错单位")
    assert view.state is State.TO_DISPATCH
    assert all(a.ended_at for a in view.assignments)


def test_an_exclusion_is_asked_once_and_decided_by_somebody_else(city: City) -> None:
    order = make_order(city, upto="closed")
    data = {"reason_code": "force_majeure", "text": "暴雨导致无法施工"}
    step(city, "water_handler", order.number, Step.ASK_EXCLUSION, **data)
    with pytest.raises(Conflict, match="已经申请过"):
        step(city, "water_head", order.number, Step.ASK_EXCLUSION, **data)
    with pytest.raises(NotAllowed, match="权限"):
        step(city, "water_head", order.number, Step.APPROVE_EXCLUSION, text="同意")
    with pytest.raises(Conflict, match="等待审核"):
        step(city, "supervisor", order.number, Step.ARCHIVE)
    view = step(city, "supervisor", order.number, Step.APPROVE_EXCLUSION, text="情况属实")
    assert view.reviews[-1].decision == Review.Decision.APPROVED
    with pytest.raises(Conflict, match="没有等待"):
        step(city, "supervisor", order.number, Step.REFUSE_EXCLUSION, text="不同意")
    assert step(city, "supervisor", order.number, Step.ARCHIVE).state is State.ARCHIVED


def test_the_version_grows_with_the_history(city: City) -> None:
    order = make_order(city, upto="replied")
    with as_system():
        fresh = Order.objects.get(pk=order.pk)
        assert fresh.version == fresh.steps.count()


def test_the_citizen_is_told_until_when_the_hotline_takes_its_next_step(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    with as_system():
        view = public_view(order.request_id)
        assert (view.due_at, view.next_by) == (None, Order.objects.get(pk=order.pk).due_at)
    with as_system(), clock.at(MONDAY + timedelta(days=30)):
        assert public_view(order.request_id).next_by is None, "a time that is over is no promise"
