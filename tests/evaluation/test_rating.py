"""Rating on the real chain: who may rate, what it does to the order, what an exclusion shows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import MONDAY, City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import citizen_actor
from minhu.evaluation import queries, services
from minhu.evaluation.types import Answers, RatingChannel
from minhu.handling.models import Order
from minhu.handling.services import sweep
from minhu.handling.types import State
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.ledger.queries import entries_of

pytestmark = pytest.mark.django_db
SOLVED = Answers(responded=True, solved=True, satisfaction="satisfied", comment="井盖当天就修好了")
UNSOLVED = Answers(responded=True, solved=False, satisfaction="dissatisfied")


@pytest.fixture
def city() -> City:
    return make_city()


def state_of(order: Order) -> State:
    return State(Order.objects.values_list("state", flat=True).get(pk=order.pk))


def test_solved_closes_the_order_by_rule(city: City) -> None:
    with clock.at(MONDAY):
        order = make_order(city, upto="to_call_back")
        with acting_as(citizen_actor((order.request_id,))):
            services.rate(order.number, SOLVED)
            assert state_of(order) is State.CLOSED


def test_unsolved_waits_for_a_person(city: City) -> None:
    with clock.at(MONDAY):
        order = make_order(city, upto="to_call_back")
        with acting_as(citizen_actor((order.request_id,))):
            services.rate(order.number, UNSOLVED)
            assert state_of(order) is State.TO_CALL_BACK


def test_an_unsolved_answer_is_never_closed_as_no_answer(city: City) -> None:
    with clock.at(MONDAY):
        order, silent = make_order(city, upto="to_call_back"), make_order(city, upto="to_call_back")
        with acting_as(citizen_actor((order.request_id,))):
            services.rate(order.number, UNSOLVED)
    with clock.at(MONDAY + timedelta(days=4)):
        sweep()
    with as_system():
        assert (state_of(order), state_of(silent)) == (State.TO_CALL_BACK, State.CLOSED)


def test_the_ledger_keeps_no_words_about_an_exclusion(city: City) -> None:
    with clock.at(MONDAY):
        order = make_order(city, upto="closed")
        with acting_as(citizen_actor((order.request_id,))):
            rating = services.rate(order.number, UNSOLVED)
        with acting_as(city.actor("supervisor")):
            services.decide_exclusion(rating.pk, "住户与施工方有积怨", exclude=True)
    with as_system():
        entries = entries_of(("order", order.number))
    kept = [entry.payload for entry in entries if entry.kind == "rating.excluded"]
    assert len(kept) == 1
    assert "积怨" not in str(kept)


def test_once_for_each_round(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    with acting_as(citizen_actor((order.request_id,))):
        services.rate(order.number, UNSOLVED)
        with pytest.raises(Conflict, match="已经评价过"):
            services.rate(order.number, SOLVED)
        assert len(queries.ratings_of(order.request_id)) == 1


def test_before_there_is_a_result_nothing_can_be_rated(city: City) -> None:
    order = make_order(city, upto="in_progress")
    with acting_as(citizen_actor((order.request_id,))), pytest.raises(Conflict, match="还没有办理结果"):
        services.rate(order.number, SOLVED)


def test_nobody_rates_the_request_of_another(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    with acting_as(citizen_actor((order.request_id + 1,))), pytest.raises(NotFound):
        services.rate(order.number, SOLVED)


def test_units_have_no_hand_in_callbacks(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    unit = next(name for name, u in city.units.items() if u.pk == order.lead_unit_id)
    with acting_as(city.actor(f"{unit}_head")), pytest.raises(NotAllowed):
        services.rate(order.number, SOLVED, RatingChannel.CALLBACK)


@pytest.mark.parametrize(
    "answers",
    [Answers(), Answers(satisfaction="great"), Answers(solved=True, comment="好" * 2001)],
    ids=["empty", "unknown grade", "too long"],
)
def test_wrong_answers_are_named_beside_their_field(city: City, answers: Answers) -> None:
    order = make_order(city, upto="to_call_back")
    with acting_as(citizen_actor((order.request_id,))), pytest.raises(Invalid) as caught:
        services.rate(order.number, answers)
    assert caught.value.fields


def test_exclusion_shows_both_figures_and_can_be_taken_back(city: City) -> None:
    with clock.at(MONDAY):
        good, bad = (make_order(city, upto="to_call_back") for _ in range(2))
        for order, answers in ((good, SOLVED), (bad, UNSOLVED)):
            with acting_as(citizen_actor((order.request_id,))):
                rating = services.rate(order.number, answers)
        span = (MONDAY - timedelta(days=1), MONDAY + timedelta(days=1))
        with acting_as(city.actor("supervisor")):
            services.decide_exclusion(rating.pk, "来电人承认误评，录音为证", exclude=True)
            found = queries.rates(*span)
            assert (found.before.solution, found.after.solution, found.excluded) == (0.5, 1.0, 1)
            services.decide_exclusion(rating.pk, "复核后恢复", exclude=False)
            assert queries.rates(*span).after.solution == 0.5


def test_exclusion_needs_a_reason_and_the_right(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    with acting_as(citizen_actor((order.request_id,))):
        rating = services.rate(order.number, UNSOLVED)
    with acting_as(city.actor("supervisor")), pytest.raises(Invalid):
        services.decide_exclusion(rating.pk, " ", exclude=True)
    with acting_as(city.actor("dispatcher")), pytest.raises(NotAllowed):
        services.decide_exclusion(rating.pk, "想要好看", exclude=True)


def test_units_are_compared_by_class_and_not_ranked_by_default(city: City) -> None:
    with clock.at(MONDAY):
        for _ in range(3):
            order = make_order(city, upto="to_call_back")
            with acting_as(citizen_actor((order.request_id,))):
                services.rate(order.number, SOLVED)
        with acting_as(city.actor("leader")):
            rows = queries.rates_by_unit(MONDAY - timedelta(days=1), MONDAY + timedelta(days=1))
    assert sum(row.rates.before.tally.solved for row in rows) == 3
    assert [row.unit_class for row in rows] == sorted(row.unit_class for row in rows)
