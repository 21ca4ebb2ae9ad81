"""Deadlines, lights, extensions and suspensions: what the screen promises is what the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import MONDAY, City, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.domain.deadlines import CLOCKS, DeadlineRules, parse_deadlines
from minhu.directory.queries.rules import shipped_content
from minhu.directory.types import RuleKind
from minhu.handling.domain.deadlines import Matter, allowance, in_time, read_clock
from minhu.handling.domain.lights import Thresholds, light_at, light_changes, next_change
from minhu.handling.models import Clock, Order, Review
from minhu.handling.queries import order_view
from minhu.handling.services import perform, take
from minhu.handling.types import ClockKind, Light, OrderView, State, Step, StepData
from minhu.kernel import clock
from minhu.kernel.calendar import CHINA_TIME, Duration, WorkingCalendar, china_calendar
from minhu.kernel.errors import Conflict, Invalid, NotAllowed

CALENDAR = china_calendar()
RULES: DeadlineRules = parse_deadlines(shipped_content(RuleKind.DEADLINES), "默认")


@pytest.mark.parametrize(
    ("kind", "matter", "level", "amount", "unit"),
    [
        (ClockKind.SIGN, Matter("help"), "", 2, "hours"),
        (ClockKind.CONTACT, Matter("complaint"), "", 1, "working_days"),
        (ClockKind.HANDLE, Matter("consultation"), "", 1, "working_days"),
        (ClockKind.HANDLE, Matter("help"), "", 5, "working_days"),
        (ClockKind.HANDLE, Matter("suggestion"), "", 5, "working_days"),
        (ClockKind.HANDLE, Matter("complaint"), "", 10, "working_days"),
        (ClockKind.HANDLE, Matter("report"), "", 10, "working_days"),
        (ClockKind.HANDLE, Matter(""), "", 10, "working_days"),
        (ClockKind.HANDLE, Matter("help", urgency="urgent"), "", 24, "hours"),
        (ClockKind.HANDLE, Matter("consultation", urgency="danger"), "", 2, "hours"),
        (ClockKind.HANDLE, Matter("help", deadline_key="hard"), "", 15, "working_days"),
        (ClockKind.HANDLE, Matter("help", deadline_key="rework"), "", 2, "working_days"),
        (ClockKind.HANDLE, Matter("help", urgency="danger", deadline_key="hard"), "", 2, "hours"),
        (ClockKind.SUPERVISION, Matter("help"), "reminder", 4, "hours"),
        (ClockKind.SUPERVISION, Matter("help"), "supervision", 1, "working_days"),
        (ClockKind.EXCLUSION, Matter("help"), "", 1, "working_days"),
    ],
)
def test_the_shipped_table_gives_what_cities_publish(
    kind: ClockKind, matter: Matter, level: str, amount: int, unit: str
) -> None:
    given_time = allowance(RULES, kind, matter, level)
    assert (given_time.duration.amount, given_time.duration.unit) == (amount, unit)
    assert given_time.rule.startswith("默认:")
    assert given_time.subject


DURATIONS = st.one_of(
    st.builds(Duration, st.integers(1, 20), st.just("working_days")),
    st.builds(Duration, st.integers(1, 72), st.just("hours"), st.booleans()),
    st.builds(Duration, st.integers(1, 600), st.just("minutes"), st.booleans()),
    st.builds(Duration, st.integers(1, 30), st.just("natural_days"), st.booleans()),
)
MOMENTS = st.integers(0, 60 * 24 * 700).map(lambda m: datetime(2024, 6, 1, tzinfo=CHINA_TIME) + timedelta(minutes=m))


def slow_light(calendar: WorkingCalendar, start: datetime, due: datetime, length: Duration, at: datetime) -> Light:
    """The rule as it is written: how much of the clock's own time is left."""
    if at >= due:
        return Light.RED
    whole = calendar.elapsed(start, due, length)
    left = (whole - calendar.elapsed(start, at, length)) / whole if whole else 1.0
    return Light.ORANGE if left <= 0.2 else Light.YELLOW if left <= 0.5 else Light.GREEN


@settings(max_examples=150, deadline=None)
@given(start=MOMENTS, length=DURATIONS, later=st.integers(0, 60 * 24 * 45))
def test_lights_follow_the_share_of_time_left(start: datetime, length: Duration, later: int) -> None:
    due = CALENDAR.due(start, length).at
    changes = light_changes(CALENDAR, start, due, length)
    at = start + timedelta(minutes=later)
    assert [light for _, light in changes] == [Light.YELLOW, Light.ORANGE, Light.RED]
    assert start <= changes[0][0] <= changes[1][0] <= changes[2][0] == due
    order = list(Light)
    quick, slow = light_at(changes, at), slow_light(CALENDAR, start, due, length, at)
    just_before = slow_light(CALENDAR, start, due, length, at - timedelta(minutes=1))
    assert order.index(just_before) <= order.index(quick) <= order.index(slow), "at most a minute late, never early"


@settings(max_examples=100, deadline=None)
@given(start=MOMENTS, length=DURATIONS, later=st.integers(0, 60 * 24 * 45), pause=st.integers(0, 5000))
def test_the_next_change_is_ahead_and_a_pause_never_shortens(
    start: datetime, length: Duration, later: int, pause: int
) -> None:
    stop = start + timedelta(minutes=later // 3)
    pauses = [(stop, stop + timedelta(minutes=pause))]
    moment = start + timedelta(minutes=later)
    plain = read_clock(CALENDAR, ClockKind.HANDLE, "求助类", start, length, moment)
    paused = read_clock(CALENDAR, ClockKind.HANDLE, "求助类", start, length, moment, pauses=pauses)
    longer = read_clock(CALENDAR, ClockKind.HANDLE, "求助类", start, length, moment, extra=Duration(3, "working_days"))
    assert plain.due <= paused.due
    assert plain.due < longer.due
    assert "延长" in longer.explanation
    for reading in (plain, paused, longer):
        assert (reading.next_at is None) == (reading.light is Light.RED)
        assert reading.next_at is None or reading.next_at > moment
        assert "前答复" in reading.explanation


def test_a_working_day_clock_does_not_turn_yellow_over_the_holiday() -> None:
    before_spring_festival = datetime(2026, 2, 13, 17, 0, tzinfo=CHINA_TIME)
    length = Duration(3, "working_days")
    due = CALENDAR.due(before_spring_festival, length).at
    changes = light_changes(CALENDAR, before_spring_festival, due, length)
    assert light_at(changes, datetime(2026, 2, 20, 12, 0, tzinfo=CHINA_TIME)) is Light.GREEN
    assert next_change(changes, due) is None


def test_thresholds_come_with_the_rules() -> None:
    start, length = MONDAY, Duration(100, "minutes")
    changes = light_changes(CALENDAR, start, start + timedelta(minutes=100), length, (), Thresholds(1.0, 0.3))
    assert light_at(changes, start) is Light.YELLOW
    assert light_at(changes, start + timedelta(minutes=70)) is Light.ORANGE
    assert in_time(start, start)


# -- the same on orders -------------------------------------------------------------------------------------------

FAR = MONDAY + timedelta(days=3)


def step(
    city: City, who: str, number: str, name: Step, data: StepData = StepData(), at: datetime = MONDAY
) -> OrderView:
    with clock.at(at), acting_as(city.actor(who)):
        return perform(number, name, data)


def handle_clock(order: Order, index: int = 0) -> Clock:
    with as_system():
        return Clock.objects.filter(order=order, kind="handle").order_by("id")[index]


EXTENSION = StepData(reason_code="complex", text="需要现场勘测后确定方案，情况复杂", amount=3)


@pytest.mark.usefixtures("monday")
def test_an_extension_moves_the_deadline_and_says_so(city: City) -> None:
    order = make_order(city, upto="in_progress")
    before = handle_clock(order).due_at
    step(city, "water_handler", order.number, Step.ASK_EXTENSION, EXTENSION)
    view = step(city, "dispatcher", order.number, Step.APPROVE_EXTENSION)
    after = handle_clock(order)
    assert view.state is State.IN_PROGRESS
    assert before == datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
    assert after.due_at == datetime(2026, 3, 19, 9, 30, tzinfo=UTC)
    assert view.due_at == after.due_at
    assert "经批准延长" in view.explanation
    assert view.steps[-1].public_text == "因情况复杂，办理时间延长至3月19日 17:30。"
    with pytest.raises(Conflict, match="不能再次延期"):
        step(city, "water_handler", order.number, Step.ASK_EXTENSION, EXTENSION)


@pytest.mark.usefixtures("monday")
def test_a_refused_extension_leaves_the_deadline(city: City) -> None:
    order = make_order(city, upto="in_progress")
    before = handle_clock(order).due_at
    step(city, "water_handler", order.number, Step.ASK_EXTENSION, EXTENSION)
    step(city, "dispatcher", order.number, Step.REFUSE_EXTENSION, StepData(text="理由不充分"))
    assert handle_clock(order).due_at == before


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize(("amount", "unit"), [(11, ""), (0, "working_days"), (3, "hours")])
def test_an_extension_is_at_most_ten_working_days(city: City, amount: int, unit: str) -> None:
    order = make_order(city, upto="in_progress")
    data = StepData(reason_code="complex", text="情况复杂", amount=amount, duration_unit=unit)
    if amount == 0:
        assert step(city, "water_handler", order.number, Step.ASK_EXTENSION, data).reviews[-1].amount == 10
        return
    with pytest.raises(Invalid, match="1 至 10 个工作日"):
        step(city, "water_handler", order.number, Step.ASK_EXTENSION, data)


@pytest.mark.usefixtures("monday")
def test_an_extension_is_asked_before_the_deadline(city: City) -> None:
    order = make_order(city, upto="in_progress")
    with pytest.raises(Conflict, match="届满前"):
        step(city, "water_handler", order.number, Step.ASK_EXTENSION, EXTENSION, MONDAY + timedelta(days=20))


@pytest.mark.usefixtures("monday")
def test_nobody_decides_on_his_own_request(city: City) -> None:
    order = make_order(city, upto="in_progress")
    step(city, "water_handler", order.number, Step.ASK_EXTENSION, EXTENSION)
    with as_system():
        Review.objects.filter(order=order).update(asked_by="dispatcher")
    with pytest.raises(NotAllowed, match="自己提出"):
        step(city, "dispatcher", order.number, Step.APPROVE_EXTENSION)


SUSPENSION = StepData(reason_code="waiting_citizen", text="等待群众提供产权证明")


@pytest.mark.usefixtures("monday")
def test_the_time_of_a_suspension_does_not_count(city: City) -> None:
    order = make_order(city, upto="in_progress")
    before = handle_clock(order).due_at
    view = step(city, "water_handler", order.number, Step.SUSPEND, SUSPENSION)
    assert (view.state, view.steps[-1].public_text) == (State.SUSPENDED, "办理暂停，原因：等待群众提供材料或确认。")
    view = step(city, "water_handler", order.number, Step.RESUME, at=MONDAY + timedelta(days=2))
    assert view.state is State.IN_PROGRESS
    assert handle_clock(order).due_at - before == timedelta(days=2)
    assert view.due_at == handle_clock(order).due_at


@pytest.mark.usefixtures("monday")
def test_a_suspension_that_does_not_hold_was_no_pause(city: City) -> None:
    order = make_order(city, upto="in_progress")
    before = handle_clock(order).due_at
    step(city, "water_handler", order.number, Step.SUSPEND, SUSPENSION)
    refusal = StepData(text="理由不成立")
    view = step(city, "supervisor", order.number, Step.REFUSE_SUSPENSION, refusal, MONDAY + timedelta(days=2))
    assert view.state is State.IN_PROGRESS
    assert handle_clock(order).due_at == before


@pytest.mark.usefixtures("monday")
def test_a_unit_suspends_twice_at_most(city: City) -> None:
    order = make_order(city, upto="in_progress")
    for _ in range(2):
        step(city, "water_handler", order.number, Step.SUSPEND, SUSPENSION)
        step(city, "supervisor", order.number, Step.APPROVE_SUSPENSION)
        step(city, "water_handler", order.number, Step.RESUME)
    with pytest.raises(Conflict, match="不能再次挂起"):
        step(city, "water_handler", order.number, Step.SUSPEND, SUSPENSION)


@pytest.mark.usefixtures("monday")
def test_a_hard_case_gets_fifteen_days_from_somebody_who_may_grant_them(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    data = StepData(unit_id=city.unit("water"), difficulty="hard")
    step(city, "dispatcher", order.number, Step.DISPATCH, data)
    assert (handle_clock(order).amount, handle_clock(order).rule) == (15, "默认:handle.hard")
    again = make_order(city, upto="to_dispatch")
    with pytest.raises(Invalid, match="时限表里没有"):
        step(city, "dispatcher", again.number, Step.DISPATCH, StepData(unit_id=city.unit("water"), difficulty="最难"))


@pytest.mark.usefixtures("monday")
def test_every_unit_has_its_own_clocks(city: City) -> None:
    order = make_order(city, upto="dispatched", assist=("urban", "housing"))
    with as_system():
        view = order_view(order.number)
    per_unit = {(c.unit_name, c.kind) for c in view.clocks if c.unit_id}
    assert len(per_unit) == 9
    assert view.due_at == next(c.due_at for c in view.clocks if c.kind is ClockKind.SIGN)


@pytest.mark.usefixtures("monday")
def test_signing_late_is_on_record(city: City) -> None:
    order = make_order(city, upto="dispatched")
    with clock.at(FAR), acting_as(city.actor("water_handler")):
        take(order.number, Step.SIGN)
    with as_system():
        assert Clock.objects.get(order=order, kind="sign").in_time is False


def by(city: City, who: str, order: Order, name: Step, **data: Any) -> OrderView:
    """The step at the moment of the test."""
    with acting_as(city.actor(who)):
        return perform(order.number, name, StepData(**data))


def test_no_clock_runs_while_an_order_is_suspended_also_not_after_a_refused_return(city: City) -> None:
    """An assistant asked to return its share, the lead suspended, the return was refused or moved on: nobody may work."""
    for approve in (False, True):
        with clock.at(MONDAY):
            order = make_order(city, upto="in_progress", assist=("urban",))
            ask: dict[str, Any] = {
                "reason_code": "not_our_duty",
                "text": "按职责清单应由住建局办理",
                "unit_id": city.unit("housing"),
            }
            by(city, "urban_handler", order, Step.ASK_RETURN, **ask)
            by(city, "water_handler", order, Step.SUSPEND, reason_code="season", text="等待气温回升")
        with clock.at(MONDAY + timedelta(hours=1)):
            decision = Step.APPROVE_RETURN if approve else Step.REFUSE_RETURN
            more: dict[str, Any] = {"unit_id": city.unit("housing")} if approve else {}
            by(city, "supervisor", order, decision, text="已核实", as_unit_id=city.unit("urban"), **more)
        unit = city.unit("housing" if approve else "urban")
        with as_system():
            mine = Clock.objects.filter(order=order, assignment__unit_id=unit, kind="handle", stopped_at=None).get()
            assert (mine.paused_for, mine.light) == ("suspension", "off")
        with clock.at(MONDAY + timedelta(hours=2)):
            by(city, "water_handler", order, Step.RESUME)
        with as_system():
            mine.refresh_from_db()
            assert mine.paused_at is None
            assert mine.light == "green"


def test_an_exclusion_is_decided_although_the_order_was_reopened_meanwhile(city: City) -> None:
    with clock.at(MONDAY):
        order = make_order(city, upto="closed")
        by(city, "water_handler", order, Step.ASK_EXCLUSION, reason_code="force_majeure", text="不可抗力")
        by(city, "supervisor", order, Step.REOPEN, text="再次停水", reason_code="recurred")
        view = by(city, "supervisor", order, Step.REFUSE_EXCLUSION, text="不属于不可抗力")
    assert view.state is State.REOPENED
    with as_system():
        assert not Clock.objects.filter(order=order, kind="exclusion", stopped_at=None).exists()


def test_an_exclusion_has_a_line_of_its_own_and_older_tables_stay_in_force() -> None:
    content = shipped_content(RuleKind.DEADLINES)
    assert {kind.value for kind in ClockKind} == set(CLOCKS)
    lines = [line for line in content["lines"] if line["clock"] != "exclusion"]
    before = parse_deadlines({**content, "lines": lines}, "1")
    assert allowance(before, ClockKind.EXCLUSION, Matter("help")).rule == "1:review"
    own = {"key": "exclusion", "clock": "exclusion", "amount": 3, "unit": "working_days", "subject": "剔除审核"}
    changed = parse_deadlines({**content, "lines": [*lines, own]}, "2")
    assert allowance(changed, ClockKind.EXCLUSION, Matter("help", urgency="danger")).duration.amount == 3
