"""The three working desks in a real browser: everyone can use them, by keyboard, by thumb, and without network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from axe import violations
from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.handling.models import Order
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from portals.staff_pages import signed_in
from portals.test_browser import browser, visit  # noqa: F401  # fixtures

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
]
Enter = Callable[..., Any]


@pytest.fixture
def town(transactional_db: None) -> tuple[City, list[Order]]:
    """Orders to sign, one at a grid, one returned, one supervised."""
    with transaction.atomic():
        city = make_city()
        orders = [make_order(city, upto="dispatched") for _ in range(3)]
        working = make_order(city, upto="in_progress")
        ask = StepData(
            reason_code="not_our_duty", text="该事项属于市容管理职责，应由城管办理。", unit_id=city.unit("urban")
        )
        with acting_as(city.actor("water_handler")):
            take(working.number, Step.PASS_TO_GRID, StepData(unit_id=city.unit("grid"), text="请到现场看看"))
            take(orders[2].number, Step.ASK_RETURN, ask)
        with acting_as(city.actor("supervisor")):
            take(working.number, Step.SUPERVISE, StepData(text="请加快办理"))
    return city, [*orders, working]


@pytest.fixture
def enter(visit: Any, town: tuple[City, list[Order]]) -> Enter:  # noqa: F811
    """Open a window in which an account is signed in."""

    def start(name: str, path: str, width: int = 1440, **modes: str) -> Any:
        window = visit(width, **modes)
        session = signed_in(town[0], name).cookies["minhu_session"].value
        window.context.add_cookies([{"name": "minhu_session", "value": session, "url": window.base}])
        window.go(path)
        return window

    return start


def broken(page: Page) -> list[Any]:
    page.evaluate("scrollTo(0, 0)")  # what lies half under the bar of the page counts as small
    found = violations(page)
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found]


PAGES = (
    ("water_handler", "/unit/"),
    ("water_handler", "/unit/?tab=watch"),
    ("water_head", "/unit/?tab=to_approve"),
    ("grid_worker", "/grid/"),
    ("supervisor", "/supervision/?list=receipts"),
    ("inspector", "/supervision/?list=returns"),
)


@pytest.mark.parametrize(("width", "modes"), [(1440, {}), (390, {"theme": "dark"}), (390, {"size": "large"})])
def test_everyone_can_use_it(enter: Enter, width: int, modes: dict[str, str]) -> None:
    for who, path in PAGES:
        page = enter(who, path, width, **modes).page
        assert broken(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_unit_signs_by_keyboard_and_stays_in_its_place(enter: Enter) -> None:
    page = enter("water_handler", "/unit/").page
    rows = page.locator("[data-keys-row]")
    before = rows.count()
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.locator(".toast-success").wait_for()
    expect(rows).to_have_count(before - 1)
    expect(page.locator("[data-keys-row].is-current")).to_have_count(1)


def test_the_panel_says_what_is_missing_and_closes_when_done(enter: Enter) -> None:
    page = enter("water_handler", "/unit/?tab=working").page
    page.locator(".work-next a").first.click()
    panel = page.locator("#panel[open]")
    panel.wait_for()
    panel.get_by_role("button", name="提交").click()
    panel.locator("[data-error-summary]").wait_for()
    assert broken(page) == []
    panel.locator("textarea").first.fill("已电话联系")
    panel.get_by_role("button", name="提交").click()
    page.locator(".toast-success").wait_for()
    assert page.locator("#panel[open]").count() == 0


def test_the_supervision_desk_arbitrates_beside_the_list(enter: Enter) -> None:
    page = enter("supervisor", "/supervision/?list=returns").page
    page.get_by_role("link", name="裁决", exact=True).click()
    panel = page.locator("#panel[open]")
    panel.get_by_label("仍由").check()
    panel.get_by_label("裁决理由").fill("供水设施由水务部门管理。")
    panel.get_by_role("button", name="作出裁决").click()
    page.get_by_text("没有待裁决的退单").wait_for()


def test_without_network_nothing_is_lost_and_it_is_sent_when_it_is_back(
    enter: Enter, town: tuple[City, list[Order]]
) -> None:
    number = town[1][3].number
    window = enter("grid_worker", f"/grid/{number}/", 390)
    page = window.page
    page.get_by_role("button", name="签收，我去办").click()
    page.get_by_text("第二步：到现场").wait_for()
    page.locator("html[data-ready]").wait_for(state="attached")
    page.get_by_label("看到了什么？").fill("阀门漏水")
    window.context.set_offline(True)
    page.get_by_role("button", name="我到现场了").click()
    page.get_by_text("网络恢复后会自动提交").wait_for()
    assert page.get_by_label("看到了什么？").input_value() == "阀门漏水"
    window.context.set_offline(False)
    page.get_by_text("第三步：办完上报").wait_for()
    with transaction.atomic(), as_system():
        assert Order.objects.get(number=number).steps.filter(step="contact", text="阀门漏水").exists()
