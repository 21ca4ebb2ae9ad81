"""What the six levels share: by rule, in one's area only, never the requester, never a confidential matter."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from factories import City, make_order, make_unit
from minhu.directory.access import acting_as, as_system, sharing, visible_to
from minhu.directory.domain.sharing import FINISHED_STATES, OPEN_STATES, parse_access
from minhu.directory.policy import Action, Beam, Facts, Purpose, Reach, decide
from minhu.directory.queries.rules import access_rules, shipped_content
from minhu.directory.queries.sharing import reach_of, readers_under, units_reached
from minhu.directory.services import rule_sets
from minhu.directory.types import RequestType, Role, RuleKind, UnitKind
from minhu.handling.models import Order, OrderStep
from minhu.handling.queries.shared import SharedFilters, shared_page
from minhu.handling.services.shared import read_shared
from minhu.handling.types import State
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Invalid, NotFound
from minhu.ledger.queries import readings_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
GRID, COMMUNITY, STREET, COUNTY = "99010100100101", "990101001001", "990101001", "990101"
PLACES = (GRID, COMMUNITY, STREET, COUNTY, "9901")
TYPES = ("help", "report", "suggestion", "")
STATES = ("received", "dispatched", "in_progress", "closed", "withdrawn")


def placed(city: City, **columns: Any) -> Order:
    """An order of the water bureau with these columns, as only the program could set them."""
    order = make_order(city, upto="in_progress")
    with as_system():
        Order.objects.filter(pk=order.pk).update(**{"area_id": STREET, "request_type": "help", **columns})
        return Order.objects.get(pk=order.pk)


def shown(city: City, name: str, **filters: Any) -> set[str]:
    with acting_as(city.actor(name)):
        return {row.number for row in shared_page(SharedFilters(**filters)).rows}


def test_a_street_sees_what_its_area_has_with_whatever_unit_and_nothing_of_elsewhere(city: City) -> None:
    inside = [placed(city, area_id=area) for area in (STREET, COMMUNITY, GRID)]
    placed(city, area_id=COUNTY)
    assert shown(city, "street_head") == {order.number for order in inside}
    assert shown(city, "street_handler") == set(), "by default the head only"
    assert shown(city, "water_head") == set(), "a bureau is no reader by default"


def test_the_grid_sees_open_matters_of_its_own_area_only_of_the_kinds_for_it(city: City) -> None:
    here = placed(city, area_id=GRID)
    placed(city, area_id=GRID, request_type="complaint")
    placed(city, area_id=GRID, state="closed")
    placed(city, area_id=COMMUNITY)
    assert shown(city, "grid_worker") == {here.number}


@pytest.mark.parametrize(
    "hidden",
    [
        {"confidential": True}, {"sensitive": True}, {"request_type": "report"}, {"request_type": ""},
        {"state": "received"}, {"state": "to_dispatch"}, {"state": "refused"}, {"state": "withdrawn"}, {"area_id": None},
    ],
)  # fmt: skip
def test_what_is_guarded_or_not_for_sharing_is_never_shared(city: City, hidden: dict[str, Any]) -> None:
    order = placed(city, **hidden)
    assert shown(city, "street_head") == set()
    with acting_as(city.actor("street_head")), pytest.raises(NotFound):
        read_shared(order.number)


def test_a_shared_matter_is_read_without_its_requester_and_the_reading_is_logged(city: City) -> None:
    order = placed(city, title="联系 13812345678 路灯不亮", public_reply="已修好，请拨 13812345678")
    with acting_as(city.actor("street_head")):
        row, steps = read_shared(order.number)
    assert "13812345678" not in f"{row} {steps}"
    assert row.reply == "", "an answer that is not approved is not told"
    assert steps
    [reading] = [one for one in readings_of(("request", order.request_id)) if one.fields == ("shared",)]
    assert (reading.actor_id, reading.purpose) == (city.actor("street_head").id, "层级共享")


def test_pages_go_on_where_the_last_one_ended_and_filters_narrow(city: City) -> None:
    orders = [placed(city, area_id=area) for area in (STREET, GRID, GRID)]
    done = placed(city, state="closed")
    with acting_as(city.actor("street_head")):
        first = shared_page(SharedFilters(), size=2)
        rest = shared_page(SharedFilters(), first.following, size=2)
    assert [row.number for row in (*first.rows, *rest.rows)] == [o.number for o in reversed([*orders, done])]
    assert rest.following == ""
    assert shown(city, "street_head", area=GRID) == {order.number for order in orders[1:]}
    assert shown(city, "street_head", finished=True) == {done.number}
    assert shown(city, "street_head", finished=False) == {order.number for order in orders}
    assert shown(city, "street_head", area="no such area") == set()
    assert shown(city, "street_head", request_type="praise") == set()


# -- the rules ----------------------------------------------------------------------------------------------------


def test_a_published_rule_changes_who_sees_and_none_can_be_switched_off(city: City) -> None:
    order = placed(city)
    content = shipped_content(RuleKind.ACCESS)
    off = {**content, "upward": {**content["upward"], "enabled": False}}
    with acting_as(city.actor("system_admin")):
        rule_sets.put(RuleKind.ACCESS, off)
    assert shown(city, "street_head") == set()
    wider = {**content, "upward": {**content["upward"], "readers": ["street.unit_handler"]}}
    with acting_as(city.actor("system_admin")):
        rule_sets.put(RuleKind.ACCESS, wider)
    assert shown(city, "street_head") == set()
    assert shown(city, "street_handler") == {order.number}


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("upward", {"readers": ["grid.grid_worker"]}),
        ("upward", {"readers": ["street.dispatcher"]}),
        ("upward", {"readers": "street.unit_head"}),
        ("downward", {"types": ["help", "help"]}),
        ("downward", {"types": ["gossip"]}),
        ("downward", {"enabled": "yes"}),
        ("export", {"rows": {"leader": 10}}),
        ("export", {"per_day": 0}),
        ("sideways", {}),
    ],
)
def test_rules_that_cannot_be_meant_are_refused_with_their_place(part: str, wrong: dict[str, Any]) -> None:
    content = {**shipped_content(RuleKind.ACCESS)}
    content[part] = {**content.get(part, {}), **wrong}
    with pytest.raises(Invalid) as refused:
        parse_access(content, "x")
    assert any(place.startswith(part) for place in refused.value.fields or {})


def test_the_states_of_sharing_are_states_of_orders_and_none_is_before_dispatch() -> None:
    assert set(OPEN_STATES + FINISHED_STATES) <= {state.value for state in State}
    never = {State.RECEIVED, State.INCOMPLETE, State.TO_DISPATCH, State.REFUSED, State.WITHDRAWN, State.EMERGENCY}
    assert not set(OPEN_STATES + FINISHED_STATES) & {state.value for state in never}


def test_the_preview_counts_units_and_people_of_each_reader(city: City) -> None:
    found = {(one.reader, one.upward): (one.units, one.people) for one in readers_under(access_rules())}
    assert found["street.unit_head", True] == (1, 1)
    assert found["grid.grid_worker", False] == (1, 1)
    assert found["community.unit_head", True] == (0, 0)


def test_reach_and_the_units_it_is_told_for_agree(city: City) -> None:
    """`reach_of` answers a person, `units_reached` the page that says who can see an order."""
    make_unit("bureau2", "滨江区政务办", UnitKind.HOTLINE_CENTRE, city.areas[COUNTY])
    rules = access_rules()
    actors = [replace(city.actor(name), roles=frozenset({role.value})) for name, role in itertools.product(
        ("street_head", "grid_worker", "water_head"), (Role.UNIT_HEAD, Role.UNIT_HANDLER, Role.GRID_WORKER)
    )]  # fmt: skip
    for area, kind, state in itertools.product(PLACES, RequestType, STATES):
        facts = Facts(1, frozenset(), area, kind.value, state, guarded=False)
        told = {(key.split(".")[2], unit.id) for key, units in units_reached(facts, rules).items() for unit in units}
        for actor in actors:
            by_page = any((role, unit) in told for role in actor.roles for unit in actor.unit_ids)
            assert reach_of(actor, rules).shows(facts) is by_page, (area, kind, state, actor)


# -- policy = lists = row security --------------------------------------------------------------------------------


def select(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


EVERYTHING = Beam(frozenset(PLACES), frozenset(TYPES), frozenset(STATES))


def beams() -> st.SearchStrategy[Beam]:
    return st.builds(
        Beam,
        areas=st.frozensets(st.sampled_from((*PLACES, "no'such", 'a"b', ""))),
        types=st.frozensets(st.sampled_from(TYPES)),
        states=st.frozensets(st.sampled_from(STATES)),
    )


@pytest.mark.data_layer
def test_decision_list_and_row_security_agree_for_any_reach(city: City) -> None:
    template = make_order(city, upto="in_progress")
    kinds = list(itertools.product((*PLACES, None), TYPES, STATES[1:4], ((False, False), (True, False), (False, True))))
    with as_system():
        for n, (area, kind, state, (confidential, sensitive)) in enumerate(kinds):
            copied = Order.objects.get(pk=template.pk)
            copied.pk, copied.number, copied.area_id, copied.request_type = None, f"S{n}", area, kind
            copied.state, copied.confidential, copied.sensitive = state, confidential, sensitive
            copied.save(force_insert=True)
            OrderStep.objects.create(
                order=copied, version=1, step="open", to_state=state, at=copied.created_at, actor_kind="system",
                actor_id="x", actor_name="x",
            )  # fmt: skip
        orders = list(Order.objects.filter(number__startswith="S"))
    met: set[bool] = set()

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @example(Reach(EVERYTHING, EVERYTHING), Role.UNIT_HANDLER)
    @given(st.builds(Reach, beams(), beams()), st.sampled_from(list(Role)))
    def agree(reach: Reach, role: Role) -> None:
        actor = Actor(kind="staff", id="x", roles=frozenset({role.value}), unit_ids=(city.unit("street"),))
        if role is Role.SYSTEM:
            return
        may = {o.pk for o in orders if decide(actor, Action.VIEW_SHARED, o.facts(), Purpose.SHARING, reach)}
        with as_system():
            rows = visible_to(
                Order.objects.filter(number__startswith="S"), actor, Action.VIEW_SHARED, purpose=Purpose.SHARING,
                reach=reach,
            )  # fmt: skip
            listed = set(rows.values_list("pk", flat=True))
        with sharing(actor, reach):
            raw = {row[0] for row in select("SELECT id FROM handling_order WHERE number LIKE 'S%'")}
            steps = {row[0] for row in select("SELECT order_id FROM handling_orderstep")} & {o.pk for o in orders}
        assert may == listed == raw == steps
        met.add(bool(may))

    agree()
    assert met == {True, False}


@pytest.mark.data_layer
def test_the_role_of_sharing_knows_no_requester_and_writes_nothing(city: City) -> None:
    order = placed(city)
    head = city.actor("street_head")
    with acting_as(head), sharing(head, reach_of(head)):
        assert select("SELECT number FROM handling_order") == [(order.number,)]
        for statement in (
            "SELECT requester_name FROM intake_request",
            "SELECT text FROM intake_request",
            "SELECT text FROM handling_orderstep",
            "SELECT reply FROM handling_assignment",
            "SELECT * FROM handling_order",
            "SELECT password FROM directory_staff",
            "SELECT * FROM ledger_entry",
            "UPDATE handling_order SET title = 'x'",
            "INSERT INTO handling_orderstep (order_id) VALUES (1)",
            "DELETE FROM handling_order",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                select(statement)
    with acting_as(head):
        assert select("SELECT count(*) FROM handling_order") == [(0,)], "the unit's own scope is back"


def test_who_stands_for_no_unit_reaches_nothing(city: City) -> None:
    placed(city)
    for name in ("dispatcher", "supervisor", "leader", "system_admin"):
        assert shown(city, name) == set(), name
