"""辖区事项, 谁能看到 and the rules of sharing in a real browser, on a desk and on a telephone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Browser, BrowserContext

from axe import violations
from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.services import rule_sets
from minhu.directory.types import RuleKind
from minhu.handling.models import Order
from portals.staff_pages import signed_in
from portals.test_browser import browser  # noqa: F401  # fixtures
from waiting import hear_errors

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
]


def town() -> tuple[City, str, int]:
    """A city with a shared matter and a draft of the rules."""
    with transaction.atomic():
        city = make_city()
        numbers = [make_order(city, upto=upto).number for upto in ("in_progress", "dispatched", "closed")]
        with as_system():
            Order.objects.filter(number__in=numbers).update(area_id="990101001", request_type="help")
        with acting_as(city.actor("system_admin")):
            draft = rule_sets.draft(RuleKind.ACCESS)
            rule_sets.save(draft.pk, {**draft.content, "downward": {**draft.content["downward"], "enabled": False}})
    return city, numbers[0], draft.pk


def entered(browser: Browser, city: City, who: str, url: str, settings: Any, width: int) -> BrowserContext:  # noqa: F811
    cookie = signed_in(city, who).cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(viewport={"width": width, "height": 860}, locale="zh-CN", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
    return context


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_sharing_are_usable(
    browser: Browser,  # noqa: F811
    live_server: Any,
    home: Path,
    settings: Any,
    width: int,
) -> None:
    city, number, draft = town()
    pages = {
        "street_head": ("area/", f"area/{number}/"),
        "supervisor": (f"orders/{number}/who/", "orders/who/", "orders/"),
        "system_admin": (f"manage/rules/access/{draft}/",),
    }
    for who, paths in pages.items():
        context = entered(browser, city, who, live_server.url, settings, width)
        page = context.new_page()
        wrong: list[str] = []
        hear_errors(page, wrong)
        for path in paths:
            answer = page.goto(f"{live_server.url}/{path}")
            assert answer
            assert answer.ok, path
            if path == "orders/":
                page.get_by_role("button", name="打印清单").click()
            if shots := os.environ.get("MINHU_SCREENSHOTS"):
                name = path.strip("/").replace("/", "-").replace(number, "number")
                page.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{path} is {overflow} px too wide"
            found = violations(page)
            assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == [], path
        assert wrong == []
        context.close()
