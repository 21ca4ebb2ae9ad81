"""The gallery in a real browser under the real security policy: nothing breaks, and everyone can use it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from axe import violations
from homes import BROWSER
from waiting import comes_true, hear_errors

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
]
GALLERY = "/manage/styleguide/?mistakes=0"
CITIZEN = "/manage/styleguide/?for=citizen&mistakes=0"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; Playwright's loop in this thread must not keep Django from its database."""
    assert BROWSER, "MINHU_REQUIRE_E2E=1, but there is no Chromium: run `make setup` as root or install it"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=BROWSER, args=flags)
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


class Visit:
    """One browser window with what went wrong in it."""

    def __init__(self, browser: Browser, base: str, width: int, **modes: str) -> None:
        self.base = base
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 860}, locale="zh-CN", reduced_motion="reduce"
        )
        self.context.add_cookies([{"name": f"minhu_{k}", "value": v, "url": base} for k, v in modes.items()])
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        hear_errors(self.page, self.wrong)

    def go(self, path: str) -> Page:
        """Open `path` and wait until its modules have started."""
        response = self.page.goto(self.base + path)
        assert response is not None
        assert response.status < 500
        self.page.locator("html[data-ready]").wait_for(state="attached")
        return self.page


@pytest.fixture
def visit(browser: Browser, live_server: Any, settings: Any) -> Iterator[Any]:
    """Open windows on a server in demo mode."""
    settings.MINHU_DEMO = True
    opened: list[Visit] = []

    def start(width: int = 1440, **modes: str) -> Visit:
        opened.append(Visit(browser, live_server.url, width, **{"theme": "light", **modes}))
        return opened[-1]

    yield start
    for window in opened:
        window.context.close()


@pytest.mark.parametrize("path", [GALLERY, CITIZEN, "/manage/styleguide/?for=citizen", "/login/", "/no/such/page/"])
@pytest.mark.parametrize(
    ("width", "modes"),
    [(1440, {}), (390, {"theme": "dark"}), (390, {"size": "large", "contrast": "high"})],
    ids=["desktop", "telephone-dark", "telephone-large-contrast"],
)
def test_everyone_can_use_it(visit: Any, path: str, width: int, modes: dict[str, str]) -> None:
    window = visit(width, **modes)
    page = window.go(path)
    found = violations(page)
    broken = [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]
    assert broken == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [text for text in window.wrong if "404" not in text] == []


def test_a_list_is_worked_through_by_keyboard(visit: Any) -> None:
    page = visit().go(GALLERY)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    row = page.locator("[data-keys-row].is-current")
    assert row.locator("input").is_checked()
    assert page.locator("[data-bulk-words]").inner_text() == "已选 1 项"
    page.keyboard.press("k")
    assert not row.locator("input").is_checked()
    page.keyboard.press("/")
    page.keyboard.type("jjx?")
    assert page.locator("#id_q").input_value() == "jjx?", "keys typed into a field must stay letters"


def test_single_keys_can_be_switched_off(visit: Any) -> None:
    page = visit().go(GALLERY)
    page.keyboard.press("?")
    page.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.locator("[data-keys-row].is-current").count() == 0


def test_large_type_works_at_once_and_stays(visit: Any) -> None:
    window = visit(390)
    page = window.go(CITIZEN)
    page.get_by_role("button", name="大字版").click()
    comes_true(page, "getComputedStyle(document.body).fontSize === '20px'")  # no page came anew
    window.go(CITIZEN)
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    assert page.get_by_role("button", name="大字版").get_attribute("aria-pressed") == "true"


def test_what_was_typed_survives_a_lost_page(visit: Any) -> None:
    window = visit(390)
    page = window.go(CITIZEN)
    page.get_by_label("诉求标题").fill("路灯不亮")
    window.go(CITIZEN)
    assert page.get_by_label("诉求标题").input_value() == "路灯不亮"
    page.get_by_role("button", name="清空重填").click()
    window.go(CITIZEN)
    assert page.get_by_label("诉求标题").input_value() == ""


def test_a_file_that_cannot_be_sent_is_told_before_sending(visit: Any) -> None:
    page = visit(390).go(CITIZEN)
    page.set_input_files("input[type=file]", {"name": "空.jpg", "mimeType": "image/jpeg", "buffer": b""})
    assert "是空文件" in page.locator("[data-upload-list]").inner_text()
    page.set_input_files(
        "input[type=file]", {"name": "表.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
    )
    assert "格式不支持" in page.locator("[data-upload-list]").inner_text()


def test_a_refused_step_says_what_to_do_and_a_number(visit: Any) -> None:
    page = visit().go(GALLERY)
    page.evaluate("htmx.ajax('GET', '/no/such/step/', {swap: 'none'})")
    note = page.locator(".toast-error")
    note.wait_for()
    assert "编号" in note.inner_text()
    assert "不存在" in note.inner_text()


def test_charts_are_drawn_and_have_their_tables(visit: Any) -> None:
    page = visit().go(GALLERY)
    page.locator("figure[data-drawn]").nth(4).wait_for()
    assert page.locator("figure[data-drawn] table").count() == 5


def test_without_scripts_the_pages_still_serve(browser: Browser, live_server: Any, settings: Any) -> None:
    settings.MINHU_DEMO = True
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(live_server.url + CITIZEN)
    page.get_by_role("button", name="大字版").click()
    assert "type-large" in (page.locator("html").get_attribute("class") or "")
    assert page.url.endswith(CITIZEN)
    context.close()
