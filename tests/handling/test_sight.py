"""Who can see an order, and why: the answer names exactly the people to whom the policy shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from factories import City, make_order, make_staff
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Post, Staff
from minhu.directory.policy import Action, Purpose, decide
from minhu.directory.queries.actors import actor_of_staff
from minhu.directory.queries.sharing import reach_of
from minhu.directory.types import Role
from minhu.handling.models import Order
from minhu.handling.services import perform
from minhu.handling.services.shared import read_shared
from minhu.handling.services.sight import Shown, Sight, who_can_see
from minhu.handling.types import Step, StepData
from minhu.intake.queries import reveal
from minhu.kernel.clock import now
from minhu.kernel.errors import NotAllowed, NotFound
from minhu.ledger.queries import entries_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
GRID = "99010100100101"


def asked(city: City, number: str, who: str = "supervisor") -> Sight:
    with acting_as(city.actor(who)):
        return who_can_see(number)


def shaped(city: City, upto: str = "in_progress", **columns: Any) -> Order:
    order = make_order(city, upto=upto)
    with as_system():
        Order.objects.filter(pk=order.pk).update(**{"area_id": GRID, "request_type": "help", **columns})
        return Order.objects.get(pk=order.pk)


def crowd(city: City) -> None:
    """People with two posts, posts that ended or begin later, one who left, one with emergency access, one standing in."""
    units, day = city.units, now().date()
    both = make_staff("both", units["water"], Role.UNIT_HANDLER, "两岗")
    Post.objects.create(staff=both, unit=units["street"], role=Role.UNIT_HEAD.value)
    past = make_staff("past", units["water"], Role.UNIT_HEAD, "旧岗")
    Post.objects.filter(staff=past).update(valid_to=day - timedelta(days=1))
    later = make_staff("later", units["water"], Role.UNIT_HEAD, "新岗")
    Post.objects.filter(staff=later).update(valid_from=day + timedelta(days=3))
    gone = make_staff("gone", units["water"], Role.UNIT_HEAD, "离岗")
    called = make_staff("called", units["housing"], Role.UNIT_HANDLER, "应急")
    admin = make_staff("sysadmin2", units["centre"], Role.SECURITY_ADMIN, "安管")
    Staff.objects.filter(pk=gone.pk).update(is_active=False)
    Staff.objects.filter(pk__in=[called.pk, admin.pk]).update(emergency_until=now() + timedelta(hours=1))
    mixed = make_staff("mixed", units["community"], Role.GRID_WORKER, "两级")
    Post.objects.create(staff=mixed, unit=units["urban"], role=Role.UNIT_HEAD.value)


@pytest.mark.parametrize(
    "columns",
    [
        {}, {"confidential": True}, {"sensitive": True}, {"request_type": "complaint"}, {"request_type": "report"},
        {"state": "closed"}, {"state": "received", "unit_ids": []}, {"area_id": "990101"}, {"area_id": None},
    ],
)  # fmt: skip
def test_the_answer_names_exactly_those_whom_the_policy_lets_see(city: City, columns: dict[str, Any]) -> None:
    crowd(city)
    order = shaped(city, **columns)
    told = asked(city, order.number).people
    may = set()
    for staff in Staff.objects.all():
        actor = actor_of_staff(staff)
        seen = decide(actor, Action.VIEW_ORDER, order.facts())
        if seen or decide(actor, Action.VIEW_SHARED, order.facts(), Purpose.SHARING, reach_of(actor)):
            may.add(staff.username)
    assert told == may
    assert {"called", "both"} & may
    assert not {"past", "later", "gone", "sysadmin2"} & may


def test_each_class_is_told_with_its_rule_and_what_it_is_shown(city: City) -> None:
    order = shaped(city)
    found = {(line.role, line.relation.name): line for line in asked(city, order.number).lines}
    assert found[Role.UNIT_HANDLER, "UNIT"].shown is Shown.CONTACT
    assert found[Role.UNIT_HANDLER, "UNIT"].units == ("云溪市水务局",)
    assert found[Role.SUPERVISOR, "ANY"].shown is Shown.REVEAL
    assert found[Role.LEADER, "ANY"].shown is Shown.MASKED
    assert found[Role.GRID_WORKER, "AREA"].shown is Shown.SHARED
    assert found[Role.GRID_WORKER, "AREA"].direction == "downward"
    assert found[Role.CITIZEN, "OWN"].shown is Shown.OWN
    assert all(line.rule and line.rule.role is line.role for line in found.values())
    with as_system():
        Order.objects.filter(pk=order.pk).update(confidential=True)
    hidden = {(line.role, line.relation.name): line for line in asked(city, order.number).lines}
    assert hidden[Role.UNIT_HANDLER, "UNIT"].shown is Shown.HIDDEN
    assert (Role.GRID_WORKER, "AREA") not in hidden


def test_who_has_read_it_is_told_and_asking_is_entered(city: City) -> None:
    order = shaped(city)
    with acting_as(city.actor("grid_worker")):
        read_shared(order.number)
    with acting_as(city.actor("dispatcher")):
        reveal(order.request_id, "place", "核对地点")
    found = asked(city, order.number)
    assert [(one.who, one.purpose) for one in found.readings] == [
        ("grid_worker", "层级共享"),
        ("dispatcher", "核对地点"),
    ]
    with as_system():
        [entry] = [one for one in entries_of(("order", order.number)) if one.kind == "order.access_asked"]
    assert entry.payload == {"people": len(found.people)}


def test_administrators_are_told_without_content_and_others_not_at_all(city: City) -> None:
    order = shaped(city)
    make_staff("security", city.units["centre"], Role.SECURITY_ADMIN, "安全")
    city.staff["security"] = Staff.objects.get(username="security")
    assert asked(city, order.number).title == order.title
    assert asked(city, order.number, "security").title == ""
    for who in ("dispatcher", "water_head", "leader", "system_admin", "agent"):
        with pytest.raises(NotAllowed):
            asked(city, order.number, who)
    with pytest.raises(NotFound):
        asked(city, "2603099999999")


def test_a_unit_that_returned_it_is_listed_with_its_record_only(city: City) -> None:
    order = make_order(city, upto="in_progress")
    data = StepData(
        reason_code="not_our_duty", text="供水管网由住建部门维护，依据三定方案", unit_id=city.unit("housing")
    )
    with acting_as(city.actor("water_handler")):
        perform(order.number, Step.ASK_RETURN, data)
    with acting_as(city.actor("dispatcher")):
        perform(order.number, Step.APPROVE_RETURN, StepData(text="已核实"))
    lines = [line for line in asked(city, order.number).lines if line.shown is Shown.RECORD]
    assert {line.units for line in lines} == {("云溪市水务局",)}
    assert {reader.username for line in lines for reader in line.people} == {"water_handler", "water_head"}
