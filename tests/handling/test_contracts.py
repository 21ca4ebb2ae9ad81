"""Contracts follow every event: one warning for each cause, evidence sealed at the end, whatever dies in between."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction

from factories import MONDAY, City, make_city, make_order
from ledger.ledger_helpers import owner
from minhu.directory.access import acting_as, as_system
from minhu.handling.domain.warnings import Warned, circle, comparable
from minhu.handling.models import ContractWarning, Order
from minhu.handling.services import contracts as rules
from minhu.handling.services import take
from minhu.handling.services.sweeper import sweep
from minhu.handling.types import Step, StepData
from minhu.kernel import clock
from minhu.ledger import services as ledger
from minhu.ledger.models import ContractState, Entry

pytestmark = [pytest.mark.django_db, pytest.mark.data_layer]
REPLY = "接到您反映的停水问题后，我局立即安排抢修人员到现场查看，更换了破损的阀门，目前三号楼已恢复供水，请您放心使用。"


@pytest.fixture
def city(home: Any) -> City:
    return make_city()


def follow() -> int:
    """Integrate everything and let the contracts see it, until nothing is left."""
    total = 0
    while True:
        ledger.sequencer_tick()
        done = ledger.run_contracts()
        total += done
        if not done:
            return total


def warned(order: Order) -> list[tuple[str, str]]:
    with as_system():
        return [(row.warned, row.detail) for row in ContractWarning.objects.filter(order=order).order_by("id")]


def entries(kind: str) -> list[Entry]:
    with as_system():
        return list(Entry.objects.filter(kind=kind).order_by("id"))


def act(city: City, order: Order, who: str, step: Step, **data: Any) -> None:
    with acting_as(city.actor(who)):
        take(order.number, step, StepData(**data))


def reply(city: City, order: Order, text: str) -> None:
    act(city, order, "water_handler", Step.REPLY, reply=text, measures="更换阀门", solved=True)


@pytest.mark.parametrize(
    ("units", "found"),
    [([], ()), ([1], ()), ([1, 2], ()), ([1, 1], ()), ([1, 2, 1], (1, 2, 1)), ([1, 2, 3, 1], (1, 2, 3, 1)),
     ([1, 1, 2, 2, 1], (1, 2, 1)), ([1, 2, 1, 2], (2, 1, 2)), ([1, 2, 3], ()), ([1, 2, 1, 3], ())],
)  # fmt: skip
def test_a_circle_is_where_the_last_transfer_ends_where_one_began(units: list[int], found: tuple[int, ...]) -> None:
    assert circle(units) == found


def test_short_replies_are_alike_by_nature() -> None:
    assert comparable("已恢复供水。 谢谢") == ""
    assert comparable(f" {REPLY[:10]} {REPLY[10:]}\n") == REPLY


def test_a_missed_deadline_is_warned_of_once(city: City) -> None:
    order = make_order(city, upto="dispatched")
    with clock.at(clock.now() + timedelta(days=20)):
        sweep(orders=[order.pk])
        follow()
    found = [detail for kind, detail in warned(order) if kind == Warned.DEADLINE]
    assert found
    assert all("时限" in detail for detail in found)
    assert len(entries("warning.raised")) == len(warned(order))
    with as_system():
        ContractState.objects.filter(name="supervision").update(position=0)
    follow()
    assert [detail for kind, detail in warned(order) if kind == Warned.DEADLINE] == found
    assert len(entries("warning.raised")) == len(found), "seeing an event again has no second effect"


def test_a_circular_transfer_is_warned_of_with_its_way(city: City) -> None:
    order = make_order(city, upto="to_dispatch")
    for unit in ("water", "urban", "water"):
        act(city, order, "dispatcher", Step.DISPATCH, unit_id=city.unit(unit))
        if unit != "water" or order.pk:
            follow()
        act(city, order, "dispatcher", Step.RECALL, text="重新确定单位")
    assert warned(order) == [("circular", "转办又回到原单位：云溪市水务局 → 云溪市城管局 → 云溪市水务局")]


def test_closing_without_contact_is_warned_of(city: City) -> None:
    order = make_order(city, upto="in_progress")
    reply(city, order, REPLY)
    act(city, order, "water_head", Step.APPROVE_REPLY)
    act(city, order, "supervisor", Step.CLOSE)
    contacted = make_order(city, upto="closed")
    follow()
    assert [kind for kind, _ in warned(order)] == ["no_contact"]
    assert warned(contacted) == []


def test_a_copied_reply_names_the_other_order_and_how_like_it_is(city: City) -> None:
    first, second, third = (make_order(city, upto="in_progress") for _ in range(3))
    reply(city, first, REPLY)
    reply(city, second, REPLY.replace("三号楼", "五号楼"))
    reply(city, third, "经现场核实，该处路灯线路老化，已由养护公司重新敷设电缆二百米，本周五前全部点亮，届时请您再看。")
    follow()
    assert warned(first) == []
    assert warned(third) == []
    ((kind, detail),) = warned(second)
    assert kind == "copied"
    assert first.number in detail
    (entry,) = entries("warning.raised")
    assert entry.payload["other"] == first.number
    assert 0.9 <= entry.payload["similarity"] <= 1
    assert (entry.payload["contract"], entry.actor_kind) == ("supervision", "system")


def test_a_reply_is_copied_from_one_that_was_given_before_it_whichever_was_entered_first(city: City) -> None:
    with clock.at(MONDAY + timedelta(days=90)):
        later = make_order(city, upto="in_progress")
        reply(city, later, REPLY)
    with clock.at(MONDAY):
        earlier = make_order(city, upto="in_progress")
        reply(city, earlier, REPLY)
    with clock.at(MONDAY + timedelta(days=1)):
        copy = make_order(city, upto="in_progress")
        reply(city, copy, REPLY)
    follow()
    assert (warned(later), warned(earlier)) == ([], [])
    ((kind, detail),) = warned(copy)
    assert (kind, earlier.number in detail) == ("copied", True)


def test_what_nobody_settled_is_settled_by_rule_when_the_order_is_archived(city: City) -> None:
    order, other = (make_order(city, upto="in_progress") for _ in range(2))
    for one in (order, other):
        reply(city, one, REPLY)
        act(city, one, "water_head", Step.APPROVE_REPLY)
        act(city, one, "supervisor", Step.CLOSE)
    act(city, other, "supervisor", Step.ARCHIVE)
    follow()
    with as_system():
        left = set(ContractWarning.objects.filter(settled_at=None).values_list("order", "warned"))
        (settled,) = ContractWarning.objects.exclude(settled_at=None)
    assert left == {(order.pk, "no_contact"), (other.pk, "copied")}
    assert (settled.order_id, settled.warned, settled.settled_by) == (other.pk, "no_contact", "系统")
    assert "按规则了结" in settled.settled_note
    (entry,) = entries("warning.settled")
    assert (entry.subject_id, entry.payload["warning"], entry.payload["by_rule"]) == (other.number, settled.pk, True)


def test_repeats_of_one_matter_may_be_answered_alike(city: City) -> None:
    first = make_order(city, upto="in_progress")
    second = make_order(city, upto="in_progress", repeat_of_request_id=first.request_id)
    reply(city, first, REPLY)
    reply(city, second, REPLY)
    follow()
    assert warned(second) == []


def test_the_evidence_of_an_ended_order_is_sealed(city: City) -> None:
    order = make_order(city, upto="closed")
    follow()
    (sealed,) = entries("evidence.sealed")
    assert (sealed.subject_id, sealed.payload["contract"]) == (order.number, "evidence")
    with as_system():
        again = ledger.seal(rules.subjects_of(order), sealed.payload["upto"])
    assert (again.entries, again.digest) == (sealed.payload["entries"], sealed.payload["digest"])
    act(city, order, "supervisor", Step.ARCHIVE)
    follow()
    assert [one.payload["entries"] for one in entries("evidence.sealed")][1] > sealed.payload["entries"]


@pytest.fixture
def own_contracts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A contract of the test only."""
    monkeypatch.setattr(sys.modules["minhu.ledger.services.contracts"], "_contracts", {})
    return []


def test_what_a_contract_cannot_treat_is_entered_and_stops_nobody(city: City, own_contracts: list[int]) -> None:
    @ledger.contract("fragile", "x", "x", ["test.event"])
    def fragile(entry: Any) -> Iterator[Any]:
        if entry.payload["n"] == 1:
            raise ValueError("cannot")
        yield "evidence.issued", ("test", entry.payload["n"]), {}

    with transaction.atomic():
        ledger.append_many([("test.event", ("test", n), {"n": n}) for n in range(3)])
    assert follow() == 3
    assert [one.subject_id for one in entries("evidence.issued")] == ["0", "2"]
    (failed,) = entries("contract.failed")
    assert (failed.payload["error"], failed.payload["contract"]) == ("ValueError", "fragile")
    (view,) = ledger.contracts()
    assert (view.results, view.failures, view.position) == (2, 1, view.size)
    assert follow() == 0


def test_a_lost_database_undoes_effect_and_progress_together(city: City, own_contracts: list[int]) -> None:
    broken = [True]

    @ledger.contract("careful", "x", "x", ["test.event"])
    def careful(entry: Any) -> Iterator[Any]:
        own_contracts.append(entry.payload["n"])
        if broken and entry.payload["n"] == 2:
            broken.clear()
            raise OperationalError("gone")
        yield "evidence.issued", ("test", entry.payload["n"]), {}

    with transaction.atomic():
        ledger.append_many([("test.event", ("test", n), {"n": n}) for n in range(4)])
    ledger.sequencer_tick()
    with pytest.raises(OperationalError):
        ledger.run_contracts()
    assert entries("evidence.issued") == []
    follow()
    assert own_contracts == [0, 1, 2, 0, 1, 2, 3]
    assert [one.subject_id for one in entries("evidence.issued")] == ["0", "1", "2", "3"]


@pytest.mark.django_db(transaction=True)
def test_a_step_that_was_taken_out_of_the_ledger_before_it_was_integrated_is_found(city: City) -> None:
    with transaction.atomic():
        order = make_order(city, upto="in_progress")
    assert ledger.verify().ok
    with owner() as session:
        session.execute("DELETE FROM ledger_entry WHERE kind = 'order.sign' AND subject_id = %s", [order.number])
    ledger.sequencer_tick()
    assert [found.kind for found in ledger.verify().findings] == ["step_without_entry"]
    assert ledger.verify(across=False).ok, "the tree alone cannot see it"


@pytest.mark.django_db(transaction=True)
def test_a_changed_or_lost_step_is_found(city: City) -> None:
    with transaction.atomic():
        order = make_order(city, upto="in_progress")
        request = make_order(city).request_id
    last = "WHERE id = (SELECT max(id) FROM handling_orderstep WHERE order_id = %s)"
    with owner() as session:
        session.execute("ALTER TABLE handling_orderstep DISABLE TRIGGER keep_step")
        session.execute(f"UPDATE handling_orderstep SET actor_id = 'x' {last}", [order.pk])
        assert [found.kind for found in ledger.verify().findings] == ["step_changed"]
        session.execute(f"DELETE FROM handling_orderstep {last}", [order.pk])
        assert [found.kind for found in ledger.verify().findings] == ["entry_without_step", "history_gap"]
        session.execute("ALTER TABLE handling_orderstep ENABLE TRIGGER keep_step")
        session.execute("SET session_replication_role = replica")
        session.execute("DELETE FROM handling_order WHERE request_id = %s", [request])
    assert any("没有工单" in found.detail for found in ledger.verify().findings)
