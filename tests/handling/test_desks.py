"""What the database writes beside the shares always agrees with what it follows from, whatever people do."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, precondition, run_state_machine_as_test

from factories import City, make_order
from handling.test_machine import Lives
from minhu.directory.access import acting_as, as_system
from minhu.handling.domain.states import AT_UNITS, UNDER_QUESTION
from minhu.handling.models import Assignment, Clock, Order, Review
from minhu.handling.queries.rows import own_shares
from minhu.handling.services import take
from minhu.handling.types import AssignmentRole, AssignmentState, State, Step, StepData


def expected_desk(share: Assignment) -> str:
    """The tab of an inbox a share belongs under, worked out the slow way."""
    state, lead = State(share.order.state), share.role == AssignmentRole.LEAD.value
    if share.ended_at is not None or share.role == AssignmentRole.WHISTLE.value:
        return ""
    if share.state == AssignmentState.REPLIED.value:
        return "to_approve" if lead and state is State.REPLIED else "answered"
    if state not in AT_UNITS:
        return ""
    asked = Review.objects.filter(assignment=share, kind="return", decision="waiting").exists()
    if asked or (lead and state in UNDER_QUESTION):
        return "asked"
    return "to_sign" if share.state == AssignmentState.WAITING.value else "working"


def disagreements(numbers: list[str]) -> list[str]:
    """Shares whose tab, deadline or light is not what their order, questions and clocks say; orders held wrongly."""
    found = []
    for share in Assignment.objects.filter(order__number__in=numbers).select_related("order"):
        running = (
            Clock.objects.filter(assignment=share, stopped_at=None, paused_at=None).order_by("due_at", "id").first()
        )
        due = (running.due_at, running.light) if running else (None, "")
        if (share.desk, share.next_due, share.next_light) != (expected_desk(share), *due):
            found.append(f"{share}: {share.desk} {share.next_due} {share.next_light}, not {expected_desk(share)} {due}")
    for order in Order.objects.filter(number__in=numbers):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT unit_id, created_at, state FROM handling_holding WHERE order_id = %s ORDER BY 1", [order.pk]
            )
            held = cursor.fetchall()
        if held != [(unit, order.created_at, order.state) for unit in sorted(order.unit_ids)]:
            found.append(f"{order} is held as {held}")
    return found


class Desks(Lives):
    """The same lives, looked at from the inbox."""

    @precondition(lambda self: self.numbers)
    @invariant()
    def nothing_is_lost(self) -> None:
        with as_system():
            assert not disagreements(self.numbers)


@pytest.mark.slow
def test_inboxes_agree_with_the_orders_whatever_people_do(city: City) -> None:
    machine = type("CityDesks", (Desks,), {"city": city})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8, stateful_step_count=25, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip


def test_a_share_saved_whole_cannot_carry_an_old_tab(city: City) -> None:
    order = make_order(city, upto="dispatched")
    with as_system():
        share = Assignment.objects.get(order=order)
        share.desk, share.next_due = "asked", None
        share.save()
        assert not disagreements([order.number])


def test_another_unit_reads_neither_the_share_nor_that_somebody_holds_the_order(city: City) -> None:
    order = make_order(city, upto="dispatched")
    for name, sees in (("water_handler", 1), ("urban_handler", 0), ("system_admin", 0)):
        with acting_as(city.actor(name)), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM handling_holding WHERE order_id = %s", [order.pk])
            assert cursor.fetchone()[0] == sees, name
            assert Assignment.objects.filter(order_id=order.pk).count() == sees, name


def test_a_unit_that_gave_an_order_back_reads_neither_its_share_nor_that_it_held_it(city: City) -> None:
    order = make_order(city, upto="dispatched")
    reason = StepData(reason_code="not_our_area", text="不属于本单位管辖", unit_id=city.unit("urban"))
    with acting_as(city.actor("water_handler")):
        take(order.number, Step.ASK_RETURN, reason)
        assert Assignment.objects.get(order_id=order.pk).desk == "asked"
    with acting_as(city.actor("dispatcher")):
        take(order.number, Step.APPROVE_RETURN, StepData(text="同意退单"))
    with acting_as(city.actor("water_handler")) as actor, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM handling_holding WHERE order_id = %s", [order.pk])
        assert cursor.fetchone() == (0,)
        assert not Assignment.objects.filter(order_id=order.pk).exists()
        assert not own_shares(actor.unit_ids, actor).filter(order_id=order.pk).exists()
    with as_system():
        assert not disagreements([order.number])


def test_a_unit_cannot_write_itself_into_an_order_it_may_not_see(city: City) -> None:
    order = make_order(city, upto="dispatched")
    with as_system():
        share = Assignment.objects.get(order=order)
    share.pk, share.unit_id, share.role = None, city.unit("urban"), "assist"
    share._state.adding = True
    with acting_as(city.actor("urban_handler")), pytest.raises(Exception, match="row-level security"):
        share.save()
