"""The softphone in a real browser: a sounding microphone, a gateway that is played, a line that breaks, keys alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Browser, WebSocketRoute, expect, sync_playwright

from factories import City, make_city, make_staff
from homes import BROWSER
from minhu.directory.types import Role
from portals.test_browser import visit  # noqa: F401  # fixture
from portals.test_phone import waiting
from portals.test_said_browser import enter, shot
from portals.test_unit_browser import broken
from waiting import comes_true

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium with a microphone that beeps."""
    assert BROWSER
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                 "--autoplay-policy=no-user-gesture-required"]  # fmt: skip
        yield playwright.chromium.launch(executable_path=BROWSER, args=flags)
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        made = make_city()
        made.staff["security"] = make_staff("security", made.units["centre"], Role.SECURITY_ADMIN, "安全员")
        return made


class Gateway:
    """What the media gateway says and hears."""

    def __init__(self) -> None:
        self.opened: list[WebSocketRoute] = []
        self.sound: list[bytes] = []
        self.said: list[dict[str, Any]] = []

    def take(self, socket: WebSocketRoute) -> None:
        self.opened.append(socket)
        socket.on_message(self.heard)
        socket.send(json.dumps({"type": "ready", "call": "c", "talk": "t", "at": 0}))

    def heard(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.sound.append(message)
        else:
            self.said.append(json.loads(message))


def test_a_call_rings_is_answered_breaks_and_goes_on_by_keys_alone(visit: Any, city: City) -> None:  # noqa: F811
    gateway = Gateway()
    with transaction.atomic():
        uid = waiting()
    window = enter(visit, city, "agent", "/login/")
    page = window.page
    page.route_web_socket("**/telephone/agent?*", gateway.take)
    window.go("/desk/phone/")
    expect(page.locator("[data-phone-answer]")).to_be_disabled()
    page.locator("[data-phone-part=sign-in]").focus()
    page.keyboard.press("Enter")
    state = page.locator("[data-phone-part=state]")
    expect(state).to_have_text("空闲，等待来电")
    page.keyboard.press("a")
    expect(state).to_have_text("通话中")
    assert str(uid) in gateway.opened[0].url
    assert "encoding=pcm16&rate=16000" in gateway.opened[0].url
    comes_true(page, "document.querySelector('[data-phone-part=level-in]').value > 0.05")  # the microphone beeps
    gateway.opened[0].send(b"\x00\x40" * 16000)
    comes_true(page, "document.querySelector('[data-phone-part=level-out]').value > 0.3")
    shot(page, "phone")
    page.keyboard.press("m")
    expect(page.locator("[data-phone-part=mute]")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-digit='5']").focus()
    page.keyboard.press("7")
    expect(page.locator("[data-phone-part=digits]")).to_have_text("7")
    gateway.opened[0].close(code=1011, reason="error")
    expect(state).to_have_text("线路断了，正在重新接通")
    expect(state).to_have_text("通话中")
    assert gateway.opened[1].url == gateway.opened[0].url, "the same call"
    assert {len(one) for one in gateway.sound} == {640}, "frames of 20 ms"
    assert any(any(one) for one in gateway.sound)
    assert not any(gateway.sound[-1]), "muted all the while"
    page.keyboard.press("e")
    expect(state).to_have_text("空闲，等待来电")
    assert gateway.said[-1] == {"type": "hangup"}
    assert {"type": "dtmf", "digit": "7"} in gateway.said
    assert broken(page) == []
    # the seat's live updates are not there on the server of a test, and the line broke on purpose
    assert [one for one in window.wrong if "503" not in one and "WebSocket" not in one] == []


def test_a_trial_call_is_typed_and_read_on_a_narrow_screen(visit: Any, city: City) -> None:  # noqa: F811
    window = enter(visit, city, "security", "/manage/phone-trial/", 390, theme="dark")
    page = window.page
    page.route("**/sound/*/", lambda route: route.fulfill(body=b"\x00\x20" * 8000))
    page.get_by_role("button", name="拨打").click()
    expect(page.locator("[data-trial-part=said] li")).to_have_count(1)
    comes_true(page, "document.querySelector('[data-trial-part=level-out]').value > 0.1")
    page.locator("#trial-words").fill("转人工")
    page.keyboard.press("Enter")
    expect(page.locator("[data-trial-part=said] li")).to_have_count(3)
    expect(page.locator("[data-trial-part=state]")).to_contain_text("等待")
    shot(page, "phone-trial")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1440, "height": 860})
    assert broken(page) == []
    page.get_by_role("button", name="挂断").click()
    expect(page.locator("[data-trial-part=state]")).to_have_text("未拨打")
    assert window.wrong == []
