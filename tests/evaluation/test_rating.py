"""Rating on the real chain: who may rate, what it does to the order, what an exclusion shows."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from factories import MONDAY, City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import citizen_actor
from minhu.evaluation import queries, services
from minhu.evaluation.types import Answers, RatingChannel
from minhu.handling.models import Order
from minhu.handling.queries import public_view
from minhu.handling.services import sweep, take
from minhu.handling.types import State, Step, StepData
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


def merged(city: City, upto: str = "to_call_back") -> tuple[Order, Order]:
    """A main order led as far as `upto`, and one of another person that was merged into it meanwhile."""
    main = make_order(city, upto="in_progress")
    other = make_order(city, upto="in_progress")
    data = StepData(target_number=main.number, reason_code="follow_up", text="同一处停水")
    with acting_as(city.actor("dispatcher")):
        take(other.number, Step.MERGE, data)
    lead(city, main, upto)
    return main, other


def lead(city: City, main: Order, upto: str) -> None:
    ways = [
        ("to_call_back", "water_handler", Step.REPLY, StepData(reply="已抢修完毕。", solved=True, contact_result="reached")),
        ("to_call_back", "water_head", Step.APPROVE_REPLY, StepData()),
        ("closed", "supervisor", Step.CLOSE, StepData()),
        ("archived", "supervisor", Step.ARCHIVE, StepData()),
    ]  # fmt: skip
    stages = ["in_progress", "to_call_back", "closed", "archived"]
    for stage, who, step, data in ways:
        if stages.index(stage) <= stages.index(upto):
            with acting_as(city.actor(who)):
                take(main.number, step, data)


def test_whoever_was_merged_rates_the_joint_result_for_the_unit_that_led_it(city: City) -> None:
    with clock.at(MONDAY):
        main, other = merged(city)
        with acting_as(citizen_actor((other.request_id,))):
            assert public_view(other.request_id).can_rate
            assert not queries.has_rated(other.request_id)
            rating = services.rate(other.number, UNSOLVED)
            assert queries.has_rated(other.request_id)
            with pytest.raises(Conflict, match="已经评价过"):
                services.rate(other.number, SOLVED)
        with acting_as(citizen_actor((main.request_id,))):
            assert queries.ratings_of(main.request_id) == [], "nobody reads what another requester said"
        with as_system():
            assert rating.lead_unit_id == Order.objects.get(pk=main.pk).lead_unit_id == city.unit("water")
            assert [r.joint for r in queries.ratings_of(main.request_id)] == [True]
            both = queries.rates(MONDAY - timedelta(days=1), MONDAY + timedelta(days=1))
            assert both.after.tally.solution_valid == 1


def test_a_merged_requester_who_is_not_content_keeps_the_joint_order_open(city: City) -> None:
    with clock.at(MONDAY):
        main, other = merged(city)
        with acting_as(citizen_actor((other.request_id,))):
            services.rate(other.number, UNSOLVED)
        with acting_as(citizen_actor((main.request_id,))):
            services.rate(main.number, SOLVED)
            assert state_of(main) is State.TO_CALL_BACK, "a person decides between the two"
    with clock.at(MONDAY + timedelta(days=4)):
        sweep()
    with as_system():
        assert state_of(main) is State.TO_CALL_BACK


def test_what_is_merged_ends_with_the_joint_order_and_goes_on_with_it(city: City) -> None:
    with clock.at(MONDAY):
        main, other = merged(city, upto="closed")
        with as_system():
            assert state_of(other) is State.CLOSED
            kinds = [entry.kind for entry in entries_of(("order", other.number))]
            assert "order.close_along" in kinds
        with acting_as(citizen_actor((other.request_id,))):
            view = public_view(other.request_id)
            assert (view.reply, view.can_rate) == ("已抢修完毕。", True)
            services.rate(other.number, UNSOLVED)
        with acting_as(city.actor("supervisor")):
            take(main.number, Step.REOPEN, StepData(text="合并诉求的群众反映仍然停水", reason_code="not_solved"))
        with as_system():
            assert (state_of(main), state_of(other)) == (State.REOPENED, State.MERGED)
        with acting_as(citizen_actor((other.request_id,))):
            assert not public_view(other.request_id).can_rate
        with acting_as(city.actor("dispatcher")):
            take(other.number, Step.UNMERGE, StepData(text="并非同一处"))
        with as_system():
            assert state_of(other) is State.TO_DISPATCH


def test_a_merged_requester_can_be_taken_up_alone_again(city: City) -> None:
    main, other = merged(city, upto="closed")
    with acting_as(city.actor("supervisor")):
        take(other.number, Step.REOPEN, StepData(text="他家仍然停水", reason_code="not_solved"))
    with as_system():
        assert (state_of(main), state_of(other)) == (State.CLOSED, State.REOPENED)
        assert Order.objects.get(pk=other.pk).merged_into_id is None


def test_a_merged_order_is_not_archived_before_the_joint_one_has_ended(city: City) -> None:
    main, other = merged(city)
    with acting_as(city.actor("supervisor")), pytest.raises(Conflict, match="主单还在办理"):
        take(other.number, Step.ARCHIVE)
    with acting_as(city.actor("supervisor")), pytest.raises(NotAllowed):
        take(other.number, Step.CLOSE_ALONG)
    with as_system():
        Order.objects.filter(pk=main.pk).update(state="closed")  # as orders were left before
    with acting_as(city.actor("supervisor")):
        take(main.number, Step.ARCHIVE)
    with as_system():
        assert (state_of(main), state_of(other)) == (State.ARCHIVED, State.CLOSED)


def test_what_is_merged_into_a_refused_order_is_decided_by_itself(city: City) -> None:
    main, other = make_order(city, upto="to_dispatch"), make_order(city, upto="to_dispatch")
    data = StepData(target_number=main.number, reason_code="follow_up", text="同一处停水")
    with acting_as(city.actor("dispatcher")):
        take(other.number, Step.MERGE, data)
        take(main.number, Step.REFUSE, StepData(reason_code="elsewhere", text="请向外市反映。"))
    with as_system():
        assert state_of(other) is State.TO_DISPATCH


@pytest.fixture
def committed(transactional_db: None) -> City:
    """A city that other connections see."""
    with transaction.atomic():
        return make_city()


def test_a_rating_waits_for_the_step_that_is_being_taken(committed: City) -> None:
    city, said = committed, []
    with transaction.atomic():
        order = make_order(city, upto="to_call_back")

    def say() -> None:
        try:
            with transaction.atomic(), acting_as(citizen_actor((order.request_id,))):
                services.rate(order.number, UNSOLVED)
            said.append("kept")
        except Conflict as error:
            said.append(error.code)
        finally:
            connection.close()

    with transaction.atomic(), acting_as(city.actor("supervisor")):
        take(order.number, Step.REOPEN, StepData(text="电话中说仍停水", reason_code="not_solved"))
        thread = threading.Thread(target=say)
        thread.start()
        thread.join(1.5)
        assert thread.is_alive(), "the rating did not wait for the reopening"
    thread.join(20)
    assert said == ["not_rateable"], "a rating of a round that is no longer there to be rated"
