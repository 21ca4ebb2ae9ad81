"""The audit administrator finds out alone what happened, whether it is whole and what was touched, and sees no citizen."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from openpyxl import load_workbook

from factories import City, make_city, make_order, make_staff
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.rules import access_rules
from minhu.directory.types import Role
from minhu.handling.models import ContractWarning, Order
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.intake.models import Request
from minhu.kernel import clock
from minhu.ledger import services as ledger
from minhu.ledger import witness
from minhu.ledger.models import Entry
from minhu.ledger.queries import last_note
from minhu.portals import bulk
from minhu.portals.audit import verification
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
PAGES = ("", "books/", *(f"books/{name}/" for name in ("identity", "requests", "matters", "handling", "oversight")),
         "compare/", "touched/", "orders/", "contracts/", "access/")  # fmt: skip


@pytest.fixture
def city(home: Path) -> City:
    made = make_city()
    made.staff["audit"] = make_staff("audit", made.units["centre"], Role.AUDIT_ADMIN, "审计甲")
    return made


@pytest.fixture
def auditor(city: City) -> Client:
    return signed_in(city, "audit")


def follow() -> None:
    done = 1
    while done:
        ledger.sequencer_tick()
        done = ledger.run_contracts()
    ledger.sequencer_tick()


@pytest.fixture
def order(city: City) -> Order:
    """A closed order without any contact, in the ledger with its seal and its warning."""
    made = make_order(city, upto="in_progress")
    for who, step, data in (
        ("water_handler", Step.REPLY, StepData(reply="已恢复。", measures="更换阀门", solved=True)),
        ("water_head", Step.APPROVE_REPLY, StepData()),
        ("supervisor", Step.CLOSE, StepData()),
    ):
        with acting_as(city.actor(who)):
            take(made.number, step, data)
    with acting_as(city.actor("supervisor")):
        ledger.record_access(("request", made.request_id), "核实情况", ["requester_phone"])
    follow()
    return made


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_empty_and_filled(auditor: Client, city: City, path: str) -> None:
    assert auditor.get(f"/audit/{path}").status_code == 200
    make_order(city, upto="closed")
    follow()
    page = auditor.get(f"/audit/{path}")
    assert page.status_code == 200
    assert "账本审计" in body(page)


@pytest.mark.parametrize("who", ["dispatcher", "supervisor", "system_admin", "water_head", "leader"])
def test_nobody_else_opens_them(city: City, who: str) -> None:
    client = signed_in(city, who)
    assert {client.get(f"/audit/{path}").status_code for path in PAGES} == {403}
    assert client.post("/audit/verify/").status_code == 403
    assert Client().get("/audit/").status_code == 302


def test_old_addresses_lead_on(auditor: Client) -> None:
    for old, new in (("", ""), ("access/", "access/"), ("entries/", "books/")):
        assert auditor.get(f"/manage/ledger/{old}").headers["Location"] == f"/audit/{new}"


def test_each_ledger_shows_its_own_and_is_narrowed(auditor: Client, city: City, order: Order) -> None:
    handling = body(auditor.get("/audit/books/handling/"))
    assert "签收" in handling
    assert "派单 <" not in handling
    matters = body(auditor.get(f"/audit/books/matters/?number={order.number}"))
    assert "派单" in matters
    assert order.number in matters
    assert "没有符合条件" in body(auditor.get("/audit/books/matters/?number=2601010000000"))
    assert "water_handler" not in body(auditor.get("/audit/books/handling/?actor=water_head"))
    assert "监督预警" in body(auditor.get("/audit/books/oversight/?kind=warning.raised"))
    assert "没有符合条件" in body(auditor.get("/audit/books/matters/?until=2001-01-01"))
    assert auditor.get("/audit/books/matters/?before=-1").status_code == 200
    assert auditor.get("/audit/books/nonsense/").status_code == 404


UNREAD = ("kind=nonsense", "since=2026-13-45", "until=x&actor=water_head", "number=" + "9" * 21, "actor=" + "a" * 65)


@pytest.mark.parametrize("query", UNREAD)
def test_a_condition_that_cannot_be_read_shows_and_exports_nothing(auditor: Client, order: Order, query: str) -> None:
    """It used to narrow nothing: who mistyped a date took the whole book away."""
    for page in ("/audit/books/handling/", "/audit/access/"):
        if "access" in page and query.startswith(("kind", "actor")):
            continue  # the log of readings has no such field
        listed = body(auditor.get(f"{page}?{query}"))
        assert "查询条件有误" in listed
        assert "<tbody>" not in listed
        refused = auditor.post(f"{page}export/?{query}", {"reason": "年度审计"}, follow=True)
        assert "没有列出或导出任何记录" in body(refused)
    with as_system():
        assert not Entry.objects.filter(kind="ledger.exported").exists()


def test_pages_go_on_below_a_position(auditor: Client, city: City) -> None:
    from django.db import transaction

    with transaction.atomic():
        ledger.append_many([("session.opened", ("staff", f"s{n:03}"), {}) for n in range(130)])
    ledger.sequencer_tick()
    seen, address = [], "/audit/books/identity/?kind=session.opened"
    while address:
        page = auditor.get(address)
        seen += [line.entry.subject_id for line in page.context["rows"]]
        before = page.context["page"].before
        address = f"/audit/books/identity/?kind=session.opened&before={before}" if before else ""
    assert seen[-130:] == [f"s{n:03}" for n in reversed(range(130))]


def test_a_ledger_leaves_as_a_spreadsheet_with_a_reason(auditor: Client, order: Order) -> None:
    address = f"/audit/books/matters/export/?number={order.number}"
    assert auditor.post(address, {"reason": ""}).status_code == 302
    done = auditor.post(address, {"reason": "年度审计"})
    rows = list(load_workbook(io.BytesIO(done.content)).active.values)  # type: ignore[union-attr]
    assert rows[0][:4] == ("序号", "时间", "账本", "事项")
    assert {row[2] for row in rows[1:-1]} == {"诉求事项"}
    with as_system():
        entry = Entry.objects.filter(kind="ledger.exported").last()
    assert entry
    assert (entry.subject_type, entry.payload["ledger"], entry.payload["reason"]) == ("staff", "matters", "年度审计")
    done = auditor.post("/audit/access/export/", {"reason": "年度审计"})
    assert "核实情况" in str(list(load_workbook(io.BytesIO(done.content)).active.values))  # type: ignore[union-attr]


def test_nobody_takes_more_of_the_books_than_the_rows_and_the_day_allow(
    auditor: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/audit/books/matters/export/?number={order.number}"
    monkeypatch.setattr(bulk, "AUDITED", 0)
    refused = auditor.post(address, {"reason": "年度审计"}, follow=True)
    assert "没有导出" in refused.content.decode()
    monkeypatch.undo()
    with as_system():
        done = Entry.objects.filter(kind="ledger.exported").count()
    assert done == 0
    times = access_rules().per_day
    for _ in range(times):
        assert auditor.post(address, {"reason": "年度审计"})["Content-Type"].startswith("application/vnd")
    refused = auditor.post("/audit/access/export/", {"reason": "年度审计"}, follow=True)
    assert "上限" in refused.content.decode(), "both kinds of book count for the day"


def test_an_entry_is_shown_with_its_proof(auditor: Client, order: Order) -> None:
    with as_system():
        entry = Entry.objects.get(kind="order.sign", subject_id=order.number)
    page = body(auditor.get(f"/audit/entries/{entry.uid}/"))
    assert "已证明这条记录" in page
    assert bytes(entry.leaf_hash).hex() in page
    assert auditor.get("/audit/entries/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_a_check_shows_what_was_touched_and_since_when(auditor: Client, order: Order) -> None:
    make_order_after = order.number
    with as_system():
        from django.db import connection

        entry = Entry.objects.get(kind="order.sign", subject_id=make_order_after)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', 'none', true), set_config('minhu.ledger_guard', 'off', true)")
            cursor.execute("UPDATE ledger_entry SET payload = '{}' WHERE id = %s", [entry.pk])
    verification.run("audit")
    page = body(auditor.get("/audit/touched/"))
    assert f"第 {entry.position} 条被改动" in page
    assert f"first={entry.position}" in page
    looked = body(auditor.get(f"/audit/touched/?first={entry.position - 1}&last={entry.position + 1}"))
    assert looked.count("被改动") >= 1
    assert looked.count(">相符<") == 2
    assert "没有记录" in body(auditor.get("/audit/touched/?first=999999"))
    assert auditor.get("/audit/touched/?first=abc&last=-2").status_code == 200


def test_checkpoints_kept_elsewhere_are_compared(auditor: Client, order: Order, home: Path) -> None:
    witness.catch_up()
    kept = witness.witness_path().read_bytes()
    assert "全部相符" in body(auditor.post("/audit/compare/", {"text": last_note()}))
    given = io.BytesIO(kept)
    given.name = "checkpoints.jsonl"
    assert "全部相符" in body(auditor.post("/audit/compare/", {"file": given}))
    line = json.loads(kept.splitlines()[-1])
    other = {"size": line["size"], "root": "ab" * 32}
    assert "不符" in body(auditor.post("/audit/compare/", {"text": json.dumps(other)}))
    ahead = body(auditor.post("/audit/compare/", {"text": json.dumps({"size": 999999, "root": "ab" * 32})}))
    assert "可能被回退" in ahead
    forged = last_note().replace("minhu-ledger/", "other-ledger/")
    assert "签名不是本账本的" in body(auditor.post("/audit/compare/", {"text": forged}))
    assert auditor.post("/audit/compare/", {"text": "你好"}).status_code == 422
    assert auditor.post("/audit/compare/", {}).status_code == 422
    with as_system():
        assert Entry.objects.filter(kind="ledger.compared").count() == 5


def test_an_auditor_gets_evidence_and_no_citizens_word(auditor: Client, order: Order) -> None:
    page = body(auditor.get(f"/audit/orders/?number={order.number}"))
    assert "每一步流转都能在账本中找到" in page
    assert "核实情况" in page
    with as_system():
        request = Request.objects.get(pk=order.request_id)
    paper = body(auditor.get(f"/orders/{order.number}/certificate/"))
    file = auditor.get(f"/orders/{order.number}/certificate.json")
    for text in (page, paper, file.content.decode()):
        assert request.text not in text
        assert request.title not in text
    assert json.loads(file.content)["order"] == order.number
    assert auditor.get("/audit/orders/?number=2601010000000").status_code == 404
    assert b"verify_certificate" in Client().get("/audit/verify_certificate.py").content


def test_staff_see_traces_of_their_orders_only(city: City, order: Order) -> None:
    mine = body(signed_in(city, "water_handler").get(f"/orders/{order.number}/trace/"))
    assert "签收" in mine
    assert "谁看过个人信息" not in mine
    assert signed_in(city, "housing_handler").get(f"/orders/{order.number}/trace/").status_code == 404
    assert signed_in(city, "housing_handler").get(f"/orders/{order.number}/certificate.json").status_code == 404
    assert "溯源与存证" in body(signed_in(city, "supervisor").get(f"/orders/{order.number}/"))


def test_a_citizen_sees_the_way_of_the_own_matter(city: City, order: Order) -> None:
    client = Client()
    assert client.get(f"/r/{order.number}/trace/").status_code == 302
    session = client.session
    session["own_requests"] = [order.request_id]
    session.save()
    page = body(client.get(f"/r/{order.number}/trace/"))
    assert "账本第" in page
    assert "王water" not in page
    assert "工作人员查看了电话" in page
    assert "核实情况" not in page


def test_warnings_wait_for_a_supervisor(city: City, order: Order) -> None:
    supervisor = signed_in(city, "supervisor")
    desk = body(supervisor.get("/supervision/"))
    assert "合约预警" in desk
    page = body(supervisor.get("/supervision/warnings/"))
    assert "未联系即办结" in page
    assert order.number in page
    assert "没有待处置的预警" in body(supervisor.get("/supervision/warnings/?kind=copied"))
    with clock.at(clock.now() + timedelta(days=31)):
        later = signed_in(city, "supervisor")
        assert order.number not in body(later.get("/supervision/warnings/")), "ended, and not of the last days"
        assert re.search(r'合约预警</a></h2>\s*<p class="figure-value">0<', body(later.get("/supervision/")))
        assert order.number in body(later.get("/supervision/warnings/?past=1"))
    with as_system():
        warning = ContractWarning.objects.get(order=order)
    assert (
        signed_in(city, "inspector").post(f"/supervision/warnings/{warning.pk}/settle/", {"reason": "x"}).status_code
        == 403
    )
    assert (
        supervisor.post(f"/supervision/warnings/{warning.pk}/settle/", {"reason": ""}, follow=True).status_code == 200
    )
    supervisor.post(f"/supervision/warnings/{warning.pk}/settle/", {"reason": "已约谈单位"})
    assert "没有待处置的预警" in body(supervisor.get("/supervision/warnings/"))
    assert "已约谈单位" in body(supervisor.get("/supervision/warnings/?settled=1"))
    assert supervisor.get("/supervision/warnings/?kind=x&before=y").status_code == 200
