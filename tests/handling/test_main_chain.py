"""The one path a hotline exists for: words become an order that is dispatched, answered and closed."""

from __future__ import annotations

import pytest

from factories import City, make_order
from minhu.directory.access import acting_as, as_system
from minhu.handling.queries import order_view, public_view
from minhu.handling.services import perform
from minhu.handling.types import State, Step, StepData

pytestmark = pytest.mark.usefixtures("monday")


def test_an_order_walks_from_the_citizens_words_to_the_archive(city: City) -> None:
    order = make_order(city, upto="archived", assist=("urban",))
    with as_system():
        view = order_view(order.number)
        public = public_view(order.request_id)
    assert view.state is State.ARCHIVED
    assert [step.step for step in view.steps] == [
        Step.OPEN, Step.ACCEPT, Step.DISPATCH, Step.SIGN, Step.CONTACT, Step.REPLY, Step.APPROVE_REPLY, Step.CLOSE,
        Step.ARCHIVE,
    ]  # fmt: skip
    assert [step.version for step in view.steps] == list(range(1, 10))
    assert all(clock.stopped_at for clock in view.clocks)
    assert public.reply == "已抢修完毕，恢复供水。"
    assert [event.text for event in public.timeline][:3] == [
        "您的诉求已收到，正在受理。", "您的诉求已受理，正在确定承办单位。", "已派至云溪市水务局，等待签收。",
    ]  # fmt: skip


def test_the_dispatcher_sees_the_order_after_each_step(city: City) -> None:
    order = make_order(city)
    with acting_as(city.actor("dispatcher")):
        view = perform(order.number, Step.ACCEPT, version=1)
        assert (view.state, view.version) == (State.TO_DISPATCH, 2)
        assert Step.DISPATCH in {button.step for button in view.allowed}
        view = perform(order.number, Step.DISPATCH, StepData(unit_id=city.unit("water")), version=2)
    assert view.state is State.DISPATCHED
    assert view.lead_unit_name == "云溪市水务局"
    assert "2 个工作小时" in view.explanation
