"""Slow matters are noticed, escalated and answered for; a township's call is obeyed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import MONDAY, City, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.rules import SupervisionRule
from minhu.handling.domain.supervision import Counts, fires
from minhu.handling.events import LightChanged
from minhu.handling.models import Clock, Order, Supervision
from minhu.handling.queries import order_view
from minhu.handling.services import perform, sweep, take
from minhu.handling.types import Light, OrderView, State, Step, StepData, SupervisionLevel
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.kernel.events import subscribe

pytestmark = pytest.mark.usefixtures("monday")
seen: list[LightChanged] = []


@subscribe(LightChanged)
def remember(event: LightChanged) -> None:
    seen.append(event)


def step(city: City, who: str, number: str, name: Step, **data: object) -> OrderView:
    with acting_as(city.actor(who)):
        return perform(number, name, StepData(**data))  # type: ignore[arg-type]


def swept(days: float) -> int:
    with clock.at(MONDAY + timedelta(days=days)):
        return sweep()


def view_of(order: Order) -> OrderView:
    with as_system():
        return order_view(order.number)


@pytest.mark.parametrize(
    ("trigger", "threshold", "counts", "expected"),
    [
        ("reopened", 3, Counts(reopened=2), False),
        ("reopened", 3, Counts(reopened=3), True),
        ("transferred", 3, Counts(transferred=2), False),
        ("transferred", 3, Counts(transferred=4), True),
        ("near_due", 20, Counts(share_left=50), False),
        ("near_due", 20, Counts(share_left=20), True),
        ("overdue", 0, Counts(), True),
        ("sensitive", 0, Counts(), True),
    ],
)
def test_thresholds(trigger: str, threshold: int, counts: Counts, expected: bool) -> None:
    assert fires(SupervisionRule("x", trigger, "reminder", "提醒", threshold=threshold), counts) is expected


def test_lights_change_on_time_and_are_announced(city: City) -> None:
    order = make_order(city, upto="dispatched")
    seen.clear()
    assert view_of(order).light is Light.GREEN
    swept(1 / 24)
    assert view_of(order).light is Light.YELLOW
    swept(1.7 / 24)
    assert view_of(order).light is Light.ORANGE
    swept(2.1 / 24)
    assert view_of(order).light is Light.RED
    mine = [event.light for event in seen if event.number == order.number and event.kind == "sign"]
    assert mine == ["yellow", "orange", "red"]
    assert swept(2.1 / 24) == 0, "a red clock is not looked at again and again"


def test_an_overdue_order_is_supervised_then_escalated_and_the_unit_answers(city: City) -> None:
    order = make_order(city, upto="in_progress")
    swept(8)
    view = view_of(order)
    by_rule = {s.by_rule: s for s in view.supervisions}
    assert by_rule["handle_overdue"].level is SupervisionLevel.SUPERVISION
    assert by_rule["handle_overdue"].unit_name == "云溪市水务局"
    swept(12)
    assert view_of(order).supervision_level == SupervisionLevel.ESCALATION
    with clock.at(MONDAY + timedelta(days=12, minutes=5)):
        target = by_rule["handle_overdue"].id
        view = step(city, "water_head", order.number, Step.ANSWER_SUPERVISION, text="今日完成", supervision_id=target)
    answered = next(s for s in view.supervisions if s.id == target)
    assert (answered.receipt, answered.open) == ("今日完成", False)
    with as_system():
        assert Clock.objects.get(subject_id=target, kind="supervision").in_time is False


def test_the_same_rule_supervises_once(city: City) -> None:
    make_order(city, upto="dispatched")
    for hours in (3, 4, 30):
        swept(hours / 24)
    with as_system():
        assert Supervision.objects.filter(by_rule="sign_overdue").count() == 1


def test_sensitive_matters_are_supervised_from_the_start(city: City) -> None:
    order = make_order(city, upto="dispatched", sensitive=True)
    assert [s.by_rule for s in view_of(order).supervisions] == ["sensitive"]


def test_three_reopenings_are_supervised(city: City) -> None:
    order = make_order(city, upto="closed")
    for _ in range(3):
        step(city, "dispatcher", order.number, Step.REOPEN, text="问题反弹", reason_code="recurred")
        step(city, "dispatcher", order.number, Step.DISPATCH, unit_id=city.unit("water"))
        step(city, "water_handler", order.number, Step.SIGN)
        step(city, "water_handler", order.number, Step.REPLY, reply="已处理")
        step(city, "water_head", order.number, Step.APPROVE_REPLY)
        step(city, "supervisor", order.number, Step.CLOSE)
    view = view_of(order)
    assert view.reopen_count == 3
    assert "reopened" in {s.by_rule for s in view.supervisions}


def test_a_leaders_word_is_at_least_a_supervision(city: City) -> None:
    order = make_order(city, upto="in_progress")
    view = step(city, "leader", order.number, Step.SUPERVISE, text="请尽快解决")
    assert view.supervisions[-1].level is SupervisionLevel.SUPERVISION
    view = step(city, "supervisor", order.number, Step.SUPERVISE, text="请提速")
    assert view.supervisions[-1].level is SupervisionLevel.REMINDER
    assert view.supervision_level == SupervisionLevel.SUPERVISION, "the highest level it ever reached"


@pytest.mark.parametrize(("data", "field"), [({"level": "宇宙级"}, "level"), ({"unit_id": "housing"}, "unit_id")])
def test_wrong_supervision(city: City, data: dict[str, str], field: str) -> None:
    order = make_order(city, upto="in_progress")
    filled = {k: city.unit(v) if k == "unit_id" else v for k, v in data.items()}
    with pytest.raises(Invalid) as refused:
        step(city, "supervisor", order.number, Step.SUPERVISE, text="请提速", **filled)
    assert field in (refused.value.fields or {})


def test_only_the_supervised_unit_answers(city: City) -> None:
    order = make_order(city, upto="in_progress", assist=("urban",))
    step(city, "supervisor", order.number, Step.SUPERVISE, text="请提速")
    with pytest.raises(Conflict, match="没有等待您单位回执"):
        step(city, "urban_handler", order.number, Step.ANSWER_SUPERVISION, text="收到")


def test_a_helper_answers_its_own_supervision_beside_an_older_one_of_nobody_in_particular(city: City) -> None:
    order = make_order(city, upto="in_progress", assist=("urban",))
    step(city, "supervisor", order.number, Step.SUPERVISE, text="请提速")
    step(city, "supervisor", order.number, Step.SUPERVISE, text="请配合", unit_id=city.unit("urban"))
    with as_system():  # as the rules leave it after returns, when no unit leads
        Supervision.objects.filter(order=order, unit_id=city.unit("water")).update(unit_id=None)
    view = step(city, "urban_handler", order.number, Step.ANSWER_SUPERVISION, text="收到")
    assert {one.reason: one.open for one in view.supervisions} == {"请提速": True, "请配合": False}


def test_a_callback_without_answer_closes_and_later_archives_by_rule(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    swept(4)
    view = view_of(order)
    assert (view.state, view.close_reason) == (State.CLOSED, "no_answer")
    assert view.steps[-1].actor_name == "系统"
    swept(40)
    assert view_of(order).state is State.ARCHIVED


def test_a_suspension_ends_by_itself(city: City) -> None:
    order = make_order(city, upto="in_progress")
    step(city, "water_handler", order.number, Step.SUSPEND, text="等待材料", reason_code="waiting_citizen")
    swept(30)
    view = view_of(order)
    assert view.state is State.IN_PROGRESS
    assert view.due_at is not None
    assert view.due_at > MONDAY + timedelta(days=30)


def test_what_a_person_must_decide_first_is_tried_again(city: City) -> None:
    order = make_order(city, upto="closed")
    step(city, "water_handler", order.number, Step.ASK_EXCLUSION, text="不可抗力", reason_code="force_majeure")
    swept(31)
    assert view_of(order).state is State.CLOSED
    step(city, "supervisor", order.number, Step.REFUSE_EXCLUSION, text="证据不足")
    swept(33)
    assert view_of(order).state is State.ARCHIVED


# -- 吹哨报到 -------------------------------------------------------------------------------------------------------


@pytest.fixture
def at_street(city: City) -> Order:
    order = make_order(city, upto="to_dispatch")
    step(city, "dispatcher", order.number, Step.DISPATCH, unit_id=city.unit("street"))
    step(city, "street_handler", order.number, Step.SIGN)
    return order


def blow(city: City, order: Order, *called: str, who: str = "street_handler", **more: object) -> OrderView:
    ids = tuple(city.unit(name) for name in called)
    return step(city, who, order.number, Step.WHISTLE, text="占道施工需联合处置", called_unit_ids=ids, **more)


def test_a_township_calls_upper_units_and_confirms_that_they_came(city: City, at_street: Order) -> None:
    view = blow(city, at_street, "water", "urban", place="柳湾路口", meet_at=MONDAY + timedelta(hours=3))
    assert [a.unit_name for a in view.whistles[0].attendances] == ["云溪市水务局", "云溪市城管局"]
    number = at_street.number
    with acting_as(city.actor("water_handler")):
        take(number, Step.ACKNOWLEDGE_WHISTLE)
        with pytest.raises(Conflict, match="已经响应"):
            take(number, Step.ACKNOWLEDGE_WHISTLE)
    with pytest.raises(Conflict, match="还没有报到"):
        step(city, "street_handler", number, Step.CONFIRM_ATTENDANCE, unit_id=city.unit("water"))
    step(city, "water_handler", number, Step.ANSWER_WHISTLE, text="已到场，一周内恢复路面")
    step(city, "street_handler", number, Step.CONFIRM_ATTENDANCE, unit_id=city.unit("water"))
    view = step(city, "street_handler", number, Step.CONFIRM_ATTENDANCE, unit_id=city.unit("urban"), confirmed=False)
    assert view.whistles[0].ended_at is not None
    assert [(a.confirmed, a.receipt) for a in view.whistles[0].attendances] == [
        (True, "已到场，一周内恢复路面"),
        (False, ""),
    ]
    assert [(s.by_rule, s.unit_name) for s in view.supervisions] == [("whistle_absent", "云溪市城管局")]
    with pytest.raises(NotAllowed):
        step(city, "water_handler", number, Step.ANSWER_WHISTLE, text="又来了")


def test_who_may_whistle_and_whom(city: City, at_street: Order) -> None:
    with pytest.raises(Invalid, match="不是上级部门"):
        blow(city, at_street, "grid")
    with pytest.raises(Invalid, match="已经过去"):
        blow(city, at_street, "water", meet_at=MONDAY - timedelta(hours=1))
    bureau = make_order(city, upto="in_progress")
    with pytest.raises(NotAllowed, match="只有乡镇、街道"):
        blow(city, bureau, "urban", who="water_handler")


def test_a_call_that_nobody_answers_turns_red(city: City, at_street: Order) -> None:
    blow(city, at_street, "water")
    swept(1)
    with as_system():
        assert Clock.objects.get(order=at_street, kind="whistle").light == "red"


def test_an_end_of_the_order_ends_its_whistle(city: City, at_street: Order) -> None:
    blow(city, at_street, "water")
    step(city, "street_handler", at_street.number, Step.REPLY, reply="已处理")
    step(city, "street_head", at_street.number, Step.APPROVE_REPLY)
    view = step(city, "supervisor", at_street.number, Step.CLOSE)
    assert view.whistles[0].ended_at == MONDAY
    assert not [c for c in view.clocks if c.stopped_at is None and c.kind.value != "archive"]
