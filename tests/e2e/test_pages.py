"""Every page that a role is offered opens, is usable by everyone, and breaks no script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.people import Person

Enter = Callable[..., Person]
ROLES = (
    "zuoxi", "paidan", "chengban", "fuzeren", "wangge", "duban", "zhijian", "fenxi", "lingdao", "xitong", "anquan", "shenji",
    "zhishi", "shenhe",
)  # fmt: skip


@pytest.mark.parametrize("name", ROLES)
def test_the_menu_of_each_role(person: Enter, name: str) -> None:
    who = person(name)
    paths = who.page.locator(".desk-menu a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert paths, "a role without pages"
    if "/manage/" in paths:
        who.go("/manage/")
        inner = who.page.locator('main a[href^="/manage/"]').evaluate_all(
            "links => links.map(l => l.getAttribute('href'))"
        )
        paths += [path for path in dict.fromkeys(inner) if path.count("/") == 3]
    wrong = []
    for path in dict.fromkeys(paths):
        try:
            who.go(path)
            who.everyone_can_use_it()
        except AssertionError as reason:
            wrong.append(f"{path}: {str(reason)[:900]}")
    assert wrong == []


@pytest.mark.parametrize("path", ["/", "/submit/", "/follow/", "/login/"])
def test_the_citizens_pages_in_the_dark(person: Enter, path: str) -> None:
    who = person(phone=True)
    who.context.add_cookies([{"name": "minhu_theme", "value": "dark", "url": who.base}])
    who.go(path)
    who.everyone_can_use_it()
