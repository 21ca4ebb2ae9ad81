"""Anybody may try anything in any order: no order gets stuck, loses a unit or its history, or moves unlawfully.

`make test` plays a moderate number of lives; MINHU_HYPOTHESIS=bench plays 500 × 50 steps.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from factories import MONDAY, City, make_order, make_unit
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import citizen_actor
from minhu.directory.types import UnitKind
from minhu.handling.domain.states import ALARMS, AT_UNITS, BY_STEP
from minhu.handling.models import Assignment, Clock, Order, OrderStep, Review
from minhu.handling.queries.allowed import Waiting, allowed_for
from minhu.handling.services import sweep, take
from minhu.handling.types import AssignmentRole, Light, State, Step, StepData
from minhu.kernel import clock
from minhu.kernel.actors import Actor
from minhu.kernel.errors import MinhuError

LIVES, STEPS = (500, 50) if os.environ.get("MINHU_HYPOTHESIS") == "bench" else (12, 30)
PEOPLE = (
    "dispatcher", "dispatcher", "supervisor", "water_handler", "water_head", "urban_handler", "urban_head",
    "street_handler", "street_head", "grid_worker", "leader", "agent", "citizen",
)  # fmt: skip
UNITS = ("water", "urban", "housing", "street", "branch")
STAGES = ("to_dispatch", "dispatched", "in_progress", "in_progress", "replied", "closed")
DULL = frozenset(
    {Step.NOTE, Step.WITHDRAW, Step.REFUSE, Step.HAND_OVER, Step.ANSWER_DIRECTLY, Step.CORRECT, Step.ARCHIVE,
     Step.SUPERVISE, Step.MERGE}
)  # fmt: skip
DEAD_BUTTON = frozenset({"wrong_state", "not_allowed", "nothing_waits", "needs_arbitration", "own_request"})
# contracts of the ledger write of their own under the same order, by other kinds
STEP_KINDS = [f"order.{step.value}" for step in Step]
WITH_LEAD = AT_UNITS | {State.REPLIED, State.TO_CALL_BACK}
REASONS = {
    "ask_return": "not_our_area", "ask_extension": "complex", "suspend": "season", "merge": "follow_up",
    "reopen": "recurred", "refuse": "elsewhere", "hand_over": "110", "exclusion": "force_majeure", "withdraw": "other", "transfer": "other_city",
}  # fmt: skip


class Lives(RuleBasedStateMachine):
    """Two orders and everybody who may lay hands on them."""

    city: City

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.moment = MONDAY
        self.numbers: list[str] = []
        self.history: dict[str, list[tuple[object, ...]]] = {}
        self.units: dict[str, set[int]] = {}
        self.checked: dict[str, tuple[int, str]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(sensitive=st.booleans(), upto=st.sampled_from(STAGES), assist=st.sampled_from(((), ("urban",))))
    def open_two(self, sensitive: bool, upto: str, assist: tuple[str, ...]) -> None:
        self.city.units["neighbour"] = make_unit("neighbour", "邻州市热线中心", UnitKind.HOTLINE_CENTRE)
        with clock.at(self.moment):
            first = make_order(self.city, upto=upto, assist=assist)
            self.numbers = [first.number, make_order(self.city, sensitive=sensitive).number]

    def actor(self, name: str, order: Order) -> Actor:
        return citizen_actor((order.request_id,)) if name == "citizen" else self.city.actor(name)

    @rule(data=st.data(), pause=st.sampled_from((0, 0, 5, 45, 300, 1500, 9000)), luck=st.integers(0, 11))
    def somebody_does_something(self, data: st.DataObject, pause: int, luck: int) -> None:
        self.moment += timedelta(minutes=pause)
        if pause > 1000:
            with clock.at(self.moment):
                sweep()
        number = self.numbers[luck == 0 or not data.draw(st.booleans() if luck < 3 else st.just(True))]
        with as_system():
            before = Order.objects.get(number=number)
            name, step, for_unit = data.draw(st.sampled_from(self.choices(before, luck)))
        actor, filled = self.actor(name, before), replace(self.fill(data, step, number), as_unit_id=for_unit)
        with clock.at(self.moment), acting_as(actor):
            try:
                done = take(number, step, filled, version=before.version)
            except MinhuError as error:
                done, refused = None, error
        with as_system():
            after = Order.objects.get(number=number)
        if done is None:
            assert any("一" <= letter <= "鿿" for letter in refused.message), "a refusal speaks Chinese"
            chosen = step is Step.CONFIRM_ATTENDANCE  # the unit drawn may not be a called one
            assert luck == 0 or chosen or refused.code not in DEAD_BUTTON, (
                f"a button that cannot work: {step}, {refused.message}"
            )
            assert (after.version, after.state) == (before.version, before.state), "a refused step changed something"
        else:
            transition = BY_STEP[step]
            assert State(before.state) in transition.sources | transition.side, "a step from a forbidden state"
            assert after.version > before.version

    def choices(self, order: Order, luck: int) -> list[tuple[str, Step, int | None]]:
        """Mostly what moves an order on, sometimes what ends it, sometimes what nobody may do."""
        if luck == 0:
            return [(name, step, None) for name in PEOPLE for step in sorted(BY_STEP)]
        waiting = Waiting.of(order)
        lawful: list[tuple[str, Step, int | None]] = [
            (name, button.step, next(iter(button.for_unit_ids), None))
            for name in PEOPLE
            for button in allowed_for(order, self.actor(name, order), waiting)
        ]
        steps = sorted({step for _, step, _ in lawful if luck == 1 or step not in DULL})
        return [pair for step in steps for pair in lawful if pair[1] == step][:400] or lawful

    def fill(self, data: st.DataObject, step: Step, number: str) -> StepData:
        others = [n for n in self.numbers if n != number]
        unit = data.draw(st.sampled_from(("grid", *UNITS) if step is Step.PASS_TO_GRID else UNITS))
        unit = "neighbour" if step is Step.TRANSFER else unit
        called = tuple(self.city.unit(u) for u in ("water", "urban"))
        assist = tuple(self.city.unit(u) for u in data.draw(st.sets(st.sampled_from(UNITS), max_size=2)) if u != unit)
        return StepData(
            reason_code=REASONS.get(BY_STEP[step].reasons, ""),
            text="理由充分，情况属实，请予以办理",
            reply="已经处理完毕",
            solved=data.draw(st.sampled_from((True, None))),
            unit_id=self.city.unit(unit),
            assist_unit_ids=assist or (self.city.unit("branch"),) if step is Step.ADD_ASSIST else assist,
            amount=data.draw(st.sampled_from((None, 3))),
            target_number=others[0] if step is Step.MERGE else "",
            called_unit_ids=called,
            contact_result="reached",
        )

    @precondition(lambda self: self.numbers)
    @invariant()
    def nothing_is_lost(self) -> None:
        with as_system():
            for order in Order.objects.filter(number__in=self.numbers):
                if (order.version, order.light) != self.checked.get(order.number):
                    self.check(order)
                    self.checked[order.number] = (order.version, order.light)

    def check(self, order: Order) -> None:
        state = State(order.state)
        steps = list(OrderStep.objects.filter(order=order).order_by("id").values_list("id", "version", "step", "text"))
        assert [s[1] for s in steps] == list(range(1, order.version + 1)), "one step for each version"
        known = self.history.get(order.number, [])
        assert steps[: len(known)] == known, "history only grows"
        self.history[order.number] = steps
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM ledger_entry WHERE subject_type = 'order' AND subject_id = %s AND kind = ANY (%s)",
                [order.number, STEP_KINDS],
            )
            assert cursor.fetchone()[0] == order.version, "one ledger entry for each step"
        self.check_units(order, state)
        self.check_clocks(order, state)
        if state not in WITH_LEAD:
            open_questions = Review.objects.filter(order=order, decision="waiting").exclude(kind="exclusion")
            assert state is State.MERGED or not open_questions.exists(), "nobody would ever answer this question"

    def check_units(self, order: Order, state: State) -> None:
        shares = list(Assignment.objects.filter(order=order))
        leads = [a for a in shares if a.ended_at is None and a.role == AssignmentRole.LEAD.value]
        if order.lead_unit_id == self.city.unit("neighbour"):
            assert not leads, "another hotline leads, and a unit of ours too"
        elif state in WITH_LEAD:
            assert len(leads) == 1, f"{state} with {len(leads)} leading units"
            assert order.lead_unit_id == leads[0].unit_id
        elif state is not State.MERGED:
            assert not [a for a in shares if a.ended_at is None], "a unit is bound by an order that is not with it"
        its_matter = {a.unit_id for a in shares if a.state not in ("returned", "recalled")}
        assert its_matter <= set(order.unit_ids) <= set(order.request.unit_ids)
        lost = self.units.get(order.number, set()) - set(order.unit_ids)
        assert not lost & its_matter, "a unit can no longer read its order"
        self.units[order.number] = set(order.unit_ids)

    def check_clocks(self, order: Order, state: State) -> None:
        rows = list(Clock.objects.filter(order=order, stopped_at=None).select_related("assignment"))
        assert not [c for c in rows if c.assignment and c.assignment.ended_at and c.kind != "exclusion"], (
            "a clock without an owner"
        )
        ringing = [c for c in rows if c.paused_at is None and c.kind in ALARMS.get(state, ())]
        if state is State.ARCHIVED:
            assert not rows
            return
        assert ringing, f"{state} has no alarm"
        assert all(c.next_at or c.light == Light.RED.value for c in ringing), "the sweeper would never look again"
        assert order.due_at in {c.due_at for c in ringing}
        held = [c for c in rows if c.paused_at is not None]
        assert (
            not held
            or state in {State.RETURN_REVIEW, State.SUSPENDED, State.MERGED}
            or all(c.assignment and c.assignment.role != AssignmentRole.LEAD.value for c in held)
        ), "a clock stands though nobody waits"


@pytest.mark.slow
def test_orders_live_lawfully_whatever_people_do(city: City) -> None:
    machine = type("CityLives", (Lives,), {"city": city})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LIVES, stateful_step_count=STEPS, deadline=None, derandomize=LIVES < 500,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
