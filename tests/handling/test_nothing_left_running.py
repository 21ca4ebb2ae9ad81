"""What an early end leaves behind: no call, clock or question that nobody can answer any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import MONDAY, City, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Unit
from minhu.directory.queries.actors import citizen_actor
from minhu.directory.queries.freshness import forget
from minhu.handling.models import Clock, Order, Review, Whistle
from minhu.handling.queries import public_view
from minhu.handling.services import sweep, take
from minhu.handling.types import State, Step, StepData
from minhu.kernel import clock

pytestmark = pytest.mark.usefixtures("monday")


def step(city: City, who: str, number: str, name: Step, **data: object) -> None:
    with acting_as(city.actor(who)):
        take(number, name, StepData(**data))  # type: ignore[arg-type]


def closed(city: City, order: Order) -> None:
    """The leading unit answers, and the order is closed."""
    step(city, "water_handler", order.number, Step.REPLY, reply="已抢修完毕。", contact_result="reached")
    step(city, "water_head", order.number, Step.APPROVE_REPLY)
    step(city, "supervisor", order.number, Step.CLOSE)


def swept(days: float) -> None:
    with clock.at(MONDAY + timedelta(days=days)):
        sweep()


def state_of(order: Order) -> State:
    with as_system():
        return State(Order.objects.values_list("state", flat=True).get(pk=order.pk))


def whistled(city: City, *, signed: bool) -> Order:
    order = make_order(city, upto="to_dispatch")
    step(city, "dispatcher", order.number, Step.DISPATCH, unit_id=city.unit("street"))
    if signed:
        step(city, "street_handler", order.number, Step.SIGN)
    step(
        city,
        "street_handler",
        order.number,
        Step.WHISTLE,
        text="占道施工需联合处置",
        called_unit_ids=(city.unit("water"),),
    )
    return order


def no_call_is_open(order: Order) -> None:
    with as_system():
        assert not Clock.objects.filter(order=order, kind="whistle", stopped_at__isnull=True).exists()
        assert not Whistle.objects.filter(order=order, ended_at__isnull=True).exists()


def test_a_recalled_order_calls_nobody(city: City) -> None:
    order = whistled(city, signed=False)
    step(city, "dispatcher", order.number, Step.RECALL, text="派错单位")
    no_call_is_open(order)


def test_a_returned_order_calls_nobody(city: City) -> None:
    order = whistled(city, signed=True)
    step(
        city, "street_handler", order.number, Step.ASK_RETURN, reason_code="not_our_duty",
        text="按职责清单应由水务局办理，请改派", unit_id=city.unit("urban"),
    )  # fmt: skip
    step(city, "dispatcher", order.number, Step.APPROVE_RETURN)
    no_call_is_open(order)


def test_a_unit_that_was_switched_off_does_not_stop_the_alarms_of_all(city: City) -> None:
    dead, other = make_order(city, upto="in_progress"), make_order(city, upto="dispatched")
    with as_system():
        Unit.objects.filter(pk=city.unit("water")).update(active=False)
    forget()
    swept(8)
    with as_system():
        lights = Clock.objects.filter(order__in=(dead, other), stopped_at__isnull=True, kind__in=("handle", "sign"))
        assert set(lights.values_list("light", flat=True)) == {"red"}


def test_a_withdrawn_order_rests_although_an_exclusion_was_asked(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    step(city, "water_handler", order.number, Step.ASK_EXCLUSION, text="不可抗力", reason_code="force_majeure")
    with acting_as(citizen_actor((order.request_id,))):
        take(order.number, Step.WITHDRAW)
    swept(40)
    assert state_of(order) is State.ARCHIVED
    with as_system():
        assert not Review.objects.filter(order=order, decision=Review.Decision.WAITING).exists()


def test_a_merged_order_rests_although_an_assistant_had_asked_to_return_it(city: City) -> None:
    target = make_order(city, upto="in_progress")
    order = make_order(city, upto="in_progress", assist=("urban",))
    step(
        city, "urban_handler", order.number, Step.ASK_RETURN, reason_code="not_our_duty",
        text="按职责清单应由住建局办理，请改派", unit_id=city.unit("housing"),
    )  # fmt: skip
    step(
        city, "dispatcher", order.number, Step.MERGE, target_number=target.number, text="同一处停水",
        reason_code="same_place_same_matter",
    )  # fmt: skip
    swept(40)
    assert state_of(order) is State.MERGED, "the joint result is still to come"
    with clock.at(MONDAY + timedelta(days=41)):
        closed(city, target)
        assert state_of(order) is State.CLOSED
    swept(90)
    assert state_of(order) is State.ARCHIVED


def test_whoever_was_merged_reads_the_public_result_and_nothing_before(city: City) -> None:
    target, order = make_order(city, upto="replied"), make_order(city, upto="to_dispatch")
    # merged while the other one is being worked on, its reply not yet approved
    step(
        city, "dispatcher", order.number, Step.MERGE, target_number=target.number, text="同一处停水",
        reason_code="same_place_same_matter",
    )  # fmt: skip
    citizen = citizen_actor((order.request_id,))
    with acting_as(citizen):
        assert public_view(order.request_id, citizen).reply == ""
    step(city, "water_head", target.number, Step.APPROVE_REPLY, reply="已抢修完毕，致电 13812345678 可咨询。")
    with acting_as(citizen):
        told = public_view(order.request_id, citizen)
    assert told.reply.startswith("已抢修完毕")
    assert "13812345678" not in told.reply
    assert told.replied_at is not None
    assert told.merged_into == "", "the number belongs to somebody else"


def test_a_reopened_order_stands_for_itself(city: City) -> None:
    target, order = make_order(city, upto="in_progress"), make_order(city, upto="to_dispatch")
    step(
        city, "dispatcher", order.number, Step.MERGE, target_number=target.number, text="同一处停水",
        reason_code="same_place_same_matter",
    )  # fmt: skip
    closed(city, target)
    swept(40)
    assert state_of(order) is State.ARCHIVED
    step(city, "dispatcher", order.number, Step.REOPEN, text="与合并的事项无关", reason_code="not_solved")
    with as_system():
        assert Order.objects.get(pk=order.pk).merged_into_id is None
