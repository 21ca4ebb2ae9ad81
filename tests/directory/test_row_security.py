"""Row security: what Python forgets to filter, PostgreSQL must not give away.

`decide` (one object), `visible_to` (a list) and a plain SELECT under row security must show the same rows to
anybody. Every table is either protected or explained here.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.directory.filling import insert_plain, select
from tests.directory.tables import ABOVE, CITIZENS_TABLES, LEDGER_TABLES, OPEN_TABLES, PARENTS, THROUGH_ANOTHER

from minhu.directory.access import acting_as, as_system, elevated, get_for, require, visible_to
from minhu.directory.models import Unit
from minhu.directory.policy import Action, decide, scope_of
from minhu.directory.types import ADMINISTRATORS, Role
from minhu.evaluation.models import Rating
from minhu.handling.models import Order
from minhu.intake.models import Request
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import NotAllowed, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.data_layer]


def ids_in(table: str) -> set[int]:
    return {row[0] for row in select(f"SELECT id FROM {table}")}


# -- a population -------------------------------------------------------------------------------------------------

SPREAD: tuple[tuple[int, ...], ...] = ((), (0,), (1,), (0, 1), (2,), (1, 2), (0, 1, 2), ())


class Population:
    """Eight requests with an order each, spread over three units, and one row in every table below them."""

    def __init__(self) -> None:
        self.units = [Unit.objects.create(code=f"U{n}", name=f"单位{n}", kind="bureau").pk for n in range(3)]
        with elevated("the test writes for everybody"):
            self.requests = [self._request(n, [self.units[at] for at in given]) for n, given in enumerate(SPREAD)]
            self.orders = [self._order(request) for request in self.requests]
            insert_plain("exchange_board", {})
            insert_plain("exchange_enterprise", {})
            for order in self.orders:
                self._everything_below(order)
            insert_plain("exchange_channelaccount", {})
            account = select("SELECT max(id) FROM exchange_channelaccount")[0][0]
            insert_plain("exchange_channelline", {"account_id": account})
            for table in ("intake_textmessage", "intake_textstop", "intake_callstop", "exchange_mailbox"):
                insert_plain(table, {})
            insert_plain("exchange_mailthread", {"mailbox_id": select("SELECT max(id) FROM exchange_mailbox")[0][0]})
            insert_plain("exchange_mailout", {"thread_id": select("SELECT max(id) FROM exchange_mailthread")[0][0]})

    def _request(self, number: int, units: list[int]) -> Request:
        return Request.objects.create(
            number=f"N{number}", channel="web", received_at=now(), text="路灯不亮", content_digest="0" * 64,
            requester_name=f"欧阳试{number}", requester_phone="13800000000", unit_ids=units,
        )  # fmt: skip

    def _order(self, request: Request) -> Order:
        return Order.objects.create(
            number=request.number, request=request, created_at=now(), changed_at=now(), title="路灯", channel="web",
            unit_ids=request.unit_ids,
        )  # fmt: skip

    def _everything_below(self, order: Order) -> None:
        """Rows in the order of their dependence, columns without a default filled by type."""
        known = {"order_id": order.pk, "request_id": order.request_id, "unit_id": self.units[0], "main_id": order.pk}
        for table, name in ABOVE.items():
            insert_plain(table, known)
            known[name] = select(f"SELECT max(id) FROM {table}")[0][0]
        for table in sorted(CITIZENS_TABLES - {"intake_request", "handling_order"} - THROUGH_ANOTHER):
            insert_plain(table, known)
        insert_plain("intake_call", {"key": order.pk})
        insert_plain("handling_aidcase", known)
        insert_plain("intake_surveycall", known | {"key": order.pk})
        shop = select("SELECT max(id) FROM exchange_enterprise")[0][0]
        insert_plain("exchange_dispute", known | {"enterprise_id": shop})
        insert_plain("exchange_disputeentry", {"dispute_id": select("SELECT max(id) FROM exchange_dispute")[0][0]})
        board = select("SELECT max(id) FROM exchange_board")[0][0]
        insert_plain("exchange_boardpost", known | {"board_id": board, "key": order.pk})
        insert_plain("exchange_boardentry", {"post_id": select("SELECT max(id) FROM exchange_boardpost")[0][0]})
        ids = {name: select(f"SELECT max(id) FROM {table}")[0][0] for name, table in PARENTS.items()}
        insert_plain("handling_attendance", ids | {"unit_id": self.units[0]})
        service = {"service_id": select("SELECT min(id) FROM exchange_emergencyservice")[0][0]}
        for below in ("entry", "offer", "party"):
            insert_plain(f"exchange_handover{below}", ids | service)
        insert_plain("exchange_transferitem", ids)
        insert_plain("intake_personbond", ids | {"other_id": ids["talk_id"]})
        for below in "utterance voicemark callevent draft recording whisper callbacktry".split():
            insert_plain(f"intake_{below}", ids)

    def order_of(self, request_id: int) -> Order:
        return next(order for order in self.orders if order.request_id == request_id)


@pytest.fixture(scope="module")
def populated(django_db_setup: None, django_db_blocker: Any) -> Iterator[Population]:
    """Made once, in a transaction that is never committed; tests that commit are therefore in other modules."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Population()
        transaction.set_rollback(True)


@pytest.fixture
def population(populated: Population, db: None) -> Population:
    return copy.deepcopy(populated)


# -- the three agree ----------------------------------------------------------------------------------------------


def actors(people: Population) -> st.SearchStrategy[Actor]:
    requests = st.sampled_from([request.pk for request in people.requests] + [987654321])
    units = st.sampled_from([*people.units, 987654321])
    return st.builds(
        Actor,
        kind=st.just("staff"),
        id=st.just("x"),
        roles=st.frozensets(st.sampled_from([*(role.value for role in Role), "emperor"]), max_size=3),
        unit_ids=st.lists(units, max_size=3).map(tuple),
        own_requests=st.lists(requests, max_size=3).map(tuple),
    )


def test_policy_lists_and_row_security_agree_for_anybody(population: Population) -> None:
    met: set[str] = set()

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(actors(population))
    def agree(actor: Actor) -> None:
        may = {order.pk for order in population.orders if decide(actor, Action.VIEW_ORDER, order.facts())}
        with as_system():
            listed = set(visible_to(Order.objects.all(), actor).values_list("pk", flat=True))
            rated = set(
                visible_to(
                    Rating.objects.all(), actor, request_field="order__request_id", units_field="order__unit_ids"
                ).values_list("order_id", flat=True)
            )
            asked = set(visible_to(Request.objects.all(), actor, request_field="pk").values_list("pk", flat=True))
        with acting_as(actor):
            raw = ids_in("handling_order")
            requests = ids_in("intake_request")
            below = {
                table: {row[0] for row in select(f"SELECT order_id FROM {table}")}
                for table in ("handling_clock", "handling_orderstep", "evaluation_rating")
            }
        assert may == listed == raw == rated
        assert {order.request_id for order in population.orders if order.pk in may} == requests == asked
        assert all(seen == may for seen in below.values())
        met.add(scope_of(actor).kind.value + ("+" if may else "-"))

    agree()
    assert {"all+", "units+", "units-", "own+", "own-", "none-"} <= met


def test_every_action_on_a_list_agrees_with_the_decision_on_each(population: Population) -> None:
    for role, action in itertools.product(Role, Action):
        actor = Actor(
            kind="staff", id="x", roles=frozenset({role}), unit_ids=(population.units[1],),
            own_requests=(population.requests[4].pk,),
        )  # fmt: skip
        may = {order.pk for order in population.orders if decide(actor, action, order.facts())}
        with as_system():
            listed = set(visible_to(Order.objects.all(), actor, action).values_list("pk", flat=True))
        assert may == listed, (role, action)


# -- nothing without a scope --------------------------------------------------------------------------------------


def tables() -> dict[str, bool]:
    """All but those of documents, which tests/knowledge/test_rights.py looks at."""
    ordinary = "relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'knowledge%%'"
    return dict(select(f"SELECT relname, relrowsecurity FROM pg_class WHERE {ordinary}"))


def test_every_table_is_protected_or_explained(db: None) -> None:
    found = tables()
    unknown = set(found) - CITIZENS_TABLES - LEDGER_TABLES - set(OPEN_TABLES)
    assert unknown == set(), "new tables: protect them (directory.row_security) or explain why they may be open"
    assert {name for name, protected in found.items() if protected} == CITIZENS_TABLES | LEDGER_TABLES
    assert set(OPEN_TABLES) <= set(found), "explained tables that no longer exist"


def test_every_protected_table_has_exactly_the_two_policies(db: None) -> None:
    policies = select(
        "SELECT tablename, policyname, cmd, roles::text FROM pg_policies WHERE tablename = ANY(%s)",
        sorted(CITIZENS_TABLES),
    )
    assert set(policies) == {
        (table, name, "ALL", f"{{{role}}}")
        for table in CITIZENS_TABLES
        for name, role in (("seen", "minhu_app"), ("wide", "minhu_wide"))
    } | {(table, "shared", "SELECT", "{minhu_area}") for table in ("handling_order", "handling_orderstep")}


def test_without_a_scope_there_is_not_one_row(population: Population) -> None:
    for table in sorted(CITIZENS_TABLES):
        assert select(f"SELECT count(*) FROM {table}") == [(0,)], table
        with as_system():
            assert select(f"SELECT count(*) FROM {table}") > [(0,)], f"the test needs rows in {table}"


@pytest.mark.parametrize("scope", ["all", "ALL", "units", "own", "", "x", "audit"])
def test_a_forged_setting_without_the_role_shows_nothing(population: Population, scope: str) -> None:
    select("SELECT set_config('minhu.scope', %s, true)", scope)
    for table in sorted(CITIZENS_TABLES):
        assert select(f"SELECT count(*) FROM {table}") == [(0,)], table


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_see_no_citizens_row(population: Population, role: Role) -> None:
    with acting_as(Actor(kind="staff", id="x", roles=frozenset({role}), unit_ids=tuple(population.units))):
        for table in sorted(CITIZENS_TABLES):
            assert select(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_only_the_audit_administrator_reads_the_ledger(population: Population) -> None:
    from minhu.ledger.services import append

    append("test.happened", ("test", 1), {})
    seen = {}
    for role in Role:
        with acting_as(Actor(kind="staff", id="x", roles=frozenset({role}), unit_ids=tuple(population.units))):
            seen[role] = select("SELECT count(*) FROM ledger_entry")[0][0]
    assert seen[Role.AUDIT_ADMIN] > 0
    assert seen[Role.SYSTEM_ADMIN] == seen[Role.SECURITY_ADMIN] == seen[Role.CITIZEN] == seen[Role.UNIT_HANDLER] == 0


def test_the_scope_ends_with_its_block_and_nests(population: Population) -> None:
    handler = Actor(kind="staff", id="x", roles=frozenset({"unit_handler"}), unit_ids=(population.units[2],))
    with acting_as(handler):
        mine = ids_in("handling_order")
        with elevated("the test looks at everything"):
            assert len(ids_in("handling_order")) == len(SPREAD)
        assert ids_in("handling_order") == mine
        with pytest.raises(ZeroDivisionError), elevated("the test fails inside"):
            raise ZeroDivisionError
        assert ids_in("handling_order") == mine
    assert ids_in("handling_order") == set()


def test_elevation_needs_a_reason_and_a_transaction(population: Population) -> None:
    with pytest.raises(ValueError), elevated(""):
        pass


def test_an_error_of_the_database_inside_a_scope_is_told_as_it_is(population: Population) -> None:
    """A service that catches IntegrityError (a number taken twice) must meet it, not its aftermath."""
    handler = Actor(kind="staff", id="x", roles=frozenset({"unit_handler"}), unit_ids=(population.units[2],))
    with acting_as(handler):
        mine = ids_in("handling_order")
        with pytest.raises(IntegrityError), transaction.atomic(), elevated("the test breaks a constraint inside"):
            Unit.objects.create(code="U0", name="x", kind="bureau")
        assert ids_in("handling_order") == mine


# -- writing ------------------------------------------------------------------------------------------------------


def test_nobody_changes_what_he_does_not_see(population: Population) -> None:
    handler = Actor(kind="staff", id="x", roles=frozenset({"unit_handler"}), unit_ids=(population.units[0],))
    with acting_as(handler), connection.cursor() as cursor:
        mine = len(ids_in("handling_order"))
        cursor.execute("UPDATE handling_order SET title = 'x'")
        assert cursor.rowcount == mine == 3
        cursor.execute("DELETE FROM handling_supervision")
        assert cursor.rowcount == mine


def test_nobody_gives_a_matter_away_or_takes_one_by_writing(population: Population) -> None:
    citizen = Actor(kind="citizen", id="x", roles=frozenset({"citizen"}), own_requests=(population.requests[1].pk,))
    other = population.orders[4]
    with acting_as(citizen):
        for statement in (
            "UPDATE handling_order SET request_id = %s",
            "INSERT INTO intake_supplement (request_id, text, added_at, added_by) VALUES (%s, 'x', now(), 'x')",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [other.request_id])


def test_what_may_not_be_seen_looks_as_if_it_did_not_exist(population: Population) -> None:
    handler = Actor(kind="staff", id="x", roles=frozenset({"unit_handler"}), unit_ids=(population.units[0],))
    with acting_as(handler):
        assert get_for(Order.objects.all(), Action.SIGN, number="N1").number == "N1"
        with pytest.raises(NotFound) as hidden:
            get_for(Order.objects.all(), Action.SIGN, number="N4")
        with pytest.raises(NotFound) as missing:
            get_for(Order.objects.all(), Action.SIGN, number="no such number")
        assert hidden.value.message == missing.value.message
        with pytest.raises(NotAllowed):
            get_for(Order.objects.all(), Action.DISPATCH, number="N1")
        with pytest.raises(NotAllowed):
            require(Action.DISPATCH)


def test_a_units_list_need_not_walk_through_everybodys_orders(population: Population) -> None:
    """The policy itself must be able to use the index: at a million orders that is 2 ms instead of 260."""
    handler = Actor(kind="staff", id="x", roles=frozenset({"unit_handler"}), unit_ids=(population.units[0],))
    with acting_as(handler):
        select("SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true)")
        plan = "\n".join(row[0] for row in select("EXPLAIN SELECT * FROM handling_order ORDER BY id DESC LIMIT 50"))
    assert "handling_order_units" in plan, plan
    assert "SubPlan" not in plan, plan


# -- the roles of the database ------------------------------------------------------------------------------------


def test_the_roles_of_the_application_cannot_switch_row_security_off(db: None) -> None:
    roles = select(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcanlogin FROM pg_roles"
        " WHERE rolname IN ('minhu_app', 'minhu_area', 'minhu_wide') ORDER BY 1"
    )
    assert roles == [(name, False, False, False, False) for name in ("minhu_app", "minhu_area", "minhu_wide")]
    assert select("SELECT current_user") == [("minhu_app",)]
    owned = select(
        "SELECT relname FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner"
        " WHERE rolname IN ('minhu_app', 'minhu_area', 'minhu_wide')"
    )
    assert owned == []
    for statement in (
        "ALTER TABLE handling_order DISABLE ROW LEVEL SECURITY",
        "DROP POLICY seen ON handling_order",
        "CREATE POLICY mine ON handling_order USING (true)",
        "TRUNCATE intake_request CASCADE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_models_of_citizens_tables_can_be_judged(db: None) -> None:
    """Every root table of citizens' data gives the policy its facts."""
    for model in (Order, Request, Rating):
        assert issubclass(model, Model)
        assert callable(model.facts)
