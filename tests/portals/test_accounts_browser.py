"""Second factors in a real browser under the real security policy: a telephone's picture, a passkey, codes, a provider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page

from axe import violations
from factories import City
from minhu.directory.models import Factor, Staff
from minhu.directory.services import break_glass
from minhu.kernel.actors import use_actor
from minhu.server.account_config import AccountConfig
from portals.accounts_help import SECRET, city, code
from portals.test_browser import browser, visit

__all__ = ["browser", "city", "visit"]
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::Warning"),
]


@pytest.fixture
def at_the_door(visit: Any, live_server: Any, city: City) -> Iterator[Any]:
    """Opens windows at the door; passkeys need a name, not an address in numbers."""

    def start(width: int = 1280, **modes: str) -> Any:
        window = visit(width, **modes)
        window.base = live_server.url.replace("127.0.0.1", "localhost")
        window.go("/login/")
        return window

    return start  # type: ignore[return-value]


def with_password(window: Any, username: str = "dispatcher") -> Page:
    """The first step."""
    page: Page = window.go("/login/")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(SECRET)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_load_state()
    return page


def everyone_can_use_it(window: Any) -> None:
    """No rule of accessibility is broken, nothing hangs over the edge, no script failed."""
    page = window.page
    found = violations(page)
    broken = [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]
    assert broken == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url
    assert [text for text in window.wrong if "Failed to load resource" not in text] == []


def virtual_key(page: Page) -> None:
    """A passkey in the browser, as Chromium's own tests have it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip


def bind_app(window: Any) -> tuple[str, list[str]]:
    """Enrol an app by the page; returns seed and recovery codes."""
    page = window.go("/account/factors/")
    page.get_by_role("button", name="绑定验证器").click()
    page.locator("#seed").wait_for()
    assert page.locator("img.qr").evaluate("image => image.complete && image.naturalWidth > 100")
    everyone_can_use_it(window)
    seed = re.sub(r"\s", "", page.locator("#seed").inner_text())
    page.get_by_label("验证码").fill(code(seed))
    page.get_by_role("button", name="完成绑定").click()
    page.locator(".recovery-codes").wait_for()
    return seed, page.locator(".recovery-codes code").all_inner_texts()


@pytest.mark.parametrize(("width", "modes"), [(1280, {}), (390, {"theme": "dark"})], ids=["desktop", "telephone-dark"])
def test_an_app_is_enrolled_and_a_recovery_code_signs_in(
    at_the_door: Any, width: int, modes: dict[str, str], settings: Any
) -> None:
    settings.MINHU_SECOND_FACTOR = "sensitive"
    window = at_the_door(width, **modes)
    page = with_password(window)
    assert page.url.endswith("/account/factors/"), "the role asks for a second factor first"
    everyone_can_use_it(window)
    _seed, codes = bind_app(window)
    assert len(codes) == 10
    everyone_can_use_it(window)
    page.get_by_role("link", name="我已保存好").click()
    for path in ("/account/", "/account/factors/", "/account/sessions/", "/account/away/"):
        window.go(path)
        everyone_can_use_it(window)
    window.context.clear_cookies(name="minhu_session")
    page = with_password(window)
    assert page.url.endswith("/login/second/")
    everyone_can_use_it(window)
    page.get_by_label("验证码").fill("000 000")
    page.get_by_role("button", name="验证并登录").click()
    page.get_by_text("验证码不正确或已经用过").first.wait_for()
    page.get_by_label("验证码").fill(codes[3].lower().replace("-", " "))
    page.get_by_role("button", name="验证并登录").click()
    page.wait_for_url("**/desk/")


def test_a_passkey_is_bound_and_signs_in_without_a_password(at_the_door: Any) -> None:
    window = at_the_door()
    page = with_password(window)
    virtual_key(page)
    window.go("/account/factors/")
    page.get_by_label("给它起个名字").fill("办公室电脑")
    page.get_by_role("button", name="绑定通行密钥").click()
    page.locator(".recovery-codes").wait_for()
    assert Factor.objects.get().name == "办公室电脑"
    window.context.clear_cookies(name="minhu_session")
    window.go("/login/")
    everyone_can_use_it(window)
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url("**/desk/")
    window.context.clear_cookies(name="minhu_session")
    page = with_password(window)
    page.get_by_role("button", name="使用通行密钥").click()
    page.wait_for_url("**/desk/")
    assert Factor.objects.get().sign_count > 0


def test_a_passkey_that_the_browser_refuses_is_said_so(at_the_door: Any) -> None:
    page = at_the_door().page
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"
    )
    page.get_by_role("button", name="用通行密钥登录").click()
    page.locator(".toast-warning").get_by_text("没有完成通行密钥验证").wait_for()
    assert page.url.endswith("/login/")


def test_a_provider_signs_in(at_the_door: Any, settings: Any) -> None:
    from oidc_provider_mock import User, run_server_in_thread

    people = [User(sub="u1", claims={"preferred_username": "dispatcher"})]
    with run_server_in_thread(user_claims=people) as server:
        chosen = AccountConfig.read(
            {
                "MINHU_OIDC_ISSUER": f"http://localhost:{server.server_port}",
                "MINHU_OIDC_CLIENT_ID": "minhu",
                "MINHU_OIDC_CLIENT_SECRET": "shared",
            }
        )
        settings.ACCOUNTS = replace(chosen, oidc_label="政务统一认证")
        window = at_the_door()
        page = window.go("/login/")
        everyone_can_use_it(window)
        page.get_by_role("link", name="政务统一认证").click()
        page.locator("input[name=sub]").fill("u1")
        page.locator("button", has_text=re.compile("Authorize|authorize|Continue")).first.click()
        page.wait_for_url("**/desk/")


def test_administrators_pages_for_everyone(at_the_door: Any, city: City) -> None:
    from minhu.directory.queries import actor_of_staff
    from minhu.directory.services import two_people

    handler = city.staff["water_handler"]
    Staff.objects.filter(pk=handler.pk).update(may_break_glass=True)
    with use_actor(actor_of_staff(handler)):
        break_glass.open_emergency(handler.pk, "夜间燃气泄漏，派单员电话无人接听，需立即转办")
    with use_actor(actor_of_staff(city.staff["security"])):
        two_people.ask_post(
            Staff.objects.create(username="xinren", name="新人").pk, city.units["centre"].pk, "audit_admin"
        )
    window = at_the_door(390)
    page = with_password(window, "security")
    for path in (f"/manage/staff/{handler.pk}/security/", "/manage/confirmations/", "/manage/emergencies/",
                 f"/manage/staff/{city.staff['audit'].pk}/security/", f"/manage/staff/{handler.pk}/"):  # fmt: skip
        window.go(path)
        page.get_by_text("紧急访问进行中").first.wait_for()
        everyone_can_use_it(window)
