"""'Not our responsibility': a return names the right unit, somebody else decides, and no order is lost on the way."""

from __future__ import annotations

import pytest

from factories import City, make_order
from minhu.directory.access import acting_as, as_system
from minhu.handling.models import Assignment, Clock, Lesson, Order, OrderStep
from minhu.handling.queries import order_view, public_view, returned_order, transfer_chain
from minhu.handling.services import perform, take
from minhu.handling.types import ClockKind, OrderView, State, Step, StepData
from minhu.intake.models import Request
from minhu.intake.queries import request_card
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.usefixtures("monday")
WHY = "供水管网由住建部门维护，依据三定方案第五条"


def ask(city: City, number: str, who: str, right: str, **more: object) -> OrderView:
    data = StepData(reason_code="not_our_duty", text=WHY, unit_id=city.unit(right), **more)  # type: ignore[arg-type]
    with acting_as(city.actor(who)):
        return perform(number, Step.ASK_RETURN, data)


def decide(
    city: City, number: str, step: Step = Step.APPROVE_RETURN, who: str = "dispatcher", **more: object
) -> OrderView:
    with acting_as(city.actor(who)):
        return perform(number, step, StepData(text="已核实", **more))  # type: ignore[arg-type]


def dispatch(city: City, number: str, unit: str, who: str = "dispatcher") -> OrderView:
    with acting_as(city.actor(who)):
        return perform(number, Step.DISPATCH, StepData(unit_id=city.unit(unit)))


def clocks(order: Order, kind: ClockKind) -> list[Clock]:
    return list(Clock.objects.filter(order=order, kind=kind.value).order_by("id"))


def test_an_approved_return_frees_the_unit_and_the_next_hop_has_its_own_clocks(city: City) -> None:
    order = make_order(city, upto="in_progress")
    asked = ask(city, order.number, "water_handler", "housing")
    assert asked.state is State.RETURN_REVIEW
    with as_system():
        assert [c.paused_for for c in clocks(order, ClockKind.HANDLE)] == ["return"]
        assert public_view(order.request_id).timeline[-1].text == "云溪市水务局认为此事应由云溪市住建局办理，正在核实。"
    back = decide(city, order.number)
    assert (back.state, back.return_count, back.lead_unit_id) == (State.TO_DISPATCH, 1, None)
    again = dispatch(city, order.number, "housing")
    assert again.lead_unit_id == city.unit("housing")
    with as_system():
        first, second = clocks(order, ClockKind.HANDLE)
        assert first.stopped_at is not None
        assert first.in_time is None, "a unit is not judged on what was not its matter"
        assert second.stopped_at is None
        chain = transfer_chain(Order.objects.get(pk=order.pk))
    assert [(hop.hop, hop.unit_name) for hop in chain] == [(1, "云溪市水务局"), (2, "云溪市住建局")]
    assert chain[0].reason == WHY


def test_a_unit_whose_return_was_approved_keeps_its_own_record_and_nothing_else(city: City) -> None:
    order = make_order(city, upto="in_progress")
    ask(city, order.number, "water_handler", "housing")
    decide(city, order.number)
    dispatch(city, order.number, "housing")
    for who in ("water_handler", "water_head"):
        with acting_as(city.actor(who)):
            with pytest.raises(NotFound):
                order_view(order.number)
            with pytest.raises(NotFound):
                request_card(order.request_id)
            assert not Order.objects.exists()
            assert not Request.objects.exists()
            assert not OrderStep.objects.exists()
            record = returned_order(order.number)
        assert record is not None
        assert (record.number, record.text, record.right_unit_name) == (order.number, WHY, "云溪市住建局")
        assert [step.label for step in record.steps] == ["签收", "申请退单"]
        assert "小区停水" not in str(record)
    with acting_as(city.actor("urban_handler")):
        assert returned_order(order.number) is None
    with acting_as(city.actor("housing_handler")):
        assert order_view(order.number).lead_unit_id == city.unit("housing")


def test_a_unit_that_gets_a_returned_order_back_reads_it_again(city: City) -> None:
    order = make_order(city, upto="in_progress")
    ask(city, order.number, "water_handler", "housing")
    decide(city, order.number)
    dispatch(city, order.number, "water")
    with acting_as(city.actor("water_handler")):
        assert order_view(order.number).lead_unit_id == city.unit("water")
        assert request_card(order.request_id).number == order.number


def test_a_unit_that_answered_an_earlier_round_goes_on_reading_it(city: City) -> None:
    order = make_order(city, upto="closed")
    with acting_as(city.actor("supervisor")):
        take(order.number, Step.REOPEN, StepData(text="再次停水", reason_code="recurred"))
    dispatch(city, order.number, "water")
    ask(city, order.number, "water_handler", "housing")
    decide(city, order.number)
    with acting_as(city.actor("water_handler")):
        assert order_view(order.number).number == order.number


def test_a_refused_return_resumes_the_clocks_and_asking_again_is_a_dispute(city: City) -> None:
    order = make_order(city, upto="in_progress")
    ask(city, order.number, "water_handler", "housing")
    refused = decide(city, order.number, Step.REFUSE_RETURN)
    assert refused.state is State.IN_PROGRESS
    with as_system():
        assert clocks(order, ClockKind.HANDLE)[0].paused_at is None
    asked = ask(city, order.number, "water_handler", "housing")
    assert asked.disputed
    with pytest.raises(NotAllowed, match="争议裁决"):
        decide(city, order.number)
    settled = decide(city, order.number, Step.REFUSE_RETURN, "supervisor")
    assert (settled.state, settled.disputed) == (State.IN_PROGRESS, False)


def test_after_two_returns_the_arbitration_desk_dispatches(city: City) -> None:
    order = make_order(city, upto="in_progress")
    ask(city, order.number, "water_handler", "housing")
    decide(city, order.number)
    dispatch(city, order.number, "housing")
    ask(city, order.number, "housing_handler", "urban")
    back = decide(city, order.number)
    assert (back.return_count, back.disputed) == (2, True)
    with pytest.raises(NotAllowed, match="争议裁决"):
        dispatch(city, order.number, "urban")
    assert not dispatch(city, order.number, "urban", "supervisor").disputed


def test_two_units_that_point_at_each_other_are_a_dispute(city: City) -> None:
    order = make_order(city, upto="in_progress")
    ask(city, order.number, "water_handler", "housing")
    decide(city, order.number)
    dispatch(city, order.number, "housing")
    assert ask(city, order.number, "housing_handler", "water").disputed


def test_every_decision_teaches_whose_matter_it_is(city: City) -> None:
    order = make_order(city, upto="in_progress")
    ask(city, order.number, "water_handler", "housing")
    decide(city, order.number, Step.REFUSE_RETURN)
    ask(city, order.number, "water_handler", "housing")
    decide(city, order.number, who="supervisor", unit_id=city.unit("urban"))
    with as_system():
        refused, upheld = Lesson.objects.order_by("id")
    assert (refused.right_unit_id, refused.wrong_unit_id, refused.upheld) == (
        city.unit("water"),
        city.unit("housing"),
        False,
    )
    assert (upheld.right_unit_id, upheld.wrong_unit_id, upheld.arbitrated) == (
        city.unit("urban"),
        city.unit("water"),
        True,
    )


def test_an_assisting_units_return_leaves_the_lead_at_work(city: City) -> None:
    order = make_order(city, upto="in_progress", assist=("urban",))
    assert ask(city, order.number, "urban_handler", "branch").state is State.IN_PROGRESS
    with pytest.raises(Conflict, match="正在审核"):
        ask(city, order.number, "urban_handler", "branch")
    view = decide(city, order.number, unit_id=city.unit("branch"))
    assert view.state is State.IN_PROGRESS
    with as_system():
        open_units = set(Assignment.objects.filter(order=order, ended_at=None).values_list("unit_id", "role"))
    assert open_units == {(city.unit("water"), "lead"), (city.unit("branch"), "assist")}


def test_a_returned_share_is_not_given_back_to_the_unit_that_returned_it(city: City) -> None:
    """It would hold a share of an order that it may no longer read."""
    order = make_order(city, upto="in_progress", assist=("urban",))
    ask(city, order.number, "urban_handler", "branch")
    with pytest.raises(Invalid, match="刚获同意"):
        decide(city, order.number, unit_id=city.unit("urban"))
    decide(city, order.number, unit_id=city.unit("branch"))


def test_an_assisting_units_return_can_be_refused(city: City) -> None:
    order = make_order(city, upto="in_progress", assist=("urban",))
    ask(city, order.number, "urban_handler", "branch")
    decide(city, order.number, Step.REFUSE_RETURN)
    with as_system():
        paused = Clock.objects.filter(order=order, paused_at__isnull=False)
        assert not paused.exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"reason_code": "not_our_duty", "text": WHY}, "unit_id"),
        ({"reason_code": "not_our_duty", "text": "", "unit_id": 1}, "text"),
        ({"reason_code": "because", "text": WHY, "unit_id": 1}, "reason_code"),
        ({"text": WHY, "unit_id": 1}, "reason_code"),
        ({"reason_code": "not_our_duty", "text": WHY, "unit_id": 999_999}, "unit_id"),
    ],
)
def test_a_return_without_reason_words_or_right_unit_is_refused(
    city: City, data: dict[str, object], field: str
) -> None:
    order = make_order(city, upto="in_progress")
    with acting_as(city.actor("water_handler")), pytest.raises(Invalid) as refused:
        take(order.number, Step.ASK_RETURN, StepData(**data))  # type: ignore[arg-type]
    assert field in (refused.value.fields or {})


def test_a_return_cannot_name_the_own_unit_and_needs_evidence(city: City) -> None:
    order = make_order(city, upto="in_progress")
    with pytest.raises(Invalid, match="不能是本单位"):
        ask(city, order.number, "water_handler", "water")
    with acting_as(city.actor("water_handler")), pytest.raises(Invalid, match="依据"):
        take(
            order.number,
            Step.ASK_RETURN,
            StepData(reason_code="not_our_duty", text="不归我管", unit_id=city.unit("urban")),
        )
