"""The agent's form fills itself in a real browser, and never over what somebody has typed or cleared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from factories import City, make_city, make_request, received
from minhu.directory.access import as_system
from minhu.handling.models import Order
from minhu.handling.services import open_order
from portals.staff_pages import signed_in
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said import TWO
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        return make_city()


def enter(visit: Any, city: City, name: str, path: str, width: int = 1440, **modes: str) -> Any:  # noqa: F811
    window = visit(width, **modes)
    session = signed_in(city, name).cookies["minhu_session"].value
    window.context.add_cookies([{"name": "minhu_session", "value": session, "url": window.base}])
    window.go(path)
    return window


def shot(page: Any, name: str) -> None:
    """A picture for people, where MINHU_SHOTS names a folder."""
    if folder := os.environ.get("MINHU_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_the_place_fills_itself_until_somebody_types(visit: Any, city: City) -> None:  # noqa: F811
    window = enter(visit, city, "agent", "/desk/new/")
    page = window.page
    words = page.locator("#id_text")
    words.fill("清河路3号楼从昨晚开始停水，全楼48户没水用，请为我保密")
    expect(page.locator("#id_place_text")).to_have_value("清河路3号楼")
    expect(page.locator("#id_confidential")).to_be_checked()
    expect(page.locator("#advice")).to_contain_text("诉求要素")
    shot(page, "new")
    page.locator("#id_place_text").fill("柳湾小区")
    page.locator("#id_confidential").uncheck()
    words.fill("清河路5号楼从昨晚开始停水，全楼48户没水用，请为我保密，希望尽快恢复")
    expect(page.locator("#advice")).to_contain_text("希望尽快恢复")
    expect(page.locator("#id_place_text")).to_have_value("柳湾小区")
    expect(page.locator("#id_confidential")).not_to_be_checked()
    assert window.wrong == []


@pytest.mark.parametrize(("width", "modes"), [(1440, {}), (390, {"theme": "dark"})])
def test_an_orders_elements_are_read_by_everyone(visit: Any, city: City, width: int, modes: dict[str, str]) -> None:  # noqa: F811
    client = signed_in(city, "agent")
    data = {"key": "call-1", "text": TWO, "requester_phone": "13900001234", "after": "keep"}
    assert client.post("/desk/new/", data).status_code == 302
    with transaction.atomic(), as_system():
        number = Order.objects.get().number
    window = enter(visit, city, "agent", f"/orders/{number}/", width, **modes)
    page = window.page
    expect(page.locator(".matters a")).to_have_count(2)
    page.get_by_role("link", name="48户").click()
    expect(page.locator("mark:target")).to_have_text("48户")
    shot(page, f"order-{width}")
    assert broken(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".matters a").nth(1).click()
    expect(page.locator("#id_text")).to_have_value(
        "另外，楼下的老李烧烤店每天晚上十点还在排油烟，请城管部门查一下，请不要透露我的信息。"
    )
    shot(page, f"split-{width}")
    assert window.wrong == []


@pytest.mark.parametrize(("width", "modes"), [(1440, {}), (390, {"theme": "dark"})])
def test_what_to_notice_is_read_by_everyone(visit: Any, city: City, width: int, modes: dict[str, str]) -> None:  # noqa: F811
    text = "唔該快啲嚟，樓下餐館着火，有兩個人燒傷，八十五歲獨居阿嫲仲喺樓上，我好驚"
    client = signed_in(city, "agent")
    assert client.post("/desk/new/", {"key": "call-9", "text": text, "after": "keep"}).status_code == 302
    with transaction.atomic(), as_system():
        number = Order.objects.get().number
    window = enter(visit, city, "agent", f"/orders/{number}/", width, **modes)
    card = window.page.get_by_role("region", name="留意")
    expect(card).to_contain_text("119")
    expect(card).to_contain_text("来电人说粤语")
    shot(window.page, f"notice-{width}")
    assert broken(window.page) == []
    assert window.wrong == []


def test_elements_are_confirmed_by_the_keyboard(visit: Any, city: City) -> None:  # noqa: F811
    with transaction.atomic(), as_system():
        request = make_request(text="清河路3号楼从昨晚开始停水，全楼48户没水用，希望尽快恢复供水。")
        open_order(received(city, request))
    window = enter(visit, city, "agent", f"/orders/{request.number}/")
    page = window.page
    page.get_by_text("逐项确认").click()
    page.keyboard.press("j")
    page.keyboard.press("1")
    expect(page.locator("main")).to_contain_text("已确认的要素")
    shot(page, "kept")
    assert broken(page) == []
    narrow = enter(visit, city, "agent", f"/orders/{request.number}/", 375)
    shot(narrow.page, "kept_narrow")
    assert broken(narrow.page) == []
    assert window.wrong + narrow.wrong == []
