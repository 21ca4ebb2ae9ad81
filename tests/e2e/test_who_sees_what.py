"""Nobody sees what is not theirs: units, administrators, citizens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.people import Person, dispatch_to, follow, submit

Enter = Callable[..., Person]


def test_others_orders_and_pictures_stay_shut(person: Enter) -> None:
    citizen = person(phone=True)
    kept = submit(
        citizen, "清江区柳荫街道柳堤社区沿河步道的护栏断了一截，旁边就是深水，孩子经常在这里玩。",
        place="清江区柳荫街道柳堤社区沿河步道", name="杜先生", phone="13800130041", kind="求助", with_photo=True,
    )  # fmt: skip
    page = follow(citizen, kept)
    picture = page.locator('a[href^="/attachments/"]').first.get_attribute("href") or ""
    assert citizen.context.request.get(citizen.base + picture).status == 200
    dispatch_to(person("paidan"), kept.number, "清江区柳荫街道办事处")
    stranger = person(phone=True)
    assert stranger.context.request.get(stranger.base + picture).status in {403, 404}
    stranger.page.goto(f"{stranger.base}/r/{kept.number}/")
    stranger.sees("查询码")
    for name in ("gutinglan", "wangge"):
        other = person(name)
        other.go(f"/orders/{kept.number}/", status=404)
        other.sees("没有找到")
        other.everyone_can_use_it()
        assert other.context.request.get(other.base + picture).status in {403, 404}


@pytest.mark.parametrize("name", ["xitong", "anquan", "shenji"])
def test_administrators_see_no_orders(person: Enter, name: str) -> None:
    who = person(name)
    who.go("/manage/")
    who.everyone_can_use_it()
    for path in ("/orders/", "/desk/", "/unit/", "/leader/", "/supervision/"):
        answer = who.context.request.get(who.base + path, max_redirects=0)
        assert answer.status in {302, 403, 404}, f"{name} must not read {path}"


def test_password_is_asked_and_wrong_ones_are_told(person: Enter) -> None:
    who = person()
    page = who.go("/login/?next=/desk/")
    page.get_by_label("账号").fill("paidan")
    page.get_by_label("密码").fill("not-the-password")
    page.get_by_role("button", name="登录", exact=True).click()
    who.sees("账号或密码不正确")
    who.everyone_can_use_it()
