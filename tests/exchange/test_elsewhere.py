"""Orders that lie with an enterprise or another hotline are nobody else's: our lists, counts and supervision hold them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.exchange.test_disputes import WORDS, complaint, registered, sent, state
from tests.exchange.test_transfers_here import hand_over

from factories import MONDAY, City, make_unit
from minhu.directory.access import acting_as, as_system
from minhu.directory.types import UnitKind
from minhu.exchange.models import Dispute
from minhu.exchange.queries import disputes as queries
from minhu.exchange.services import dispute_watch
from minhu.governance.queries import figures
from minhu.handling.models import Clock, Order, Supervision
from minhu.handling.queries import counts_by_state, overdue_count, watch
from minhu.handling.queries.search import Filters, search
from minhu.handling.services import sweep, take
from minhu.handling.types import State, Step, StepData
from minhu.kernel import clock


def listed(city: City, number: str, name: str) -> bool:
    with acting_as(city.actor("supervisor")):
        return number in {row.order.number for row in watch.page_of(name).rows}


@pytest.mark.django_db
@pytest.mark.parametrize("where", [State.WITH_ENTERPRISE, State.TRANSFERRED])
def test_what_lies_elsewhere_is_counted_listed_and_late(city: City, where: State) -> None:
    with clock.at(MONDAY):
        if where is State.TRANSFERRED:
            number = hand_over(city, make_unit("far", "远州市热线中心", UnitKind.HOTLINE_CENTRE).pk)
        else:
            known = registered(city)
            number = complaint(city)
            sent(city, number, known["优购到家"])
        with acting_as(city.actor("supervisor")):
            assert counts_by_state()[where] == 1
            assert [row.number for row in search(Filters(live=True)).rows] == [number]
            assert overdue_count() == 0
    with clock.at(MONDAY + timedelta(days=30)):
        assert listed(city, number, "overdue")
        with acting_as(city.actor("supervisor")):
            assert overdue_count() == watch.counts()["overdue"] == 1
            assert [late.count for late in watch.late_units()] == [1]
            take(number, Step.SUPERVISE, StepData(text="请催促对方答复"))
        assert listed(city, number, "receipts")
        with as_system():
            assert figures._overdue_now().count() == 1


@pytest.mark.django_db
def test_a_hotline_that_took_it_and_is_late_is_supervised_by_rule(city: City) -> None:
    with clock.at(MONDAY):
        number = hand_over(city, make_unit("far", "远州市热线中心", UnitKind.HOTLINE_CENTRE).pk)
        with as_system():
            take(number, Step.TRANSFER_TAKEN, StepData())
    with clock.at(MONDAY + timedelta(days=60)):
        sweep()
        with as_system():
            assert Supervision.objects.filter(order__number=number, by_rule="handle_overdue").count() == 1


@pytest.mark.django_db
def test_danger_turns_up_and_the_agent_hands_it_over_from_the_enterprise(city: City) -> None:
    known = registered(city)
    with clock.at(MONDAY):
        number = complaint(city)
        uid = sent(city, number, known["优购到家"])
        with acting_as(city.actor("agent")):
            take(number, Step.HAND_OVER, StepData(reason_code="120", text="来电人称刚刚触电，已三方通话"))
            assert queries.one(uid).why == "诉求已另行处理"
    assert state(number) == "emergency"
    with as_system():
        assert Dispute.objects.get(uid=uid).ended_at is not None, "the enterprise is out of it"
        running = Clock.objects.filter(order__number=number, stopped_at=None).values_list("kind", flat=True)
        assert list(running) == ["receipt"]


@pytest.mark.django_db
def test_disputes_that_cannot_be_moved_keep_no_other_waiting(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many broken ones as one page holds, and the citizen behind them would wait for ever."""
    monkeypatch.setattr(dispute_watch, "_AT_ONCE", 2)
    known = registered(city)
    with clock.at(MONDAY):
        numbers = [complaint(city, f"{WORDS}，已是第{n}次") for n in (1, 2, 3, 4, 5)]
        for number in numbers:
            sent(city, number, known["优购到家"])
    with as_system():
        Order.objects.filter(number__in=numbers[:3]).update(state="archived")  # no step leads from there
    with clock.at(MONDAY + timedelta(days=30)):
        assert dispute_watch.watch() == 2
        assert [state(number) for number in numbers] == ["archived"] * 3 + ["to_dispatch"] * 2
        assert dispute_watch.watch() == 0
