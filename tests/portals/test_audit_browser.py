"""The auditors' pages in a real browser, on a desk and on a telephone: nothing breaks, and everyone can use them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser

from axe import violations
from factories import make_city, make_order, make_staff
from minhu.directory.access import acting_as
from minhu.directory.types import Role
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.ledger import services as ledger
from portals.staff_pages import signed_in
from portals.test_browser import browser  # noqa: F401  # fixtures
from waiting import hear_errors

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_audit_is_usable_and_a_check_runs_to_its_end(
    browser: Browser,  # noqa: F811
    live_server: Any,
    home: Path,
    settings: Any,
    width: int,
) -> None:
    with transaction.atomic():
        city = make_city()
        city.staff["audit"] = make_staff("audit", city.units["centre"], Role.AUDIT_ADMIN, "审计甲")
        order = make_order(city, upto="closed")
    done = 1
    while done:
        ledger.sequencer_tick()
        done = ledger.run_contracts()
    cookie = signed_in(city, "audit").cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(viewport={"width": width, "height": 860}, locale="zh-CN", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    wrong: list[str] = []
    hear_errors(page, wrong)
    pages = (
        "audit/", "audit/books/", "audit/books/matters/", "audit/compare/", "audit/touched/?first=0&last=5",
        f"audit/orders/?number={order.number}", "audit/contracts/", "audit/access/", f"orders/{order.number}/certificate/",
    )  # fmt: skip
    for path in pages:
        answer = page.goto(f"{live_server.url}/{path}")
        assert answer
        assert answer.status == 200, path
        found = violations(page)
        assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(f"{live_server.url}/audit/")
    page.get_by_role("button", name="立即核对").click()
    page.get_by_text("账本完整，未发现问题。").wait_for()
    assert wrong == []
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_warnings_and_a_citizens_own_trace_are_usable(
    browser: Browser,  # noqa: F811
    live_server: Any,
    home: Path,
    settings: Any,
    width: int,
) -> None:
    with transaction.atomic():
        city = make_city()
        order = make_order(city, upto="in_progress")
        for who, step, data in (
            ("water_handler", Step.REPLY, StepData(reply="已恢复。", measures="更换阀门", solved=True)),
            ("water_head", Step.APPROVE_REPLY, StepData()),
            ("supervisor", Step.CLOSE, StepData()),
        ):
            with acting_as(city.actor(who)):
                take(order.number, step, data)
    done = 1
    while done:
        ledger.sequencer_tick()
        done = ledger.run_contracts()
    citizen = Client()
    citizen.get("/")
    session = citizen.session
    session["own_requests"] = [order.request_id]
    session.save()
    visits = (
        (signed_in(city, "supervisor"), "supervision/warnings/", "未联系即办结"),
        (citizen, f"r/{order.number}/trace/", "账本第"),
    )
    for client, path, words in visits:
        context = browser.new_context(viewport={"width": width, "height": 860}, locale="zh-CN", reduced_motion="reduce")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}/{path}")
        page.get_by_text(words).first.wait_for()
        found = violations(page)
        assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if folder := os.environ.get("MINHU_PICTURES"):
            page.screenshot(path=f"{folder}/{path.strip('/').replace('/', '_')}-{width}.png")
        context.close()
