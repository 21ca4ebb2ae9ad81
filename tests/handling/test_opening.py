"""An order begins cheaply in the transaction of its request; history is imported in bulk."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import MONDAY, City, make_order, make_request, received
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import CatalogueItem, CatalogueVersion, RuleSet
from minhu.directory.queries import freshness
from minhu.directory.queries.actors import citizen_actor
from minhu.directory.queries.rules import shipped_content
from minhu.directory.types import RuleKind
from minhu.handling.models import Assignment, Clock, Order, OrderStep
from minhu.handling.queries import counts_by_state, order_view, overdue_count
from minhu.handling.services import perform, take
from minhu.handling.types import Light, State, Step, StepData
from minhu.intake.events import HistoricRow, RequestsImported, SupplementAdded
from minhu.intake.models import Request
from minhu.kernel.errors import Invalid
from minhu.kernel.events import publish

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory is in the process, as in a server; tests otherwise ask for its stamps at every use."""
    freshness.forget()
    monkeypatch.setattr(freshness, "CHECK_SECONDS", 60.0)


def test_no_telephone_stands_in_the_title_that_lists_show(city: City) -> None:
    order = make_order(city, title="请联系13812345678，楼上噪声", confidential=True)
    assert "13812345678" not in order.title
    assert "楼上噪声" in order.title


def test_opening_costs_four_statements(city: City, settled: None) -> None:
    with as_system():
        publish(received(city, make_request()))  # rules and directory are in the process now
        event = received(city, make_request())
        with CaptureQueriesContext(connection) as asked:
            publish(event)
    freshness.forget()
    assert len(asked) <= 4, [query["sql"][:80] for query in asked]


def test_an_order_carries_what_intake_understood(city: City) -> None:
    first = make_order(city)
    order = make_order(
        city, repeat_of_request_id=first.request_id, caller_month_count=4, place_year_count=9, sensitive=True
    )
    assert (order.repeat_of_id, order.caller_month_count, order.place_year_count) == (first.pk, 4, 9)
    assert order.sensitive
    with as_system():
        assert order.number == order.request.number
        view = order_view(order.number)
    assert view.repeat_of == first.number
    assert view.explanation == "网络诉求受理 24 小时：3月9日 09:00 起算，应于3月10日 09:00 前受理"
    assert (view.light, view.area_names[-1], view.category_names[-1]) == (Light.GREEN, "柳湾街道", "供水")


def test_what_the_rules_accept_waits_for_dispatch_at_once(city: City) -> None:
    order = make_order(city, auto_accept=True)
    assert order.state == State.TO_DISPATCH
    with as_system():
        assert [c.kind for c in Clock.objects.filter(order=order)] == ["dispatch"]


def historic(city: City, request: Request, *, replied: bool, unit: str | None, days: int = 10) -> HistoricRow:
    return HistoricRow(
        request_id=request.pk, number=request.number, received_at=request.received_at, title=request.title,
        request_type="help", category_id=city.categories["A1"].pk, area_code="990101", place_hint="滨江区",
        urgency="normal", unit_id=city.unit(unit) if unit else None, reply="已办理" if replied else "",
        replied_at=request.received_at + timedelta(days=days) if replied else None,
    )  # fmt: skip


def test_imported_history_is_closed_archived_or_waiting(city: City) -> None:
    old, recent = datetime(2025, 1, 6, tzinfo=UTC), MONDAY - timedelta(days=20)
    with as_system():
        requests = [make_request(received_at=moment) for moment in (old, recent, recent)]
        publish(RequestsImported(7, (
            historic(city, requests[0], replied=True, unit="water"),
            historic(city, requests[1], replied=True, unit=None),
            historic(city, requests[2], replied=False, unit="urban"),
        )))  # fmt: skip
        archived, closed, waiting = Order.objects.order_by("id")
        assert [o.state for o in (archived, closed, waiting)] == ["archived", "closed", "received"]
        assert archived.closed_at is not None
        assert archived.closed_at - archived.created_at == timedelta(days=10)
        assert Assignment.objects.get(order=archived).unit_id == city.unit("water")
        assert {c.kind for c in Clock.objects.filter(order__in=(closed, waiting))} == {"archive", "accept"}
        assert all(order.imported and order.version == order.steps.count() for order in (archived, closed, waiting))
        assert not Clock.objects.filter(order=archived).exists()
        assert waiting.due_at == MONDAY + timedelta(days=1), "its clock starts with the import, not in the past"
    with acting_as(city.actor("dispatcher")):
        assert perform(closed.number, Step.REOPEN, StepData(text="问题反弹")).state is State.REOPENED


def test_history_with_a_reply_before_the_letter_is_refused(city: City) -> None:
    with as_system():
        request = make_request()
        with pytest.raises(Invalid, match="早于来信"):
            publish(RequestsImported(1, (historic(city, request, replied=True, unit=None, days=-1),)))


def test_thousands_of_rows_are_opened_in_few_statements(city: City, settled: None) -> None:
    with as_system():
        model = Request(
            channel="import",
            received_at=MONDAY - timedelta(days=90),
            title="历史诉求",
            text="历史诉求",
            content_digest="0" * 64,
        )
        values = [
            Request(number=f"H{n:06d}", channel=model.channel, received_at=model.received_at, title=model.title,
                    text=model.text, content_digest=model.content_digest)
            for n in range(2000)
        ]  # fmt: skip
        rows = tuple(
            historic(city, request, replied=n % 3 != 0, unit="water" if n % 2 else None)
            for n, request in enumerate(Request.objects.bulk_create(values))
        )
        started = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            publish(RequestsImported(9, rows))
        seconds = time.perf_counter() - started
        print(f"\n{len(rows) / seconds:.0f} orders/s, {len(asked)} statements")
        assert Order.objects.filter(imported=True).count() == 2000
        assert OrderStep.objects.count() >= 2000
    freshness.forget()
    assert len(asked) < 80


def test_a_supplement_wakes_an_incomplete_order(city: City) -> None:
    order = make_order(city)
    with acting_as(city.actor("agent")):
        take(order.number, Step.ASK_CONTENT, StepData(text="请说明停水的楼栋"))
    with acting_as(citizen_actor((order.request_id,))):
        publish(SupplementAdded(order.request_id, 1))
        publish(SupplementAdded(order.request_id, 1))
    with as_system():
        order.refresh_from_db()
    assert (order.state, order.version) == (State.RECEIVED, 3)


def test_counts_are_those_of_the_actor(city: City) -> None:
    make_order(city)
    make_order(city, upto="in_progress")
    with acting_as(city.actor("dispatcher")):
        assert counts_by_state()[State.RECEIVED] == 1
        assert overdue_count() == 0
    with acting_as(city.actor("water_handler")):
        counts = counts_by_state()
    assert (counts[State.RECEIVED], counts[State.IN_PROGRESS]) == (0, 1)


@pytest.fixture
def automatic(city: City) -> None:
    """The city allows automatic dispatch below A1 from 0.95 on; its catalogue gives A1 to the water bureau."""
    content = {**shipped_content(RuleKind.AUTOMATION), "auto_dispatch": True}
    content["dispatch_lines"] = [{"category": "A1", "confidence": 0.95}]
    rule_set = RuleSet.objects.create(kind="automation", version=1, content=content, created_at=MONDAY)
    RuleSet.objects.filter(pk=rule_set.pk).update(state="published", published_at=MONDAY)
    version = CatalogueVersion.objects.create(number=1, created_at=MONDAY)
    CatalogueItem.objects.create(
        version=version,
        category_code="A1",
        lead="unit:water",
        assist=["unit:urban"],
        basis="三定方案",
        deadline_key="hard",
    )
    CatalogueVersion.objects.filter(pk=version.pk).update(state="published", published_at=MONDAY)
    freshness.forget()


@pytest.mark.usefixtures("automatic")
@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, State.DISPATCHED),
        ({"category_confidence": 0.94}, State.TO_DISPATCH),
        ({"auto_accept": False}, State.RECEIVED),
        ({"sensitive": True}, State.TO_DISPATCH),
        ({"confidential": True}, State.TO_DISPATCH),
        ({"urgency": "danger"}, State.TO_DISPATCH),
    ],
)
def test_only_what_a_rule_allows_is_dispatched_without_a_person(
    city: City, fields: dict[str, object], state: State
) -> None:
    with as_system():
        event = received(city, make_request(), **{"auto_accept": True, "category_confidence": 0.97, **fields})
        publish(event)
        view = order_view(event.number)
    assert view.state is state
    if state is State.DISPATCHED:
        assert [a.unit_name for a in view.assignments] == ["云溪市水务局", "云溪市城管局"]
        assert view.dispatch_basis.startswith("自动派单（A1，置信度 0.97）")
        assert view.steps[-1].actor_name == "系统"
        handle = next(c for c in view.clocks if c.kind.value == "handle")
        assert "求助类 5 个工作日" in handle.explanation, "hard cases need a person's approval"


@pytest.mark.usefixtures("city")
def test_without_a_rule_nothing_is_dispatched_by_itself(city: City) -> None:
    with as_system():
        event = received(city, make_request(), auto_accept=True, category_confidence=1.0)
        publish(event)
        assert order_view(event.number).state is State.TO_DISPATCH
