"""A citizen's lawyer must be able to check a certificate alone, and a false one must never pass; each sees what they may."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.types import Role
from minhu.handling.models import ContractWarning, Order
from minhu.handling.queries.warnings import Warned, warning_counts, warnings_page
from minhu.handling.services import take
from minhu.handling.services.evidence import as_file, issue_certificate
from minhu.handling.services.tracing import query_trace
from minhu.handling.services.warnings import settle_warning
from minhu.handling.types import Step, StepData
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.ledger import services as ledger
from minhu.ledger.models import Entry
from minhu.ledger.offline import verify_certificate
from minhu.ledger.queries import verifiers

pytestmark = [pytest.mark.django_db, pytest.mark.data_layer]
SCRIPT = Path(str(verify_certificate.__file__))
AUDITOR = Actor(kind="staff", id="auditor", roles=frozenset({Role.AUDIT_ADMIN.value}))


@pytest.fixture
def city(home: Any) -> City:
    return make_city()


def follow() -> None:
    done = 1
    while done:
        ledger.sequencer_tick()
        done = ledger.run_contracts()
    ledger.sequencer_tick()


def closed(city: City) -> Order:
    make_order(city, upto="in_progress")
    order = make_order(city, upto="closed")
    make_order(city, upto="in_progress")
    follow()
    return order


def certificate_of(city: City, order: Order, who: str = "supervisor") -> dict[str, Any]:
    with acting_as(city.actor(who)):
        return issue_certificate(order.number)


def check(tmp_path: Path, certificate: dict[str, Any], *more: str) -> tuple[int, str]:
    """Run the script as a stranger does: alone, without site packages and without the house."""
    file = tmp_path / "certificate.json"
    file.write_bytes(as_file(certificate))
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(file), *more],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def check_here(tmp_path: Path, certificate: dict[str, Any], *more: str) -> tuple[int, str]:
    """The same within this process, for the many false ones."""
    file, said = tmp_path / "certificate.json", io.StringIO()
    file.write_bytes(as_file(certificate))
    with mock.patch.object(sys, "argv", [SCRIPT.name, str(file), *more]), contextlib.redirect_stdout(said):
        return verify_certificate.main(), said.getvalue()


def test_a_certificate_is_checked_offline_with_python_alone(city: City, tmp_path: Path) -> None:
    order = closed(city)
    certificate = certificate_of(city, order)
    (key,) = verifiers()
    code, said = check(tmp_path, certificate, "--key", key)
    assert code == 0, said
    assert "证书有效" in said
    assert f"工单 {order.number}" in said
    assert any(json.loads(one["record"].split("\x1f")[8]).get("digest") for one in certificate["entries"]), (
        "it holds the seal"
    )
    code, said = check(tmp_path, certificate)
    assert code == 2, "without a key from elsewhere it proves only that it agrees with itself"
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) < 200


def forged(certificate: dict[str, Any]) -> list[tuple[str, Callable[[dict[str, Any]], None]]]:
    last = len(certificate["entries"]) - 1

    def drop(at: int) -> Callable[[dict[str, Any]], None]:
        return lambda one: one["entries"].pop(at)

    def edit(one: dict[str, Any]) -> None:
        one["entries"][1]["record"] = one["entries"][1]["record"].replace("order.accept", "order.refuse")

    def root(one: dict[str, Any]) -> None:
        lines = one["checkpoint"].split("\n")
        lines[1] = str(int(lines[1]) + 1)
        one["checkpoint"] = "\n".join(lines)

    def other(one: dict[str, Any]) -> None:
        one["subjects"] = [["order", "1"], one["subjects"][1]]

    def path(one: dict[str, Any]) -> None:
        one["entries"][2]["path"][0] = "00" * 32

    return [
        ("a dropped first entry", drop(0)), ("a dropped middle entry", drop(2)), ("an edited entry", edit),
        ("another tree", root), ("another order", other), ("a false path", path),
        ("swapped entries", lambda one: one["entries"].reverse()), ("a doubled entry", lambda one: one["entries"].insert(0, one["entries"][0])),
        ("an entry without its proof", lambda one: one["entries"][last].update(path=[])),
        ("no signature", lambda one: one.update(checkpoint=one["checkpoint"].split("— ")[0])),
        ("not even a certificate", lambda one: one.update(entries=7)),
    ]  # fmt: skip


def test_a_false_certificate_never_passes(city: City, tmp_path: Path) -> None:
    order = closed(city)
    certificate = certificate_of(city, order)
    (key,) = verifiers()
    assert check_here(tmp_path, certificate, "--key", key)[0] == 0
    assert check_here(tmp_path, certificate)[0] == 2
    for name, harm in forged(certificate):
        changed = copy.deepcopy(certificate)
        harm(changed)
        code, said = check_here(tmp_path, changed, "--key", key)
        assert code == 1, f"{name}: {said}"
    ledger.keys(new=True, name="other.example/ledger")
    code, said = check_here(tmp_path, certificate, "--key", verifiers()[-1])
    assert (code, "没有该密钥的有效签名" in said) == (1, True)
    assert check(tmp_path, {"format": "x"})[0] == 1


def test_the_script_s_own_arithmetic_agrees_with_the_library() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    for number in range(8):
        private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        public, message = private.public_key().public_bytes_raw(), b"checkpoint" * number
        signature = private.sign(message)
        assert verify_certificate.is_signed(public, message, signature)
        assert not verify_certificate.is_signed(public, message + b"x", signature)
        assert not verify_certificate.is_signed(public, message, signature[:63] + bytes([signature[63] ^ 1]))
        assert not verify_certificate.is_signed(bytes(31) + b"\x7f", message, signature)
    late = int.from_bytes(signature[32:], "little") + verify_certificate.L
    assert not verify_certificate.is_signed(public, message, signature[:32] + late.to_bytes(32, "little"))


def test_a_certificate_holds_no_personal_value_and_its_issue_is_entered(city: City) -> None:
    order = closed(city)
    text = as_file(certificate_of(city, order, "water_head")).decode()
    with as_system():
        request = Order.objects.get(pk=order.pk).request
        for value in (request.requester_name, request.requester_phone, request.text, "已抢修完毕"):
            assert not value or value not in text
        issued = Entry.objects.get(kind="evidence.issued")
    assert (issued.subject_id, issued.actor_id) == (order.number, "water_head")


def test_only_who_may_see_the_order_gets_its_certificate(city: City) -> None:
    order = closed(city)
    with acting_as(city.actor("housing_head")), pytest.raises(NotFound):
        issue_certificate(order.number)
    with acting_as(AUDITOR):
        assert issue_certificate(order.number)["order"] == order.number
        with pytest.raises(NotFound):
            issue_certificate("2601010000000")
    requester = Actor("citizen", "citizen", roles=frozenset({"citizen"}), own_requests=(order.request_id,))
    with acting_as(requester), pytest.raises(NotFound):
        issue_certificate(order.number)
    fresh = make_order(city)
    with acting_as(city.actor("supervisor")), pytest.raises(NotFound, match="稍后"):
        issue_certificate(fresh.number)


def test_each_sees_of_a_trace_what_they_may(city: City) -> None:
    order = closed(city)
    with acting_as(city.actor("supervisor")):
        ledger.record_access(("request", order.request_id), "核实情况", ["requester_phone"])
        full = query_trace(order.number)
    with acting_as(city.actor("water_handler")):
        unit = query_trace(order.number)
    citizen = Actor("citizen", "citizen", roles=frozenset({"citizen"}), own_requests=(order.request_id,))
    with acting_as(citizen):
        own = query_trace(order.number)
    with acting_as(AUDITOR):
        audit = query_trace(order.number)
    assert full.whole
    assert unit.whole
    assert own.whole
    names = {city.actor(who).name for who in ("dispatcher", "water_handler", "supervisor")}
    told = {trace.viewer: " ".join(line.who + line.text for line in trace.lines) for trace in (full, unit, own, audit)}
    assert all(name in told[full.viewer] for name in names)
    assert city.actor("water_handler").name in told[unit.viewer]
    assert city.actor("dispatcher").name not in told[unit.viewer]
    assert not any(name in told[own.viewer] for name in names)
    assert (audit.title, own.title) == ("", order.title)
    assert "已电话联系" not in told[audit.viewer], "an auditor sees entries, not words"
    assert [line.state for line in own.lines] == ["registered"] * len(own.lines)
    assert full.readings[0].purpose == "核实情况"
    assert (own.readings[0].who, own.readings[0].purpose) == ("", "")
    assert unit.readings == ()
    assert audit.sealed == 1
    with as_system():
        viewers = [entry.payload["viewer"] for entry in Entry.objects.filter(kind="trace.queried").order_by("id")]
    assert viewers == ["supervisor", "unit", "citizen", "auditor"]


def test_nobody_traces_what_is_not_theirs(city: City) -> None:
    order = closed(city)
    strangers = [
        city.actor("housing_handler"), city.actor("system_admin"),
        Actor("citizen", "citizen", roles=frozenset({"citizen"}), own_requests=(order.request_id + 999,)),
        Actor("partner", "token:1", roles=frozenset({"partner"}), own_requests=()),
    ]  # fmt: skip
    for stranger in strangers:
        with acting_as(stranger), pytest.raises(NotFound):
            query_trace(order.number)


def test_a_warning_is_seen_and_settled_by_who_may(city: City) -> None:
    order = make_order(city, upto="in_progress")
    with acting_as(city.actor("water_handler")):
        take(order.number, Step.REPLY, StepData(reply="已处理。", measures="x", solved=True))
    with acting_as(city.actor("water_head")):
        take(order.number, Step.APPROVE_REPLY, StepData())
    with acting_as(city.actor("supervisor")):
        take(order.number, Step.CLOSE, StepData())
    follow()
    with acting_as(city.actor("housing_head")):
        assert warnings_page() == ([], None)
    with acting_as(city.actor("water_head")):
        ((row,), _) = warnings_page(Warned.NO_CONTACT)
        with pytest.raises(NotAllowed):
            settle_warning(row.id, "已了解")
    with acting_as(city.actor("supervisor")):
        assert warning_counts()[Warned.NO_CONTACT] == 1
        with pytest.raises(Invalid):
            settle_warning(row.id, " ")
        with pytest.raises(NotFound):
            settle_warning(0, "已核实")
        settle_warning(row.id, "已核实，单位上门时当面沟通")
        with pytest.raises(Conflict):
            settle_warning(row.id, "又一次")
        assert warning_counts()[Warned.NO_CONTACT] == 0
        ((settled,), following) = warnings_page(settled=True)
        assert (settled.settled_by, following) == ("supervisor", None)
    with as_system():
        for at in range(3):
            ContractWarning.objects.create(
                order=order, warned="copied", cause=f"t{at}", position=1, at=now(), raised_at=now(), detail="x"
            )
    with acting_as(city.actor("supervisor")):
        first, after = warnings_page(size=2)
        second, end = warnings_page(size=2, before=after)
        assert [len(first), len(second), end] == [2, 1, None]
    with as_system():
        ContractWarning.objects.filter(cause="t2").update(at=now() - timedelta(days=300))
    with acting_as(city.actor("supervisor")):
        assert [row.id for row in warnings_page()[0]] == [row.id for row in warnings_page(past=True)[0]][:2]
        newest = warnings_page(past=True, size=2)
        pages = [newest, warnings_page(past=True, size=2, before=newest[1])]
        assert pages[1][0][0].at < pages[0][0][1].at
